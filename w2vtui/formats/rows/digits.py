"""Rows of numbers as text, in no more digits than needed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_POWERS_OF_TEN = np.array([float(f"1e{power}") for power in range(23)])


def rows_as_text(rows: NDArray[np.float32], separator: bytes) -> Iterator[bytes]:
    """Each row as text, each number in the fewest digits that give it back."""
    line = separator.join([b"%.9g"] * rows.shape[1])
    for row in fewest_digits(rows).tolist():
        yield line % tuple(row)


def fewest_digits(numbers: NDArray[np.float32]) -> NDArray[np.float64]:
    """Decimals of 6 to 9 digits, the shortest that float32 rounds to the numbers.

    9 digits always give a float32 back, and `%.9g` leaves out zeros at the end: this does what
    str() of each number would, in half the time. From 1e8 on it leaves the 9 digits.
    """
    exact = numbers.astype(np.float64)
    decimals = exact.copy()
    with np.errstate(divide="ignore"):  # log10(0) is -inf, and any decimal of 0 is 0
        exponents = np.floor(np.log10(np.abs(exact)))
    for digits in (8, 7, 6):
        # Powers of ten up to the 22nd are exact in float64, so that the quotient is the very
        # float64 that the decimal is read as; the comparison then shows how it will be read.
        scales = _POWERS_OF_TEN[np.clip(digits - 1 - exponents, 0, 22).astype(np.intp)]
        shorter = np.rint(exact * scales) / scales
        np.copyto(decimals, shorter, where=shorter.astype(np.float32) == numbers)
    return decimals
