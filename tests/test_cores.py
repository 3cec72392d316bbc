"""Who works on the cores."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from w2vtui import cores
from w2vtui.resources import available_cores
from w2vtui.tui.computing import Computing


def blas_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_what_is_looked_at_takes_one_core_while_a_run_trains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cores, "available_cores", lambda: 5)
    assert np.ones((2, 2)).sum() == 4  # NumPy's BLAS is loaded
    before = blas_threads()
    assert cores.free_cores() == 5
    with cores.workers_at_work():
        with cores.workers_at_work(), cores.one_blas_thread():
            assert cores.free_cores() == 1
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    assert blas_threads() == before
    assert not cores.a_run_trains()
    assert available_cores() >= 1


def test_a_measurement_does_not_wait_for_what_a_screen_computes() -> None:
    computing, is_busy, may_end = Computing(), threading.Event(), threading.Event()

    def request() -> None:
        is_busy.set()
        may_end.wait(10)

    def measure() -> None:
        with cores.one_blas_thread():
            pass

    with cores.workers_at_work():
        computing.ask("a text that is loaded", request)
        assert is_busy.wait(10)
        observer = threading.Thread(target=measure, daemon=True)
        observer.start()
        observer.join(5)
        waits = observer.is_alive()
        may_end.set()
        computing.close()
    assert not waits


def test_a_forked_child_can_lift_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    before = blas_threads()
    with cores.one_blas_thread():
        cores._renew_lock()  # as in a child
        assert not cores.a_run_trains()
    with cores.one_blas_thread():
        assert blas_threads() == {1}
    assert blas_threads() == before
