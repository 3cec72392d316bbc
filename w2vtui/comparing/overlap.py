"""How many of the nearest words of a word two sides have in common.

    overlap@10   of a word: how many of its ten nearest words are among the ten of the other side

The mean is over a fixed sample of the frequent words, and their neighbors are searched among these
alone, as those of `training.measuring.churn`: rare words have noisy vectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.comparing.shared import SharedVectors
from w2vtui.errors import VectorsError
from w2vtui.training.measuring.budget import one_blas_thread
from w2vtui.training.measuring.churn import N_WORDS, nearest_rows, sample_rows
from w2vtui.training.measuring.known_questions import N_CANDIDATES
from w2vtui.vectors import WordVectors, clipped
from w2vtui.vectors.similarity import Floats, cosines_with, highest

TOP = 10
_SEED = 1


@dataclass(frozen=True, slots=True)
class NearestOfSide:
    """The nearest words of a word on one side, nearest first, with their cosines."""

    words: tuple[tuple[str, float], ...]
    """None where the vector of the word is not of numbers."""
    common: frozenset[str]
    """Those that the first side has, too; of the first side itself, those that all others have."""
    overlap: int | None
    """How many of the nearest TOP words are among those of the first side; None where either has
    none.
    """


@dataclass(frozen=True, slots=True)
class WordOnSides:
    """A word with its nearest words on each side."""

    word: str
    sides: tuple[NearestOfSide, ...]
    top: int
    """Words among which those in common are counted: TOP, or all others where there are fewer."""


@dataclass(frozen=True, slots=True)
class MeanOverlap:
    """The overlap of two sides over many words."""

    mean: float
    """0..top"""
    standard_error: float
    top: int
    n_words: int
    """Words whose neighbors were compared."""
    among: int
    """Words among which the neighbors were searched."""


def word_on_sides(shared: SharedVectors, word: str, n: int = TOP) -> WordOnSides:
    """The n nearest words of a word on each side, among the shared words.

    Raises:
        UnknownWordError: not all sides have the word.
    """
    row = shared.row_of(word)
    with one_blas_thread():
        lists = [_nearest(vectors, row, max(n, TOP)) for vectors in shared.vectors]
    tops = [{one for one, _ in found[:TOP]} for found in lists]
    first, *others = tops
    common = [first.intersection(*others) if others else set(), *(first & one for one in others)]
    sides = (
        NearestOfSide(
            tuple(found[:n]), frozenset(both), len(first & own) if first and own else None
        )
        for found, both, own in zip(lists, common, tops, strict=True)
    )
    return WordOnSides(word, tuple(sides), max(map(len, tops)))


def mean_overlap(shared: SharedVectors, a: int, b: int) -> MeanOverlap:
    """The mean overlap of two sides, by their places.

    Raises:
        VectorsError: there are no two words whose vectors are numbers on both.
    """
    rows = shared.usable(a, b)[:N_CANDIDATES]
    top = min(TOP, len(rows) - 1)
    if top < 1:
        raise VectorsError("the overlap needs two shared words whose vectors are numbers")
    sample = sample_rows(len(rows), N_WORDS, _SEED)
    near_a, near_b = (nearest_rows(_rows_of(shared, side, rows), sample, top) for side in (a, b))
    same = (near_a[:, :, None] == near_b[:, None, :]).any(axis=2).sum(axis=1)
    error = float(same.std(ddof=1) / np.sqrt(len(same))) if len(same) > 1 else 0.0
    return MeanOverlap(float(same.mean()), error, top, len(same), len(rows))


def _nearest(vectors: WordVectors, row: int, n: int) -> list[tuple[str, float]]:
    """The n words nearest to that of a row, with their cosines; none if it is not of numbers."""
    query = vectors.vectors[row]
    if not np.isfinite(query).all():
        return []
    cosines = cosines_with(vectors.vectors, query, vectors.norms)
    rows = highest(cosines.copy(), n, [row])
    return [(vectors.index_to_key[at], clipped(float(cosines[at]))) for at in rows.tolist()]


def _rows_of(shared: SharedVectors, side: int, rows: NDArray[np.intp]) -> Floats:
    """Rows of a side; the matrix itself where they are its first ones."""
    matrix = shared.vectors[side].vectors
    n = len(rows)
    return matrix[:n] if n == rows[-1] + 1 else matrix[rows]
