"""Vectors in half precision: 2 bytes a number, each right to 2**-11 of the largest of its row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EXPONENT_BYTES = 2
"""Of each row."""
_LEAST, _MOST = 2.0**-11, 2.0**15
"""Rows whose numbers are outside are scaled: below, half precision has fewer digits."""
_NUMBERS_AT_ONCE = 1 << 17


class HalfRows(NamedTuple):
    """Row i is halves[i] * 2 ** exponents[i]."""

    halves: NDArray[np.float16]
    """(n, D)"""
    exponents: NDArray[np.int16]
    """(n,), 0 but for rows of very large or very small numbers"""


def packed(rows: NDArray[np.float32]) -> HalfRows:
    """Rows (n, D) in half precision; NaN and infinities stay.

    The rows may be changing: each block of them is copied before it is looked at.
    """
    halves = np.empty(rows.shape, dtype=np.float16)
    exponents = np.zeros(len(rows), dtype=np.int16)
    least = rows.shape[1] * _LEAST**2
    at_once = max(_NUMBERS_AT_ONCE // rows.shape[1], 1)
    with np.errstate(all="ignore"):
        for first in range(0, len(rows), at_once):
            block = rows[first : first + at_once].copy()
            # By their lengths, which are faster than their largest numbers; NaN is odd as well.
            squares = np.einsum("ij,ij->i", block, block)
            odd = np.flatnonzero(~((squares >= least) & (squares <= _MOST**2)))
            if odd.size:
                found = _exponents(block[odd])
                block[odd] = np.ldexp(block[odd], -found[:, None])
                exponents[first + odd] = found
            halves[first : first + at_once] = block
    return HalfRows(halves, exponents)


def unpacked(packed_rows: HalfRows) -> NDArray[np.float32]:
    """The rows (n, D) in single precision, in new memory."""
    halves, exponents = packed_rows
    rows = halves.astype(np.float32)
    scaled = np.flatnonzero(exponents)
    if scaled.size:
        with np.errstate(over="ignore"):  # the largest number of all may round up
            rows[scaled] = np.ldexp(rows[scaled], exponents[scaled, None].astype(np.int32))
    return rows


def _exponents(rows: NDArray[np.float32]) -> NDArray[np.int32]:
    """The power of two below 1 of which the largest finite number of each row is: int32 (n,)."""
    finite = np.where(np.isfinite(rows), np.abs(rows), 0)
    return np.asarray(np.frexp(finite.max(axis=1))[1], dtype=np.int32)
