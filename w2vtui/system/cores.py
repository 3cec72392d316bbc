"""Who works on the cores: while a run trains in this process, its workers; else anything may.

NumPy's products (BLAS) start a thread a core. Beside workers these spin, waiting for each other,
so while any run trains they are limited to one. That limit is one of the whole process: the first
who needs it sets it, the last lifts it, and nobody waits for anybody in between.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

from w2vtui.system.resources import available_cores

_counting = threading.Lock()
_trainings = 0
_limiting = 0
"""Blocks in which NumPy multiplies on one core."""
_limit: Any = None
"""The limit while there are such blocks; it remembers the threads from before."""


def _renew_lock() -> None:
    """Begin again after a fork: threads that held the lock, and workers, are not in the child.

    The limit stays where there was one, until the next block that needs it ends.
    """
    global _counting, _limiting, _trainings
    _counting, _limiting, _trainings = threading.Lock(), 0, 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def workers_at_work() -> Iterator[None]:
    """In the block, workers of a run train in this process."""
    _count_training(1)
    try:
        with one_blas_thread():
            yield
    finally:
        _count_training(-1)


def _count_training(n: int) -> None:
    global _trainings  # noqa: PLW0603
    with _counting:
        _trainings = max(_trainings + n, 0)  # 0 in a child that was forked in such a block


def a_run_trains() -> bool:
    """Whether workers train in this process."""
    return _trainings > 0


def free_cores() -> int:
    """How many threads may compute what somebody looks at: 1 beside workers, else one a core."""
    return 1 if a_run_trains() else available_cores()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """In the block, NumPy multiplies on one core, in every thread of the process."""
    _count_limiting(1)
    try:
        yield
    finally:
        _count_limiting(-1)


def _count_limiting(n: int) -> None:
    global _limit, _limiting  # noqa: PLW0603
    with _counting:
        _limiting = max(_limiting + n, 0)  # as above
        if _limiting and _limit is None:
            _limit = _pools().limit(limits=1, user_api="blas")
        elif not _limiting and _limit is not None:
            _limit.restore_original_limits()
            _limit = None


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()  # looks through all loaded libraries: once is enough
