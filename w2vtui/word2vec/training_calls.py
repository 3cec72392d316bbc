"""Training a model, or training it further: `train`, and what it reports."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import GeneratorType

from w2vtui.corpus import EncodedCorpus
from w2vtui.corpus.counting.long_tokens import remark
from w2vtui.errors import SettingsError, WrongTypeError
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.settings import LiveSettings
from w2vtui.training.engine.devices import check_device
from w2vtui.training.run import Run
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.word2vec.arguments import whole
from w2vtui.word2vec.callbacks import CallbackAny2Vec, Moment, checked_callbacks
from w2vtui.word2vec.epochs import EpochLosses, drive
from w2vtui.word2vec.resuming_calls import ResumingCalls, recorded
from w2vtui.word2vec.state import Sentences, check_one_corpus, of_gensim_3
from w2vtui.word2vec.weights import Weights


class TrainingCalls(Weights, ResumingCalls):
    """Trains the vectors that are there, as often as it is asked to."""

    def train(  # noqa: PLR0913, PLR0917 - named as gensim's are
        self,
        corpus_iterable: Sentences | None = None,
        corpus_file: str | Path | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        *,
        sentences: Sentences | None = None,
    ) -> tuple[int, int]:
        """Train on a corpus from the present vectors; words that have no vector are left out.

        corpus_iterable          sentences, each a list of words; read once, whatever `epochs` is
        corpus_file              a text file, a sentence a line, in place of sentences
        total_examples, total_words   one of them must be given, as in gensim; the learning rate
                                 falls along the text itself, so a wrong number does no harm
        epochs                   passes over the corpus; must be given, usually model.epochs
        start_alpha, end_alpha   learning rates, which the model's become; without them it begins
                                 and ends at the model's
        compute_loss             measure the loss of each epoch, for `get_latest_training_loss`
        callbacks                what is called between epochs: see CallbackAny2Vec. With several
                                 deterministic workers these and compute_loss change the bits
        sentences                gensim 3's name of corpus_iterable
        word_count, queue_factor, report_delay   taken for gensim's sake

        Returns the words that were trained as centers, which subsampling thins out, and the words
        of the text, all epochs together.

        Raises:
            WrongTypeError: neither corpus or both are given; a generator is to be read twice.
            SettingsError: epochs and a total are missing, or a value is out of range; found before
                anything is read.
            NotReadyError: there is no vocabulary yet.
            CorpusError: the corpus cannot be read, or holds no word of the vocabulary.
            DivergedError: the loss stopped being a number.
            BaseException: what the corpus or a callback raises passes through, and so does Ctrl-C.
                After an error the vectors are as they were, or those of the last epoch that a
                callback saw; after Ctrl-C those that were trained by then.
        """
        corpus_iterable = of_gensim_3(corpus_iterable, sentences)
        check_one_corpus(corpus_iterable, corpus_file)
        callbacks = checked_callbacks(callbacks)
        self._check_totals(corpus_file, epochs, total_examples, total_words)
        alpha = self.alpha if start_alpha is None else start_alpha
        min_alpha = self.min_alpha if end_alpha is None else end_alpha
        live = self._live(epochs=epochs, alpha=alpha, min_alpha=min_alpha)
        check_device(self._fixed(), live)
        self._check_idle()
        self._vocabulary()
        if isinstance(corpus_iterable, GeneratorType) and epochs != 1:
            raise WrongTypeError(
                f"a generator as corpus_iterable cannot support {epochs} passes: pass a list, or "
                "any iterable that begins again each time"
            )
        self.alpha, self.min_alpha, self.compute_loss = alpha, min_alpha, compute_loss
        self.update_weights()
        corpus = self._encoded(corpus_iterable, corpus_file, self._vocabulary())
        _warn(corpus)
        return self._train_on(corpus, live, callbacks)

    def get_latest_training_loss(self) -> float:
        """The mean loss of a pair in the latest epoch, in nats, float64; 0 before any training.

        gensim has a float32 sum over all epochs so far. Without compute_loss and callbacks it is
        the mean over the whole of the latest call of `train`.
        """
        return self.running_training_loss

    def _train_on(
        self,
        corpus: EncodedCorpus,
        live: LiveSettings,
        callbacks: Sequence[CallbackAny2Vec],
        recorder: Recorder | None = None,
    ) -> tuple[int, int]:
        """Train on text that is encoded with the model's vocabulary; returns what `train` does.

        recorder   what saves the training as it goes
        """
        self._make_writable()
        run = Run(
            lambda progress, stop: corpus,
            self._fixed(),
            live,
            looks_at_vectors=False,
            begin_at=self._matrices(),
            locks=self.wv.vectors_lockf,
            store=recorder,
            checkpoint_seconds=self._run_settings.checkpoint_seconds,
            history=self._history_of(recorder),
        )
        losses = EpochLosses()

        def call(moment: Moment) -> None:
            for callback in callbacks:
                getattr(callback, moment)(self)

        def between(epoch: int) -> None:
            self._end_epoch(run, losses)
            if callbacks:
                self._take(run.trained.matrices())
                call("on_epoch_end")
                call("on_epoch_begin")
                run.trained.replace(self._matrices())  # a callback may have changed them

        self.run, self._run_curves = run, run.curves
        try:
            call("on_train_begin")
            call("on_epoch_begin")
            with recorded(run, recorder), self._shown(run.snapshot):
                self._drive(run, between if callbacks or self.compute_loss else None)
            if self._end_epoch(run, losses):
                call("on_epoch_end")
        finally:
            self.run = None
            self.run_folder = None if recorder is None else recorder.folder
        words = self._note(run.snapshot(), corpus)
        call("on_train_end")
        return words

    def _history_of(self, recorder: Recorder | None) -> int:
        """Megabytes of the history of a training: none where the run is saved and this is not."""
        settings = self._run_settings
        return settings.history if recorder is not None or settings.runs_dir is None else 0

    def _drive(self, run: Run, between: Callable[[int], None] | None) -> None:
        """Train to the end, or to Ctrl-C, and take what was trained."""
        try:
            drive(run, between)
        except KeyboardInterrupt:
            if run.snapshot().progress.tokens:
                self._take(run.trained.matrices())
            raise
        self._take(run.trained.matrices())

    def _end_epoch(self, run: Run, losses: EpochLosses) -> bool:
        """Note the loss of an epoch; return whether any of it was trained."""
        was_trained = losses.end_epoch(run.snapshot())
        if losses.means:
            self.running_training_loss = losses.means[-1]
        return was_trained

    def _note(self, shot: Snapshot, corpus: EncodedCorpus) -> tuple[int, int]:
        """Note the figures of a training that has ended; return what `train` does."""
        progress = shot.progress
        self.train_count += 1
        self.total_train_time += progress.seconds
        self.min_alpha_yet_reached = shot.rate
        if self.epochs is None:
            self.epochs = shot.settings.epochs
        centers = round(progress.tokens * (progress.kept_share or 0.0))
        passes = progress.tokens / progress.tokens_per_epoch
        return centers, round(corpus.n_raw_tokens * passes)

    @staticmethod
    def _check_totals(
        corpus_file: object, epochs: object, total_examples: object, total_words: object
    ) -> None:
        """Refuse a call without the numbers that gensim asks for."""
        if epochs is None or epochs == 0:
            raise SettingsError(
                "give an explicit number of epochs, 1 or more: usually epochs=model.epochs"
            )
        if total_examples is not None:
            whole("total_examples", total_examples, "sentences", low=0)
        if total_words is not None:
            whole("total_words", total_words, "words", low=0)
        if corpus_file is not None and total_words is None:
            raise SettingsError(
                "give total_words with corpus_file: usually model.corpus_total_words"
            )
        if total_examples is None and total_words is None:
            raise SettingsError(
                "give total_examples or total_words: if the vocabulary was built from the same "
                "corpus, total_examples=model.corpus_count"
            )


def _warn(corpus: EncodedCorpus) -> None:
    if corpus.n_too_long:
        warnings.warn(remark(corpus.n_too_long), stacklevel=3)
