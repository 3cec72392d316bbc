"""Deterministic training with several workers: the same bits whatever the threads do."""

from __future__ import annotations

import random
import threading
import time
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels import naive
from tests.support.corpora import topic_margin, topical_sentences
from tests.support.inner_loop import examples
from tests.support.wait import DEADLINE, until
from w2v_kernels import layout
from w2v_kernels.parallel import merging
from w2vtui import Word2Vec
from w2vtui.corpus import EncodedCorpus, Vocab, encode_sentences
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.engine import rounds
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.dispatcher import Dispatcher
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.replicas import Replicas
from w2vtui.training.engine.token_order import TokenOrder
from w2vtui.training.engine.workers import WorkerPool
from w2vtui.training.measuring.probe import choose_held_out
from w2vtui.training.run import Run

pytestmark = pytest.mark.slow

MODES = [
    (model, objective)
    for model in ("skip-gram", "cbow")
    for objective in ("negative-sampling", "hierarchical-softmax", "softmax")
]
TOPICAL = encode_sentences(topical_sentences(600), CorpusSettings(min_count=1))


class Training:
    """A pool over the topical sentences, held-out blocks and all, without a run around it."""

    def __init__(self, corpus=TOPICAL, *, backend=CpuBackend, vectors=None, clock=0, **live):
        live = {"workers": 2, "epochs": 2, "alpha": 0.05} | live
        self.backend = backend(
            corpus, TrainingSettings(vector_size=20, deterministic=True), vectors
        )
        blocks = choose_held_out(corpus.sentence_starts, seed=3)
        self.order = TokenOrder(len(corpus.ids), blocks)
        planned = live["epochs"] * self.order.tokens_per_epoch
        self.plan = self.backend.plan(LiveSettings(**live).resolved(len(corpus.ids), 1))
        self.schedule = Schedule(clock=0, rate=live["alpha"], min_rate=0.0, planned=planned)
        self.arrived = threading.Event()
        self.dispatcher = Dispatcher(
            self.backend,
            self.order,
            self.plan,
            self.schedule,
            clock=clock,
            arrived=self.arrived.set,
        )
        self.pool = WorkerPool(self.backend, self.dispatcher)

    def finish(self):
        self.pool.staff()
        self.pool.join()
        if self.pool.error is not None:
            raise self.pool.error
        assert self.dispatcher.finished
        return self.matrices()

    def matrices(self):
        return {name: matrix.copy() for name, matrix in self.backend.matrices().items()}

    def change(self, **live):
        settings = self.dispatcher.plan.settings.changed(**live)
        return self.pool.adopt(self.backend.plan(settings), lambda line, clock: line)


class Staggered(CpuBackend):
    """Each worker dawdles at random, so that they meet in another order every time."""

    def train_span(self, plan, span, rates, scratch, tallies):
        time.sleep(random.choice((0, 0, 0.0005, 0.002)))
        super().train_span(plan, span, rates, scratch, tallies)


@pytest.fixture
def short_steps(monkeypatch):
    """Several steps a round on a small text, with frequent words that are merged at each."""
    monkeypatch.setattr(rounds, "LEAST_STEP_TOKENS", 20)
    monkeypatch.setattr(rounds, "LEAST_FREQUENT", 7)


def assert_same_bits(one, other):
    assert one.keys() == other.keys()
    for name, matrix in one.items():
        np.testing.assert_array_equal(matrix.view(np.int32), other[name].view(np.int32))


def assert_different(one, other):
    assert any(not np.array_equal(one[name], other[name]) for name in one)


# ---- merging


def moved_rows(n_replicas, n_rows=12, size=24, seed=0, step=0.3):
    """Rows, and replicas of them in which some rows have moved."""
    draw = np.random.default_rng(seed)
    base = layout.empty_rows(n_rows, size)
    base[:, :size] = draw.normal(0, 1, (n_rows, size))
    base[1] = 0  # as output vectors begin
    replicas = np.stack([base] * n_replicas)
    together = draw.normal(0, step, (n_rows, size))
    for replica in replicas:
        moved = draw.random(n_rows) < 0.7
        moved[0] = False
        apart = draw.normal(0, step, (n_rows, size))
        replica[moved, :size] += (together + apart)[moved]
    return base, replicas


def merge(base, replicas, first=0, stop=None):
    stop = len(base) if stop is None else stop
    merging.merge(base, base.view(np.int32), replicas, replicas.view(np.int32), first, stop)


@pytest.mark.parametrize("n_replicas", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("step", [0.001, 0.05, 2.0])
def test_merging_does_what_its_plain_form_does(n_replicas, step):
    base, replicas = moved_rows(n_replicas, step=step)
    expected = naive.merge(base.astype(np.float64), replicas.astype(np.float64))
    merge(base, replicas)
    np.testing.assert_allclose(base, expected, rtol=2e-5, atol=2e-6)
    for replica in replicas:
        np.testing.assert_array_equal(replica, base)


def test_merging_by_parts_gives_the_same_bits():
    base, replicas = moved_rows(3)
    other_base, other_replicas = base.copy(), replicas.copy()
    merge(base, replicas)
    for first, stop in [(7, 12), (0, 2), (2, 7)]:
        merge(other_base, other_replicas, first, stop)
    np.testing.assert_array_equal(base.view(np.int32), other_base.view(np.int32))


def test_a_row_that_one_worker_moved_goes_where_that_worker_took_it():
    base, replicas = moved_rows(4)
    replicas[:] = base
    replicas[2, 5, :3] += 1.5
    expected = replicas[2].copy()
    merge(base, replicas)
    np.testing.assert_allclose(base, expected, rtol=1e-6)


def test_large_moves_in_one_direction_are_averaged_and_small_ones_added():
    base, replicas = moved_rows(2)
    replicas[:] = base
    large, small = 3 * base[4], 1e-4 * base[5]
    replicas[:, 4] += large
    replicas[:, 5] += small
    before = base.copy()
    merge(base, replicas)
    np.testing.assert_allclose(base[4] - before[4], large, rtol=1e-5)
    np.testing.assert_allclose(base[5] - before[5], 2 * small, rtol=0.02, atol=1e-7)


# ---- the same bits


@pytest.mark.parametrize(("model", "objective"), MODES)
@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_repeats_bit_for_bit(model, objective, workers, short_steps):
    live = {"model": model, "objective": objective, "workers": workers, "epochs": 1}
    first = Training(**live).finish()
    assert_same_bits(first, Training(**live, backend=Staggered).finish())


def test_more_workers_than_tokens_in_a_round_repeat_bit_for_bit(monkeypatch):
    monkeypatch.setattr(rounds, "LEAST_ROUNDS", 2000)
    first = Training(workers=5, epochs=1)
    assert first.dispatcher.block_tokens == 1
    assert_same_bits(first.finish(), Training(workers=5, epochs=1, backend=Staggered).finish())


def test_words_are_merged_the_oftener_the_more_frequent_and_all_after_the_last_step(
    short_steps, monkeypatch
):
    merged = []

    def merge(replicas, number, n_words):
        merged.append((number, n_words))

    monkeypatch.setattr(Replicas, "merge", merge)
    training = Training(epochs=1)
    training.dispatcher.wait_at(2 * training.dispatcher.block_tokens)  # one round
    training.pool.staff()
    assert training.arrived.wait(DEADLINE)
    training.dispatcher.stop()
    training.pool.join()
    after_steps = [7, 14, 7, 26, 7, 14, 7, 26, 7, 14, 7, 26, 7, 14, 7, 26]
    for worker in (0, 1):
        assert [n for number, n in merged if number == worker] == after_steps


def test_other_numbers_of_workers_give_other_bits():
    assert_different(Training(workers=2).finish(), Training(workers=3).finish())


def test_one_worker_trains_as_without_determinism():
    deterministic = Training(workers=1).finish()
    plain = Training(workers=1)
    plain.backend.training = TrainingSettings(vector_size=20)
    assert_same_bits(deterministic, plain.finish())


def test_being_held_and_paused_changes_no_bit(short_steps):
    undisturbed = Training(epochs=6).finish()
    training = Training(epochs=6, backend=Staggered)
    training.pool.staff()
    clocks = set()
    while training.pool.busy:
        with training.dispatcher.held() as clock:
            clocks.add(clock)
            assert training.pool.tallies().tokens == clock
        training.dispatcher.pause()
        training.dispatcher.resume()
    assert len(clocks) > 3
    assert training.pool.error is None
    assert_same_bits(undisturbed, training.matrices())


def test_resuming_where_it_was_held_gives_the_same_bits_as_never_stopping(short_steps):
    whole = Training(workers=3, epochs=6)
    whole_matrices = whole.finish()
    before = Training(workers=3, epochs=6, backend=Staggered)
    a_round = 3 * before.dispatcher.block_tokens
    before.dispatcher.wait_at((whole.schedule.planned - 1) // a_round * a_round)  # however late
    before.pool.staff()
    until(lambda: before.dispatcher.clock > before.order.tokens_per_epoch, "the second epoch")
    with before.dispatcher.held() as clock:
        kept = before.matrices()
        before.dispatcher.stop()
    before.pool.join()
    assert 0 < clock < whole.schedule.planned
    assert_same_bits(kept, before.matrices())
    after = Training(workers=3, epochs=6, vectors=kept, clock=clock)
    assert_same_bits(whole_matrices, after.finish())


@pytest.mark.parametrize(
    "change",
    [
        {"workers": 3},
        {"workers": 1},
        {"objective": "hierarchical-softmax"},
        {"model": "cbow", "negative": 9, "window": 2},
    ],
)
def test_a_change_repeated_at_its_clock_gives_the_same_bits(change, short_steps):
    first = Training(epochs=8, backend=Staggered)
    first.dispatcher.wait_at(7 * first.order.tokens_per_epoch)  # however late that is looked at
    first.pool.staff()
    until(lambda: first.dispatcher.clock > first.order.tokens_per_epoch, "the second epoch")
    clock = first.change(**change)
    first.dispatcher.wait_at(None)
    expected = first.finish()
    assert clock < first.schedule.planned

    again = Training(epochs=8)
    again.dispatcher.wait_at(clock)
    again.pool.staff()
    assert again.arrived.wait(DEADLINE)
    assert again.dispatcher.at_milestone
    assert again.dispatcher.clock == clock
    assert again.change(**change) == clock
    again.dispatcher.wait_at(None)
    assert_same_bits(expected, again.finish())


def test_rounds_depend_on_settings_and_text_alone():
    tokens = {Training(workers=2).dispatcher.block_tokens for _ in range(3)}
    assert len(tokens) == 1
    many, few = (Training(workers=n).dispatcher.block_tokens for n in (4, 2))
    assert many <= few


# ---- what is trained


@settings(deadline=None, max_examples=examples(25))
@given(
    lengths=st.lists(st.integers(1, 400), min_size=1, max_size=40),
    workers=st.integers(2, 5),
    epochs=st.integers(1, 3),
    milestone=st.integers(1, 2000),
)
def test_every_token_is_trained_exactly_once_an_epoch(lengths, workers, epochs, milestone):
    starts = np.concatenate(([0], np.cumsum(lengths)))
    n_tokens = int(starts[-1])
    seen = np.zeros((epochs, n_tokens), dtype=np.int64)
    lock = threading.Lock()

    class Counting(CpuBackend):
        def train_span(self, plan, span, rates, scratch, tallies):
            with lock:
                seen[span.epoch, span.first : span.stop] += 1
            tallies[layout.TOKENS] += span.stop - span.first

    corpus = EncodedCorpus(
        vocab=Vocab(words=["a", "b"], counts=np.array([n_tokens, 1])),
        ids=np.zeros(n_tokens, np.int32),
        sentence_starts=starts,
        n_raw_tokens=n_tokens,
        n_raw_sentences=len(starts) - 1,
        n_raw_types=2,
        n_too_long=0,
        name="made up",
        from_cache=False,
        hints=(),
    )
    training = Training(corpus, backend=Counting, workers=workers, epochs=epochs)
    pool, dispatcher = training.pool, training.dispatcher
    per_epoch = training.order.tokens_per_epoch
    dispatcher.wait_at(milestone)
    pool.staff()
    if milestone < epochs * per_epoch:
        assert training.arrived.wait(DEADLINE)
        assert pool.tallies().tokens == seen.sum() == milestone
        dispatcher.wait_at(None)
    pool.join()
    assert pool.error is None
    np.testing.assert_array_equal(seen.sum(axis=1), per_epoch)
    assert seen.max() == 1
    assert (seen == seen[0]).all()
    assert pool.tallies().tokens == epochs * per_epoch


@pytest.mark.parametrize(("model", "objective"), MODES)
def test_every_mode_learns_what_belongs_together(model, objective):
    run = Run(
        lambda progress, stop: encode_sentences(
            topical_sentences(4000), CorpusSettings(min_count=1)
        ),
        TrainingSettings(vector_size=16, deterministic=True),
        LiveSettings(model=model, objective=objective, workers=2, epochs=5, alpha=0.05),
    )
    run.start()
    assert run.wait(DEADLINE)
    assert topic_margin(run.trained.vectors()) > 0.3
    losses = run.curves.loss.rows()[:, 2]
    assert losses[-1] < {"negative-sampling": 6, "softmax": 1, "hierarchical-softmax": 1.2}[
        objective
    ] * np.log(2 if objective == "negative-sampling" else 26)


def test_the_python_class_takes_it():
    sentences = topical_sentences(500)
    one, other = (
        Word2Vec(sentences, min_count=1, vector_size=8, workers=3, epochs=2, deterministic=True)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.wv.vectors, other.wv.vectors)


# ---- ending


def test_a_worker_that_dies_leaves_nobody_waiting():
    trouble = RuntimeError("the worker stumbled")

    class Stumbling(CpuBackend):
        def train_span(self, plan, span, rates, scratch, tallies):
            if span.clock > 1000:
                raise trouble
            super().train_span(plan, span, rates, scratch, tallies)

    training = Training(backend=Stumbling, workers=4)
    with pytest.raises(RuntimeError, match="stumbled"):
        training.finish()
    assert training.pool.error is trouble


def test_a_worker_that_finds_no_memory_leaves_nobody_waiting(monkeypatch):
    def no_room(*arguments):
        raise MemoryError("no room for a scratch")

    training = Training(workers=3)
    monkeypatch.setattr(CpuBackend, "scratch", no_room)
    with pytest.raises(MemoryError):
        training.finish()
    assert not training.pool.busy


def test_replicas_are_freed_when_one_worker_is_left():
    training = Training(epochs=100_000)
    training.pool.staff()
    until(lambda: training.dispatcher.clock > 0, "a round")
    copies = weakref.ref(training.dispatcher._rounds._replicas._copies[0])
    assert copies() is not None
    training.change(workers=1)
    until(lambda: copies() is None, "their end")
    training.dispatcher.stop()
    training.pool.join()
    assert training.pool.error is None


def test_replicas_are_freed_when_the_workers_have_left():
    training = Training(epochs=100_000)
    training.pool.staff()
    until(lambda: training.dispatcher.clock > 0, "a round")
    copies = weakref.ref(training.dispatcher._rounds._replicas._copies[0])
    training.dispatcher.stop()
    training.pool.join()
    assert copies() is None
