"""How much of the machine a measurement may use during training: a share of one core's time, and
one thread.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from w2vtui.system import cores

MULTIPLY_ADDS_A_SECOND = 2e10
"""The least that one core does in a matrix product, in multiply-adds per second."""


@dataclass(slots=True)
class Elsewhere:
    """Processor time that a measurement takes on other threads or in other processes."""

    seconds: float = 0.0


class Budget:
    """Decides when to measure again: the longer the last time took, the later."""

    def __init__(self, share: float, *, least: float, most: float = math.inf) -> None:
        """share: of one core; least, most: seconds between two measurements."""
        self._share, self._least, self._most = share, least, most
        self.due = 0.0
        """When the next measurement is due, in monotonic time."""

    @property
    def is_due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self.due

    def expect(self, multiply_adds: float) -> None:
        """Delay the first measurement in proportion to its expected cost."""
        pause = max(multiply_adds / MULTIPLY_ADDS_A_SECOND / self._share, self._least)
        self.due = time.monotonic() + pause

    @contextmanager
    def timed(self) -> Iterator[Elsewhere]:
        """Time the measurement in the block; one that came early delays the next one longer.

        What counts is the processor time of this thread, since that is taken from the workers, and
        what the block notes of time elsewhere.
        """
        started, busy, elsewhere = time.monotonic(), time.thread_time(), Elsewhere()
        yield elsewhere
        spent = time.thread_time() - busy + elsewhere.seconds
        pause = max(spent / self._share, self._least)
        self.due = min(max(self.due, started) + pause, started + self._most)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """In the block, NumPy multiplies on one core, and does not warn about vectors that diverged."""
    with cores.one_blas_thread(), np.errstate(all="ignore"):
        yield
