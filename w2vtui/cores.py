"""Who works on the cores: while a run trains in this process, its workers; else anything may.

NumPy's products (BLAS) start a thread a core. Beside workers these spin, waiting for each other,
so what is computed then is limited to one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

from w2vtui.resources import available_cores

_trainings = 0
_counting = threading.Lock()
_limiting = threading.RLock()


def _renew_locks() -> None:
    """Replace the locks after a fork: threads that held them, and workers, are not in the child."""
    global _counting, _limiting, _trainings  # noqa: PLW0603
    _counting, _limiting = threading.Lock(), threading.RLock()
    _trainings = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


@contextmanager
def workers_at_work() -> Iterator[None]:
    """In the block, workers of a run train in this process."""
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _count(n: int) -> None:
    global _trainings  # noqa: PLW0603
    with _counting:
        _trainings += n


def a_run_trains() -> bool:
    """Whether workers train in this process."""
    return _trainings > 0


def free_cores() -> int:
    """How many threads may compute what somebody looks at: 1 beside workers, else one a core."""
    return 1 if a_run_trains() else available_cores()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """In the block, NumPy multiplies on one core.

    The limit is that of the whole process, so only one thread at a time sets and restores it; it
    may do so within such a block.
    """
    with _limiting, _pools().limit(limits=1, user_api="blas"):
        yield


@contextmanager
def blas_beside_workers() -> Iterator[None]:
    """In the block, NumPy multiplies on one core if a run trains here, else on all."""
    if not a_run_trains():
        yield
        return
    with one_blas_thread():
        yield


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()  # looks through all loaded libraries: once is enough
