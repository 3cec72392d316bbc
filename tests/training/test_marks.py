"""A condition ends or pauses a run at the same token every time, whatever else the machine does."""

from __future__ import annotations

import dataclasses
import random
import time

import pytest

from tests.support.corpora import TOPICS, encoded, topical_sentences
from tests.support.runs import matrices_of, same_bits
from tests.support.stores import MemoryStore
from tests.support.wait import DEADLINE, until
from w2vtui.runs.disk.checkpoint_files import read_checkpoint, write_checkpoint
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training import loop, preparing
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.loop import TrainingLoop
from w2vtui.training.measuring import lookouts, observer
from w2vtui.training.measuring.lookouts import Lookouts
from w2vtui.training.measuring.observer import Observer
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.run import Run
from w2vtui.training.state import measurements
from w2vtui.training.state.script import Script

pytestmark = pytest.mark.slow

WORDS = [word for topic in ("sea", "farm") for word in TOPICS[topic].split()]
ANALOGIES = [(a, b, "cow", c) for a in WORDS[:3] for b in WORDS[3:6] for c in WORDS[7:12]]
QUESTIONS = QualitySets(
    {
        "pairs": [
            (a, b, float((i < 6) == (j < 6)))
            for i, a in enumerate(WORDS)
            for j, b in enumerate(WORDS)
            if i < j
        ]
    },
    {"analogies": {"topics": ANALOGIES, "gram": ANALOGIES}},
)
ONE = {"workers": 1}
ROUNDS = {"workers": 2, "deterministic": True}
RACING = {"workers": 2}
COUNTERS = ["epoch 3", "tokens 100,001"]
MEASURED = [
    "loss < 2.32", "probe < 3.9", "probe up 1 time", "churn < 22 %", "settled > 25 %",
    "pairs > 0.5", "analogies > 0.5 %", "ship first in sailor + anchor",
    "ship leaves top 1 of sailor + anchor",
]  # fmt: skip


@pytest.fixture(scope="module")
def corpus():
    return encoded(topical_sentences(4000))


@pytest.fixture(autouse=True)
def _every_rise_counts(monkeypatch):
    """The probe of so short a run does not rise by two standard errors."""
    monkeypatch.setattr(measurements, "RISE_ERRORS", 0.0)


@pytest.fixture
def disturb(monkeypatch):
    """Make the threads of every run late by chance, and the run's thread look at other times."""
    monkeypatch.setattr(lookouts, "SHARE", 2.0)  # a look in every epoch or two
    trained, stepped, looked = CpuBackend.train_span, TrainingLoop._step, Observer._look_at_losses

    def to(seed):
        draw = random.Random(seed)

        def late(function, chance, most):
            def after_a_while(*arguments, **options):
                if draw.random() < chance:
                    time.sleep(draw.uniform(0, most))
                return function(*arguments, **options)

            return after_a_while

        monkeypatch.setattr(loop, "TICK_SECONDS", (0.2, 0.001, 0.03)[seed % 3])
        monkeypatch.setattr(observer, "POLL_SECONDS", (0.05, 0.2, 0.001)[seed % 3])
        monkeypatch.setattr(CpuBackend, "train_span", late(trained, 0.1, 0.004))
        monkeypatch.setattr(TrainingLoop, "_step", late(stepped, 0.5, 0.02))
        monkeypatch.setattr(Observer, "_look_at_losses", late(looked, 0.3, 0.02))

    return to


def a_run(corpus, way, *, store=None, start=None, script=None, epochs=40):
    workers, deterministic = way["workers"], way.get("deterministic", False)
    return Run(
        lambda progress, stop: corpus,
        TrainingSettings(vector_size=16, seed=3, deterministic=deterministic),
        LiveSettings(workers=workers, epochs=epochs, alpha=0.05),
        quality_sets=QUESTIONS,
        store=store,
        checkpoint_seconds=1e-3,
        resume_from=None if start is None else lambda corpus: start,
        earlier=() if start is None else start.events,
        script=script,
    )


def ended(run, *conditions):
    """The token and the vectors that a run ends with."""
    for condition in conditions:
        run.break_when(condition, stop=True)
    run.start()
    assert run.wait(DEADLINE)
    shot = run.snapshot()
    if conditions:
        assert shot.state == "stopped"
    return shot.progress.tokens, matrices_of(run)


def per_epoch(run):
    return run.snapshot().progress.tokens_per_epoch


@pytest.mark.parametrize("way", [ONE, ROUNDS, RACING], ids=["one", "rounds", "racing"])
def test_counters_end_a_run_at_their_very_token(corpus, way, disturb):
    disturb(1)
    run = a_run(corpus, way)
    tokens, _ = ended(run, "epoch 3")
    assert tokens == 2 * per_epoch(run)
    assert run.snapshot().events[-1].text.startswith("stopped: epoch 3 begins")
    assert ended(a_run(corpus, way), "tokens 100,001")[0] == 100_001
    assert ended(a_run(corpus, way), "tokens 1", "tokens 7")[0] == 1


@pytest.mark.parametrize("way", [ONE, ROUNDS], ids=["one", "rounds"])
@pytest.mark.parametrize("condition", COUNTERS + MEASURED)
def test_a_condition_ends_a_run_with_the_same_bits(corpus, way, condition, disturb):
    ends = []
    for seed in range(3):
        disturb(seed)
        ends.append(ended(a_run(corpus, way), condition))
    (tokens, vectors), *others = ends
    assert [other[0] for other in others] == [tokens] * 2
    assert all(same_bits(vectors, other[1]) for other in others)


# ---- interrupted on the way


def through_disk(folder, checkpoint):
    """A checkpoint as another process reads it."""
    return read_checkpoint(write_checkpoint(folder, checkpoint))


@pytest.mark.parametrize("condition", COUNTERS + MEASURED)
def test_a_resumed_run_meets_its_condition_where_it_would_have(
    corpus, condition, disturb, tmp_path
):
    tokens, vectors = ended(a_run(corpus, ONE), condition)
    for seed, stop_at in enumerate((tokens // 2 + 7, tokens - 3)):
        disturb(seed)
        store = MemoryStore()
        stopped = a_run(corpus, ONE, store=store, script=Script(stop_at=stop_at))
        assert ended(stopped, condition)[0] == stop_at
        run = a_run(corpus, ONE, start=through_disk(tmp_path, store.saved[-1]))
        assert ended(run)[0] == tokens
        assert run.snapshot().state == "stopped"
        assert same_bits(vectors, matrices_of(run))


@pytest.mark.parametrize("condition", ["loss < 2.32", "probe up 1 time", "tokens 100,001"])
def test_a_resumed_run_of_several_threads_does_too(corpus, condition, disturb, tmp_path):
    disturb(1)  # with a checkpoint at every tick
    store = MemoryStore()
    tokens, vectors = ended(a_run(corpus, ROUNDS, store=store), condition)
    before = [one for one in store.saved if 0 < one.clock < tokens]
    disturb(2)
    run = a_run(corpus, ROUNDS, start=through_disk(tmp_path, before[len(before) // 2]))
    assert ended(run)[0] == tokens
    assert same_bits(vectors, matrices_of(run))


def test_a_checkpoint_of_an_earlier_version_has_no_memory(corpus, disturb, tmp_path):
    disturb(1)
    store = MemoryStore()
    ended(a_run(corpus, ONE, store=store), "tokens 100,001", "loss < 0.1")
    old = dataclasses.replace(store.saved[0], memory={})
    run = a_run(corpus, ONE, start=through_disk(tmp_path, old))
    assert ended(run)[0] == 100_001


def test_a_sum_of_losses_goes_on_to_the_last_bit_after_a_break(corpus, disturb):
    disturb(1)
    store = MemoryStore()
    sums = [a_run(corpus, ROUNDS, store=store, epochs=3)]
    ended(sums[0])
    for checkpoint in store.saved[:3]:
        again = MemoryStore()
        ended(a_run(corpus, ROUNDS, store=again, start=checkpoint))
        assert again.saved[-1].tallies.tobytes() == store.saved[-1].tallies.tobytes()


# ---- replayed


@pytest.mark.parametrize("way", [ONE, ROUNDS], ids=["one", "rounds"])
def test_a_run_with_conditions_is_replayed_bit_for_bit(corpus, way, disturb, tmp_path):
    """Also where a condition only paused it, or ended it and it was resumed."""
    disturb(0)
    store = MemoryStore()
    ended(a_run(corpus, way, store=store), "tokens 50,001")
    start, store = store.saved[-1], MemoryStore()
    run = a_run(corpus, way, store=store, start=start)
    run.is_attended = False
    run.break_when("tokens 60,007")
    run.break_when("loss < 2.32")
    tokens, vectors = ended(run, "tokens 100,003")
    assert tokens == 100_003
    last = through_disk(tmp_path, store.saved[-1])
    cuts = tuple(event.tokens for event in last.events if event.cuts_round)
    assert cuts == ((50_001, 60_007, 100_003) if way is ROUNDS else ())
    disturb(2)
    replayed = ended(a_run(corpus, way, script=Script(cuts=cuts, stop_at=tokens)))
    assert replayed[0] == tokens
    assert same_bits(vectors, replayed[1])


def test_looking_changes_no_bit_in_deterministic_training(corpus, disturb):
    disturb(0)
    plain = ended(a_run(corpus, ROUNDS, epochs=3))
    run = a_run(corpus, ROUNDS, epochs=3)
    run.break_when("loss < 0.1")
    run.break_when("probe < 0.1")
    assert same_bits(plain[1], ended(run)[1])


# ---- paused, by hand, at the end


@pytest.mark.parametrize("way", [ONE, ROUNDS, RACING], ids=["one", "rounds", "racing"])
def test_a_breakpoint_pauses_at_its_very_token(corpus, way, disturb):
    disturb(2)
    run = a_run(corpus, way, epochs=5000)
    run.break_when("tokens 50,001")
    run.start()
    until(lambda: run.snapshot().state == "paused", "the pause")
    assert run.snapshot().progress.tokens == 50_001
    run.break_when("tokens 50,002")
    run.break_when(f"epoch {run.snapshot().progress.epoch + 1}", stop=True)
    run.resume()
    until(lambda: run.snapshot().progress.tokens > 50_001, "the next token")
    until(lambda: run.snapshot().state == "paused", "the pause")
    assert run.snapshot().progress.tokens == 50_002
    run.resume()
    assert run.wait(DEADLINE)
    assert run.snapshot().progress.tokens == 2 * per_epoch(run)


def test_what_is_cleared_while_workers_wait_holds_nothing_up(corpus, disturb):
    disturb(2)
    run = a_run(corpus, RACING, epochs=5000)
    for n in range(1, 400):
        run.break_when(f"tokens {n * 1000}")
    run.is_attended = False
    run.start()
    until(lambda: run.snapshot().progress.tokens > 1000, "some marks")
    run.clear_breakpoints()
    until(lambda: run.snapshot().progress.tokens > 500_000, "more training")
    run.stop()
    assert run.wait(DEADLINE)


def test_what_holds_at_the_end_is_noted_there(corpus):
    run = a_run(corpus, ONE, epochs=1)
    run.break_when("epoch 2", stop=True)
    run.break_when("probe < 64", stop=True)
    run.start()
    assert run.wait(DEADLINE)
    assert run.snapshot().state == "done"
    assert run.breakpoints == ("epoch 2",)
    assert any(one.text.startswith("at the end: probe is ") for one in run.snapshot().events)


def test_conditions_of_a_single_word_never_hold(monkeypatch):
    """A text of one word is refused now; a run on one that began before can be resumed."""
    monkeypatch.setattr(preparing, "check_worth", lambda corpus, settings: "")
    run = a_run(encoded([["word"] * 2000]), ONE, epochs=60)
    run.break_when("churn < 50 %", stop=True)
    run.break_when("settled > 50 %", stop=True)
    run.start()
    assert run.wait(DEADLINE)
    assert run.snapshot().state == "done"
    assert len(run.breakpoints) == 2


def test_minutes_say_that_they_are_by_the_clock(corpus):
    run = a_run(corpus, ONE, epochs=5000)
    ended(run, "minutes 0.0001")
    (note,) = [one.text for one in run.snapshot().events if one.text.startswith("stopped: ")]
    assert "minutes trained (by the clock, so at another token in each run)" in note


# ---- where the marks are


def test_the_grid_depends_on_text_and_settings_alone(corpus, monkeypatch):
    def marks(**live):
        run = Run(
            lambda progress, stop: corpus,
            TrainingSettings(vector_size=16),
            LiveSettings(**({"workers": 1, "epochs": 5000} | live)),
            quality_sets=QUESTIONS,
        )
        asked = []
        met = Lookouts._met
        monkeypatch.setattr(
            Lookouts,
            "_met",
            lambda one, kinds, shot: (
                asked.append((kinds, shot().progress.tokens)) or met(one, kinds, shot)
            ),
        )
        ended(run, "tokens 900k", "loss < 0.1", "probe < 0.1")
        monkeypatch.setattr(Lookouts, "_met", met)
        return asked

    monkeypatch.setattr(lookouts, "SHARE", 1.0)
    first = marks()
    assert len(first) > 4
    assert first == marks()
    assert first != marks(negative=20, window=10)
