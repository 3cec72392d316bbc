"""Who works on the cores."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from types import ModuleType

import pytest
from textual.message_pump import MessagePump
from threadpoolctl import threadpool_info, threadpool_limits

from tests.support.wait import DEADLINE
from w2vtui.system import cores
from w2vtui.system.resources import available_cores
from w2vtui.tui.screen_parts.computing import Computing


def blas_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


@pytest.fixture
def alone() -> Iterator[ModuleType]:
    """The module with counts of its own, so that no run of another test is among its workers, where
    NumPy multiplies on three threads, on any machine.
    """
    spec = importlib.util.find_spec("w2vtui.system.cores")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with threadpool_limits(limits=3, user_api="blas"):
        if blas_threads() != {3}:
            pytest.skip("this BLAS does not take a number of threads")
        yield module


def test_what_is_looked_at_takes_one_core_while_a_run_trains(
    alone: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "available_cores", lambda: 5)
    with cores.workers_at_work():  # a run that another test has left
        assert alone.free_cores() == 5
    assert blas_threads() == {3}
    with alone.workers_at_work():
        with alone.workers_at_work(), alone.one_blas_thread():
            assert alone.free_cores() == 1
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    assert blas_threads() == {3}
    assert not alone.a_run_trains()
    assert available_cores() >= 1


def test_a_measurement_does_not_wait_for_what_a_screen_computes() -> None:
    computing, is_busy, may_end = Computing(MessagePump()), threading.Event(), threading.Event()

    def request() -> None:
        is_busy.set()
        may_end.wait(DEADLINE)

    def measure() -> None:
        with cores.one_blas_thread():
            pass

    with cores.workers_at_work():
        computing.ask("a text that is loaded", request)
        assert is_busy.wait(DEADLINE)
        observer = threading.Thread(target=measure, daemon=True)
        observer.start()
        observer.join(DEADLINE / 2)
        waits = observer.is_alive()
        may_end.set()
        computing.close()
    assert not waits


def test_a_forked_child_can_lift_the_limit(alone: ModuleType) -> None:
    with alone.one_blas_thread():
        alone._renew_lock()  # as in a child
        assert not alone.a_run_trains()
    with alone.one_blas_thread():
        assert blas_threads() == {1}
    assert blas_threads() == {3}
