"""The training loop in every mode against its slow and obvious form in naive.py, with the same
random stream.
"""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest

from tests.kernels import naive
from tests.kernels.setup import OBJECTIVES, Setup, paths
from tests.support.inner_loop import outside
from w2v_kernels import layout, scratch, sizes
from w2v_kernels.scratch import KEPT_CAPACITY

VARIANTS = [
    {"model": model, "objective": objective}
    for model in ("skip-gram", "cbow")
    for objective in OBJECTIVES
] + [
    {"noise_sharing": "none"},
    {"noise_sharing": "pairs"},
    {"model": "cbow", "noise_sharing": "pairs"},
    {"window": 40, "negative": 7},
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


LOCKED = [*VARIANTS[:7], {"window": 70, "sample": 0.0}, {"model": "cbow", "cbow_divide": True}]


@pytest.mark.parametrize(
    "variant",
    [*LOCKED[:3], *outside(LOCKED[3:])],
    ids=lambda v: "-".join(map(str, v.values())),
)
def test_locked_vectors_make_a_share_of_their_moves(variant):
    setup = Setup(n_tokens=300, locks=[0, 1, 0.25, 2] * 10, **variant)
    v, u, nodes = setup.exact()
    frozen = v[::4].copy()
    setup.train_naively(setup.span(), v, u, nodes)
    setup.train(setup.span())
    for matrix, expected in zip(setup.exact(), (v, u, nodes), strict=True):
        np.testing.assert_allclose(matrix, expected, atol=2e-4)
    assert np.array_equal(setup.exact()[0][::4], frozen)


EVERY_MODE = [
    {
        "model": "skip-gram", "objective": objective, "shrink_windows": shrink,
        "noise_sharing": sharing,
    }
    for objective in OBJECTIVES
    for shrink in (True, False)
    for sharing in ("centers", "none")[: 1 + (objective == "negative-sampling")]
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


@pytest.mark.slow
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


@pytest.mark.parametrize(
    "way",
    [
        *({"objective": objective, "model": model}
          for objective in OBJECTIVES for model in ("skip-gram", "cbow")),
        pytest.param(  # the others draw no noise
            {"objective": "negative-sampling", "noise_sharing": "none"}, marks=pytest.mark.slow
        ),
    ],
    ids=str,
)  # fmt: skip
def test_a_window_longer_than_a_block_and_a_buffer_has_all_its_contexts(way, monkeypatch):
    """The buffer slides twice; a center has up to 140 contexts, in 9 blocks."""
    monkeypatch.setattr(scratch, "KEPT_CAPACITY", 64)
    monkeypatch.setattr(scratch, "_CAPACITY_OF_WINDOWS", 3)
    setup = Setup(
        n_tokens=360, sample=0.0, vector_size=5, negative=2, window=70, shrink_windows=False,
        scale=0.1, **way,
    )  # fmt: skip
    setup.starts = np.array([0, 30, 330, len(setup.ids)], dtype=np.int64)
    v, u, nodes = setup.exact()
    span = setup.span(first=20, stop=345, visible=(10, 350), base=0.01)
    loss, pairs, centers = setup.train_naively(span, v, u, nodes)
    tallies = setup.train(span)
    assert tallies[layout.CENTERS] == centers == 325
    assert tallies[layout.PAIRS] == pairs
    np.testing.assert_allclose(setup.exact()[0], v, atol=2e-4)
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
    "skip-gram with noise of its own": ({"model": "skip-gram", "noise_sharing": "none"}, [30]),
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
        noise = naive.words_met(setup.tables.noise, 123, 17, len(contexts), setup.settings)
        loss, _ = naive.train_center(center, contexts, lr, noise, setup.settings, v, u, nodes, tree)
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
@pytest.mark.parametrize("window", [64, *outside([10_000])])
def test_nothing_is_read_or_written_beside_the_rows(model, objective, n_words, window):
    """The last word everywhere, the most contexts and noise there are, and NaN around each matrix.

    `make bounds` runs this with every index checked.
    """
    n_tokens = 300
    setup = Setup(
        n_words=n_words, n_tokens=n_tokens, vector_size=17, model=model, objective=objective,
        window=window, negative=256, sample=0.0,
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
