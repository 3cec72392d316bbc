"""Requests at the edges of a run, and at the same moment as others: none is lost without a word."""

from __future__ import annotations

import math
import threading
from contextlib import ExitStack

import pytest

from tests.support.corpora import encoded, topical_sentences
from tests.support.runs import (
    applied,
    changes_of,
    make_run,
    run_on,
    trained,
    training_run,
    while_applied,
)
from tests.support.stores import MemoryStore
from tests.support.wait import DEADLINE, until
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training import loop
from w2vtui.training.engine.dispatcher import Dispatcher
from w2vtui.training.live import changes
from w2vtui.training.live.breakpoints import parse
from w2vtui.training.live.checkpointing import Checkpointing
from w2vtui.training.live.waiting import Breakpoint, Breakpoints
from w2vtui.training.loop import TrainingLoop
from w2vtui.training.measuring.quality import QualityMeter
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.state.checkpoint import PastSettings
from w2vtui.training.state.events import EventLog
from w2vtui.training.state.snapshot import Progress, Snapshot

SENTENCES = topical_sentences(300)


def slow_run(**options):
    """A run that does not end by itself before the test does."""
    run = make_run(SENTENCES, epochs=100_000, **options)
    run.limit_speed(100_000)
    return run


def texts_of(run):
    return [event.text for event in run.snapshot().events]


class AskedMeanwhile(threading.Event):
    """Is set by another thread just after somebody has found that it is not."""

    def is_set(self):
        was_set = super().is_set()
        if not was_set:
            self.set()
        return was_set


def once_in_a_tick(monkeypatch, action):
    """Do something in the run's thread, once, after it has applied what was requested."""
    tick, is_done = TrainingLoop._tick, threading.Event()

    def also(of):
        tick(of)
        if of._control.state == "training" and not is_done.is_set():
            is_done.set()
            action(of)

    monkeypatch.setattr(TrainingLoop, "_tick", also)


# ---- changes


def test_a_change_just_before_the_run_is_stopped_is_applied(monkeypatch):
    run = slow_run(window=5)

    def change_and_stop(of):
        run.change(window=9)
        run.stop()
        of._trainer.pool.wait(DEADLINE)

    once_in_a_tick(monkeypatch, change_and_stop)
    trained(run)
    assert changes_of(run) == ["window 5 → 9"]
    assert run.snapshot().settings.window == 9


def test_a_change_that_comes_too_late_is_refused():
    """The caller has found the run training, which has ended since."""
    run = trained(make_run(SENTENCES))
    changes = run._trainer.live_changes
    for late in (lambda: changes.change({"window": 9}), changes.undo):
        with pytest.raises(SettingsError, match="this one is ending"):
            late()
    assert not run.snapshot().applying
    assert run.snapshot().state == "done"


def test_a_change_that_a_run_fails_before_is_reported(monkeypatch):
    run = slow_run()

    def change_and_fail(of):
        run.change(window=9)
        raise RuntimeError("a bug")

    once_in_a_tick(monkeypatch, change_and_fail)
    run.start()
    with pytest.raises(RuntimeError, match="a bug"):
        run.wait(DEADLINE)
    assert not run.snapshot().applying
    assert texts_of(run)[-2:] == ["a bug", "the run ended before a change that was requested"]


def test_a_change_is_rejected_once_where_it_cannot_be_saved_before(monkeypatch):
    """There is no memory for the copies of a checkpoint."""
    corpus = encoded(SENTENCES)
    run = run_on(
        corpus, TrainingSettings(vector_size=8), LiveSettings(epochs=100_000, workers=1),
        store=MemoryStore(), checkpoint_seconds=1000.0,
    )  # fmt: skip
    monkeypatch.setattr(Checkpointing, "_due", lambda *_: "")
    run.start()
    until(lambda: run.snapshot().progress.tokens > 0)
    with monkeypatch.context() as patched:

        def full(checkpointing):
            raise MemoryError

        patched.setattr(Checkpointing, "_make_room", full)
        run.change(window=9)
        applied(run)
    run.change(window=3)
    applied(run)
    rejected = [text for text in texts_of(run) if text.startswith("change rejected")]
    assert rejected == ["change rejected: there is no memory for it"]
    assert run.snapshot().settings.window == 3
    run.stop()
    assert run.wait(DEADLINE)


def test_a_change_that_is_taken_in_hand_is_pending(monkeypatch):
    run, looks = training_run(window=5), []

    def taken_in_hand(**past):
        looks.append(run.snapshot().applying)
        return PastSettings(**past)

    monkeypatch.setattr(changes, "PastSettings", taken_in_hand)
    run.change(window=9)
    applied(run)
    run.stop()
    assert run.wait(DEADLINE)
    assert looks == [True]


def test_a_change_that_is_not_pending_is_in_the_same_snapshot(monkeypatch):
    """However late the rest of the snapshot is made."""
    run = training_run(sentences=SENTENCES)
    log = run._log

    class Late:
        def __getattr__(self, name):
            found = getattr(log, name)
            if name == "events":
                monkeypatch.setattr(run, "_log", log)
                finished.close()
            return found

    with ExitStack() as finished:
        finished.enter_context(while_applied(run, monkeypatch))
        monkeypatch.setattr(run, "_log", Late())
        shot = run.snapshot()
    assert shot.applying or any(event.kind == "change" for event in shot.events)
    assert len(changes_of(run)) == 1
    run.stop()
    assert run.wait(DEADLINE)


# ---- pausing, stopping


def test_a_run_that_is_paused_before_it_trains_begins_paused():
    run = make_run(SENTENCES)
    run.pause("held back")
    run.pause()
    run.start()
    until(lambda: run.snapshot().state == "paused", "the pause")
    assert run.wait_for_halt(DEADLINE)
    assert run.snapshot().progress.tokens == 0
    until(lambda: "held back" in texts_of(run), "the note")
    assert "paused" not in texts_of(run)
    run.resume()
    assert run.wait(DEADLINE)
    assert run.snapshot().state == "done"


def test_what_is_noted_by_hand_comes_before_what_the_run_notes_after_that():
    log = EventLog(lambda: (0.0, 0))
    log.note_by_hand("resumed")
    log.note("paused: epoch 2 begins")
    log.note_by_hand("resumed again")
    log.take_in()
    texts = [event.text for event in log.events]
    assert texts == ["resumed", "paused: epoch 2 begins", "resumed again"]


def test_a_run_that_is_resumed_before_it_trains_does_not_begin_paused():
    run = make_run(SENTENCES)
    run.pause()
    run.resume()
    trained(run)
    assert texts_of(run)[:2] == ["paused", "resumed"]


def test_a_run_that_is_paused_over_its_last_tokens_does_not_end(monkeypatch):
    """It can still be given more epochs."""
    finish_job, tick = Dispatcher.finish_job, TrainingLoop._tick
    paused, ticks = threading.Event(), []

    def pause_at_the_end(dispatcher, number):
        if dispatcher.finished and not paused.is_set():
            paused.set()
            run.pause()
        finish_job(dispatcher, number)

    def counted(of):
        ticks.append(of._trainer.pool.busy)
        tick(of)

    monkeypatch.setattr(loop, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(Dispatcher, "finish_job", pause_at_the_end)
    monkeypatch.setattr(TrainingLoop, "_tick", counted)
    run = make_run(SENTENCES, workers=1, epochs=2)
    run.start()
    until(lambda: ticks.count(False) > 3 or run.is_over(0), "looks after the last worker has left")
    assert run.snapshot().state == "paused"
    per_epoch = run.snapshot().progress.tokens_per_epoch
    run.change(epochs=3)
    applied(run)
    assert run.snapshot().progress.tokens == 2 * per_epoch
    run.resume()
    assert run.wait(DEADLINE)
    assert run.snapshot().progress.tokens == 3 * per_epoch


def test_a_run_that_was_stopped_before_it_trains_is_stopping_when_it_begins(monkeypatch):
    run = make_run(SENTENCES)
    states = []
    start = type(run._control).begin

    def stopped_just_before(control, dispatcher):
        run.stop()
        start(control, dispatcher)
        states.append(control.state)

    monkeypatch.setattr(type(run._control), "begin", stopped_just_before)
    trained(run)
    assert states == ["stopping"]
    assert run.snapshot().state == "stopped"


def test_a_paused_run_that_is_stopped_has_not_halted_before_its_end():
    run = slow_run()
    run.pause()
    run.start()
    assert run.wait_for_halt(DEADLINE)
    with run._control.lock:  # without which it does not end
        run.stop()
        assert not run.wait_for_halt(0)
    assert run.wait_for_halt(DEADLINE)
    assert run.snapshot().state == "stopped"
    assert run.wait(DEADLINE)


def test_a_signal_may_stop_a_run_that_is_being_stopped(monkeypatch):
    """As the second one of `timeout` does, wherever this thread is."""
    run, notify_all = make_run(SENTENCES), threading.Condition.notify_all

    def interrupted(condition):
        run.stop()
        notify_all(condition)

    with monkeypatch.context() as patched:
        patched.setattr(threading.Condition, "notify_all", interrupted)
        run.stop()
    trained(run)
    assert run.snapshot().state == "stopped"


def test_a_run_that_cannot_be_cleared_away_has_failed(monkeypatch):
    def fail(history):
        raise OSError("no such disk")

    run = make_run(SENTENCES, epochs=1)
    monkeypatch.setattr(type(run.history), "finish", fail)
    run.start()
    with pytest.raises(OSError, match="no such disk"):
        run.wait(DEADLINE)
    assert run.snapshot().state == "failed"
    assert texts_of(run)[-1] == "no such disk"
    assert run.wait_for_halt(0)


# ---- breakpoints


@pytest.mark.parametrize("replaced", [False, True])
def test_a_breakpoint_that_is_removed_while_it_is_looked_at_is_not_met(replaced):
    waiting = Breakpoints()
    waiting.add(Breakpoint(parse("epoch 2")))

    def meanwhile(condition):
        waiting.remove(waiting)
        if replaced:
            waiting.add(Breakpoint(condition, ends=True))
        return True

    shot = Snapshot(state="training", settings=LiveSettings(), progress=Progress(epoch=2))
    assert waiting.met(shot, meanwhile) == []
    assert [one.ends for one in waiting] == [True] * replaced


def test_a_breakpoint_that_is_met_where_another_stops_the_run_does_not_say_that_it_paused():
    run = slow_run()
    run.break_when("epoch 2", stop=True)
    per_epoch = trained(make_run(SENTENCES, epochs=1)).snapshot().progress.tokens
    run.break_when(f"tokens {per_epoch}")
    trained(run)
    assert texts_of(run)[-2:] == [
        "stopped: epoch 2 begins",
        f"not paused: {per_epoch:,} tokens trained",
    ]


# ---- measurements


def test_a_look_that_is_asked_for_while_another_begins_comes_next():
    observer = trained(make_run(SENTENCES))._trainer.observer
    observer._changed, observer._probe_clock.due = AskedMeanwhile(), math.inf
    before = observer.probe
    observer._look_at_losses(leaving=False)
    assert observer.probe is before
    assert observer._changed.is_set()


def test_scores_that_are_asked_for_while_others_are_looked_at_come_next():
    pairs = QualitySets({"pairs": [("ship", "sailor", 1.0), ("ship", "wave", 0.5)]})
    run = trained(make_run(SENTENCES))
    meter = run._trainer.observer.quality
    meter.use(meter.known(pairs))
    meter._asked, meter.clock.due = AskedMeanwhile(), math.inf
    moment = run._trainer._now()
    meter.look(moment, leaving=False)
    assert meter.quality is None
    meter.look(moment, leaving=False)
    assert meter.quality.tokens == moment.tokens


def test_questions_that_are_read_until_the_run_has_ended_are_refused(monkeypatch):
    run = training_run(sentences=SENTENCES)

    def read_for_long(sets, kind, paths, note):
        run.stop()
        assert run.wait(DEADLINE)
        return QualitySets({"pairs": [("ship", "sailor", 1.0)]})

    monkeypatch.setattr(QualitySets, "with_files", read_for_long)
    with pytest.raises(SettingsError, match="questions change while a run trains; this one is st"):
        run.score_on("pairs", ["pairs.txt"])
    assert not run.snapshot().quality_wanted


def test_a_run_can_be_steered_while_questions_are_looked_up(monkeypatch):
    """Among a million words that takes a second."""
    run, steered = training_run(sentences=SENTENCES), []
    known = QualityMeter.known

    def looked_up(meter, sets):
        other = threading.Thread(target=run.pause, daemon=True)
        other.start()
        other.join(DEADLINE)
        steered.append(run.snapshot().state)
        return known(meter, sets)

    monkeypatch.setattr(QualityMeter, "known", looked_up)
    run.score_on("pairs", [])
    run.stop()
    assert run.wait(DEADLINE)
    assert steered == ["paused"]
