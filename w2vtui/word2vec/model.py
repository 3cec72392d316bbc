"""The Python class: gensim's constructor, so that a script changes one import."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from w2vtui.corpus import EncodedCorpus, encode_sentences, open_corpus
from w2vtui.corpus.long_tokens import is_remark
from w2vtui.errors import SettingsError
from w2vtui.keyed_vectors import KeyedVectors
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    Objective,
    TrainingSettings,
    field_types,
    unknown_name_message,
)
from w2vtui.training.run import Run


class Word2Vec:
    """Vectors trained on sentences, or on a file with a sentence a line; `wv` holds them.

    The names and defaults are gensim 4's: CBOW, negative sampling, 5 epochs.

    sentences     lists of tokens
    corpus_file   a text file (or .gz, .bz2, .xz), tokens separated by white space
    sg            1 skip-gram, 0 CBOW
    hs            1 hierarchical softmax (and no negative sampling), 0 negative sampling
    min_count, max_final_vocab, vector_size, window, negative, ns_exponent, sample, alpha,
    min_alpha, epochs, workers, seed, shrink_windows, cbow_mean   as in settings.py

    Further settings of settings.py, such as shared_noise, lowercase or deterministic, are taken by
    name; model and objective go before sg and hs. So are gensim 3's size and iter, with a
    DeprecationWarning.

    Raises:
        SettingsError: a setting is unknown or out of range; found before anything is read.
        CorpusError: the corpus cannot be read or leaves nothing to train on.
        DivergedError: the loss stopped being a number.
        OutOfMemoryError: the vectors do not fit in memory; says what would.
    """

    def __init__(  # noqa: PLR0913 - named as gensim's are
        self,
        sentences: Iterable[Iterable[str]] | None = None,
        corpus_file: str | Path | None = None,
        *,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_final_vocab: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 1e-4,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        epochs: int = 5,
        shrink_windows: bool = True,
        **further: Any,
    ) -> None:
        if (sentences is None) == (corpus_file is None):
            given = "neither" if sentences is None else "both"
            raise SettingsError(f"give sentences or corpus_file, one of them; got {given}")
        if "size" in further:
            vector_size = _of_gensim_3(further, "size", "vector_size", vector_size, 100)
        if "iter" in further:
            epochs = _of_gensim_3(further, "iter", "epochs", epochs, 5)
        of_corpus = {name: further.pop(name) for name in _CORPUS_NAMES if name in further}
        deterministic = further.pop("deterministic", False)
        for name in further:
            if name not in field_types(LiveSettings):
                raise SettingsError(unknown_name_message(name, _ALL_NAMES))
        corpus = CorpusSettings(min_count=min_count, max_final_vocab=max_final_vocab, **of_corpus)
        training = TrainingSettings(
            vector_size=vector_size, seed=seed, probe=False, deterministic=deterministic
        )
        named = {
            "model": "skip-gram" if _flag("sg", sg) else "cbow",
            "objective": _objective(hs, negative),
            "negative": 1 if negative == 0 else negative,  # hs=1, negative=0, as gensim has it
            "window": window,
            "alpha": alpha,
            "min_alpha": min_alpha,
            "sample": sample,
            "ns_exponent": ns_exponent,
            "epochs": epochs,
            "workers": workers,
            "shrink_windows": shrink_windows,
            "cbow_mean": _flag("cbow_mean", cbow_mean),
        }
        live = LiveSettings(**(named | further))
        encoded = (
            encode_sentences(sentences, corpus)
            if sentences is not None
            else open_corpus([str(corpus_file)], corpus)
        )
        for hint in filter(is_remark, encoded.hints):
            warnings.warn(hint, stacklevel=2)
        self.wv: KeyedVectors = _train(encoded, training, live)


_CORPUS_NAMES = ("lowercase", "tokenizer", "encoding", "encoding_errors")
_ALL_NAMES = [
    *("sg", "hs", "vector_size", "seed", "deterministic"),
    *field_types(CorpusSettings),
    *field_types(LiveSettings),
]


def _train(corpus: EncodedCorpus, training: TrainingSettings, live: LiveSettings) -> KeyedVectors:
    run = Run(lambda progress, stop: corpus, training, live, looks_at_vectors=False)
    run.start()
    try:
        run.wait()
    except BaseException:  # Ctrl-C: leave no thread behind
        run.stop()
        raise
    return KeyedVectors.of(run.vectors())


def _of_gensim_3(further: dict[str, Any], old: str, new: str, given: Any, default: Any) -> Any:
    """The value of a setting under its old name, which is taken out of `further`."""
    value = further.pop(old)
    if given != default:
        raise SettingsError(f"give {new} or {old}, one of them; got {given!r} and {value!r}")
    warnings.warn(f"{old} is {new} since gensim 4", DeprecationWarning, stacklevel=3)
    return value


def _objective(hs: int, negative: int) -> Objective:
    if _flag("hs", hs):
        return "hierarchical-softmax"
    if negative == 0:
        raise SettingsError("hs=0 and negative=0 leave nothing to train: set hs=1 or negative=5")
    return "negative-sampling"


def _flag(name: str, value: int) -> bool:
    if value not in (0, 1):
        raise SettingsError(f"{name} must be 0 or 1, got {value!r}")
    return bool(value)
