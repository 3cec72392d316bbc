"""A run whose speed is limited: its workers rest, and can be called from that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from w2vtui.training.engine import workers
from w2vtui.training.engine.workers import SPAN_SECONDS, WorkerPool


class Clock:
    """Time in which only sleep passes."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(workers, "time", clock)
    return clock


def resting(pool: WorkerPool, n_tokens: int) -> float | None:
    settings = SimpleNamespace(workers=2)
    job: Any = SimpleNamespace(n_tokens=n_tokens, plan=SimpleNamespace(settings=settings))
    return pool._rest(job, 0.1)


def limited(speed: float | None) -> WorkerPool:
    dispatcher: Any = SimpleNamespace(stopped=False)
    backend: Any = SimpleNamespace(n_workers=lambda settings: settings.workers)
    pool = WorkerPool(backend, dispatcher)
    pool.most_speed = speed
    return pool


def test_workers_rest_as_long_as_the_limit_asks(clock: Clock) -> None:
    assert resting(limited(None), 1000) is None
    assert not clock.slept
    assert resting(limited(200.0), 1000) == 100.0
    assert sum(clock.slept) == pytest.approx(10 - 0.1)


@pytest.mark.parametrize("what", ["lifts the limit", "stops the run"])
def test_a_rest_ends_with_what_it_was_for(clock: Clock, what: str) -> None:
    pool = limited(1.0)
    sleep = clock.sleep

    def sleep_and_act(seconds: float) -> None:
        sleep(seconds)
        if what == "stops the run":
            pool.dispatcher.stopped = True  # type: ignore[misc]  # the one that is made up
        else:
            pool.most_speed = None

    clock.sleep = sleep_and_act  # type: ignore[method-assign]
    resting(pool, 100_000)
    assert sum(clock.slept) <= SPAN_SECONDS
