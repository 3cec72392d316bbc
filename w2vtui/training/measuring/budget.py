"""How much of the machine a measurement may take beside a training: a share of one core, in time
and in threads.
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
"""What one core does at least, in a product of matrices."""


class Budget:
    """Says when to do something again: the longer it took, the later."""

    def __init__(self, share: float, *, least: float, most: float = math.inf) -> None:
        """share: of one core; least, most: seconds from one time to the next."""
        self._share, self._least, self._most = share, least, most
        self.due = 0.0
        """On the monotonic clock."""

    @property
    def is_due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self.due

    def expect(self, multiply_adds: float) -> None:
        """Delay the first time, too, as far as its expected cost demands."""
        pause = max(multiply_adds / MULTIPLY_ADDS_A_SECOND / self._share, self._least)
        self.due = time.monotonic() + pause

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Do it within this; what came before its time is made up for by a longer pause.

        What counts is the processor time of this thread: that is what others go without.
        """
        started, busy = time.monotonic(), time.thread_time()
        yield
        pause = max((time.thread_time() - busy) / self._share, self._least)
        self.due = min(max(self.due, started) + pause, started + self._most)


# ---- threads

_LOCK = threading.Lock()


def _renew_lock() -> None:
    """The thread that held it while this process was forked is not here to release it."""
    global _LOCK
    _LOCK = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within this, NumPy multiplies on one core, and silently accepts vectors that diverged.

    A BLAS starts a thread a core for any larger product, and they would spin waiting for each
    other while the workers hold the cores. The limit is the process's, so one at a time sets it
    and restores it.
    """
    with _LOCK, _pools().limit(limits=1, user_api="blas"), np.errstate(all="ignore"):
        yield


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()  # looks through all loaded libraries: once is enough
