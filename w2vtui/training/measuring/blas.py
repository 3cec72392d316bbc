"""Matrix products beside a training: on the thread that asks, and on no other."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

_LOCK = threading.Lock()


def _renew_lock() -> None:
    """The thread that held it while this process was forked off is not here to release it."""
    global _LOCK
    _LOCK = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within this NumPy multiplies on one core, and takes a vector that diverged without a word.

    A BLAS starts a thread a core for any larger product, and they would wait in a loop for each
    other while the workers hold the cores. The limit is the process's: one at a time sets it and
    takes it back.
    """
    with _LOCK, _pools().limit(limits=1, user_api="blas"), np.errstate(all="ignore"):
        yield


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()  # looks through all loaded libraries: once is enough
