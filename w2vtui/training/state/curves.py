"""The curves of a run: losses and speed over tokens, in bounded memory however long it lasts."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from w2vtui.training.state.measurements import ScoreKind

CAPACITY = 4_096

_Row = tuple[float, float, float, float, float]


class SavedCurve(NamedTuple):
    """A curve as it was when it was saved."""

    rows: NDArray[np.float64]
    """(n, 5), n up to CAPACITY"""
    merge: int
    """Readings that one row stands for."""


class Curve:
    """Rows of numbers over the clock. When it is full, neighbors are merged, and later rows too.

    A row is (tokens, seconds, value, weight, standard error); rows merge to their weighted mean.
    One thread appends, any may read.
    """

    def __init__(self) -> None:
        self._rows = np.empty((CAPACITY, 5), dtype=np.float64)
        self._n = 0
        self._merge = 1  # readings that one row stands for
        self._waiting: list[_Row] = []
        self._lock = threading.Lock()
        self.version = 0
        """Grows with every row, so that a viewer knows whether to redraw."""

    def __len__(self) -> int:
        return self._n

    @property
    def merge(self) -> int:
        """Readings that one row stands for."""
        return self._merge

    def append(
        self,
        tokens: float,
        seconds: float,
        value: float,
        weight: float = 1.0,
        standard_error: float = math.nan,
    ) -> None:
        """Add one row. A value that is not a number is a gap in the curve.

        standard_error  of the value; NaN where it is unknown
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
        return self.saved().rows

    def saved(self) -> SavedCurve:
        """The curve as it stands, but for readings that do not fill a row yet."""
        with self._lock:
            return SavedCurve(self._rows[: self._n].copy(), self._merge)

    def saved_from(self, n_rows: int, merge: int) -> SavedCurve:
        """What somebody lacks who has `n_rows` rows of `merge` readings each; all where they were
        merged since.
        """
        with self._lock:
            first = n_rows if merge == self._merge and n_rows <= self._n else 0
            return SavedCurve(self._rows[first : self._n].copy(), self._merge)

    def restore(self, saved: SavedCurve) -> None:
        """Continue from where a saved curve stood."""
        with self._lock:
            self._n, self._merge = len(saved.rows), saved.merge
            self._rows[: self._n] = saved.rows
            self._waiting.clear()
            self.version += 1


class RunCurves:
    """All curves of a run, over training tokens: the same objects from its birth to its end."""

    def __init__(self) -> None:
        self.loss = Curve()
        """Objective loss, nats a pair; weight: pairs."""
        self.speed = Curve()
        """Tokens a second."""
        self.probe = Curve()
        """Probe loss, nats."""
        self.alpha = Curve()
        """Learning rate."""
        self.churn = Curve()
        """Share of nearest neighbors that changed, 0..1."""
        self.settled = Curve()
        """Share of words whose nearest neighbors stay, 0..1."""
        self.quality: Mapping[tuple[str, str], Curve] = {}
        """For each score, by its `key`: correlation or share of right answers, 0..1. Replaced,
        never changed in place: whoever iterates over it is undisturbed.
        """

    def of_score(self, key: tuple[str, str]) -> Curve:
        """The curve of a score, new where there is none yet."""
        if key not in self.quality:
            self.quality = {**self.quality, key: Curve()}
        return self.quality[key]

    def saved(self) -> dict[str, SavedCurve]:
        """All curves by name; the curve of a score is named `pairs atlas-pairs.txt`."""
        return {name: curve.saved() for name, curve in self.named().items()}

    def named(self) -> dict[str, Curve]:
        """All curves by the names that they are saved under."""
        scores = {f"{kind} {name}": curve for (name, kind), curve in self.quality.items()}
        return self._named() | scores

    def restore(self, saved: Mapping[str, SavedCurve]) -> None:
        """Continue all curves that were saved."""
        named = self._named()
        for title, curve in saved.items():
            kind, _, name = title.partition(" ")
            if title in named:
                named[title].restore(curve)
            elif kind in get_args(ScoreKind):
                self.of_score((name, kind)).restore(curve)

    def _named(self) -> dict[str, Curve]:
        return {
            "loss": self.loss, "speed": self.speed, "probe": self.probe, "alpha": self.alpha,
            "churn": self.churn, "settled": self.settled,
        }  # fmt: skip


def _merged(groups: NDArray[np.float64]) -> NDArray[np.float64]:
    """One row for each group of rows (G, R, 5): the last place, the weighted mean, the summed
    weight.

    Standard errors are averaged like the values and do not shrink, since repeated measurements on
    the same pairs have the same error.
    """
    weights = groups[:, :, 3]
    total = weights.sum(axis=1)
    shares = weights / np.where(total > 0, total, 1.0)[:, None]
    merged = groups[:, -1].copy()
    merged[:, 2] = (groups[:, :, 2] * shares).sum(axis=1)
    merged[:, 4] = (groups[:, :, 4] * shares).sum(axis=1)
    merged[:, 3] = total
    return merged
