"""Every kernel against its slow and obvious form in naive.py, with the same random stream."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels import naive
from w2v_kernels import (
    exact_softmax,
    formulas,
    hierarchical_softmax,
    layout,
    negative_sampling,
    objectives,
    rng,
    scoring,
    sizes,
    training_loop,
    windows,
)
from w2v_kernels import logistic_block as block
from w2v_kernels.machine import compiling, peak
from w2v_kernels.parallel import private_nodes
from w2v_kernels.scratch import KEPT_CAPACITY, Worker, make_scratch


def called(part):
    """A part of kernels as something that Python can call."""
    return numba.njit(lambda *arguments: part(*arguments))  # noqa: PLW0108 - one to compile


draw_noise = called(negative_sampling.draw_noise)
is_kept = called(windows.is_kept)
logistic_block = called(block.logistic_block)
random_at = called(rng.random_at)
tree_log_probability = called(scoring.tree_log_probability)
window_at = called(windows.window_at)

OBJECTIVES = {
    "negative-sampling": objectives.NEGATIVE_SAMPLING,
    "hierarchical-softmax": objectives.HIERARCHICAL_SOFTMAX,
    "softmax": objectives.SOFTMAX,
}


def paths(tree):
    """The nodes and the turns from the root to each word."""
    spans = [(first, first + n) for first, n in zip(tree.starts, tree.lengths, strict=False)]
    return [(tree.nodes[a:b].tolist(), tree.turns[a:b].tolist()) for a, b in spans]


def train_with(setup, scratch, span, tallies):
    worker = Worker(setup.weights, setup.tables, setup.hyper, scratch)
    training_loop.train_span(layout.Corpus(setup.ids, setup.starts), span, worker, tallies)


class Setup:
    """A small corpus with everything a kernel needs, and a float64 copy of its vectors."""

    def __init__(self, n_words=40, n_tokens=500, vector_size=20, seed=0, scale=0.5, **settings):
        self.settings = {
            "model": "skip-gram",
            "objective": "negative-sampling",
            "negative": 5,
            "window": 4,
            "shrink_windows": True,
            "shared_noise": True,
            "cbow_mean": True,
            "cbow_divide": False,
            "sample": 0.05,
        } | settings
        random = np.random.default_rng(seed)
        odds = 1 / np.arange(1, n_words + 1)
        ids = random.choice(n_words, n_tokens, p=odds / odds.sum())
        ids[:n_words] = np.arange(n_words)
        self.ids = ids.astype(np.int32)
        cuts = np.sort(random.choice(np.arange(1, n_tokens), n_tokens // 12, replace=False))
        self.starts = np.concatenate(([0], cuts, [n_tokens])).astype(np.int64)
        self.counts = np.bincount(ids, minlength=n_words)
        self.n_words, self.vector_size = n_words, vector_size
        by_tree = self.settings["objective"] == "hierarchical-softmax"

        def rows(n):
            matrix = layout.empty_rows(n + 1, vector_size)
            matrix[:n, :vector_size] = random.normal(0, scale, (n, vector_size))
            return matrix

        self.matrices = rows(n_words), rows(n_words), rows(n_words - 1)
        self.weights = layout.Weights(self.matrices[0], self.matrices[2 if by_tree else 1])
        self.tables = layout.Tables(
            formulas.keep_thresholds(self.counts, self.settings["sample"]),
            negative_sampling.build_noise_table(self.counts, 0.75),
            hierarchical_softmax.build_tree(self.counts),
            exact_softmax.every_word(n_words),
        )
        self.key = rng.stream_key(7, 0)

    @property
    def hyper(self):
        s = self.settings
        return layout.Hyper(
            s["model"] == "skip-gram",
            OBJECTIVES[s["objective"]],
            s["negative"],
            s["window"],
            s["shrink_windows"],
            s["shared_noise"],
            s["cbow_mean"],
            s["cbow_divide"],
        )

    def span(self, first=0, stop=None, visible=None, base=0.05, slope=-1e-5, floor=1e-3):
        stop = len(self.ids) if stop is None else stop
        visible = visible or (0, len(self.ids))
        return layout.Span(first, stop, *visible, self.key, base, slope, floor)

    def exact(self):
        """Float64 copies of the vectors, without padding."""
        size = self.vector_size
        return [matrix[:-1, :size].astype(np.float64) for matrix in self.matrices]

    def train(self, *spans, tallies=None):
        tallies = np.zeros(sizes.N_TALLIES) if tallies is None else tallies
        blank = len(self.weights.target_vectors) - 1
        scratch = make_scratch(self.vector_size, self.settings["window"], 300, blank)
        for span in spans:
            train_with(self, scratch, span, tallies)
        return tallies

    def train_naively(self, span, v, u, nodes):
        plain = {
            "first": span.first,
            "stop": span.stop,
            "visible": (span.visible_first, span.visible_stop),
            "key": span.key,
            "rate": lambda p: max(span.rate_floor, span.rate_base + span.rate_slope * p),
        }
        return naive.train_span(
            self.ids.tolist(),
            self.starts.tolist(),
            plain,
            self.settings,
            v,
            u,
            nodes,
            self.tables.noise,
            paths(self.tables.tree),
            self.counts.tolist(),
        )


VARIANTS = [
    {"model": model, "objective": objective}
    for model in ("skip-gram", "cbow")
    for objective in OBJECTIVES
] + [
    {"shared_noise": False},
    {"shrink_windows": False, "window": 3},
    {"negative": 1},
    {"negative": 17, "window": 6},
    {"sample": 0.0},
    {"model": "cbow", "cbow_mean": False},
    {"model": "cbow", "cbow_divide": True},
    {"model": "cbow", "objective": "hierarchical-softmax", "cbow_divide": True},
    {"vector_size": 1},
    {"vector_size": 16},
    {"vector_size": 33, "objective": "hierarchical-softmax"},
    {"n_words": 2, "objective": "hierarchical-softmax"},
    {"n_words": 1, "negative": 3},
]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: "-".join(map(str, v.values())))
def test_a_span_trains_as_the_naive_form_does(variant):
    setup = Setup(**variant)
    span = setup.span(first=13, stop=460, visible=(5, 490))
    v, u, nodes = setup.exact()
    loss, pairs, centers = setup.train_naively(span, v, u, nodes)
    before = setup.exact()
    tallies = setup.train(span)
    for matrix, expected, untrained in zip(setup.exact(), (v, u, nodes), before, strict=True):
        np.testing.assert_allclose(matrix, expected, atol=2e-4)
        if setup.n_words > 2 and not np.array_equal(expected, untrained):
            assert np.abs(expected - untrained).max() > 0.01  # the test would see a kernel at rest
    assert tallies[layout.PAIRS] == pairs
    assert tallies[layout.CENTERS] == centers
    assert tallies[layout.TOKENS] == span.stop - span.first
    assert tallies[layout.NOT_FINITE] == 0
    assert tallies[layout.LOSS] == pytest.approx(loss, rel=1e-4)


EVERY_MODE = [
    {"model": "skip-gram", "objective": objective, "shrink_windows": shrink, "shared_noise": shared}
    for objective in OBJECTIVES
    for shrink in (True, False)
    for shared in (True, False)[: 1 + (objective == "negative-sampling")]
] + [
    {
        "model": "cbow", "objective": objective, "shrink_windows": shrink,
        "cbow_mean": mean, "cbow_divide": divide,
    }
    for objective, shrink, mean, divide in itertools.product(OBJECTIVES, *3 * [(True, False)])
]  # fmt: skip


@pytest.mark.parametrize("mode", EVERY_MODE, ids=lambda v: "-".join(map(str, v.values())))
def test_every_mode_with_every_window_trains_as_the_naive_form_does(mode):
    setup = Setup(n_tokens=150, vector_size=9, **mode)
    span = setup.span(first=3, stop=140, visible=(1, 147))
    matrices = setup.exact()
    loss, pairs, _ = setup.train_naively(span, *matrices)
    tallies = setup.train(span)
    for matrix, expected in zip(setup.exact(), matrices, strict=True):
        np.testing.assert_allclose(matrix, expected, atol=1e-4)
    assert tallies[layout.PAIRS] == pairs > 50
    assert tallies[layout.LOSS] == pytest.approx(loss, rel=1e-4)


@pytest.mark.parametrize("variant", VARIANTS[:6], ids=lambda v: "-".join(map(str, v.values())))
def test_a_span_trains_the_same_in_one_piece_as_in_many(variant):
    whole, pieces = Setup(**variant), Setup(**variant)
    n = len(whole.ids)
    cuts = [0, 1, 2, 17, 18, 100, 333, n]
    total = whole.train(whole.span())
    parts = pieces.train(*(pieces.span(*cut) for cut in itertools.pairwise(cuts)))
    for one, many in zip(whole.matrices, pieces.matrices, strict=True):
        np.testing.assert_array_equal(one, many)
    np.testing.assert_allclose(total, parts, rtol=1e-6)


def test_a_sentence_longer_than_the_buffer_keeps_all_its_contexts():
    setup = Setup(n_tokens=3 * KEPT_CAPACITY, sample=0.0, vector_size=4, negative=1, window=3)
    setup.starts = np.array([0, len(setup.ids)], dtype=np.int64)
    v, u, nodes = setup.exact()
    span = setup.span()
    loss, pairs, centers = setup.train_naively(span, v, u, nodes)
    tallies = setup.train(span)
    assert tallies[layout.PAIRS] == pairs
    assert tallies[layout.CENTERS] == centers == len(setup.ids)
    np.testing.assert_allclose(setup.exact()[0], v, atol=5e-3)
    assert tallies[layout.LOSS] == pytest.approx(loss, rel=1e-4)


def test_padding_and_blank_rows_stay_zero():
    for variant in VARIANTS:
        setup = Setup(**variant)
        setup.train(setup.span())
        for matrix in setup.matrices:
            assert not matrix[-1].any()
            assert not matrix[:, setup.vector_size :].any()


TRUE_GRADIENTS = {
    "skip-gram": ({"model": "skip-gram"}, [3, 9, 30]),
    "skip-gram with noise of its own": ({"model": "skip-gram", "shared_noise": False}, [30]),
    "cbow, mean": ({"model": "cbow", "cbow_divide": True}, [3, 9, 30]),
    "cbow, sum": ({"model": "cbow", "cbow_mean": False}, [3, 9, 30]),
}
"""Where the step is the very gradient: not where targets move from one context to the next, nor
where word2vec.c leaves out the mean's division.
"""


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("way", TRUE_GRADIENTS)
def test_the_step_follows_the_gradient_of_the_loss(objective, way):
    """Finite differences, in float64, of the loss that the naive form reports for one center."""
    settings, contexts = TRUE_GRADIENTS[way]
    setup = Setup(objective=objective, **settings)
    tree = paths(setup.tables.tree)
    center, small = 5, 1e-6

    def loss_and_step(v, u, nodes, lr):
        v, u, nodes = v.copy(), u.copy(), nodes.copy()
        loss, _ = naive.train_center(
            center, contexts, lr, 123, setup.settings, v, u, nodes, setup.tables.noise, tree
        )
        return loss, (v, u, nodes)

    matrices = setup.exact()
    _, moved = loss_and_step(*matrices, lr=1.0)
    checked = 0
    for which, matrix in enumerate(matrices):
        for row, column in [(3, 0), (30, 4), (5, 1), (0, 2), (11, 3)]:
            if row >= len(matrix):
                continue
            losses = []
            for sign in (1, -1):
                shifted = [m.copy() for m in matrices]
                shifted[which][row, column] += sign * small
                losses.append(loss_and_step(*shifted, lr=0.0)[0])
            slope = (losses[0] - losses[1]) / (2 * small)
            step = moved[which][row, column] - matrix[row, column]
            assert step == pytest.approx(-slope, abs=1e-6)
            checked += abs(slope) > 1e-4
    assert checked >= len(contexts)


@pytest.mark.parametrize("n_words", [1, 2, 3, 50, 1000])
def test_leaf_probabilities_sum_to_one_for_any_vectors(n_words):
    """D2L eq_hi-softmax-sum-one."""
    random = np.random.default_rng(n_words)
    tree = hierarchical_softmax.build_tree(random.integers(1, 1000, n_words))
    v = layout.empty_rows(1, 30)
    v[0, :30] = random.normal(0, 3, 30)
    nodes = layout.empty_rows(max(n_words - 1, 1), 30)
    nodes[:, :30] = random.normal(0, 3, (len(nodes), 30))
    logs = [tree_log_probability(v, 0, nodes, tree, word) for word in range(n_words)]
    assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-9)


def test_no_code_is_the_beginning_of_another():
    counts = np.random.default_rng(1).integers(1, 10_000, 300)
    tree = hierarchical_softmax.build_tree(counts)
    codes = sorted(tuple(turns) for _, turns in paths(tree))
    for code, following in itertools.pairwise(codes):
        assert following[: len(code)] != code


def test_the_tree_is_as_short_as_huffmans_and_its_root_is_node_0():
    counts = np.random.default_rng(2).zipf(1.3, 400).clip(max=10**6)
    tree = hierarchical_softmax.build_tree(counts)
    shortest = [len(code) for code in naive.huffman_codes(counts.tolist())]
    assert (tree.lengths * counts).sum() == np.dot(shortest, counts)
    assert {nodes[0] for nodes, _ in paths(tree)} == {0}
    assert {node for nodes, _ in paths(tree) for node in nodes} == set(range(399))


def test_paths_are_laid_out_in_whole_tiles():
    tree = hierarchical_softmax.build_tree(np.random.default_rng(3).integers(1, 10_000, 300))
    assert len(set(tree.lengths % sizes.TILE)) > 1
    for word, (first, stop) in enumerate(itertools.pairwise(tree.starts)):
        end = first + tree.lengths[word]
        assert (stop - first) % sizes.TILE == 0
        assert 0 <= stop - end < sizes.TILE
        assert (np.abs(tree.turns[first:end]) == 1).all()
        assert not tree.turns[end:stop].any()
        assert (tree.nodes[end:stop] == 299).all()


def test_counts_like_fibonacci_numbers_make_a_path_to_every_word():
    counts = [1, 1]
    while len(counts) < 80:
        counts.append(counts[-1] + counts[-2])
    tree = hierarchical_softmax.build_tree(np.array(counts, dtype=np.int64))
    assert tree.lengths.max() == 79


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 0.75, 1.0, 1.5])
def test_drawn_noise_fits_the_distribution(exponent):
    counts = np.array([1000, 400, 250, 90, 30, 12, 5, 5, 1])
    table = negative_sampling.build_noise_table(counts, exponent)
    n = 200_000
    drawn = np.zeros(len(counts))
    for i in range(n):
        bits = np.uint64(random_at(np.uint64(5), np.uint64(i)))
        drawn[draw_noise(table, bits)] += 1
    expected = counts**exponent / (counts**exponent).sum() * n
    chi_square = ((drawn - expected) ** 2 / expected).sum()
    assert chi_square < 26.1  # 8 degrees of freedom, one in a thousand
    np.testing.assert_allclose(formulas.noise_probabilities(counts, exponent), expected / n)


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(1, 10**9) | st.integers(1, 3), min_size=1, max_size=60),
    exponent=st.sampled_from([-1.0, 0.0, 0.75, 1.0, 1.5]) | st.floats(-1, 1.5),
)
def test_the_table_of_noise_holds_the_distribution_itself(counts, exponent):
    """The probability of each word, summed over all draws: exact to 32 bits."""
    table = negative_sampling.build_noise_table(np.array(counts), exponent)
    own = table[:, 0] / 2**32
    shares = own.copy()
    np.add.at(shares, table[:, 1].astype(np.int64), 1 - own)
    wanted = np.array(counts, dtype=np.float64) ** exponent
    np.testing.assert_allclose(shares / len(counts), wanted / wanted.sum(), rtol=0, atol=2**-30)


def test_noise_of_one_word_is_that_word():
    table = negative_sampling.build_noise_table(np.array([3]), 0.75)
    assert draw_noise(table, np.uint64(2**64 - 1)) == 0


def test_subsampling_keeps_words_as_often_as_it_says():
    counts = np.array([900_000, 90_000, 9_000, 900, 100])
    thresholds = formulas.keep_thresholds(counts, 1e-3)
    share = 1e-3 / (counts / counts.sum())
    for word, expected in enumerate(np.minimum(1, np.sqrt(share) + share)):
        kept = sum(is_kept(word, position, np.uint64(9), thresholds) for position in range(20_000))
        deviation = np.sqrt(expected * (1 - expected) / 20_000)
        assert kept / 20_000 == pytest.approx(expected, abs=4 * deviation)
    assert (formulas.keep_thresholds(counts, 0.0) == 2**32 - 1).all()


def test_windows_are_drawn_evenly():
    drawn = [window_at(p, np.uint64(3), 5, True) for p in range(50_000)]
    shares = np.bincount(drawn, minlength=6)[1:] / 50_000
    assert len(shares) == 5
    np.testing.assert_allclose(shares, 0.2, atol=0.01)
    assert window_at(17, np.uint64(3), 5, False) == 5


def test_random_numbers_are_those_of_the_naive_form():
    for seed, epoch in [(0, 0), (1, 0), (1, 5), (2**63 - 1, 10**6)]:
        key = rng.stream_key(seed, epoch)
        assert int(key) == naive.stream_key(seed, epoch)
        for index in (0, 1, 10**12):
            assert int(random_at(key, np.uint64(index))) == naive.random_at(key, index)


@pytest.mark.parametrize("n_inputs", [1, 2, 3, 7])
@pytest.mark.parametrize("n_targets", [6, 12, 30])
@pytest.mark.parametrize("size", [8, 100, 300])
def test_the_tuned_block_is_the_plain_one(n_inputs, n_targets, size):
    random = np.random.default_rng(n_inputs * 1000 + n_targets + size)
    inputs, targets = layout.empty_rows(50, size), layout.empty_rows(60, size)
    inputs[:, :size] = random.normal(0, 0.3, (50, size))
    targets[:, :size] = random.normal(0, 0.3, (60, size))
    input_rows = random.integers(0, 50, n_inputs).astype(np.int32)
    target_rows = random.permutation(60)[:n_targets].astype(np.int32)
    labels = random.integers(0, 2, n_targets)
    scratch, moves = (
        make_scratch(size, 8, n_targets, 0),
        layout.empty_rows(n_inputs, size),
    )
    new_v, new_u, loss = naive.logistic_block(
        inputs[input_rows, :size].astype(float),
        targets[target_rows, :size].astype(float),
        labels,
        0.1,
    )
    old_v = inputs[input_rows, :size].copy()
    chosen = layout.empty_targets(n_targets)
    chosen.rows[:] = target_rows
    chosen.weights[:n_targets] = np.where(labels, 1, -1)
    met = block.Block(
        inputs, input_rows, n_inputs, targets, chosen.rows, n_targets, moves, scratch.numbers
    )
    got, _ = logistic_block(met, chosen.weights, np.float32(0.1), scratch.scores, scratch.steps)
    np.testing.assert_allclose(targets[target_rows, :size], new_u, atol=1e-5)
    np.testing.assert_allclose(moves[:, :size], new_v - old_v, atol=1e-5)
    assert got == pytest.approx(loss, rel=1e-5)


def test_sigmoid_and_loss_are_right_at_every_score():
    scores = np.concatenate((np.linspace(-90, 90, 4001), [1e4, -1e4, 1e37])).astype(np.float32)
    rows, one = np.zeros(1, np.int32), layout.empty_rows(1, 1)
    one[0, 0] = 1.0
    chosen, (room, steps) = layout.empty_targets(1), np.zeros((2, sizes.SCORE_ROW), np.float32)
    for label, weight in ((1, 1.0), (0, -1.0), (0, -3.0)):
        chosen.rows[:] = [0, 1, 1, 1, 1, 1]
        chosen.weights[0] = weight
        for score in scores:
            target, moved = layout.empty_rows(2, 1), layout.empty_rows(1, 1)
            target[0, 0] = score
            met = block.Block(one, rows, 1, target, chosen.rows, 6, moved, rows)
            loss, saturated = logistic_block(met, chosen.weights, np.float32(1.0), room, steps)
            exact = np.float64(score)
            with np.errstate(over="ignore"):
                error = label - 1 / (1 + np.exp(-exact))
            assert steps[0] == pytest.approx(abs(weight) * error, abs=2e-6)
            away = exact if label == 0 else -exact
            assert loss == pytest.approx(abs(weight) * np.logaddexp(0, away), rel=1e-5, abs=1e-6)
            assert saturated == (abs(score) > 6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_losses_that_are_not_numbers_are_counted_and_left_out(bad, objective):
    setup = Setup(objective=objective)
    for matrix in setup.weights:
        matrix[:-1, 0] = bad
        matrix[1::2, 0] *= -1
    tallies = setup.train(setup.span())
    assert tallies[layout.NOT_FINITE] > 0
    assert np.isfinite(tallies[layout.LOSS])


def test_the_chains_of_the_peak_are_all_computed():
    rounds, factor = 50, np.float32(0.9)
    first = np.arange(peak.CHAINS) / peak.CHAINS
    last = 1 - (1 - first) * float(factor) ** rounds  # x <- factor * x + (1 - factor)
    assert peak.MULTIPLY_ADDS_A_ROUND % peak.CHAINS == 0
    lanes = peak.MULTIPLY_ADDS_A_ROUND // peak.CHAINS
    assert peak.multiply_and_add(rounds, factor) == pytest.approx(lanes * last.sum(), rel=1e-5)


def test_rows_begin_at_cache_lines():
    rows = layout.empty_rows(5, 100)
    assert rows.shape == (5, 112)
    assert rows.ctypes.data % 64 == 0
    assert sizes.ROW_PAD * 4 == 64


def by_tree_with_private_nodes(workers, **settings):
    """A setup whose node matrix has room for each worker's copies, and their scratches."""
    setup = Setup(objective="hierarchical-softmax", **settings)
    n = min(sizes.N_PRIVATE, setup.n_words - 1)
    blank = setup.n_words + workers * n
    nodes = layout.empty_rows(blank + 1, setup.vector_size)
    nodes[: setup.n_words] = setup.weights.target_vectors
    setup.weights = setup.weights._replace(target_vectors=nodes)
    scratches = [
        make_scratch(setup.vector_size, 4, 300, blank, setup.n_words + worker * n, n, period=3)
        for worker in range(workers)
    ]
    return setup, scratches


@pytest.mark.parametrize("n_words", [2, 40, 300])
def test_private_nodes_of_a_worker_alone_change_nothing(n_words):
    plain = Setup(objective="hierarchical-softmax", n_words=n_words)
    plain.train(plain.span())
    setup, (scratch,) = by_tree_with_private_nodes(1, n_words=n_words)
    train_with(setup, scratch, setup.span(), np.zeros(sizes.N_TALLIES))
    trained = setup.weights.target_vectors[:n_words]
    np.testing.assert_array_equal(trained, plain.weights.target_vectors)
    np.testing.assert_array_equal(setup.weights.input_vectors, plain.weights.input_vectors)


def test_what_two_workers_learn_of_a_node_is_added_up():
    setup, (one, other) = by_tree_with_private_nodes(2)
    nodes, n = setup.weights.target_vectors, len(one.private.copied)
    before = nodes[:n].copy()
    copy, share = called(private_nodes.copy_nodes), called(private_nodes.share_all_nodes)
    for scratch in (one, other):
        copy(nodes, scratch.private)
    nodes[one.private.first] += np.float32(0.25)
    nodes[other.private.first] += np.float32(0.5)
    nodes[other.private.first + n - 1] += np.float32(1.0)
    for scratch in (one, other):
        share(nodes, scratch.private)
    np.testing.assert_allclose(nodes[0], before[0] + 0.75, rtol=1e-6)
    np.testing.assert_array_equal(nodes[n - 1], before[n - 1] + np.float32(1.0))
    np.testing.assert_array_equal(nodes[other.private.first], nodes[0])


@pytest.mark.parametrize("period", [1, 2, 5, 16])
def test_every_copy_is_shared_in_turn(period):
    setup, (scratch,) = by_tree_with_private_nodes(1, n_words=300)
    nodes, private = setup.weights.target_vectors, scratch.private._replace(period=period)
    copy, share = called(private_nodes.copy_nodes), called(private_nodes.share_some_nodes)
    copy(nodes, private)
    n, turns = len(private.copied), []
    nodes[private.first : private.first + n] += np.float32(1.0)
    for center in range(period * n):
        unshared = (nodes[:n] != nodes[private.first : private.first + n]).any(axis=1)
        share(nodes, private)
        shared = (nodes[:n] != nodes[private.first : private.first + n]).any(axis=1) != unshared
        turns += [(node, center) for node in np.flatnonzero(shared)]
    first_turns = dict(turns)
    assert set(first_turns) == set(range(n))
    assert max(center for node, center in turns if node < 7) <= 4 * period


def test_a_trillion_pairs_counted_before_leave_room_for_each_that_follows():
    """float32 would stop counting at 16,777,216."""
    first, later = Setup(), Setup()
    counted = first.train(first.span())
    before = np.zeros(sizes.N_TALLIES)
    before[[layout.LOSS, layout.PAIRS, layout.CENTERS, layout.TOKENS]] = 4e12, 1e12, 3e11, 4e11
    tallies = before.copy()
    later.train(later.span(), tallies=tallies)
    for which in (layout.PAIRS, layout.CENTERS, layout.TOKENS):
        assert tallies[which] - before[which] == counted[which] > 100
    assert tallies[layout.LOSS] - before[layout.LOSS] == pytest.approx(
        counted[layout.LOSS], rel=1e-4
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
@pytest.mark.parametrize("n_words", [1, 2, 3, sizes.TILE, sizes.TILE + 1, 40])
def test_nothing_is_read_or_written_beside_the_rows(model, objective, n_words):
    """The last word everywhere, the most contexts and noise there are, and NaN around each matrix.

    `make bounds` runs this with every index checked.
    """
    n_tokens = 300
    setup = Setup(
        n_words=n_words, n_tokens=n_tokens, vector_size=17, model=model, objective=objective,
        window=64, negative=256, sample=0.0,
    )  # fmt: skip
    setup.ids[n_words:] = n_words - 1
    setup.starts = np.array([0, 1, 3, 10, 299, n_tokens])

    def fenced(matrix):
        room = layout.empty_rows(len(matrix) + 2, 17)
        room[:] = np.nan
        room[1:-1] = matrix
        return room

    rooms = [fenced(matrix) for matrix in setup.weights]
    setup.weights = layout.Weights(*(room[1:-1] for room in rooms))
    cuts = itertools.pairwise([0, 1, n_tokens - 1, n_tokens])
    tallies = setup.train(*(setup.span(*cut, base=1e-5, floor=0.0) for cut in cuts))
    assert tallies[layout.TOKENS] == tallies[layout.CENTERS] == n_tokens
    assert tallies[layout.NOT_FINITE] == 0
    for room in rooms:
        assert np.isnan(room[[0, -1]]).all()
        assert np.isfinite(room[1:-1]).all()


@pytest.mark.skipif(not numba.config.BOUNDSCHECK, reason="make bounds")
def test_an_index_that_is_out_of_bounds_is_found():
    setup = Setup()
    setup.ids[7] = len(setup.counts) + 5
    with pytest.raises(IndexError):
        setup.train(setup.span())


# ---- compiling


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_cancelled_compiling_is_done_at_the_next_call():
    """Compiling can be cancelled; the kernel is compiled when it is next called."""

    @numba.njit
    def doubled(number):
        return 2 * number

    with compiling.cancel_compiling_when(lambda: True):
        pytest.fail(f"it was compiled: {doubled(1)}")
    assert not doubled.signatures
    with compiling.cancel_compiling_when(lambda: False):
        assert doubled(1) == 2
    with compiling.cancel_compiling_when(lambda: True):
        assert doubled(1) == 2  # there is nothing to compile any more


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_what_another_thread_compiles_is_not_given_up():
    @numba.njit
    def doubled(number):
        return 2 * number

    with compiling.cancel_compiling_when(lambda: True), ThreadPoolExecutor(1) as other:
        assert other.submit(doubled, 1).result() == 2
