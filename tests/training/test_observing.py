"""What a run says about its vectors while they learn: movement, churn, quality, health."""

from __future__ import annotations

import math
import time
import tracemalloc
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.corpora import TOPICS
from tests.support.runs import look_before_training, make_run, training_run
from tests.support.wait import DEADLINE, until
from w2vtui.corpus import sample_path
from w2vtui.errors import CorpusError
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.training.engine.plan import Moment
from w2vtui.training.engine.tallies import Tallies
from w2vtui.training.measuring.budget import Budget
from w2vtui.training.measuring.churn import ChurnMeter, kept_shares, nearest_rows, sample_rows
from w2vtui.training.measuring.known_questions import thinned
from w2vtui.training.measuring.neighbors import Past, movement
from w2vtui.training.measuring.quality import QualityMeter
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.run import Run
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.measurements import LEAST_COVERED, Score

WORDS = [word for line in TOPICS.values() for word in line.split()]
PLANNED = 1_000_000


def moment(tokens: int, planned: int = PLANNED) -> Moment:
    return Moment(SimpleNamespace(), Tallies(tokens=tokens), tokens / 1e5, planned)


# ---- movement


def test_words_rise_fall_stay_enter_and_leave():
    moved = movement(["queen", "throne", "prince", "kings"], ["prince", "throne", "queen", "duke"])
    assert moved.moves == (2, 0, -2, None)
    assert moved.left == ("kings",)


@given(st.permutations("abcdefgh"), st.permutations("efghijkl"))
def test_each_word_is_where_its_move_says(before, now):
    moved = movement(before, now)
    for rank, (word, move) in enumerate(zip(now, moved.moves, strict=True)):
        assert (word not in before) if move is None else (before[rank + move] == word)
    assert set(before) - set(moved.left) == set(before) & set(now)


def test_the_past_is_the_start_until_the_horizon_is_reached():
    past = Past(60.0)
    assert past.earlier(0.0) is None
    for second in range(0, 200, 10):
        past.add(second, (str(second),))
    assert past.earlier(50.0) == (0, ("0",))
    assert past.earlier(60.0) == (0, ("0",))
    assert past.earlier(75.0) == (10, ("10",))
    assert past.earlier(200.0) == (140, ("140",))


def test_watched_words_tell_how_they_moved_since_trained_vectors():
    run = training_run()
    run.watch(("ship", "cow", "no-such-word"))
    until(lambda: run.snapshot().neighbors and run.snapshot().neighbors[0].moves, "movement")
    ship, cow, unknown = run.snapshot().neighbors
    run.stop()
    assert run.wait(DEADLINE)
    assert len(ship.moves) == len(ship.words) == len(cow.moves)
    assert sum(move is None for move in ship.moves) == len(ship.left)
    assert ship.moved_over > 0
    assert unknown.moves == ()


# ---- churn


def test_the_sample_is_spread_evenly_and_repeats():
    rows = sample_rows(30_000, 500, seed=3)
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(rows // 60, np.arange(500))
    np.testing.assert_array_equal(rows, sample_rows(30_000, 500, seed=3))
    assert not np.array_equal(rows, sample_rows(30_000, 500, seed=4))
    np.testing.assert_array_equal(sample_rows(7, 500, seed=3), np.arange(7))


def test_the_nearest_rows_are_those_of_the_highest_cosines():
    vectors = np.random.default_rng(0).normal(size=(300, 12)).astype(np.float32)
    vectors[5] *= 1000
    vectors[6] = 0
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    rows = np.arange(0, 300, 2)
    expected = np.sort(np.argsort(-cosines[rows], axis=1)[:, :10], axis=1)
    found = np.sort(nearest_rows(vectors, rows, 10), axis=1)
    trained = rows != 6  # a vector of zeros is equally near to all
    np.testing.assert_array_equal(found[trained], expected[trained])


def test_the_nearest_rows_are_looked_up_in_little_memory():
    vectors = np.random.default_rng(0).normal(size=(20_000, 4)).astype(np.float32)
    rows = sample_rows(20_000, 200, seed=3)
    tracemalloc.start()
    try:
        nearest_rows(vectors, rows, 10)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken < 8e6  # scores of 64 rows, 5.1 MB, and 0.16 MB for the order of one


def test_kept_shares_count_words_whatever_their_order():
    before = np.array([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]])
    after = np.array([[4, 3, 2, 1], [1, 9, 3, 8], [5, 6, 7, 8]])
    np.testing.assert_array_equal(kept_shares(before, after), [1.0, 0.5, 0.0])


def churned(spacing: int, share_changed: float, n_looks: int) -> ChurnMeter:
    """A meter over vectors of which a share is drawn again for every 2 % of the training."""
    random = np.random.default_rng(1)
    vectors = random.normal(size=(400, 20)).astype(np.float32)
    meter = ChurnMeter(lambda: vectors, seed=1, curves=RunCurves())
    meter.clock = Budget(1e9, least=0.0)
    at = 0
    for tokens in range(0, spacing * n_looks, spacing):
        while at + 20_000 <= tokens:
            at += 20_000
            moved = random.random(400) < share_changed
            vectors[moved] = random.normal(size=(int(moved.sum()), 20))
        meter.look(moment(tokens))
    return meter


def test_vectors_that_stay_have_no_churn_and_are_settled():
    meter = churned(20_000, 0.0, 5)
    assert (meter.churn.churn, meter.churn.settled, meter.churn.n_words) == (0.0, 1.0, 400)
    assert len(meter.curves.churn) == len(meter.curves.settled) == 4


def test_redrawn_vectors_keep_next_to_nothing():
    meter = churned(20_000, 1.0, 5)
    assert meter.churn.churn > 0.95
    assert meter.churn.settled == 0.0


def test_churn_does_not_depend_on_how_often_one_looks():
    often, seldom = churned(1_000, 0.2, 400), churned(20_000, 0.2, 20)
    assert len(often.curves.churn) == len(seldom.curves.churn) == 19
    means = [meter.curves.churn.rows()[:, 2].mean() for meter in (often, seldom)]
    assert means[0] == pytest.approx(means[1], abs=0.03)
    assert 0.2 < means[0] < 0.8


def test_looks_too_far_apart_are_not_compared():
    assert len(churned(90_000, 0.2, 10).curves.churn) == 0


def test_a_second_look_waits_for_no_clock_and_makes_up_for_it():
    vectors = np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
    meter = ChurnMeter(lambda: vectors, seed=1, curves=RunCurves())
    meter.clock = Budget(1.0, least=1000.0)
    meter.look(moment(1_000))
    meter.look(moment(10_000))
    assert meter.churn is None
    meter.look(moment(21_000))
    assert meter.churn.tokens == 21_000
    assert meter.clock.due > time.monotonic() + 1500
    meter.look(moment(41_000))
    assert meter.churn.tokens == 21_000


@pytest.mark.parametrize("n_words", [1, 2, 5])
def test_few_words_have_few_neighbors(n_words):
    meter = ChurnMeter(lambda: np.eye(n_words, dtype=np.float32), seed=1, curves=RunCurves())
    meter.clock = Budget(1e9, least=0.0)
    meter.look(moment(0))
    meter.look(moment(20_000))
    assert (meter.churn is None) == (n_words == 1)


def test_a_run_settles():
    run = training_run(epochs=20_000)
    until(lambda: len(run.curves.churn) > 0, "two looks")
    run.stop()
    assert run.wait(DEADLINE)
    churn = run.snapshot().churn
    assert 0 <= churn.churn <= 1
    assert churn.n_words == 26
    assert len(run.curves.settled) == len(run.curves.churn)


def test_looking_at_vectors_can_be_left_out():
    plain = make_run()
    run = Run(
        plain._read_corpus, plain.training, plain._preparation.requested,
        quality_sets=topical_sets(), looks_at_vectors=False,
    )  # fmt: skip
    run.start()
    assert run.wait(DEADLINE)
    snapshot = run.snapshot()
    assert (snapshot.churn, snapshot.quality, snapshot.health) == (None, None, None)


# ---- quality


def topical_sets(n_unknown: int = 0) -> QualitySets:
    topics = [line.split() for line in TOPICS.values()]
    same = [(a, b, 9.0) for topic in topics for a, b in pairwise(topic)]
    different = [(a, b, 1.0) for a, b in zip(topics[0] * 3, topics[1] + topics[2], strict=False)]
    unknown = [(f"x{i}", "y", 5.0) for i in range(n_unknown)]
    analogies = {
        "place": [
            (a, b, c, d) for a, b, c, d in zip(WORDS, WORDS[1:], WORDS[2:], WORDS[3:], strict=False)
        ],
        "gram-none": [("a", "b", "c", "unheard")],
    }
    walks = [(*some, WORDS[at]) for at, some in enumerate(zip(WORDS[2:], WORDS[1:], strict=False))]
    return QualitySets(
        {"topics": [*same, *different, *unknown]}, {"questions": analogies}, {"walks": walks * 2}
    )


def quality_run(**options):
    plain = make_run(**options)
    sets = topical_sets(n_unknown=300)
    return Run(plain._read_corpus, plain.training, plain._preparation.requested, quality_sets=sets)


def test_quality_is_measured_at_the_end_for_sure():
    run = quality_run(epochs=20, alpha=0.05)
    assert run.snapshot().quality_wanted
    run.start()
    assert run.wait(DEADLINE)
    quality = run.snapshot().quality
    assert quality.tokens == run.snapshot().progress.tokens
    assert [score.key for score in quality.scores] == [
        ("topics", "pairs"), ("questions", "semantic"), ("questions", "syntactic"),
        ("questions", "total"),
        *(("walks", kind) for kind in (
            "hits", "hits-output", "popular", "ndcg", "ndcg-output", "mrr", "mrr-output",
        )),
    ]  # fmt: skip
    pairs, _, syntactic, total, hits, by_output, popular, *_ = quality.scores
    assert (hits.covered, hits.total) == (32, 32)
    assert min(hits.value, by_output.value) > popular.value + 0.1
    assert quality.value_of("hits") == hits.value
    assert pairs.value > 0.6
    assert (pairs.covered, pairs.total) == (27, 327)
    assert not pairs.is_telling
    assert math.isnan(syntactic.value)
    assert total.covered == 15
    assert set(run.curves.quality) == {score.key for score in quality.scores}
    rows = run.curves.quality["topics", "pairs"].rows()
    assert rows[-1, 2] == pairs.value


def test_quality_is_measured_when_asked():
    run = quality_run(epochs=1_000_000)
    run.start()
    until(lambda: run.snapshot().progress.tokens > 0, "training")
    for n in range(1, 4):
        run.measure_quality()
        until(lambda n=n: len(run.curves.quality.get(("topics", "pairs"), ())) >= n, "a score")
        before = run.snapshot().progress.tokens
        until(lambda before=before: run.snapshot().progress.tokens > before, "more training")
    run.stop()
    assert run.wait(DEADLINE)


def test_without_sets_nothing_is_measured():
    run = make_run()
    run.measure_quality()  # before there is anything to ask
    run.start()
    assert run.wait(DEADLINE)
    assert run.snapshot().quality is None
    assert not run.snapshot().quality_wanted
    assert run.curves.quality == {}


def test_quality_waits_for_its_clock_unless_it_is_asked():
    vectors = np.random.default_rng(0).normal(size=(len(WORDS), 8)).astype(np.float32)
    curves = RunCurves()
    vocab = SimpleNamespace(words=WORDS, counts=np.ones(len(WORDS), dtype=np.int64))
    backend = SimpleNamespace(
        corpus=SimpleNamespace(vocab=vocab), input_vectors=vectors, output_vectors=vectors,
        training=SimpleNamespace(vector_size=8),
    )  # fmt: skip
    meter = QualityMeter(topical_sets(), backend, curves)
    meter.look(moment(1_000), leaving=False)
    assert meter.quality is None  # too early
    meter.clock.due = 0.0
    meter.look(moment(2_000), leaving=False)
    assert meter.quality.tokens == 2_000
    meter.look(moment(3_000), leaving=False)
    assert meter.quality.tokens == 2_000
    meter.ask()
    meter.look(moment(4_000), leaving=False)
    assert meter.quality.tokens == 4_000
    meter.look(moment(5_000), leaving=True)
    assert meter.quality.tokens == 5_000
    assert len(curves.quality["topics", "pairs"]) == 3


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(1, 60))
def test_thinned_questions_are_evenly_spread_and_in_order(sizes, most):
    questions = {f"s{i}": [(f"s{i}", str(n), "", "") for n in range(size)]
                 for i, size in enumerate(sizes)}  # fmt: skip
    kept = thinned(questions, most)
    assert sum(map(len, kept.values())) == min(sum(sizes), most)
    for name, some in kept.items():
        places = [questions[name].index(question) for question in some]
        assert places == sorted(set(places))
        assert len(some) == pytest.approx(len(questions[name]) * min(1, most / sum(sizes)), abs=1)


def test_the_sample_brings_its_own_sets():
    sample = [str(sample_path("atlas.txt"))]
    sets = QualitySets.for_corpus(sample, QuestionFiles())
    assert set(sets.pairs) == {"atlas-pairs.txt"}
    assert set(sets.analogies) == {"atlas-analogies.txt"}
    assert not QualitySets.for_corpus([*sample, "other.txt"], QuestionFiles())
    assert not QualitySets.for_corpus(["atlas.txt"], QuestionFiles())  # of one's own
    pairs = QuestionFiles((str(sample_path("atlas-pairs.txt")),))
    given_ones = QualitySets.for_corpus(sample, pairs)
    assert not given_ones.analogies


def test_two_files_of_one_name_are_distinguished(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "pairs.txt").write_text("x y 1\n")
    paths = tuple(str(tmp_path / folder / "pairs.txt") for folder in ("a", "b"))
    assert list(QualitySets.read(QuestionFiles(paths)).pairs) == list(paths)


def test_a_bad_file_is_an_error_at_once(tmp_path):
    bad = tmp_path / "bad.txt"
    bad.write_text("one two\n")
    with pytest.raises(CorpusError, match="line 1: four words"):
        QualitySets.read(QuestionFiles(analogies=(str(bad),)))
    with pytest.raises(CorpusError, match="cannot read"):
        QualitySets.read(QuestionFiles((str(tmp_path / "none.txt"),)))


def test_a_score_of_few_questions_is_not_telling():
    score = Score("pairs", "pairs", 0.5, LEAST_COVERED, 353)
    assert score.is_telling
    assert not replace(score, covered=LEAST_COVERED - 1).is_telling


# ---- health


@pytest.mark.slow
def test_vitals_are_measured():
    run = training_run(alpha=0.05)
    until(lambda: run.snapshot().health and run.snapshot().health.saturated is not None, "health")
    run.stop()
    assert run.wait(DEADLINE)
    health = run.snapshot().health
    vectors = run.trained.vectors()
    assert health.tokens == run.snapshot().progress.tokens
    assert health.input_norm == pytest.approx(vectors.norms.mean(), rel=1e-4)
    lengths = np.linalg.norm(vectors.output_vectors, axis=1)
    assert health.output_norm == pytest.approx(lengths.mean(), rel=1e-4)
    assert 0 <= health.saturated <= 1


def test_hierarchical_softmax_has_no_output_vectors_to_measure():
    run = make_run(objective="hierarchical-softmax")
    run.start()
    assert run.wait(DEADLINE)
    assert run.snapshot().health.output_norm is None
    assert run.snapshot().health.input_norm > 0


def test_vectors_that_grow_without_bound_are_saturated(monkeypatch):
    look_before_training(monkeypatch, lambda observer: observer.health.health)
    run = training_run(alpha=3.0, min_alpha=3.0)

    def saturated() -> bool:
        health = run.snapshot().health
        return health is not None and (health.saturated or 0.0) > 0.05

    until(saturated, "saturation")
    run.stop()
    run.is_over(DEADLINE)


# ---- clocks


def test_the_first_time_waits_for_its_share_as_well():
    clock, began = Budget(0.01, least=3.0), time.monotonic()
    clock.expect(6e9)
    assert began + 25 < clock.due < time.monotonic() + 31
    clock.expect(1.0)
    assert began + 3.0 <= clock.due <= time.monotonic() + 3.0


def work(seconds: float) -> None:
    until_then = time.thread_time() + seconds
    while time.thread_time() < until_then:
        pass


def test_what_takes_long_comes_seldom():
    clock = Budget(0.1, least=0.5)
    with clock.timed():
        time.sleep(0.2)  # takes nothing from anyone
    assert clock.due <= time.monotonic() + 0.5
    clock.due = 0.0
    assert clock.is_due
    started = time.monotonic()
    with clock.timed():
        work(0.1)
    assert started + 1.0 <= clock.due < time.monotonic() + 2.0
    clock.due += 1000.0
    assert not clock.is_due
    often = Budget(0.001, least=0.1, most=2.0)
    with often.timed():
        work(0.05)
    assert often.due <= time.monotonic() + 2.0
