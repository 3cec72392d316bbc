"""Words that differ most between two sides, once their vectors are rotated onto each other.

Training from another start gives vectors that are turned as a whole, so that those of two runs can
be compared only after the best rotation:

    R = argmin |A R - B|  over orthogonal R:  R = U V^T,  A^T B = U S V^T
    difference of a word w = 1 - cos(a_w R, b_w)

Rows of A and B are at length 1. Schönemann 1966, "A generalized solution of the orthogonal
Procrustes problem"; for words Hamilton et al. 2016, "Diachronic word embeddings", 3.2. If one side
has fewer numbers a vector than the other, zeros are added.

Rare words differ by chance: no text says much of them. So the words are taken from the frequent
ones, and `usual` says how much those differ at the median.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.comparing.shared import SharedVectors
from w2vtui.errors import VectorsError
from w2vtui.training.measuring.budget import one_blas_thread
from w2vtui.vectors.similarity import Floats, highest, products_with_units

MOST_FITTED = 20_000
"""Words, the most frequent ones, that the rotation is fitted to."""
MOST_LISTED = 5_000
"""Words, the most frequent ones, among which those that differ most are looked for."""
LEAST_COUNT = 20
"""Occurrences of a listed word, where counts are known and enough words have as many."""
N_NEAR = 4
"""Nearest words that are shown of each."""
_LEAST_SEEN = 0.005
"""A smaller difference is shown as 0.00."""
_WORDS_A_NUMBER = 2
"""Shared words that a rotation needs for each number of a vector: fewer can be rotated onto each
other whatever they are.
"""


@dataclass(frozen=True, slots=True)
class MovedWord:
    """A word whose vectors differ."""

    word: str
    difference: float
    """1 less the cosine of its vectors after the rotation, 0..2."""
    near: tuple[tuple[str, ...], tuple[str, ...]]
    """Its nearest words on both sides."""


@dataclass(frozen=True, slots=True)
class MovedWords:
    """What differs most between two sides."""

    words: tuple[MovedWord, ...]
    """Those that differ most, first; none where no difference would be seen."""
    are_identical: bool
    """Whether the vectors of the shared words are the same numbers on both sides."""
    usual: float
    """The median difference of the words looked at."""
    n_words: int
    """Words looked at."""
    n_fitted: int
    """Words that the rotation is fitted to."""

    @property
    def remark(self) -> str:
        """What to say where no word differs; empty where one does."""
        if self.words:
            return ""
        if self.are_identical:
            return "the vectors of the shared words are identical"
        return f"no word differs by {_LEAST_SEEN} or more, after rotation"


def words_that_moved(shared: SharedVectors, a: int, b: int, n: int) -> MovedWords:
    """The n words that differ most between two sides, by their places.

    Raises:
        VectorsError: they share too few words whose vectors are numbers.
    """
    rows = shared.usable(a, b)[:MOST_FITTED]
    size = max(shared.vectors[side].vector_size for side in (a, b))
    if len(rows) < _WORDS_A_NUMBER * size:
        raise VectorsError(
            f"too few shared words ({len(rows):,}) to rotate vectors of {size} numbers onto each "
            f"other: {_WORDS_A_NUMBER * size:,} are needed"
        )
    with one_blas_thread():
        units_a, units_b = (_units(shared, side, rows, size) for side in (a, b))
        turned = units_a @ rotation(units_a, units_b)
        differences = 1 - np.einsum("ij,ij->i", turned, units_b)
        listed = _listed(shared, rows)
        far = highest(differences[listed].astype(np.float32), n)
        if differences[listed].max() < _LEAST_SEEN:
            far = far[:0]
        chosen = rows[listed][far]
        near = [_near(shared, side, chosen) for side in (a, b)]
    sizes = np.maximum(differences[listed[far]], 0.0).tolist()
    in_a, in_b = (shared.vectors[side].vectors[rows] for side in (a, b))
    found = (
        MovedWord(shared.words[row], size, (of_a, of_b))
        for row, size, of_a, of_b in zip(chosen.tolist(), sizes, *near, strict=True)
    )
    return MovedWords(
        words=tuple(found),
        are_identical=np.array_equal(in_a, in_b),
        usual=float(np.median(differences[listed])),
        n_words=len(listed),
        n_fitted=len(rows),
    )


def rotation(a: Floats, b: Floats) -> Floats:
    """The orthogonal matrix R (D, D) for which a R is nearest to b, both (N, D)."""
    u, _, vt = np.linalg.svd(a.T.astype(np.float64) @ b.astype(np.float64))
    turn: Floats = (u @ vt).astype(np.float32)
    return turn


def _units(shared: SharedVectors, side: int, rows: NDArray[np.intp], size: int) -> Floats:
    """Rows of a side at length 1, with zeros up to `size` numbers."""
    vectors = shared.vectors[side]
    units = vectors.vectors[rows] / vectors.norms[rows, None]
    return np.pad(units, ((0, 0), (0, size - units.shape[1]))).astype(np.float32)


def _listed(shared: SharedVectors, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """The places among rows of the words that are looked at."""
    places = np.arange(min(len(rows), MOST_LISTED))
    counts = [one.counts[rows[places]] for one in shared.vectors if one.counts is not None]
    if counts:
        often: NDArray[np.intp] = places[np.min(counts, axis=0) >= LEAST_COUNT]
        if len(often) >= max(len(places) // 4, 1):
            return often
    return places


def _near(shared: SharedVectors, side: int, rows: NDArray[np.intp]) -> list[tuple[str, ...]]:
    """The nearest words of the words of rows on one side."""
    vectors = shared.vectors[side]
    queries = (vectors.vectors[rows] / vectors.norms[rows, None]).astype(np.float32)
    products = products_with_units(vectors.vectors, queries, vectors.norms)
    return [
        tuple(shared.words[at] for at in highest(of_word, N_NEAR, [row]).tolist())
        for row, of_word in zip(rows.tolist(), products, strict=True)
    ]
