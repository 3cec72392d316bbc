"""Train word2vec in the terminal: watch it learn, steer it while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from w2vtui.version import VERSION

if TYPE_CHECKING:
    from w2vtui.keyed_vectors import KeyedVectors
    from w2vtui.line_sentences import LineSentence, PathLineSentences, Text8Corpus
    from w2vtui.word2vec import Word2Vec

__version__ = VERSION
__all__ = [
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "Text8Corpus",
    "Word2Vec",
    "__version__",
]

_HOMES = {
    "KeyedVectors": "w2vtui.keyed_vectors",
    "Word2Vec": "w2vtui.word2vec",
    **dict.fromkeys(("LineSentence", "PathLineSentences", "Text8Corpus"), "w2vtui.line_sentences"),
}


def __getattr__(name: str) -> Any:
    """Import the public classes when they are first used, so that `--help` need not wait."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
