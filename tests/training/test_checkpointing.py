"""When checkpoints are taken, and that training does not wait for them to be written."""

from __future__ import annotations

import dataclasses
import threading
import time

import numpy as np
import pytest

from tests.support.corpora import encoded, topical_sentences
from tests.support.inner_loop import outside
from tests.support.runs import applied, matrices_of, run_on, same_bits, trained
from tests.support.stores import MemoryStore
from tests.support.wait import DEADLINE, until
from w2vtui.errors import DiskError
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training import loop
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.tallies import Tallies
from w2vtui.training.live import checkpointing
from w2vtui.training.state.events import Event
from w2vtui.training.state.script import Script
from w2vtui.training.trainer import Trainer

CORPUS = encoded(topical_sentences(700))
SMALL = TrainingSettings(vector_size=16)
LONG = LiveSettings(epochs=100_000, workers=2)


@pytest.fixture(autouse=True)
def _looked_at_often(monkeypatch):
    """Short trainings are checkpointed several times."""
    monkeypatch.setattr(loop, "TICK_SECONDS", 0.02)


def tokens_go_on(run) -> None:
    """Wait until more is trained than now."""
    tokens = run.snapshot().progress.tokens
    until(lambda: run.snapshot().progress.tokens > tokens)


class SlowKeeper(MemoryStore):
    """A store that does not finish writing until it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()
        self.written.set()

    @property
    def ready(self) -> bool:
        return self.written.is_set()

    def save(self, checkpoint) -> None:
        super().save(checkpoint)
        self.written.clear()

    def wait(self, timeout=None) -> bool:
        return self.written.wait(timeout)


def end(run, store: SlowKeeper) -> None:
    """Stop a run whose checkpoints are all written at once from now on."""
    run.stop()
    until = time.monotonic() + DEADLINE
    while not run.wait(0.01):
        store.written.set()
        assert time.monotonic() < until


def test_training_continues_while_a_checkpoint_is_written():
    store = SlowKeeper()
    run = run_on(CORPUS, SMALL, LONG, store=store)
    run.start()
    until(lambda: len(store.saved) == 1)
    for _ in range(3):
        tokens_go_on(run)
    assert len(store.saved) == 1  # no second one is begun
    run.stop()
    assert not run.wait(0.3)  # the end waits until the disk has the last one
    end(run, store)
    assert store.saved[-1].state == "stopped"


def test_a_change_waits_for_a_writer_only_so_long(monkeypatch):
    monkeypatch.setattr(checkpointing, "PATIENCE_SECONDS", 0.1)
    store = SlowKeeper()
    run = run_on(CORPUS, SMALL, LONG, store=store)
    run.start()
    until(lambda: len(store.saved) == 1)
    run.change(window=2)
    applied(run)
    assert run.snapshot().settings.window == 2
    assert len(store.saved) == 1
    end(run, store)


def test_a_checkpoint_comes_before_every_change_and_at_a_pause():
    store = MemoryStore()
    run = run_on(CORPUS, SMALL, LONG, store=store, checkpoint_seconds=1000.0)
    run.start()
    tokens_go_on(run)
    run.change(window=2)
    applied(run)
    assert run.snapshot().settings.window == 2
    change = next(event for event in run.snapshot().events if event.kind == "change")
    saved = next(one for one in store.saved if one.reason == "before change 1")
    assert (saved.clock, saved.settings.window, saved.n_changes) == (change.tokens, 5, 0)
    run.pause()
    until(lambda: store.saved[-1].reason == "paused")
    assert store.saved[-1].n_changes == 1
    n_saved = len(store.saved)
    run.resume()
    tokens_go_on(run)
    run.stop()
    assert run.wait(DEADLINE)
    assert [one.reason for one in store.saved[n_saved:]] == ["stopped"]


def test_a_checkpoint_is_due_by_time_and_by_share(monkeypatch):
    monkeypatch.setattr(checkpointing, "PAUSE_SHARE", 1.0)
    store = MemoryStore()
    live = LiveSettings(epochs=1500, workers=1)
    run = run_on(CORPUS, SMALL, live, store=store, checkpoint_seconds=1000.0)
    trained(run)
    clocks = [one.clock for one in store.saved]
    steps = np.diff([0, *clocks])
    assert all(
        steps[:-1] >= checkpointing.CHECKPOINT_SHARE * run.snapshot().progress.tokens_planned
    )
    assert 3 <= len(clocks) <= 21


def test_what_failed_is_tried_again_and_not_at_once():
    store = MemoryStore()
    store.retry_seconds = 0.1
    times = []
    store._on_save = lambda checkpoint: times.append(time.monotonic())
    store.failed = True
    run = run_on(CORPUS, SMALL, LONG, store=store)
    run.start()
    until(lambda: len(times) == 3)
    assert min(np.diff(times)) >= 0.1
    assert store.saved[-1].reason == "another try"
    store.failed = False
    run.stop()
    assert run.wait(DEADLINE)


def test_a_run_that_must_be_saved_and_cannot_does_not_begin():
    class Nowhere(MemoryStore):
        def begin(self, corpus, checkpoint) -> None:
            raise DiskError("there is no such place")

    run = run_on(CORPUS, SMALL, LONG, store=Nowhere())
    run.start()
    with pytest.raises(DiskError, match="no such place"):
        run.wait(DEADLINE)
    assert run.snapshot().progress.tokens == 0


@pytest.mark.parametrize("workers", [3, *outside([1])])
def test_what_is_held_is_of_one_moment(workers):
    """Every token before the clock is trained, none after it, however often workers are held."""
    store = MemoryStore()
    live = LiveSettings(epochs=150, workers=workers, sample=0.0)
    run = run_on(CORPUS, SMALL, live, store=store)
    trained(run)
    assert len(store.saved) >= 2
    for one in store.saved:
        assert Tallies.summed([one.tallies]).tokens == one.clock
    assert run.snapshot().progress.tokens == run.snapshot().progress.tokens_planned


def test_a_change_by_hand_ends_what_was_to_be_repeated():
    store = MemoryStore()
    run = run_on(CORPUS, SMALL, LONG, store=store)
    run.start()
    tokens_go_on(run)
    run.change(window=2)
    applied(run)
    assert run.snapshot().settings.window == 2
    run.stop()
    assert run.wait(DEADLINE)
    change = next(event for event in run.snapshot().events if event.kind == "change")
    late = Script(changes=(change,))
    first = store.beginning
    again = run_on(CORPUS, SMALL, LONG, resume_from=first, script=late)
    again.start()
    until(lambda: again.snapshot().state == "training")
    again.change(window=9)
    until(lambda: again.snapshot().settings.window == 9)

    def is_reported() -> bool:
        events = again.snapshot().events
        repeated = sum(event.kind == "change" for event in events) == 2
        return repeated or any("will not be replayed" in event.text for event in events)

    until(is_reported)  # the change by hand came after the other's token, or before it
    again.stop()
    assert again.wait(DEADLINE)


def test_a_change_where_all_is_trained_comes_before_the_end(monkeypatch):
    """As when a run that was done is trained further, however late that is looked at."""
    done = run_on(CORPUS, SMALL, LiveSettings(epochs=2, workers=1), store=(k := MemoryStore()))
    trained(done)
    planned, longer = (
        done.snapshot().progress.tokens_planned,
        dataclasses.replace(done.snapshot().settings, epochs=3),
    )
    further = Event(
        seconds=0.0, tokens=planned, kind="change", text="epochs 2 to 3", number=1,
        settings=longer, schedule=k.saved[-1].schedule.changed(
            planned, rate=None, min_rate=longer.min_alpha, planned=planned * 3 // 2
        ),
    )  # fmt: skip
    follow = Trainer.follow_script
    monkeypatch.setattr(
        Trainer, "follow_script", lambda trainer: not trainer.pool.busy and follow(trainer)
    )
    again = run_on(
        CORPUS, SMALL, LiveSettings(epochs=2, workers=1), script=Script(changes=(further,))
    )
    trained(again)
    assert again.snapshot().progress.tokens == planned * 3 // 2
    assert again.snapshot().state == "done"


def test_a_change_without_enough_memory_is_dropped(monkeypatch):
    """The training continues with the settings it had."""
    run = run_on(CORPUS, SMALL, LONG)
    run.start()
    tokens_go_on(run)
    plan = CpuBackend.plan

    def full(backend, settings):
        if settings.window == 9:
            raise MemoryError
        return plan(backend, settings)

    monkeypatch.setattr(CpuBackend, "plan", full)
    run.change(window=9)
    applied(run)
    reported = "change rejected: there is no memory for it"
    assert any(event.text == reported for event in run.snapshot().events)
    run.change(window=2)
    applied(run)
    assert run.snapshot().settings.window == 2
    tokens_go_on(run)
    run.stop()
    assert run.wait(DEADLINE)


def test_a_run_repeated_to_a_token_stops_there():
    whole = run_on(CORPUS, SMALL, LiveSettings(epochs=20, workers=1), store=(k := MemoryStore()))
    trained(whole)
    for stop_at in (1, k.saved[-1].clock // 2, k.saved[-1].clock):
        again = run_on(
            CORPUS, SMALL, LiveSettings(epochs=20, workers=1), script=Script(stop_at=stop_at)
        )
        ended = matrices_of(trained(again))
        assert again.snapshot().progress.tokens == stop_at
        assert same_bits(ended, dict(k.saved[-1].vectors)) == (stop_at == k.saved[-1].clock)
