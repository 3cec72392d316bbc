"""Copies of what a GPU trains, in this process's memory, for those who look."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.cuda.device import DeviceArray
from w2v_kernels.cuda.launch import CudaTrainer
from w2vtui.training.engine.gpu_turns import GpuTurns

LEAST_AGE = 0.25
"""Seconds for which a copy is shown while spans are trained, at least."""
COPYING_SHARE = 0.1
"""The largest share of the time that copying for those who look may take."""
ROWS_AT_ONCE = 1 << 16
"""Rows that are copied in one turn: between two turns a span may be trained."""


class _Copied(NamedTuple):
    """When a matrix was copied."""

    n_spans: int = 0
    """Spans that had begun by then."""
    at: float = 0.0
    """On the monotonic clock."""
    seconds: float = 0.0
    """What it took."""


class GpuCopies:
    """The latest copy of each matrix: exact while no span is at work, else of some age."""

    def __init__(
        self,
        trainer: CudaTrainer,
        turns: GpuTurns,
        here: Callable[[], dict[str, NDArray[np.float32]]],
    ) -> None:
        """here: gives the arrays that are copied to"""
        self._trainer, self._turns, self._here = trainer, turns, here
        self._copying = threading.Lock()
        self._copied: dict[str, _Copied] = {}
        self.n_spans = 0
        """Spans that have begun."""
        self.is_training = False
        """Whether one is at work."""

    def latest(self, *names: str) -> dict[str, NDArray[np.float32]]:
        """The copies of some matrices, as far as they are trained, made again where they are too
        old; all matrices without names. The same arrays each time.

        Raises:
            BackendError: the GPU has just stopped working; after that there is the last copy.
        """
        there, here = self._trainer.names, self._here()
        found = {name: here[name] for name in names or here if name in there}
        with self._copying:
            for name, matrix in found.items():
                if self._is_stale(name):
                    started, n_spans = time.monotonic(), self.n_spans
                    self.read(name, matrix)
                    now = time.monotonic()
                    self._copied[name] = _Copied(n_spans, now, now - started)
        return found

    def forget(self) -> None:
        """Copy again: the vectors were replaced."""
        self.n_spans += 1

    def _is_stale(self, name: str) -> bool:
        if self._turns.is_lost:
            return False
        copied = self._copied.get(name, _Copied())
        if not self.is_training:
            return copied.n_spans != self.n_spans
        age = time.monotonic() - copied.at
        return age > max(LEAST_AGE, copied.seconds / COPYING_SHARE)

    def read(
        self,
        name: str,
        to: NDArray[np.float32],
        frozen: Mapping[str, DeviceArray] | None = None,
    ) -> None:
        """Copy a matrix from the GPU, in parts, between which spans may be trained.

        frozen   what `CudaTrainer.frozen` gave, to be read instead

        Raises:
            BackendError: the GPU has stopped working.
        """
        for first in range(0, len(to), ROWS_AT_ONCE):
            part = to[first : first + ROWS_AT_ONCE]
            with self._turns.turn():
                part[:] = self._trainer.rows(name, first, first + len(part), frozen)

    def of_this_moment(self, copies: Mapping[str, NDArray[np.float32]]) -> Callable[[], None]:
        """Freeze all matrices on the GPU; what is returned copies them, while training continues.

        Where its memory has no room for that, they are copied at once.
        """
        names = self._trainer.names
        try:
            with self._turns.turn():
                frozen = self._trainer.frozen()
        except MemoryError:
            for name in names:
                self.read(name, copies[name])
            return lambda: None

        def complete() -> None:
            for name in names:
                self.read(name, copies[name], frozen)

        return complete
