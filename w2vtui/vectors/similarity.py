"""Cosines of vectors: float32 (V, D), one row per word, which may be larger than half the memory.

So nothing here copies a matrix to normalize it: norms are computed a block of rows at a time.
Products are float32, but of rows whose products could leave its range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Lengths: TypeAlias = NDArray[np.float64]

_BLOCK_NUMBERS = 1 << 18
"""The most numbers in a block of rows."""
_SHORTEST, _LONGEST = 1e-30, 1e37
"""Rows of these lengths have products with a unit vector, or a few, that float32 holds."""
_LEAST_SQUARES, _MOST_SQUARES = 1e-20, 1e30
"""Sums of squares that float32 holds, with all squares that matter in them."""


def nearest(
    vectors: Floats,
    query: NDArray[np.floating],
    topn: int,
    *,
    norms: Lengths | None = None,
    exclude: Sequence[int] = (),
) -> tuple[NDArray[np.intp], Floats]:
    """Rows of highest cosine with `query`, and the cosines; of equal ones the first row first.

    vectors  float32 (V, D); norms float64 (V,) are computed when not given
    query    (D,), of any length
    exclude  rows to leave out, as rows that are not numbers always are
    """
    cosines = cosines_with(vectors, query, norms_of(vectors) if norms is None else norms)
    rows = highest(cosines, topn, exclude)
    return rows, cosines[rows]


def highest(cosines: Floats, topn: int, exclude: Sequence[int] = ()) -> NDArray[np.intp]:
    """Rows of the highest of cosines (V,), written to; of equal ones the first row first."""
    cosines[[row for row in exclude if row < len(cosines)]] = -np.inf
    cosines[np.isnan(cosines)] = -np.inf
    n = min(topn, len(cosines))
    if n < 1:
        return np.empty(0, dtype=np.intp)
    threshold = np.partition(cosines, -n)[-n]
    rows = np.flatnonzero((cosines >= threshold) & (cosines > -np.inf))
    return rows[np.argsort(-cosines[rows], kind="stable")][:n]


def cosines_with(vectors: Floats, query: NDArray[np.floating], norms: Lengths) -> Floats:
    """float32 (V,): the cosine of each row of `vectors` with `query`; 0 where either is 0.

    NaN for rows that are not numbers, as those of a training that diverged.
    """
    direction = unit(query)
    with np.errstate(invalid="ignore", over="ignore"):
        products = vectors @ direction
        cosines: Floats = np.divide(products, norms, out=np.zeros_like(products), where=norms != 0)
    for rows, units in units_beyond_products(vectors, norms):
        cosines[rows] = units @ direction
    return cosines


def products_with_units(vectors: Floats, queries: Floats, norms: Lengths) -> Floats:
    """float32 (n, V): products of queries (n, D), about as long as 1, with each row at length 1.

    0 for rows of zeros, NaN for rows that are not numbers.
    """
    inverse = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
    with np.errstate(over="ignore", invalid="ignore"):
        products: Floats = queries @ vectors.T
        products *= inverse
    for rows, units in units_beyond_products(vectors, norms):
        products[:, rows] = queries @ units.T
    products[:, ~np.isfinite(norms)] = np.nan
    return products


def units_beyond_products(
    vectors: Floats, norms: Lengths
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """The rows too long or too short for products in float32, and these at length 1, in blocks.

    Rows of zeros, and those that are not numbers, are left out.
    """
    within = (norms > _SHORTEST) & (norms < _LONGEST)
    beyond = np.flatnonzero(~within & (norms > 0) & np.isfinite(norms))
    n_rows = max(_BLOCK_NUMBERS // max(vectors.shape[1], 1), 1)
    for start in range(0, len(beyond), n_rows):
        rows = beyond[start : start + n_rows]
        yield rows, vectors[rows] / norms[rows, None]


def unit(vector: NDArray[np.floating]) -> Floats:
    """`vector` at length 1, in float32; a vector of zeros stays as it is."""
    exact = vector.astype(np.float64)  # squares of float32 values may leave float32's range
    with np.errstate(invalid="ignore"):
        length = np.sqrt(exact @ exact)
        return (exact / length if length > 0 else exact).astype(np.float32)


def norms_of(vectors: Floats) -> Lengths:
    """float64 (V,): the Euclidean length of each row, a block of rows at a time, right to 1e-6.

    Squares are summed in float32, which takes a quarter of the time; in float64 for rows whose
    squares that does not hold.
    """
    squares = np.empty(len(vectors), dtype=np.float64)
    n_rows = max(_BLOCK_NUMBERS // max(vectors.shape[1], 1), 1)
    for start in range(0, len(vectors), n_rows):
        rows, block = vectors[start : start + n_rows], squares[start : start + n_rows]
        with np.errstate(over="ignore", invalid="ignore"):
            block[:] = np.einsum("ij,ij->i", rows, rows)
        beyond = np.flatnonzero(~((block > _LEAST_SQUARES) & (block < _MOST_SQUARES)))
        if beyond.size:
            exact = rows[beyond].astype(np.float64)
            block[beyond] = np.einsum("ij,ij->i", exact, exact)
    return np.sqrt(squares, out=squares)


def first_not_finite(vectors: Floats) -> int | None:
    """The first row (V, D) that holds NaN or an infinity; None where none does."""
    n_rows = max(_BLOCK_NUMBERS // max(vectors.shape[1], 1), 1)
    for start in range(0, len(vectors), n_rows):
        finite = np.isfinite(vectors[start : start + n_rows]).all(axis=1)
        if not finite.all():
            return start + int(np.argmin(finite))
    return None
