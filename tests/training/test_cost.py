"""Costs: what a center meets under any settings, and what that is predicted to take."""

from __future__ import annotations

import re
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as any_speed
from hypothesis import strategies as st

from tests.support.runs import (
    applied,
    changes_of,
    make_run,
    trained,
    training_run,
    while_applied,
)
from tests.support.wait import DEADLINE, until
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings
from w2vtui.training.costs.cost_model import CostModel, Measurement
from w2vtui.training.costs.text_shape import TextShape
from w2vtui.training.engine.tallies import Tallies
from w2vtui.training.live.changes import LiveChanges
from w2vtui.training.measuring.counters import Counters
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.script import Script
from w2vtui.training.trainer import Trainer

EVERY_WORD = 0.0  # as `sample`


def text_of(lengths, n_words=50, seed=0):
    """A text with sentences of these lengths and words drawn like those of a language."""
    random = np.random.default_rng(seed)
    odds = 1 / np.arange(1, n_words + 1)
    ids = random.choice(n_words, sum(lengths), p=odds / odds.sum()).astype(np.int32)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    counts = np.maximum(np.bincount(ids, minlength=n_words), 1)
    vocab = SimpleNamespace(counts=counts)
    return SimpleNamespace(ids=ids, sentence_starts=starts, vocab=vocab)


@any_speed(deadline=None)
@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    window=st.integers(1, 12),
    shrink=st.booleans(),
)
def test_mean_contexts_are_those_counted_by_hand(lengths, window, shrink):
    settings = LiveSettings(sample=EVERY_WORD, window=window, shrink_windows=shrink)
    reaches = range(1, window + 1) if shrink else [window]
    found = [
        sum(abs(place - center) <= reach for place in range(length) if place != center)
        for length in lengths
        if length > 1
        for center in range(length)
        for reach in reaches
    ]
    expected = sum(found) / len(found) if found else 0.0
    assert TextShape(text_of(lengths)).contexts(settings) == pytest.approx(expected)


@pytest.mark.parametrize("shrink", [True, False])
def test_the_contexts_of_long_windows_are_counted_at_once(shrink):
    settings = LiveSettings(sample=EVERY_WORD, window=10_000, shrink_windows=shrink)
    in_long = TextShape(text_of([2_000, 9_000, 300_000])).contexts(settings)
    assert in_long == pytest.approx(9_700 if shrink else 19_000, rel=0.05)
    assert TextShape(text_of([100] * 9)).contexts(settings) == pytest.approx(99, rel=0.01)
    everything = settings.changed(window=None)  # never drawn, and as bounded in a long sentence
    shape = TextShape(text_of([2_000, 9_000, 300_000]))
    widest = LiveSettings(sample=EVERY_WORD, window=10_000, shrink_windows=False)
    assert shape.contexts(everything) == shape.contexts(widest)


def test_subsampling_is_predicted():
    run = trained(make_run(sample=1e-2))
    kept = run.snapshot().progress.kept_share
    assert 0.5 < kept < 0.95
    assert run._trainer.shape.kept_share(1e-2) == pytest.approx(kept, rel=0.02)
    assert run._trainer.shape.kept_share(EVERY_WORD) == 1.0


def test_targets_are_noise_words_or_a_path():
    shape = TextShape(text_of([1000]))
    assert shape.targets(LiveSettings(negative=7)) == 8
    assert shape.targets(LiveSettings(objective="softmax")) == 50
    assert 3 < shape.targets(LiveSettings(objective="hierarchical-softmax", sample=0)) < 6


@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
@pytest.mark.parametrize("noise_sharing", ["centers", "pairs", "none"])
def test_more_of_anything_costs_more(model, noise_sharing):
    model_of = {size: CostModel(TextShape(text_of([20] * 99)), size) for size in (100, 300)}
    base = LiveSettings(model=model, noise_sharing=noise_sharing, sample=1e-2, workers=1)

    def cost(size=100, **changes):
        return model_of[size].seconds_a_token(base.changed(**changes), [])

    assert cost() < cost(negative=20) < cost(negative=60)
    assert cost() < cost(window=9)
    assert cost() < cost(sample=0.0)
    assert cost() < cost(size=300)


def test_a_measured_setting_is_predicted_as_it_was_measured():
    """Also where this machine spends its time otherwise than the one the terms come from."""
    model = CostModel(TextShape(text_of([20] * 99)), 100)
    base = LiveSettings(workers=1)
    slow = 5 * model.seconds_a_token(base, [])
    measured = [Measurement(base, int(10 / slow), 10.0)]
    assert model.seconds_a_token(base, measured) == pytest.approx(slow, rel=0.02)
    assert model.seconds_a_token(base.changed(negative=20), measured) > 1.3 * slow

    strange = 2 * slow  # the terms say 3.2
    measured.append(Measurement(base.changed(negative=20), int(10 / strange), 10.0))
    predicted = model.seconds_a_token(base.changed(negative=20), measured)
    assert predicted == pytest.approx(strange, rel=0.15)
    assert model.seconds_a_token(base, measured) == pytest.approx(slow, rel=0.15)


def test_a_cost_has_the_work_the_speed_and_the_new_end():
    run = training_run(workers=1)
    until(lambda: run.cost(negative=60) is not None, "a measured speed")
    cost = run.cost(negative=60, window=12)
    assert cost.work > 1.5
    assert cost.words_per_second == pytest.approx(cost.words_per_second_before / cost.work)
    assert cost.eta_change > 0
    longer, same = run.cost(epochs=200_000), run.cost()
    assert longer.work == 1.0
    left, left_before = (one.eta_seconds * one.words_per_second for one in (longer, same))
    assert left == pytest.approx(2 * left_before, rel=0.1)  # the speed is another at every tick
    with pytest.raises(SettingsError, match="window must be"):
        run.cost(window=0)
    run.stop()
    assert run.wait(DEADLINE)
    assert run.cost(epochs=200_000).eta_seconds > 0  # of training on


@pytest.mark.slow
def test_after_a_change_the_run_reports_the_error_of_its_cost():
    run = training_run(workers=1)
    until(lambda: run.cost() is not None, "a measured speed")
    run.change(negative=60)

    def judged():
        return [e.text for e in run.snapshot().events if e.text.startswith("change 1: ")]

    until(judged, "the judgment")
    pattern = r"change 1: [\d,]+k words/s, (as|\d+ % (slower|faster) than) predicted"
    assert re.fullmatch(pattern, judged()[0])
    (check,) = [event for event in run.snapshot().events if event.checks == 1]
    assert check.measured > 0
    assert check.predicted > 0
    run.stop()
    assert run.wait(DEADLINE)


def test_each_thread_has_its_speed():
    run = training_run(workers=2)

    def speeds():
        return run.snapshot().speed.by_thread

    until(lambda: len(speeds()) == 2 and min(speeds()) > 0, "the speed of each")
    run.change(workers=1)
    until(lambda: len(speeds()) == 1, "one thread")
    run.stop()
    assert run.wait(DEADLINE)
    assert speeds() == (0.0,)


def test_the_speeds_of_all_threads_add_up():
    counters = Counters(RunCurves())
    for seconds, tokens in ((1.0, (100, 300)), (3.0, (300, 1100))):
        counters.watch = SimpleNamespace(seconds=seconds)
        pool = Mock()
        pool.tallies.return_value = Tallies(tokens=sum(tokens))
        pool.tokens_of_workers.return_value = tokens
        counters.read(pool)
    assert [meter.now for meter in counters.thread_speeds] == [100.0, 400.0]
    assert counters.speed.now == 500.0


# ---- undo


def test_undo_takes_changes_back_one_after_another():
    run = training_run(negative=5, window=5)
    with pytest.raises(SettingsError, match="nothing to undo"):
        run.undo()
    run.change(negative=12)
    applied(run)
    run.change(window=9)
    applied(run)
    run.undo()
    applied(run)
    settings = run.snapshot().settings
    assert (settings.negative, settings.window) == (12, 5)
    run.undo()
    applied(run)
    assert run.snapshot().settings.negative == 5
    with pytest.raises(SettingsError, match="nothing to undo"):
        run.undo()
    assert changes_of(run) == [
        "K 5 → 12",
        "window 5 → 9",
        "undo 2: window 9 → 5",
        "undo 1: K 12 → 5",
    ]
    run.stop()
    assert run.wait(DEADLINE)


@contextmanager
def asked_at_once(run, monkeypatch):
    """Changes requested in between are applied together."""
    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "apply_change", lambda trainer: None)
        yield
    run._control.wake.set()


def numbers_to_undo(run):
    return [past.number for past in run._trainer.live_changes.past]


def test_a_change_just_after_an_undo_leaves_the_undo_whole(monkeypatch):
    run = training_run(alpha=0.025, window=5)
    line = run._trainer.dispatcher.schedule
    run.change(alpha=0.001)
    applied(run)
    with asked_at_once(run, monkeypatch):
        run.undo()
        run.change(window=3)
    applied(run)
    assert run._trainer.dispatcher.schedule == line
    assert run.snapshot().settings.window == 3
    assert numbers_to_undo(run) == [2]
    run.undo()
    applied(run)
    assert run._trainer.dispatcher.schedule == line
    assert run.snapshot().settings.window == 5
    assert numbers_to_undo(run) == []
    run.stop()
    assert run.wait(DEADLINE)


def test_an_undo_just_after_a_change_on_top_of_an_undo_drops_that_change(monkeypatch):
    run = training_run(window=5)
    run.change(window=9)
    applied(run)
    with asked_at_once(run, monkeypatch):
        run.undo()
        run.change(window=3)
        run.undo()
    applied(run)
    assert run.snapshot().settings.window == 5
    assert numbers_to_undo(run) == []
    run.stop()
    assert run.wait(DEADLINE)


def test_two_undos_at_once_are_repeated_as_they_were(monkeypatch):
    run = training_run(window=5, workers=1)
    for window in (6, 7, 8):
        run.change(window=window)
        applied(run)
    with asked_at_once(run, monkeypatch):
        run.undo()
        run.undo()
    applied(run)
    run.stop()
    assert run.wait(DEADLINE)
    assert run.snapshot().settings.window == 6
    assert numbers_to_undo(run) == [1]
    changes = tuple(event for event in run.snapshot().events if event.kind == "change")
    again = make_run(
        epochs=100_000, window=5, workers=1,
        script=Script(changes=changes, stop_at=run.snapshot().progress.tokens),
    )  # fmt: skip
    again.start()
    assert again.wait(DEADLINE)
    assert again.snapshot().settings.window == 6
    assert numbers_to_undo(again) == [1]


def test_a_change_that_is_being_applied_is_undone(monkeypatch):
    run = training_run(window=5, alpha=0.02)
    line = run._trainer.dispatcher.schedule
    with while_applied(run, monkeypatch):
        run.undo()
    assert [text.partition(":")[0] for text in changes_of(run)][1:] == ["undo 1"]
    assert run.snapshot().settings.window == 5
    assert run._trainer.dispatcher.schedule == line
    assert numbers_to_undo(run) == []
    run.stop()
    assert run.wait(DEADLINE)


def test_a_change_while_another_is_applied_comes_after_it(monkeypatch):
    run = training_run(window=5, alpha=0.02)
    with while_applied(run, monkeypatch):
        run.change(negative=7)
        run.change(negative=8)
        run.undo()
        run.change(negative=9)
    first, second = changes_of(run)
    assert first == "window 5 → 9, learning rate 0.02 → 0.01"
    assert second == "K 5 → 9"
    assert numbers_to_undo(run) == [1, 2]
    run.stop()
    assert run.wait(DEADLINE)


def test_an_undo_of_a_change_that_is_rejected_changes_nothing(monkeypatch):
    run = training_run(window=5)
    with while_applied(run, monkeypatch, fits=False):
        run.undo()
    assert changes_of(run) == []
    assert any("change rejected" in event.text for event in run.snapshot().events)
    run.stop()
    assert run.wait(DEADLINE)


def test_an_undo_of_a_change_that_is_applied_and_not_reported_yet_undoes_that_one(monkeypatch):
    """The change is itself an undo, with more requested on top."""
    run, done = training_run(window=5), LiveChanges.done

    def undone_before(changes):
        if not changes._staged:
            monkeypatch.setattr(LiveChanges, "done", done)
            run.undo()
        done(changes)

    with while_applied(run, monkeypatch):
        run.undo()
        run.change(negative=7)
        monkeypatch.setattr(LiveChanges, "done", undone_before)
    assert [text.partition(":")[0] for text in changes_of(run)[1:]] == ["undo 1", "undo 2"]
    assert (run.snapshot().settings.window, run.snapshot().settings.negative) == (5, 5)
    run.stop()
    assert run.wait(DEADLINE)


def test_undo_restores_the_line_of_the_rate_and_the_end():
    run = training_run(alpha=0.02)
    schedule = run._trainer.dispatcher.schedule
    run.change(alpha=0.1, epochs=200_000)
    applied(run)
    assert run._trainer.dispatcher.schedule != schedule
    run.undo()
    applied(run)
    assert run._trainer.dispatcher.schedule == schedule
    assert run.snapshot().settings.epochs == 100_000
    assert "learning rate 0.1 → 0.02" in changes_of(run)[1]
    run.stop()
    assert run.wait(DEADLINE)


def test_undo_refuses_an_end_that_has_passed():
    run = make_run(epochs=3, workers=1, sample=EVERY_WORD)
    run.break_when("epoch 2")
    run.start()
    assert run.wait_for_halt(DEADLINE)
    run.change(epochs=100_000)
    applied(run)
    run.resume()
    until(lambda: run.snapshot().progress.epoch > 5, "a later epoch")
    with pytest.raises(SettingsError, match="cannot be undone"):
        run.undo()
    run.stop()
    assert run.wait(DEADLINE)
