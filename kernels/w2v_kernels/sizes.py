"""How large the kernels' arrays are. Plain numbers: importing them loads neither NumPy nor Numba.

What predicts the memory or the time of a run reads them here, before any kernel is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np

_Number = TypeVar("_Number", int, "np.ndarray")

CACHE_LINE = 64
"""Bytes that a processor moves at once. Workers that write to one line slow each other down."""

ROW_PAD = CACHE_LINE // 4
"""Rows are padded with zeros to a multiple of this many float32: one cache line."""

TILE = 6
"""Target rows processed together: the default, a center and five noise words, fills one tile."""

LONG_WINDOW = 64
"""The contexts of a center are one block in windows of up to this many words on each side."""

INPUTS_OF_LONG = 16
"""Input rows of a block in longer windows. Every row of a block moves by what all of them were
before it, so the sum of the moves of a large one overshoots.
"""

SCORE_ROW = ROW_PAD
"""Floats from one dozen of scores to the next; each dozen begins a new cache line."""

OVERREAD = 16
"""Floats read past the last weight, since a whole vector register is loaded."""

SATURATED_FROM = 6.0
"""|score| beyond this hardly moves anything: word2vec.c's sigmoid table ends here."""

N_TALLIES = 8
"""float64 sums a worker: one cache line."""

PRIVATE_BYTES = 1 << 19
"""The rows of a matrix that a worker trains copies of: those of both matrices are to stay in the
second-level cache, which has one or two MB.
"""

MOST_NOISE_STRIDE = 65
"""Beyond windows of 32 words, so that rows of noise are still in the cache when they are reused."""


def row_length(vector_size: int) -> int:
    """D padded to whole cache lines."""
    return (vector_size + ROW_PAD - 1) // ROW_PAD * ROW_PAD


def most_private(n_rows: int, vector_size: int) -> int:
    """How many of a matrix's first n rows a worker has room to copy."""
    return min(n_rows, PRIVATE_BYTES // (4 * row_length(vector_size)))


def whole_tiles(n_targets: _Number) -> _Number:
    """A number of targets, or an array of such numbers, rounded up to whole tiles."""
    return (n_targets + TILE - 1) // TILE * TILE


def score_offset(k: int) -> int:
    """Where the scores of the k-th tile begin: 0, 6, 16, 22, 32 ..."""
    return k // 2 * SCORE_ROW + k % 2 * TILE


def noise_stride(window: int) -> int:
    """How many positions lie between those that draw the noise words of a center, under reuse."""
    return min(2 * window + 1, MOST_NOISE_STRIDE)
