"""The words that all sides of a comparison have, and their vectors.

Runs on one text have the same words. Those of different texts, of other minimum counts, or files
are compared over the words that they share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import UnknownWordError, VectorsError
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats

MOST_WORDS = 200_000
"""Shared words whose vectors are copied or read: the most frequent ones of the first side."""


@dataclass(frozen=True, eq=False)
class SharedVectors:
    """N words with the vectors that each side has of them."""

    vectors: tuple[WordVectors, ...]
    """Of each side: N words in the same order, the most frequent of the first side first."""
    n_words: tuple[int, ...]
    """The words that each side has, shared or not."""
    is_cut: bool
    """Whether more words are shared than these."""

    @property
    def words(self) -> Sequence[str]:
        """The words, by row."""
        return self.vectors[0].index_to_key

    @property
    def index(self) -> Mapping[str, int]:
        """The row of each word."""
        return self.vectors[0].key_to_index

    @property
    def remark(self) -> str:
        """What is left out of the comparison; empty if nothing is."""
        n = len(self.words)
        if self.is_cut:
            return f"over the {n:,} most frequent words that all have"
        if any(n != one for one in self.n_words):
            words = "word" if n == 1 else "words"
            return f"over the {n:,} {words} that all have, of {texts_of(self.n_words)}"
        return ""

    def row_of(self, word: str) -> int:
        """The row of a word.

        Raises:
            UnknownWordError: not all sides have it.
        """
        row = self.index.get(word)
        if row is None:
            raise UnknownWordError(_why_missing(self, word))
        return row

    def usable(self, *sides: int) -> NDArray[np.intp]:
        """The rows of words whose vectors are numbers, and not zeros, on each of these sides."""
        norms = [self.vectors[side].norms for side in sides]
        return np.flatnonzero(np.all([np.isfinite(one) & (one > 0) for one in norms], axis=0))


def shared_vectors(sides: Sequence[WordVectors], most: int = MOST_WORDS) -> SharedVectors:
    """The words that all sides have, and their vectors: copies, unless all have the same words.

    Raises:
        VectorsError: they share no word.
    """
    first, *others = sides
    words = first.index_to_key
    n_words = tuple(len(one) for one in sides)
    if len(words) <= most and all(_same_words(one, first) for one in others):
        return SharedVectors(tuple(sides), n_words, is_cut=False)
    found: list[tuple[int, ...]] = []
    for row, word in enumerate(words):
        places = [one.key_to_index.get(word, -1) for one in others]
        if min(places, default=0) >= 0:
            found.append((row, *places))
        if len(found) > most:
            break
    rows = np.array(found[:most], dtype=np.intp).T
    if not found:
        raise VectorsError(
            f"nothing to compare: they share no word, the first has {len(first):,}, such as "
            f"'{safe_text(words[0], 40)}'"
        )
    kept = [words[row] for row in rows[0].tolist()]
    taken = tuple(_taken(one, kept, at) for one, at in zip(sides, rows, strict=True))
    return SharedVectors(taken, n_words, is_cut=len(found) > most)


def texts_of(numbers: Sequence[int]) -> str:
    """Numbers in a line of words: `1,200 and 900`."""
    *before, last = [f"{one:,}" for one in numbers]
    return f"{', '.join(before)} and {last}" if before else last


def _same_words(one: WordVectors, other: WordVectors) -> bool:
    """Whether two have the same words in the same order, and their vectors in the memory."""
    is_loaded = isinstance(one.vectors, np.ndarray) and isinstance(other.vectors, np.ndarray)
    return is_loaded and list(one.index_to_key) == list(other.index_to_key)


def _taken(vectors: WordVectors, words: list[str], rows: NDArray[np.intp]) -> WordVectors:
    matrix: Floats = np.asarray(vectors.vectors[rows], dtype=np.float32)
    counts = None if vectors.counts is None else vectors.counts[rows]
    return WordVectors(words, matrix, counts)


def _why_missing(shared: SharedVectors, word: str) -> str:
    near = shared.vectors[0].suggestions(word, 3)
    shown = f"'{safe_text(word, 40)}'"
    hint = f": did you mean {', '.join(safe_text(one, 40) for one, _ in near)}?" if near else ""
    all_of = f"the {len(shared.words):,} words that are compared"
    return f"{shown} is not among {all_of}{hint}"
