"""The class, and the arguments that it is made with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from types import GeneratorType
from typing import Any

from w2vtui.comparing.stability import NeighborTally, Stability
from w2vtui.corpus.counting.long_tokens import remark
from w2vtui.errors import WrongTypeError
from w2vtui.keyed_vectors import KeyedVectors
from w2vtui.line_sentences import files_instead
from w2vtui.settings import default_alpha
from w2vtui.training.engine.devices import check_device
from w2vtui.training.state.curves import RunCurves
from w2vtui.word2vec.arguments import (
    CORPUS_NAMES,
    FIXED_DEFAULTS,
    flag,
    further_settings,
    renamed,
    whole,
)
from w2vtui.word2vec.callbacks import CallbackAny2Vec, checked_callbacks
from w2vtui.word2vec.resuming_calls import run_settings
from w2vtui.word2vec.saving_calls import SavingCalls
from w2vtui.word2vec.scoring_calls import ScoringCalls
from w2vtui.word2vec.showing_calls import ShowingCalls
from w2vtui.word2vec.state import Sentences, check_one_corpus
from w2vtui.word2vec.training_calls import TrainingCalls
from w2vtui.word2vec.trim_rules import TrimRule
from w2vtui.word2vec.vocabulary_calls import VocabularyCalls

_NOT_KEPT = ("self", "further", "sentences", "corpus_file", "trim_rule")
"""Arguments of the constructor that are not attributes."""


class Word2Vec(VocabularyCalls, TrainingCalls, ScoringCalls, SavingCalls, ShowingCalls):
    """Vectors trained on sentences, or on a file with a sentence a line; `wv` holds them.

    The names, their order and defaults are gensim 4's: CBOW, negative sampling, 5 epochs. Without a
    corpus the model is untrained: `build_vocab`, then `train`.

    sentences         lists of tokens; read once
    corpus_file       a text file (or .gz, .bz2, .xz, .zst, .zip), tokens separated by white space
    window            context words on each side; None for all of a sentence, as baskets need
    sg                1 skip-gram, 0 CBOW
    hs                1 hierarchical softmax (and no negative sampling), 0 negative sampling
    sample            0 to 1: thins out words more frequent than this share of the text, 0 none;
                      above 1: words more frequent than this count
    max_vocab_size    scan at most this many words: the most frequent ones, exactly
    max_final_vocab   keep at most this many of those that occur min_count times, exactly
    trim_rule         from a word, its count and min_count to RULE_DEFAULT, RULE_DISCARD, RULE_KEEP
    sorted_vocab      0 keeps the order of first appearance; 1 the most frequent word first
    null_word         1 adds a word of one zero byte, which is in no text
    compute_loss      measure the loss of each epoch, for `get_latest_training_loss`
    callbacks         what is called between epochs: see CallbackAny2Vec
    comment           kept with the model
    hashfxn, batch_words   taken for gensim's sake: the seed alone decides, and text is handed out
                      in spans
    vector_size, alpha, min_count, seed, workers, min_alpha, negative, ns_exponent,
    cbow_mean, epochs, shrink_windows   as in settings.py

    progress=True shows how far reading and training are: a bar in a terminal or a notebook, lines
    elsewhere. probe=True holds out up to 1 % of the text, and measures the probe loss on it. While
    the model trains, `run` is there for other threads: snapshot, change, pause, resume, stop.
    `curves` holds the latest training as arrays.

    runs_dir names a folder in which the training on corpus_file is saved, with a checkpoint every
    checkpoint_seconds (60): `resume(model.run_folder)` continues it after any interruption. Its
    time machine, the vectors at past moments, takes up to `history` (512) megabytes there; without
    runs_dir there is none, unless `history` says how many to use: a quarter of them, in memory.

    device="cuda" trains on an NVIDIA GPU (pip install '.[cuda]'), "auto" on one if there is
    one; a model trained there is the same for all else, and may be trained further anywhere.

    Further settings of settings.py, such as noise_sharing, lowercase or deterministic, are taken by
    name; model and objective go before sg and hs. So are gensim 3's size and iter, with a
    DeprecationWarning.

    Raises:
        SettingsError: a setting is unknown or out of range; found before anything is read.
        CorpusError: the corpus cannot be read or leaves nothing to train on.
        DivergedError: the loss stopped being a number.
        OutOfMemoryError: the vectors do not fit in memory; says what would.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - named as gensim's are, and in its order
        self,
        sentences: Sentences | None = None,
        corpus_file: str | Path | None = None,
        vector_size: int = 100,
        alpha: float | None = 0.025,
        window: int | None = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int | None = 3,
        min_alpha: float = 1e-4,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[..., int] = hash,
        epochs: int | None = 5,
        null_word: int = 0,
        trim_rule: TrimRule | None = None,
        sorted_vocab: int = 1,
        batch_words: int = 10_000,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
        **further: Any,
    ) -> None:
        given = dict(locals())
        for name in _NOT_KEPT:
            del given[name]
        renamed(further, given)
        if sentences is not None or corpus_file is not None:
            check_one_corpus(sentences, corpus_file)
        calls = checked_callbacks(given.pop("callbacks"))
        self._check_rule(trim_rule)
        self._set_up(given, further)
        if hashfxn is not hash:
            warnings.warn("hashfxn has no effect: the seed alone decides", stacklevel=2)
        if sentences is None and corpus_file is None:
            return
        for hint in self._train_from_start(sentences, corpus_file, trim_rule, calls):
            warnings.warn(hint, stacklevel=2)

    def init_sims(self, replace: bool = False) -> None:
        """gensim 3's name for work that is done when it is needed; `replace` makes all input
        vectors 1 long.
        """
        new = "unit_normalize_all" if replace else "fill_norms"
        warnings.warn(f"init_sims is wv.{new} since gensim 4", DeprecationWarning, stacklevel=2)
        getattr(self.wv, new)()

    @classmethod
    def stability(
        cls,
        sentences: Sentences | None = None,
        corpus_file: str | Path | None = None,
        *,
        seeds: int = 5,
        words: Sequence[str] = (),
        **settings: Any,
    ) -> Stability:
        """Which nearest words other seeds give again: trains a model for each seed, one by one.

        sentences, corpus_file   as of the constructor; sentences are read once for each seed
        seeds                    how many: `seed` (1) and those after it
        words                    words whose neighbors are named, with the seeds that have them
        settings                 those of the constructor

        Raises:
            SettingsError: 2 seeds or more are needed; or as the constructor does.
            UnknownWordError: the text does not have one of the words.
        """
        if whole("seeds", seeds, "seeds", low=2) and isinstance(sentences, GeneratorType):
            raise WrongTypeError("a generator is read once: pass a list of sentences")
        first = settings.pop("seed", 1)
        tally = NeighborTally(words)
        for seed in range(first, first + seeds):
            tally.add(cls(sentences, corpus_file, seed=seed, **settings).wv)
        return tally.stability()

    def _set_up(self, given: dict[str, Any], further: dict[str, Any]) -> None:
        """Check all settings, and make them attributes."""
        self._of_text = {name: further.pop(name) for name in CORPUS_NAMES if name in further}
        self._of_run = {
            name: further.pop(name, default) for name, default in FIXED_DEFAULTS.items()
        }
        self._run_settings = run_settings(further)
        self._run_curves = RunCurves()
        self.progress = flag("progress", further.pop("progress", False))
        self._further = further_settings(further)
        for name, value in given.items():
            setattr(self, name, value)
        self.wv = KeyedVectors(self._fixed().vector_size)
        whole("batch_words", self.batch_words, "words")
        for name in ("null_word", "sorted_vocab", "compute_loss"):
            flag(name, given[name])
        if self.max_vocab_size is not None:
            whole("max_vocab_size", self.max_vocab_size, "words")
        if self.comment is not None and not isinstance(self.comment, str):
            raise WrongTypeError(f"comment must be text, got {self.comment!r:.80}")
        if not callable(self.hashfxn):
            raise WrongTypeError(f"hashfxn must be a function, got {self.hashfxn!r:.80}")
        self._corpus_settings()
        live = self._live()
        self.sg, self.hs = int(live.model == "skip-gram"), int(live.walks_tree)
        self.min_alpha_yet_reached = (
            default_alpha(live.model, live.objective) if live.alpha is None else live.alpha
        )
        self.effective_min_count = self.min_count
        self.raw_vocab = {}

    def _train_from_start(
        self,
        sentences: Sentences | None,
        corpus_file: str | Path | None,
        rule: TrimRule | None,
        callbacks: Sequence[CallbackAny2Vec],
    ) -> list[str]:
        """Build the vocabulary and train, with the corpus read once; return remarks on it."""
        check_device(self._fixed(), self._live())
        by_settings = (
            rule is None and self.sorted_vocab and not (self.null_word or self.max_vocab_size)
        )
        files = files_instead(sentences, self._corpus_settings()) or ()
        if corpus_file is not None:
            files = (Path(corpus_file),)
        elif not files and (unused := self._of_text.keys() - {"lowercase"}):
            warnings.warn(
                f"{', '.join(sorted(unused))}: no effect on lists of words, which are not split: "
                "for corpus_file only",
                stacklevel=3,
            )
        recorder = self._recorder(files, by_settings=bool(by_settings))
        choose = None if by_settings else partial(self._choose, rule=rule)
        corpus = self._encoded(sentences, corpus_file, choose)
        self._begin_vocabulary(corpus.vocab)
        self.corpus_count, self.corpus_total_words = corpus.n_raw_sentences, corpus.n_raw_tokens
        self._train_on(corpus, self._live(), callbacks, recorder)
        return [remark(corpus.n_too_long)] if corpus.n_too_long else []
