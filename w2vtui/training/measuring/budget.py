"""How much of the machine a measurement may use during training: a share of one core's time, and
one thread.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

MULTIPLY_ADDS_A_SECOND = 2e10
"""The least that one core does in a matrix product, in multiply-adds per second."""


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
    def timed(self) -> Iterator[None]:
        """Time the measurement in the block; one that came early delays the next one longer.

        What counts is the processor time of this thread, since that is taken from the workers.
        """
        started, busy = time.monotonic(), time.thread_time()
        yield
        pause = max((time.thread_time() - busy) / self._share, self._least)
        self.due = min(max(self.due, started) + pause, started + self._most)


# ---- threads

_LOCK = threading.Lock()


def _renew_lock() -> None:
    """Replace the lock after a fork: the thread that held it does not exist in the child."""
    global _LOCK  # noqa: PLW0603
    _LOCK = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """In the block, NumPy multiplies on one core, and does not warn about vectors that diverged.

    For a larger product a BLAS starts one thread per core; they would spin, waiting for each other,
    while the workers hold the cores. The limit is that of the whole process, so only one thread at
    a time sets and restores it.
    """
    with _LOCK, _pools().limit(limits=1, user_api="blas"), np.errstate(all="ignore"):
        yield


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()  # looks through all loaded libraries: once is enough
