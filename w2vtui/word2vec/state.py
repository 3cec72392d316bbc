"""What a model holds between two calls: its settings, vocabulary, matrices and figures."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import noise_probabilities
from w2vtui.corpus import (
    EncodedCorpus,
    ReadingProgress,
    Vocab,
    encode_sentences,
    open_corpus,
)
from w2vtui.corpus.vocab import ChooseVocab
from w2vtui.errors import NotReadyError, WrongTypeError
from w2vtui.keyed_vectors import KeyedVectors
from w2vtui.line_sentences import files_instead
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings
from w2vtui.training.run import Run
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.word2vec.arguments import live_settings, training_settings
from w2vtui.word2vec.word_choice import sample_share

Sentences = Iterable[Iterable[str]]
Floats = NDArray[np.float32]

LIVE_NAMES = (
    *("sg", "hs", "negative", "window", "alpha", "min_alpha", "sample", "ns_exponent"),
    *("epochs", "workers", "shrink_windows", "cbow_mean"),
)
"""Attributes that a training begins with; they may be set between two of them."""


class ModelState:
    """The attributes of a model, under gensim's names, and what follows from them.

    V words, D numbers a vector.
    """

    vector_size: int
    """D"""
    alpha: float | None
    """None for what suits the model and the objective"""
    min_alpha: float
    window: int | None
    """None for all of a sentence"""
    sg: int
    hs: int
    negative: int
    sample: float
    ns_exponent: float
    cbow_mean: int
    shrink_windows: bool
    epochs: int | None
    """None for what suits the corpus"""
    workers: int | None
    """None for the available cores"""
    seed: int
    min_count: int
    max_final_vocab: int | None
    max_vocab_size: int | None
    null_word: int
    sorted_vocab: int
    batch_words: int
    hashfxn: Callable[[str], int]
    comment: str | None
    compute_loss: bool
    progress: bool = False
    """whether to show how far reading and training are"""

    corpus_count: int = 0
    """sentences that the vocabulary was counted in"""
    corpus_total_words: int = 0
    """tokens that it was counted in"""
    effective_min_count: int
    """the fewest occurrences of a word that is saved"""
    raw_vocab: dict[str, int]
    """every word that was scanned with its count, until the vocabulary is chosen from them"""
    train_count: int = 0
    """how often `train` was called"""
    total_train_time: float = 0.0
    """seconds of all training together"""
    running_training_loss: float = 0.0
    """what `get_latest_training_loss` gives"""
    min_alpha_yet_reached: float
    """the learning rate at which the last training ended"""
    syn1: Floats
    """(V - 1, D) vectors of the tree's nodes, the root's first; absent otherwise"""
    run: Run | None = None
    """the training that runs now"""
    run_folder: Path | None = None
    """where the training of the constructor, or of `resume`, is saved"""

    wv: KeyedVectors
    """the words, their vectors and counts; none before the vocabulary is built"""

    _further: dict[str, Any]
    _of_run: dict[str, Any]
    """the settings of FIXED_DEFAULTS"""
    _run_settings: RunSettings
    _run_curves: RunCurves
    """of the latest training"""
    _of_text: dict[str, Any]

    @property
    def syn1neg(self) -> Floats:
        """(V, D) output vectors of negative sampling, those of `wv`; absent under hierarchical
        softmax.
        """
        if self.wv.output_vectors is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute 'syn1neg'")
        return self.wv.output_vectors

    @syn1neg.setter
    def syn1neg(self, vectors: Floats) -> None:
        self.wv.output_vectors = vectors

    @property
    def layer1_size(self) -> int:
        """D, under its old name."""
        return self.vector_size

    @property
    def cum_table(self) -> NDArray[np.uint32]:
        """(V,) the cumulative noise distribution, up to 2**31 - 1, in gensim's form."""
        shares = np.cumsum(noise_probabilities(self._vocabulary().counts, self.ns_exponent))
        return np.round(shares * (2**31 - 1)).astype(np.uint32)

    def _live(self, **instead: Any) -> LiveSettings:
        """The settings of the next training.

        instead   values that take the place of attributes

        Raises:
            SettingsError: a value is out of range.
        """
        named = {name: getattr(self, name) for name in LIVE_NAMES} | instead
        live = live_settings(named, self._further)
        if named["sample"] < 1 or not len(self.wv):
            return live
        return live.changed(sample=sample_share(named["sample"], self._vocabulary().n_tokens))

    def _fixed(self) -> TrainingSettings:
        """The settings that no training changes."""
        return training_settings(self.vector_size, self.seed, self._of_run)

    def _corpus_settings(self) -> CorpusSettings:
        """How text becomes words."""
        return CorpusSettings(
            min_count=self.min_count, max_final_vocab=self.max_final_vocab, **self._of_text
        )

    def _vocabulary(self) -> Vocab:
        """The words in their order, and their counts.

        Raises:
            NotReadyError: there are none yet.
        """
        if not len(self.wv):
            raise NotReadyError(
                "you must first build the vocabulary before training the model: "
                "call build_vocab with a corpus"
            )
        known = self.wv.counts
        counts = np.ones(len(self.wv), dtype=np.int64) if known is None else np.maximum(known, 1)
        return Vocab(self.wv.index_to_key.copy(), counts)

    def _matrices(self) -> dict[str, Floats]:
        """What is trained, by the names of a run; not copied."""
        found = {"input_vectors": self.wv.vectors}
        if hasattr(self, "syn1neg"):
            found["output_vectors"] = self.syn1neg
        if hasattr(self, "syn1"):
            found["node_vectors"] = self.syn1
        return found

    def __getstate__(self) -> dict[str, Any]:
        """All but what belongs to a run, for copies and other processes; files are for `save`."""
        of_run = ("run", "_run_curves")
        return {name: value for name, value in self.__dict__.items() if name not in of_run}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._run_curves = RunCurves()

    def _check_idle(self) -> None:
        """Refuse to change what is training, as from a callback or another thread.

        Raises:
            NotReadyError: a training runs.
        """
        if self.run is not None:
            raise NotReadyError(
                "this model is training: wait for its end, or change the training with model.run"
            )

    def _make_writable(self) -> None:
        """Copy what is mapped from a file."""
        if not self.wv.vectors.flags.writeable:
            self.wv.vectors = self.wv.vectors.copy()
        for name in ("syn1", "syn1neg"):
            if hasattr(self, name) and not getattr(self, name).flags.writeable:
                setattr(self, name, getattr(self, name).copy())

    def _take(self, trained: dict[str, Floats]) -> None:
        """Copy what a run has trained so far."""
        for name, matrix in self._matrices().items():
            if name in trained:
                np.copyto(matrix, trained[name])
        self.wv.forget_norms()

    def _encoded(
        self,
        sentences: Sentences | None,
        corpus_file: str | Path | None,
        vocab: Vocab | ChooseVocab | None,
    ) -> EncodedCorpus:
        """Read and encode a corpus, once through; what its iterator raises passes through."""
        reading, settings = ReadingProgress(), self._corpus_settings()
        with self._shown(lambda: reading):
            files = files_instead(sentences, settings)
            if sentences is not None and not files:
                return encode_sentences(sentences, settings, vocab=vocab, progress=reading)
            return open_corpus(
                files or [str(corpus_file)],
                settings,
                vocab=vocab,
                progress=reading,
                workers=self.workers,
            )

    def _shown(
        self, look: Callable[[], Snapshot | ReadingProgress]
    ) -> AbstractContextManager[None]:
        """Show how far a block is, if that is wanted."""
        if not self.progress:
            return nullcontext()
        from w2vtui.word2vec.following import following

        return following(look)


def of_gensim_3(corpus_iterable: Sentences | None, sentences: Sentences | None) -> Sentences | None:
    """The corpus under its present name, or its old one with a warning.

    Raises:
        WrongTypeError: it is given under both.
    """
    if sentences is None:
        return corpus_iterable
    if corpus_iterable is not None:
        raise WrongTypeError("give corpus_iterable or sentences, its old name; got both")
    warnings.warn("sentences is corpus_iterable since gensim 4", DeprecationWarning, stacklevel=3)
    return sentences


def check_one_corpus(sentences: object, corpus_file: object) -> None:
    """Refuse two corpora, or none.

    Raises:
        WrongTypeError: neither or both are given.
    """
    if (sentences is None) == (corpus_file is None):
        given = "neither" if sentences is None else "both"
        raise WrongTypeError(f"give corpus_iterable or corpus_file, one of the two; got {given}")
