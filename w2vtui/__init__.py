"""Train word2vec in the terminal: watch it learn, steer it while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from w2vtui.version import VERSION

if TYPE_CHECKING:
    from w2vtui.keyed_vectors import KeyedVectors
    from w2vtui.line_sentences import LineSentence, PathLineSentences, Text8Corpus
    from w2vtui.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases
    from w2vtui.runs.past import SavedHistory
    from w2vtui.word2vec import (
        RULE_DEFAULT,
        RULE_DISCARD,
        RULE_KEEP,
        CallbackAny2Vec,
        Word2Vec,
    )

__version__ = VERSION
__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "CallbackAny2Vec",
    "FrozenPhrases",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "Phraser",
    "Phrases",
    "SavedHistory",
    "Text8Corpus",
    "Word2Vec",
    "__version__",
]

_NAMES = {
    "w2vtui.keyed_vectors": ("KeyedVectors",),
    "w2vtui.line_sentences": ("LineSentence", "PathLineSentences", "Text8Corpus"),
    "w2vtui.phrases": ("ENGLISH_CONNECTOR_WORDS", "FrozenPhrases", "Phraser", "Phrases"),
    "w2vtui.runs.past": ("SavedHistory",),
    "w2vtui.word2vec": (
        *("RULE_DEFAULT", "RULE_DISCARD", "RULE_KEEP"),
        *("CallbackAny2Vec", "Word2Vec"),
    ),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import the public classes when they are first used, so that `--help` need not wait."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, also those that are not imported yet."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
