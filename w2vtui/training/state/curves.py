"""The curves of a run: losses and speed over tokens, in bounded memory however long it lasts."""

from __future__ import annotations

import math
import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CAPACITY = 4_096

_Row = tuple[float, float, float, float, float]


class KeptCurve(NamedTuple):
    """A curve as it stood."""

    rows: NDArray[np.float64]
    """(n, 5), n up to CAPACITY"""
    merge: int
    """Readings that one row stands for."""


class Curve:
    """Rows of numbers against the clock. When full, neighbours are merged and what follows is
    merged alike.

    A row is (tokens, seconds, value, weight, standard error); rows merge to their weighted mean.
    One thread appends, any may read.
    """

    def __init__(self, kept: KeptCurve | None = None) -> None:
        """kept: how a curve stood that this one is to go on from."""
        self._rows = np.empty((CAPACITY, 5), dtype=np.float64)
        self._n = 0
        self._merge = 1  # rows that stand for one
        if kept is not None:
            self._n, self._merge = len(kept.rows), kept.merge
            self._rows[: self._n] = kept.rows
        self._waiting: list[_Row] = []
        self._lock = threading.Lock()
        self.version = 0
        """Grows with every row, so that a viewer knows whether to redraw."""

    def __len__(self) -> int:
        return self._n

    def append(
        self,
        tokens: float,
        seconds: float,
        value: float,
        weight: float = 1.0,
        standard_error: float = math.nan,
    ) -> None:
        """Add one row. A value that is not a number stays one, as a gap in the curve.

        standard_error  of the value; not a number where nobody knows
        """
        with self._lock:
            self._waiting.append((tokens, seconds, value, weight, standard_error))
            if len(self._waiting) < self._merge:
                return
            if self._n == CAPACITY:
                pairs = self._rows.reshape(CAPACITY // 2, 2, 5)
                self._rows[: CAPACITY // 2] = _merged(pairs)
                self._n = CAPACITY // 2
                self._merge *= 2
            else:
                self._rows[self._n] = _merged(np.array([self._waiting]))[0]
                self._waiting.clear()
                self._n += 1
            self.version += 1

    def rows(self) -> NDArray[np.float64]:
        """A copy: float64 (n, 5), columns tokens, seconds, value, weight, standard error."""
        return self.kept().rows

    def kept(self) -> KeptCurve:
        """The curve as it stands, but for readings that make no row yet."""
        with self._lock:
            return KeptCurve(self._rows[: self._n].copy(), self._merge)


def _merged(groups: NDArray[np.float64]) -> NDArray[np.float64]:
    """One row for each group of rows (G, R, 5): the last place, the weighted mean, the summed
    weight.

    Standard errors are averaged as the values are, and do not shrink: what is measured again and
    again on the same pairs errs the same way each time.
    """
    weights = groups[:, :, 3]
    total = weights.sum(axis=1)
    shares = weights / np.where(total > 0, total, 1.0)[:, None]
    merged = groups[:, -1].copy()
    merged[:, 2] = (groups[:, :, 2] * shares).sum(axis=1)
    merged[:, 4] = (groups[:, :, 4] * shares).sum(axis=1)
    merged[:, 3] = total
    return merged
