"""Words grouped by their vectors, as word2vec.c's -classes does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.vectors import WordVectors

N_ROUNDS = 10
_ROWS_A_BLOCK = 1 << 24
"""Cosines that are computed at once."""


def word_classes(vectors: WordVectors, n_classes: int) -> NDArray[np.int64]:
    """The class of each word, int64 (V,) from 0: k-means of the vectors at length 1, by cosine.

    Word i begins in class i mod K, as in word2vec.c; then, ten times, each class moves to the
    direction of the mean of its words, and each word to the class of highest cosine. The same
    vectors give the same classes. A class may end up empty.

    Dhillon and Modha 2001, "Concept decompositions for large sparse text data", section 3.

    Raises:
        SettingsError: there are fewer words than classes, or less than one class.
        VectorsError: a vector is not of numbers.
    """
    n_words = len(vectors)
    if not 1 <= n_classes <= n_words:
        raise SettingsError(f"classes must be 1 to {n_words:,}, the words, got {n_classes:,}")
    norms = vectors.norms
    if not np.isfinite(norms).all():
        raise VectorsError("no classes: vectors hold NaN or infinity")
    inverse = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
    units = (vectors.vectors * inverse[:, None]).astype(np.float32)
    classes = np.arange(n_words, dtype=np.int64) % n_classes
    centers = np.zeros((n_classes, vectors.vector_size), dtype=np.float32)
    for _ in range(N_ROUNDS):
        before = classes
        centers = directions_of(units, classes, centers)
        classes = nearest_centers(units, centers)
        if np.array_equal(classes, before):
            break
    return classes


def directions_of(
    units: NDArray[np.float32], classes: NDArray[np.int64], before: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The sum of the vectors of each class at length 1, float32 (K, D); an empty class stays."""
    order = np.argsort(classes, kind="stable")
    present, first = np.unique(classes[order], return_index=True)
    sums = np.add.reduceat(units[order], first, axis=0, dtype=np.float64)
    lengths = np.linalg.norm(sums, axis=1)
    centers = before.copy()
    moved = lengths > 0
    centers[present[moved]] = sums[moved] / lengths[moved, None]
    return centers


def nearest_centers(units: NDArray[np.float32], centers: NDArray[np.float32]) -> NDArray[np.int64]:
    """The row of the center of highest cosine for each vector; the first of equal ones."""
    classes = np.empty(len(units), dtype=np.int64)
    size = max(1, _ROWS_A_BLOCK // len(centers))
    for start in range(0, len(units), size):
        rows = slice(start, start + size)
        classes[rows] = (units[rows] @ centers.T).argmax(axis=1)
    return classes
