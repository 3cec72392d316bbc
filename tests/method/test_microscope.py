"""Slow motion of one training step: the loop's step against the chapter's formulas in float64, in
every mode, and no trace of it in what is trained.
"""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from tests.kernels import naive
from tests.kernels.setup import paths
from tests.support.corpora import encoded, topical_sentences
from w2v_kernels.hierarchical_softmax import build_tree
from w2v_kernels.rng import stream_key
from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.method.microscope import Microscope
from w2vtui.method.slow_motion import Mode, SlowMotion
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.private_steps import Present, PrivateSteps
from w2vtui.training.engine.token_order import TokenOrder

CORPUS = encoded(topical_sentences(60))
SIZE = 12
OBJECTIVES = ("negative-sampling", "hierarchical-softmax", "softmax")
MODES = [Mode(model, objective) for model in ("skip-gram", "cbow") for objective in OBJECTIVES]
WAYS = [
    *({"model": mode.model, "objective": mode.objective} for mode in MODES),
    {"noise_sharing": "none"},
    {"noise_sharing": "pairs"},
    {"noise_sharing": "none", "negative": 17},
    {"model": "cbow", "noise_sharing": "none"},
    {"model": "cbow", "cbow_divide": True},
    {"model": "cbow", "cbow_mean": False, "objective": "hierarchical-softmax"},
    {"window": 100, "objective": "hierarchical-softmax"},
    {"window": 100, "shrink_windows": False, "sample": 0.0},
]


class Bench:
    """A backend with vectors of all kinds, and what trains single tokens beside it."""

    def __init__(
        self,
        corpus: EncodedCorpus = CORPUS,
        *,
        clock: int = 0,
        kinds: tuple[str, ...] = ("output_vectors", "node_vectors"),
        locks=None,
        held_out=None,
        scale: float = 0.4,
        **live,
    ) -> None:
        n_words, random = len(corpus.vocab), np.random.default_rng(4)
        rows = {"input_vectors": n_words, "output_vectors": n_words, "node_vectors": n_words - 1}
        vectors = {
            kind: random.normal(0, scale, (n, SIZE)).astype(np.float32)
            for kind, n in rows.items()
            if kind in ("input_vectors", *kinds)
        }
        self.backend = CpuBackend(corpus, TrainingSettings(vector_size=SIZE), vectors, locks)
        self.order = TokenOrder(len(corpus.ids), held_out)
        live = {"alpha": 0.05, "epochs": 3, "window": 3, "sample": 0.02} | live
        self.settings = LiveSettings(**live).resolved(len(corpus.ids), 1)
        self.plan = self.backend.plan(self.settings)
        planned = 3 * self.order.tokens_per_epoch
        self.schedule = Schedule(clock=0, rate=0.05, min_rate=0.0, planned=planned)
        self.clock = clock
        present = lambda: Present(self.plan, self.schedule, self.clock)  # noqa: E731
        self.scope = Microscope(PrivateSteps(self.backend, self.order, present))

    def vectors(self) -> dict[str, np.ndarray]:
        return {kind: matrix.copy() for kind, matrix in self.backend.matrices().items()}

    def naively(self, seen: SlowMotion, repeats: int = 1):
        """All vectors after the step in plain float64, and the loss of the last repeat."""
        corpus, span = self.backend.corpus, seen.chosen.span
        size, n_words = self.backend.training.vector_size, len(corpus.vocab)
        matrices = {kind: rows.astype(np.float64) for kind, rows in self.vectors().items()}
        none = np.zeros((n_words, size))
        v, u, nodes = (
            matrices.get(kind, none) for kind in ("input_vectors", "output_vectors", "node_vectors")
        )
        place = {
            "first": span.first,
            "stop": span.stop,
            "visible": span.visible,
            "key": stream_key(self.backend.training.seed, span.epoch),
            "rate": lambda position: seen.rate,
        }
        how = dataclasses.asdict(self.settings) | {
            "model": seen.mode.model,
            "objective": seen.mode.objective,
            "locks": self.backend.locks,
        }
        tree = paths(build_tree(corpus.vocab.counts))
        for _ in range(repeats):
            loss, _, _ = naive.train_span(
                corpus.ids.tolist(), corpus.sentence_starts.tolist(), place, how,
                v, u, nodes, self.plan.tables.noise, tree, corpus.vocab.counts.tolist(),
            )  # fmt: skip
        return v, nodes if seen.mode.objective == "hierarchical-softmax" else u, loss


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def loop_rows(seen: SlowMotion):
    chosen = seen.chosen
    words = np.unique(chosen.contexts)
    targets = np.unique(np.concatenate([meeting.rows for meeting in chosen.meetings]))
    return words, seen._copy.inputs(words), targets, seen._copy.targets(targets)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(map(str, way.values())))
@pytest.mark.parametrize("repeats", [1, 3])
def test_the_step_is_that_of_the_formulas(way, repeats):
    bench = Bench(clock=40, **way)
    seen = bench.scope.next_token()
    v, u, loss = bench.naively(seen, repeats)
    step = seen.at(repeats)
    words, inputs, targets, outputs = loop_rows(seen)
    np.testing.assert_allclose(inputs, v[words], atol=1e-5 * repeats)
    np.testing.assert_allclose(outputs, u[targets], atol=1e-5 * repeats)
    assert step.difference < 1e-5
    assert step.loss == pytest.approx(loss, rel=1e-5)
    assert step.loss_of_loop == pytest.approx(loss, rel=1e-4)
    assert step.loss_after < step.loss
    assert step.repeats == len(step.losses) == repeats


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_scores_errors_and_moves_are_the_chapters(mode):
    bench = Bench(clock=40, model=mode.model, objective=mode.objective)
    seen = bench.scope.next_token()
    old = {kind: rows.astype(np.float64) for kind, rows in bench.vectors().items()}
    v = old["input_vectors"]
    u = old["node_vectors" if mode.objective == "hierarchical-softmax" else "output_vectors"]
    step = seen.at(1)
    (met,) = step.encounters
    inputs = v[met.inputs].mean(axis=0, keepdims=True) if mode.model == "cbow" else v[met.inputs]
    scores = inputs @ u[met.targets].T
    np.testing.assert_allclose(met.scores, scores, atol=1e-5)
    if mode.objective == "softmax":
        every = np.exp(inputs @ u.T)
        predicted = (every / every.sum(axis=1, keepdims=True))[:, met.targets]
        loss = -np.log(predicted[:, 0]).sum()
    else:
        predicted = sigmoid(scores)
        signed = np.where(met.labels == 1, scores, -scores)
        loss = -(met.times * np.log(sigmoid(signed))).sum()
    np.testing.assert_allclose(met.errors, met.labels - predicted, atol=1e-5)
    assert step.loss == pytest.approx(loss, rel=1e-5)
    (center_move,) = (
        one for one in step.moves if one.kind != "input" and one.row == met.targets[0]
    )
    step_of_first = seen.rate * np.linalg.norm((met.errors[:, :1] * inputs).sum(axis=0))
    assert center_move.step == pytest.approx(step_of_first, rel=1e-3)
    assert center_move.before == pytest.approx(np.linalg.norm(u[met.targets[0]]), rel=1e-5)
    assert np.all(np.sign((met.after - met.scores)[:, 0]) == np.sign(met.errors[:, 0]))


def test_noise_words_are_those_that_the_loop_draws():
    for sharing in ("centers", "pairs", "none"):
        shared = sharing != "none"
        bench = Bench(clock=100, noise_sharing=sharing, negative=8)
        seen = bench.scope.next_token()
        chosen, key = seen.chosen, stream_key(1, 0)
        settings = {"model": "skip-gram", "negative": 8, "noise_sharing": sharing}
        words = naive.words_met(
            *(bench.plan.tables.noise, key, chosen.span.first, len(chosen.contexts)),
            settings | {"window": bench.plan.settings.window},
        )
        for c, meeting in enumerate(chosen.meetings):
            drawn = words if shared else words[8 * c : 8 * c + 8]
            assert meeting.drawn.tolist() == drawn
            kept = [word for word in drawn if word != chosen.center]
            assert list(dict.fromkeys(kept)) == meeting.rows[1:].tolist()
            assert -meeting.weights[1:].sum() == len(kept)
        assert len(chosen.meetings) == (1 if shared else len(chosen.contexts))


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_what_the_run_trains_does_not_change(mode):
    bench = Bench(model="skip-gram")
    before = bench.vectors()
    plan, tables = bench.plan, bench.plan.tables
    seen = bench.scope.next_pair(3, mode=mode)
    seen.at(5)
    bench.scope.again(seen, Mode("cbow", "hierarchical-softmax")).at(2)
    for kind, matrix in bench.backend.matrices().items():
        assert matrix.tobytes() == before[kind].tobytes()
    assert bench.plan is plan
    assert bench.backend.plan(bench.settings).tables.tree is tables.tree


def test_the_same_pair_in_every_mode():
    bench = Bench()
    seen = bench.scope.next_token()
    for mode in MODES:
        other = bench.scope.again(seen, mode)
        assert other.mode == mode
        assert other.chosen.center == seen.chosen.center
        assert other.chosen.contexts.tolist() == seen.chosen.contexts.tolist()
        v, u, _ = bench.naively(other)
        other.at(1)
        words, inputs, targets, outputs = loop_rows(other)
        np.testing.assert_allclose(inputs, v[words], atol=1e-5)
        np.testing.assert_allclose(outputs, u[targets], atol=1e-5)


def test_a_mode_without_vectors_says_what_to_do():
    bench = Bench(kinds=("output_vectors",))
    before = set(bench.backend.matrices())
    assert bench.scope.is_trained(Mode("cbow", "softmax"))
    for model in ("skip-gram", "cbow"):
        mode = Mode(model, "hierarchical-softmax")
        assert not bench.scope.is_trained(mode)
        with pytest.raises(SettingsError, match=f"{model} with .*: this run has no vectors of hi"):
            bench.scope.next_token(mode=mode)
    assert set(bench.backend.matrices()) == before


def test_repeating_a_step_makes_the_scores_converge():
    bench = Bench(scale=1.0)
    seen = bench.scope.next_token()
    last = seen.at(120)
    assert last.losses[0] > 2 * last.losses[-1]
    assert sorted(last.losses, reverse=True) == list(last.losses)
    errors = last.encounters[0].errors
    assert np.abs(errors).mean() < 0.2
    assert seen.at(120) is last  # no step more than asked


def test_the_next_token_skips_what_is_not_trained():
    bench = Bench(sample=0.001)
    first = bench.scope.next_token()
    skipped = bench.scope.next_token(first.chosen.span.clock + 1)
    assert skipped.chosen.span.clock > first.chosen.span.clock
    ids, starts = CORPUS.ids.tolist(), CORPUS.sentence_starts.tolist()
    sentences = list(itertools.pairwise(starts))
    key, counts = stream_key(1, 0), CORPUS.vocab.counts.tolist()
    trained = []
    for begin, end in sentences:
        kept = naive.kept_positions(ids, begin, end, key, counts, 0.001)
        trained += kept if len(kept) > 1 else []
    assert [first.chosen.span.first, skipped.chosen.span.first] == trained[:2]


def test_context_words_stand_where_the_loop_found_them():
    bench = Bench(sample=0.05, window=4)
    ids, starts = CORPUS.ids.tolist(), CORPUS.sentence_starts.tolist()
    key, counts = stream_key(1, 0), CORPUS.vocab.counts.tolist()
    expected = {}
    for begin, end in itertools.pairwise(starts[:20]):
        kept = naive.kept_positions(ids, begin, end, key, counts, 0.05)
        for i, place in enumerate(kept):
            reach = naive.window_at(place, key, 4, True)
            expected[place] = kept[max(0, i - reach) : i] + kept[i + 1 : i + 1 + reach]
    seen, found = bench.scope.next_token(), {}
    while seen.chosen.span.first < starts[19]:
        assert CORPUS.ids[seen.chosen.positions].tolist() == seen.chosen.contexts.tolist()
        found[seen.chosen.span.first] = seen.chosen.positions.tolist()
        seen = bench.scope.next_token(seen.chosen.span.clock + 1)
    assert found == {place: around for place, around in expected.items() if around}


def test_a_word_is_found_where_it_is_trained_next():
    bench = Bench(clock=200)
    word = CORPUS.vocab.words.index("ship")
    seen = bench.scope.next_pair(word)
    places = [p for p, at in enumerate(CORPUS.ids) if at == word]
    assert seen.chosen.span.first in places
    assert seen.chosen.span.first >= 200
    context = CORPUS.vocab.words.index("sailor")
    both = bench.scope.next_pair(word, context)
    assert both.chosen.center == word
    assert context in both.chosen.contexts


def test_a_word_behind_the_last_occurrence_is_found_in_the_next_epoch():
    n_tokens = len(CORPUS.ids)
    bench = Bench(clock=n_tokens - 1)
    seen = bench.scope.next_pair(CORPUS.vocab.words.index("the"))
    assert seen.chosen.span.epoch in (0, 1)
    assert bench.order.span(seen.chosen.span.clock, 1, 3 * n_tokens) == seen.chosen.span


def test_words_that_do_not_meet_are_named():
    apart = encoded([["sun", "moon"] * 3, ["salt", "pepper"] * 3] * 20)
    bench = Bench(apart, sample=0.0)
    sun, salt = (apart.vocab.words.index(word) for word in ("sun", "salt"))
    with pytest.raises(VectorsError, match="salt is in none of 60 times that sun"):
        bench.scope.next_pair(sun, salt)
    lonely = encoded([["alone"]] * 40)
    with pytest.raises(VectorsError, match="no word of this text has another one in its window"):
        Bench(lonely, sample=0.0).scope.next_token()


def test_held_out_text_is_left_out():
    held_out = np.array([[0, 300]])
    bench = Bench(held_out=held_out)
    assert bench.scope.next_token().chosen.span.first >= 300
    everything = np.array([[0, len(CORPUS.ids) - 5]])
    seen = Bench(held_out=everything)
    words = set(CORPUS.ids[-5:].tolist())
    missing = next(word for word in range(len(CORPUS.vocab)) if word not in words)
    with pytest.raises(VectorsError, match="held-out text only"):
        seen.scope.next_pair(missing)


def test_after_the_end_the_last_epoch_is_seen_again():
    n_tokens = len(CORPUS.ids)
    bench = Bench(clock=3 * n_tokens)
    assert bench.scope.has_ended
    seen = bench.scope.next_token()
    assert seen.chosen.span.epoch == 2
    assert seen.at(1).loss_after < seen.at(1).loss


def test_one_word_and_two_words():
    one = encoded([["a", "a", "a"]] * 5)
    for mode in MODES:
        step = Bench(one, sample=0.0, model=mode.model, objective=mode.objective).scope.next_token()
        assert step.at(2).chosen.center == 0
    two = encoded([["a", "b"]] * 20)
    step = Bench(two, sample=0.0, objective="hierarchical-softmax").scope.next_token().at(1)
    assert len(step.encounters[0].targets) == 1


def test_locked_vectors_stay():
    locks = np.ones(len(CORPUS.vocab), np.float32)
    locks[:6] = 0
    seen = Bench(locks=locks).scope.next_pair(20)
    step = seen.at(1)
    assert step.difference < 1e-5
    still = [move.step for move in step.moves if move.kind == "input" and move.row < 6]
    assert still
    assert not any(still)


def test_vectors_that_are_not_numbers_are_shown_as_such():
    bench = Bench()
    bench.backend.matrices()["input_vectors"][:] = np.nan
    step = bench.scope.next_token().at(2)
    assert np.isnan([step.loss_of_loop, step.loss, step.loss_after, step.difference]).all()
    assert step.approaches == ()


def test_output_vectors_of_zeros_have_no_angle():
    bench = Bench()
    bench.backend.matrices()["output_vectors"][:] = 0
    moves = bench.scope.next_token().at(1).moves
    assert {move.angle for move in moves if move.kind == "output"} == {None}
    assert all(move.step > 0 for move in moves if move.kind == "output")
