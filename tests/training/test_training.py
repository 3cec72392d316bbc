"""Runs: exactly once, repeatable, steered while they train, watched without being disturbed."""

from __future__ import annotations

import itertools
import os
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.corpora import TOPICS, topic_margin, topical_sentences
from tests.support.inner_loop import examples, outside
from tests.support.runs import (
    applied,
    make_run,
    trained,
    training_run,
    until_spans_are_trained,
)
from tests.support.threads import run_threads, until_threads_end
from tests.support.wait import DEADLINE, until
from w2v_kernels.formulas import noise_probabilities
from w2v_kernels.layout import LOSS, PAIRS
from w2vtui.corpus import EncodedCorpus, Vocab, encode_sentences, open_corpus
from w2vtui.corpus.stored.cache import cache_folder
from w2vtui.errors import CorpusError, DivergedError, SettingsError
from w2vtui.settings import ALL_WORDS, CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.dispatcher import Dispatcher
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.tallies import Tallies, empty_tallies
from w2vtui.training.engine.token_order import TokenOrder
from w2vtui.training.engine.workers import WorkerPool
from w2vtui.training.live.changes import describe_change
from w2vtui.training.measuring.probe import (
    MAX_SHARE,
    ProbeSet,
    best_scale,
    choose_held_out,
    cross_fitted_losses,
    question_losses,
)
from w2vtui.training.run import Run
from w2vtui.training.state.curves import CAPACITY, Curve
from w2vtui.training.state.measurements import PROBE_CONTEXTS

# ---- what is trained


@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax", "softmax"])
@pytest.mark.parametrize("workers", [1, *outside([2])])
def test_every_mode_learns_what_belongs_together(model, objective, workers):
    run = trained(
        make_run(
            sentences=topical_sentences(4000),
            model=model,
            objective=objective,
            workers=workers,
            epochs=5,
            alpha=0.05,
        )
    )
    losses = run.curves.loss.rows()[:, 2]
    snapshot = run.snapshot()
    assert snapshot.state == "done"
    assert topic_margin(run.trained.vectors()) > 0.3
    assert losses[-1] < {"negative-sampling": 6, "softmax": 1, "hierarchical-softmax": 1.2}[
        objective
    ] * np.log(2 if objective == "negative-sampling" else 26)
    probes = run.curves.probe.rows()[:, 2]
    if model == "skip-gram":
        assert probes[-1] < probes[0] - 3 * snapshot.probe.standard_error


@settings(deadline=None, max_examples=examples(25))
@given(
    lengths=st.lists(st.integers(1, 400), min_size=1, max_size=40),
    workers=st.integers(1, 5),
    epochs=st.integers(1, 3),
    held_out=st.booleans(),
)
def test_every_token_is_trained_exactly_once_an_epoch(lengths, workers, epochs, held_out):
    """A stand-in for the kernel counts what it is handed; everything around it is real."""
    starts = np.concatenate(([0], np.cumsum(lengths)))
    n_tokens = int(starts[-1])
    blocks = choose_held_out(starts, seed=3) if held_out else np.zeros((0, 2), np.int64)
    if held_out and n_tokens > 20 and not len(blocks):
        blocks = np.array([[n_tokens // 3, n_tokens // 3 + 5]])
    seen = np.zeros((epochs, n_tokens), dtype=np.int64)
    lock = threading.Lock()

    class Counting(CpuBackend):
        def train_span(self, plan, span, rates, scratch, tallies):
            assert span.visible[0] <= span.first < span.stop <= span.visible[1]
            with lock:
                seen[span.epoch, span.first : span.stop] += 1
            tallies[3] += span.stop - span.first

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
    backend = Counting(corpus, TrainingSettings(vector_size=2))
    order = TokenOrder(n_tokens, blocks)
    planned = epochs * order.tokens_per_epoch
    schedule = Schedule(clock=0, rate=0.1, min_rate=0.0, planned=planned)
    plan = backend.plan(LiveSettings(workers=workers, epochs=epochs, alpha=0.1).resolved(1, 1))
    pool = WorkerPool(backend, Dispatcher(backend, order, plan, schedule))
    pool.staff()
    pool.join()
    assert pool.error is None
    expected = np.ones(n_tokens, dtype=np.int64)
    for first, stop in blocks:
        expected[first:stop] = 0
    np.testing.assert_array_equal(seen, np.tile(expected, (epochs, 1)))
    assert pool.tallies().tokens == planned


@settings(deadline=None, max_examples=examples(25))
@given(
    lines=st.lists(st.lists(st.sampled_from("abcdef"), max_size=30), min_size=1, max_size=60),
    workers=st.integers(1, 4),
    epochs=st.integers(1, 2),
    window=st.one_of(st.integers(1, 5), st.just(ALL_WORDS)),
)
def test_every_token_is_a_center_once_and_meets_its_whole_window(lines, workers, epochs, window):
    """All that is between a text and the tallies is real."""
    corpus = encode_sentences([*lines, ["a"]], CorpusSettings(min_count=1))
    live = LiveSettings(
        workers=workers,
        epochs=epochs,
        window=window,
        shrink_windows=window == ALL_WORDS,  # which has no part then
        sample=0.0,
        alpha=0.1,
    )
    backend = CpuBackend(corpus, TrainingSettings(vector_size=2))
    order = TokenOrder(len(corpus.ids))
    schedule = Schedule(clock=0, rate=0.1, min_rate=0.0, planned=epochs * order.tokens_per_epoch)
    plan = backend.plan(live.resolved(1, 1))
    pool = WorkerPool(backend, Dispatcher(backend, order, plan, schedule))
    pool.staff()
    pool.join()
    assert pool.error is None
    lengths = [*map(len, lines), 1]
    pairs = sum(min(i, window) + min(n - 1 - i, window) for n in lengths for i in range(n))
    tallies = pool.tallies()
    assert tallies.tokens == tallies.centers == epochs * sum(lengths)
    assert tallies.pairs == epochs * pairs


def test_a_sentence_of_25_000_tokens_trains_every_one():
    words = [f"w{number % 700}" for number in range(25_000)]
    run = trained(
        make_run(
            sentences=[words], probe=False, epochs=2, window=3, shrink_windows=False, sample=0.0
        )
    )
    snapshot = run.snapshot()
    assert (snapshot.progress.tokens, snapshot.progress.kept_share) == (50_000, 1.0)
    assert snapshot.losses.pairs == 2 * (2 * 3 * 25_000 - 3 * 4)


TEXT_CHANGES = {
    "removed": Path.unlink,
    "emptied": lambda path: os.truncate(path, 0),
    "shrunk": lambda path: os.truncate(path, 1000),
    "replaced": lambda path: path.write_bytes(b"\xff\0" * 10**5),
}


@pytest.mark.parametrize("change", TEXT_CHANGES)
def test_what_happens_to_a_text_once_it_is_read_changes_no_epoch(topical_corpus, change):
    """The epochs train on what the first pass encoded: not even the cache need stay."""

    def vectors(after_reading):
        def read(progress, stop):
            corpus = open_corpus([topical_corpus], CorpusSettings(min_count=1))
            after_reading()
            return corpus

        live = LiveSettings(workers=1, epochs=2)
        run = Run(read, TrainingSettings(vector_size=16), live)
        run.start()
        assert run.wait(DEADLINE)
        return run.trained.vectors().vectors

    def spoil():
        TEXT_CHANGES[change](topical_corpus)
        shutil.rmtree(cache_folder())

    np.testing.assert_array_equal(vectors(lambda: None), vectors(spoil))


def test_tallies_of_workers_add_up_to_the_last_pair():
    one, other = empty_tallies(), empty_tallies()
    one[[LOSS, PAIRS]], other[[LOSS, PAIRS]] = (4e12, 10**12), (0.25, 1)
    total = Tallies.summed([one, other])
    assert (total.loss, total.pairs) == (4e12 + 0.25, 10**12 + 1)
    # As one worker counts them that trains what two trained.
    assert Tallies.summed([other, other]).loss == 2 * Tallies.summed([other]).loss


def test_one_worker_repeats_bit_for_bit():
    first, again = (trained(make_run(workers=1)).trained.vectors() for _ in range(2))
    np.testing.assert_array_equal(first.vectors, again.vectors)
    np.testing.assert_array_equal(first.output_vectors, again.output_vectors)
    other = trained(make_run(workers=1, seed=2)).trained.vectors()
    assert not np.array_equal(first.vectors, other.vectors)


def test_the_pairs_of_an_epoch_do_not_depend_on_the_number_of_workers():
    pairs = {
        trained(make_run(workers=workers, epochs=1, sample=0.01)).snapshot().losses.pairs
        for workers in (1, 2, 4)
    }
    assert len(pairs) == 1
    assert pairs.pop() > 10_000


def test_two_words_train_and_a_single_one_is_refused():
    run = trained(make_run(sentences=[["one", "other"] * 25] * 20, probe=False))
    assert run.snapshot().state == "done"
    assert np.isfinite(run.trained.vectors().vectors).all()
    with pytest.raises(CorpusError, match="nothing can be learned from a single word, 'only'"):
        trained(make_run(sentences=[["only"] * 50] * 20, probe=False))


def test_the_learning_rate_ends_at_min_alpha():
    run = trained(make_run(alpha=0.05, min_alpha=0.001))
    assert run.snapshot().rate == pytest.approx(0.001)


# ---- live_changes


def test_changes_take_effect_and_are_marked():
    run = training_run()
    run.change(negative=12, window=8)
    applied(run)
    run.change(model="cbow", objective="hierarchical-softmax")
    applied(run)
    before = run.snapshot().progress.tokens
    until(lambda: run.snapshot().progress.tokens > before, "training under the new settings")
    snapshot = run.snapshot()
    run.stop()
    assert run.wait(DEADLINE)
    changes = [event for event in snapshot.events if event.kind == "change"]
    assert [event.number for event in changes] == [1, 2]
    assert changes[0].text == "K 5 → 12, window 5 → 8"
    assert changes[1].tokens >= changes[0].tokens > 0
    assert all(0 <= event.acknowledged_ms < 30_000 for event in changes)
    assert (snapshot.settings.model, snapshot.settings.negative) == ("cbow", 12)
    assert run.snapshot().state == "stopped"


def test_a_change_while_paused_waits_for_no_worker():
    run = training_run()
    run.pause()
    run.change(ns_exponent=0.0)
    applied(run)
    assert run.snapshot().settings.ns_exponent == 0.0
    run.stop()
    assert run.wait(DEADLINE)


def test_setting_alpha_sets_the_rate_of_the_moment():
    run = training_run(alpha=0.02)
    run.change(alpha=0.004)
    applied(run)
    assert run.snapshot().rate == pytest.approx(0.004, rel=0.05)
    run.change(alpha=0.00001)  # below min_alpha: the floor follows
    applied(run)
    assert run.snapshot().rate == pytest.approx(0.00001)
    run.stop()
    run.wait(DEADLINE)


def test_workers_come_and_go():
    run = training_run(workers=1)

    def names():
        return {thread.name for thread in run_threads("w2vtui-worker")}

    run.change(workers=4)
    until(lambda: len(names()) == 4, "four workers")
    run.change(workers=2)
    until(lambda: len(names()) == 2, "two workers")
    run.stop()
    assert run.wait(DEADLINE)
    until(lambda: not names(), "the end of all workers")


def test_fewer_epochs_end_a_run_and_more_lengthen_it():
    run = training_run()
    until(lambda: run.snapshot().progress.epoch >= 3, "the third epoch")
    run.pause()
    planned = run.snapshot().progress.epoch + 20
    run.change(epochs=planned)
    applied(run)
    with pytest.raises(SettingsError, match="already trained, got 1"):
        run.change(epochs=1)
    run.resume()
    assert run.wait(DEADLINE)
    snapshot = run.snapshot()
    assert snapshot.state == "done"
    assert snapshot.progress.tokens == planned * snapshot.progress.tokens_per_epoch


def test_a_pause_holds_still_and_leaves_its_time_out():
    run = training_run()
    run.pause()
    until_spans_are_trained(run)
    first = run.snapshot()
    time.sleep(0.3)
    second = run.snapshot()
    assert first.state == second.state == "paused"
    assert second.progress.tokens == first.progress.tokens
    assert second.progress.seconds == first.progress.seconds
    assert second.speed.now == 0
    run.resume()
    until(lambda: run.snapshot().progress.tokens > second.progress.tokens, "more training")
    run.stop()
    assert run.wait(DEADLINE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window": 0}, "window must be 1 to 10,000 words, or all, got 0"),
        ({"negativ": 3}, "did you mean negative"),
        ({"vector_size": 3}, "no setting 'vector_size'"),
    ],
)
def test_a_bad_change_is_refused_and_the_run_continues(change, message):
    run = training_run()
    before = run.snapshot().settings
    with pytest.raises(SettingsError, match=message):
        run.change(**change)
    assert run.snapshot().settings == before
    assert run.snapshot().state == "training"
    run.stop()
    assert run.wait(DEADLINE)


def test_nothing_changes_before_or_after_training():
    run = make_run()
    with pytest.raises(SettingsError, match="preparing"):
        run.change(window=3)
    run.start()
    assert run.wait(DEADLINE)
    with pytest.raises(SettingsError, match="done"):
        run.change(window=3)


def test_describe_change_says_only_what_differs():
    before = LiveSettings(alpha=0.05)
    assert describe_change(before, before) == ""
    assert describe_change(before, before.changed(window=9, alpha=0.01)) == "window 5 → 9"
    text = describe_change(before, before.changed(alpha=0.01), rates=(0.031234, 0.01))
    assert text == "learning rate 0.0312 → 0.01"


# ---- ending


def test_a_worker_error_ends_the_run_and_leaves_no_thread(monkeypatch):
    run = training_run()
    trouble = RuntimeError("the worker stumbled")

    def stumble(*arguments):
        raise trouble

    monkeypatch.setattr(CpuBackend, "train_span", stumble)
    with pytest.raises(RuntimeError, match="stumbled") as raised:
        run.wait(DEADLINE)
    assert raised.value is trouble
    assert run.snapshot().state == "failed"
    assert run.snapshot().events[-1].kind == "error"
    assert not run_threads("w2vtui-w") + run_threads("w2vtui-o")


def test_an_observer_error_ends_the_run(monkeypatch):
    run = training_run(sentences=topical_sentences(4000))

    def stumble(*arguments):
        raise RuntimeError("the probe stumbled")

    monkeypatch.setattr(ProbeSet, "measure", stumble)
    with pytest.raises(RuntimeError, match="probe stumbled"):
        run.wait(DEADLINE)


def test_a_diverging_run_says_so():
    run = make_run(alpha=1000.0, epochs=50)
    run.watch(("ship",))
    run.start()
    with pytest.raises(DivergedError, match="lower the learning rate"):
        run.wait(DEADLINE)
    assert run.snapshot().state == "failed"
    assert run.snapshot().neighbors[0].problem == "no neighbors: the vectors are not numbers"


def test_an_unreadable_corpus_fails_the_run(tmp_path):
    missing = tmp_path / "nothing.txt"
    run = Run(lambda progress, stop: open_corpus([missing], CorpusSettings()))
    run.start()
    with pytest.raises(CorpusError):
        run.wait(DEADLINE)
    with pytest.raises(SettingsError, match="no vectors"):
        run.trained.vectors()


@pytest.mark.parametrize("failure", [OSError(5, "broken"), KeyboardInterrupt(), SystemExit(3)])
def test_what_the_reader_of_a_corpus_raises_ends_the_run_as_it_is(failure):
    def read(progress, stop):
        raise failure

    run = Run(read)
    run.start()
    with pytest.raises(type(failure)) as caught:
        run.wait(DEADLINE)
    assert caught.value is failure
    assert run.snapshot().state == "failed"
    until_threads_end()


def test_stopping_before_the_training_begins_stops():
    run = make_run()
    run.stop()
    run.start()
    assert run.wait(DEADLINE)
    assert run.snapshot().state == "stopped"
    assert run.snapshot().progress.tokens == 0


# ---- looking


def test_watched_words_follow_the_weights():
    run = make_run(epochs=40)
    run.watch(("ship", "cow - farmer + sailor", "shipp", ""))
    run.start()
    assert run.wait(DEADLINE)
    ship, query, unknown, empty = run.snapshot().neighbors
    assert {word for word, _ in ship.words[:5]} <= set(TOPICS["sea"].split())
    assert not {"cow", "farmer", "sailor"} & {word for word, _ in query.words}
    assert unknown.words == ()
    assert "did you mean ship" in unknown.problem
    assert empty.words == ()
    expected = run.trained.vectors().most_similar("ship", topn=5)
    assert [word for word, _ in ship.words[:5]] == [word for word, _ in expected]


def test_the_probe_starts_at_log_64_and_repeats():
    sentences = topical_sentences(4000)
    first, again = (trained(make_run(sentences=sentences, workers=1)) for _ in range(2))
    assert first.curves.probe.rows()[0, 2] == pytest.approx(np.log(64), abs=1e-9)
    assert first.snapshot().probe == again.snapshot().probe
    # The standard error stands beside every point.
    probe = first.snapshot().probe
    assert first.curves.probe.rows()[-1, [0, 2, 4]].tolist() == [
        probe.tokens, probe.loss, probe.standard_error,
    ]  # fmt: skip


def test_a_change_is_probed_even_while_paused():
    run = training_run(sentences=topical_sentences(4000), alpha=0.05)
    until(lambda: run.snapshot().probe.tokens > 0, "a probe of trained vectors")
    run.pause()
    until_spans_are_trained(run)
    until(
        lambda: run.curves.probe.rows()[-1, 0] == run.snapshot().progress.tokens, "the last probe"
    )
    before = run.snapshot().probe
    run.change(objective="hierarchical-softmax")
    until(lambda: run.snapshot().probe.loss != before.loss, "a probe of the other objective")
    assert run.snapshot().probe.tokens == before.tokens
    run.stop()
    assert run.wait(DEADLINE)


def test_too_little_text_has_no_probe_and_says_why():
    run = trained(make_run(sentences=[["a", "b", "c"]] * 30))
    assert run.snapshot().probe is None
    assert run.snapshot().probe_reason == "90 tokens are too few to hold any out"


@pytest.mark.parametrize("lengths", [[50_000], [12] * 8_000, [3, 90_000, 5, 10_000] * 3])
def test_held_out_blocks_are_small_disjoint_and_at_sentence_edges(lengths):
    starts = np.concatenate(([0], np.cumsum(lengths)))
    blocks = choose_held_out(starts, seed=5)
    assert len(blocks) > 1
    assert (blocks[:, 0] < blocks[:, 1]).all()
    assert (blocks[1:, 0] >= blocks[:-1, 1]).all()
    assert (blocks[:, 1] - blocks[:, 0]).sum() <= MAX_SHARE * starts[-1] + max(lengths[0], 12)
    if max(lengths) < 100:
        assert np.isin(blocks, starts).all()
    assert not np.array_equal(blocks, choose_held_out(starts, seed=6))


def test_a_question_gives_up_to_four_words_from_around_a_center():
    sentences = [["a", "b"], ["c"], [f"w{at}" for at in range(40)], ["d", "e", "f"]] * 400
    corpus = encode_sentences(sentences, CorpusSettings(min_count=1))
    held_out = np.array([[0, 190]], dtype=np.int64)
    ids, starts = np.asarray(corpus.ids), corpus.sentence_starts
    probe_set = ProbeSet(corpus, held_out, 1)
    assert probe_set.contexts.shape == (len(probe_set), PROBE_CONTEXTS)
    near = {}
    for first, stop in itertools.pairwise(starts[starts <= 190].tolist()):
        words = set(ids[first:stop].tolist())
        near |= {word: words - {word} for word in words}
    for center, contexts in zip(probe_set.candidates[:, 0], probe_set.contexts, strict=True):
        present = contexts[contexts >= 0].tolist()
        assert present
        assert (contexts[: len(present)] >= 0).all()
        assert len(set(present)) == len(present)
        assert set(present) <= near[center]
    assert (probe_set.contexts >= 0).sum(axis=1).max() == PROBE_CONTEXTS


def test_the_words_around_are_scored_by_the_mean_of_their_vectors():
    corpus = encode_sentences(topical_sentences(100), CorpusSettings(min_count=1))
    backend = CpuBackend(corpus, TrainingSettings(vector_size=7))
    random = np.random.default_rng(2)
    contexts = np.array([[3, 5, 8, 1], [4, 2, -1, -1]], dtype=np.int32)
    candidates = np.array([[0, 1, 2], [3, 4, 5]], dtype=np.int32)
    means = backend.input_vectors[[3, 5, 8, 1]].mean(0), backend.input_vectors[[4, 2]].mean(0)
    plan = backend.plan(LiveSettings().resolved(1, 1))
    backend.output_vectors[:] = random.normal(size=backend.output_vectors.shape)
    expected = [
        backend.output_vectors[row] @ mean for row, mean in zip(candidates, means, strict=True)
    ]
    assert backend.score_candidates(plan, contexts, candidates) == pytest.approx(
        np.array(expected), rel=1e-5
    )
    by_tree = backend.plan(LiveSettings(objective="hierarchical-softmax").resolved(1, 1))
    backend.matrices()["node_vectors"][:] = random.normal(size=(len(corpus.vocab) - 1, 7))
    every = np.tile(np.arange(len(corpus.vocab), dtype=np.int32), (2, 1))
    scores = backend.score_candidates(by_tree, contexts, every)
    assert np.exp(scores).sum(axis=1) == pytest.approx([1, 1], rel=1e-5)


def test_losses_of_questions_are_those_of_a_softmax():
    scores = np.array([[0.0] * 64, [1000.0] + [0.0] * 63, [-1000.0] + [0.0] * 63])
    assert question_losses(scores) == pytest.approx([np.log(64), 0.0, 1000.0 + np.log(63)])


def test_the_probe_is_the_same_yardstick_for_equal_beliefs():
    """Vectors at the optimum of negative sampling probe alike, whatever their noise and length."""
    corpus = encode_sentences(topical_sentences(4000), CorpusSettings(min_count=1))
    backend = CpuBackend(corpus, TrainingSettings(vector_size=26))
    blocks = choose_held_out(corpus.sentence_starts, 1)
    probe_set = ProbeSet(corpus, blocks, 1)
    ids = np.asarray(corpus.ids)
    together = np.ones((26, 26))
    np.add.at(together, (ids[:-1], ids[1:]), 1)
    believed = np.log(together / together.sum(axis=1, keepdims=True))
    backend.input_vectors[:] = np.eye(26)
    probes = []
    for exponent, length in ((0.0, 1.0), (0.75, 1.0), (1.0, 1.0), (0.75, 5.0)):
        plan = backend.plan(LiveSettings(ns_exponent=exponent).resolved(1, 1))
        belief = believed - np.log(noise_probabilities(corpus.vocab.counts, exponent))
        backend.output_vectors[:] = length * belief.T
        probes.append(probe_set.measure(backend, plan, 0))
    losses = [probe.loss for probe in probes]
    assert losses == pytest.approx([losses[0]] * 4, rel=1e-5)
    unscaled = [probe.unscaled_loss for probe in probes]
    assert unscaled[:3] == pytest.approx([unscaled[0]] * 3, rel=1e-5)
    assert losses[0] < unscaled[0] < 0.95 * np.log(64) < unscaled[3]


@pytest.mark.parametrize("length", [1e-6, 0.3, 40.0])
def test_the_best_scale_is_that_of_a_search_on_a_grid(length):
    random = np.random.default_rng(3)
    correction = random.normal(size=(300, 64))
    scores = random.normal(size=(300, 64))
    scores[:, 0] += 1.5
    best = best_scale(length * scores, correction) * length
    grid = np.linspace(0.5, 2, 1501)
    losses = [question_losses(scale * scores + correction).mean() for scale in grid]
    assert best == pytest.approx(grid[np.argmin(losses)], abs=1e-3)


def test_scores_that_tell_nothing_gain_nothing_from_a_scale():
    random = np.random.default_rng(4)
    nothing = np.zeros((400, 64))
    assert best_scale(nothing, nothing) == 1
    wrong = random.normal(size=(400, 64))
    wrong[:, 0] -= 3
    assert best_scale(wrong, nothing) == pytest.approx(0, abs=1e-9)
    by_chance = cross_fitted_losses(random.normal(size=(400, 64)), nothing)
    assert by_chance.mean() == pytest.approx(np.log(64), abs=0.02)
    assert np.isnan(cross_fitted_losses(np.full((4, 64), np.nan), np.zeros((4, 64)))).all()


def test_a_schedule_bends_where_it_is_changed():
    line = Schedule(clock=0, rate=0.1, min_rate=0.0, planned=1000)
    assert line.at(500) == pytest.approx(0.05)
    longer = line.changed(500, planned=2000)
    assert longer.at(500) == pytest.approx(0.05)
    assert longer.at(1250) == pytest.approx(0.025)
    raised = line.changed(500, rate=0.2)
    assert (raised.at(500), raised.at(1000)) == (0.2, 0.0)
    assert line.at(5000) == 0.0


def test_a_curve_stays_bounded_and_keeps_its_shape():
    curve = Curve()
    n = 10 * CAPACITY
    for i in range(n):
        curve.append(i, i / 10, float(i), weight=2.0, standard_error=i / 100)
    rows = curve.rows()
    assert CAPACITY / 2 <= len(rows) <= CAPACITY
    assert rows[:, 3].sum() == pytest.approx(2.0 * n, rel=0.01)
    np.testing.assert_allclose(rows[:, 2], rows[:, 0], atol=16)
    np.testing.assert_allclose(rows[:, 4], rows[:, 2] / 100)
    assert (np.diff(rows[:, 0]) > 0).all()


def test_a_value_that_is_not_a_number_stays_a_gap():
    curve = Curve()
    for value in (1.0, float("nan"), 2.0):
        curve.append(0, 0, value)
    assert np.isnan(curve.rows()[:, 2]).tolist() == [False, True, False]
