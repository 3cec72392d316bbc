"""What is said of a word that has no vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from w2vtui.display import safe_text

Suggestions: TypeAlias = Callable[[str, int], list[tuple[str, int | None]]]


class NoVector:
    """The message of an UnknownWordError, composed only when it is read.

    Scripts look up many words and catch the error of missing ones; searching the whole vocabulary
    for near spellings each time would take minutes.
    """

    def __init__(self, word: str, suggestions: Suggestions, n_words: int) -> None:
        """suggestions: gives at most a number of words that are spelled like one."""
        self._word, self._suggestions, self._n_words = word, suggestions, n_words

    def __str__(self) -> str:
        near = [
            safe_text(word, 40) + ("" if count is None else f" ({count:,})")
            for word, count in self._suggestions(self._word, 3)
        ]
        hint = (
            f"did you mean {', '.join(near)}?"
            if near
            else f"it is not among the {self._n_words:,} words"
        )
        return f"no vector for '{safe_text(self._word, 40)}': {hint}"

    __repr__ = __str__

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)  # an error sent to another process leaves the matrix behind
