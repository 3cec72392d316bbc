"""Runs on corpora in memory, and what they have trained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.corpora import encoded, topical_sentences
from tests.support.stores import MemoryStore
from tests.support.wait import DEADLINE, until
from w2vtui.corpus import EncodedCorpus
from w2vtui.settings import LiveSettings, ResolvedSettings, TrainingSettings
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.plan import Plan
from w2vtui.training.measuring import moment_taker
from w2vtui.training.measuring.observer import Observer
from w2vtui.training.run import Run
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.script import Script


def make_run(
    sentences: list[list[str]] | None = None,
    *,
    vector_size: int = 16,
    seed: int = 1,
    probe: bool = True,
    script: Script | None = None,
    begin_at: Mapping[str, NDArray[np.float32]] | None = None,
    history: int = 0,
    **live: Any,
) -> Run:
    """A run on 1,500 topical sentences or others, with two workers and three epochs or others."""
    sentences = topical_sentences(1500) if sentences is None else sentences
    live = {"workers": 2, "epochs": 3} | live
    return Run(
        lambda progress, stop: encoded(sentences),
        TrainingSettings(vector_size=vector_size, seed=seed, probe=probe),
        LiveSettings(**live),
        script=script,
        begin_at=begin_at,
        history=history,
    )


def run_on(
    corpus: EncodedCorpus,
    training: TrainingSettings | None = None,
    live: LiveSettings | None = None,
    *,
    resume_from: Checkpoint | None = None,
    store: MemoryStore | None = None,
    checkpoint_seconds: float = 0.0,
    script: Script | None = None,
    looks_at_vectors: bool = False,
) -> Run:
    """A run on a corpus that has been read."""
    return Run(
        lambda progress, stop: corpus,
        training,
        live,
        looks_at_vectors=looks_at_vectors,
        store=store,
        checkpoint_seconds=checkpoint_seconds,
        resume_from=None if resume_from is None else lambda corpus: resume_from,
        earlier=() if resume_from is None else resume_from.events,
        script=script,
    )


def trained(run: Run) -> Run:
    """Start a run and wait for its end."""
    run.start()
    assert run.wait(DEADLINE)
    return run


def training_run(**options: Any) -> Run:
    """A run of `make_run` that trains, with far more epochs than the test lets it finish."""
    run = make_run(**({"epochs": 100_000} | options))
    run.start()
    until(lambda: run.snapshot().progress.tokens > 0 or run.snapshot().ended, "training")
    return run


def take_moments_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs train only once their history has a moment, and take the next at every look."""
    monkeypatch.setattr(moment_taker, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(moment_taker, "COST_SHARE", 1.0)

    def has_one(observer: Observer) -> bool:
        history = observer._taker._history
        return bool(history.moments) or not history.is_growing

    look_before_training(monkeypatch, has_one)


def look_before_training(
    monkeypatch: pytest.MonkeyPatch, has_looked: Callable[[Observer], object]
) -> None:
    """Let runs train only once their observer has looked at the untrained vectors."""
    start = Observer.start

    def start_and_wait(observer: Observer) -> None:
        start(observer)
        until(lambda: has_looked(observer), "a first look")

    monkeypatch.setattr(Observer, "start", start_and_wait)


def changes_of(run: Run) -> list[str]:
    """What the log of a run says of its live changes."""
    return [event.text for event in run.snapshot().events if event.kind == "change"]


def applied(run: Run) -> None:
    """Wait until the changes that were requested are applied or rejected."""
    until(lambda: not run.snapshot().applying, "the change")


@contextmanager
def while_applied(
    run: Run, monkeypatch: pytest.MonkeyPatch, *, fits: bool = True
) -> Iterator[None]:
    """What is requested in between comes while a change of the window to 9 is applied.

    fits   whether there is memory for that
    """
    assert run._trainer is not None
    backend = type(run._trainer.backend)
    begun, released, plan = threading.Event(), threading.Event(), backend.plan

    def slow_plan(backend: Backend, settings: ResolvedSettings) -> Plan:
        begun.set()
        assert released.wait(DEADLINE)
        if settings.window == 9 and not fits:
            raise MemoryError
        return plan(backend, settings)

    monkeypatch.setattr(backend, "plan", slow_plan)
    run.change(window=9, alpha=0.01)
    assert begun.wait(DEADLINE)
    try:
        yield
    finally:
        released.set()
    applied(run)


def until_spans_are_trained(run: Run) -> None:
    """Wait until the workers of a run that was paused just now have trained what they hold."""
    assert run._trainer is not None
    with run._trainer.dispatcher.held():
        pass


def matrices_of(run: Run) -> dict[str, NDArray[np.float32]]:
    """Everything that a run has trained, copied."""
    return {name: matrix.copy() for name, matrix in run.trained.matrices().items()}


def same_bits(one: dict[str, NDArray[np.float32]], other: dict[str, NDArray[np.float32]]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].tobytes() == other[name].tobytes() for name in one
    )
