"""The training kernels of a GPU, run lane by lane, against their slow and obvious form in naive.py
with the same random stream, and against the CPU's kernels.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.kernels import naive
from tests.kernels.cuda.setup import (
    CBOW,
    TREE,
    VARIANTS,
    check,
    ids_of,
    matrices_of,
    train,
    trainer_of,
    unrepeated,
)
from tests.kernels.setup import Setup
from tests.support import lane_device
from tests.support.inner_loop import outside
from tests.support.lane_device import LaneDevice
from w2v_kernels import layout
from w2v_kernels.cuda import rows, training_loop, warp
from w2v_kernels.cuda.launch import unsupported
from w2v_kernels.cuda.rows import MAX_ROW, Gathering, shape_of

LOCKED = [VARIANTS[k] for k in (0, 1, 2, 4)]


@pytest.mark.parametrize("variant", [*VARIANTS[:2], *outside(VARIANTS[2:])], ids=ids_of)
def test_a_warp_trains_as_the_naive_form_does(variant):
    variant = dict(variant)
    base = variant.pop("base", 0.05)
    check(unrepeated(**variant), base)


@pytest.mark.parametrize("variant", [*LOCKED[:2], *outside(LOCKED[2:])], ids=ids_of)
def test_locked_vectors_make_a_share_of_their_moves(variant):
    check(unrepeated(locks=[0, 1, 0.25, 2] * 10, **({"n_tokens": 50} | variant)), base=0.05)


@pytest.mark.parametrize(
    ("variant", "gathering"),
    [
        (TREE, Gathering(3, 4)),
        (CBOW | TREE, Gathering(7, 1000)),
        (TREE | {"vector_size": 133, "scale": 0.1, "n_tokens": 40}, Gathering(2, 3)),
        (TREE | {"n_words": 3, "n_tokens": 30, "base": 1e-3}, Gathering(15, 2)),
    ],
    ids=ids_of,
)
def test_steps_of_top_nodes_that_a_warp_gathers_are_not_lost(variant, gathering):
    """One warp sees what it has gathered, so it trains as if each step were added at once."""
    variant = dict(variant)
    base = variant.pop("base", 0.05)
    check(unrepeated(**variant), base, gathering=gathering)


@pytest.mark.parametrize(("vector_size", "most"), [(20, 96), (300, 32)])
def test_no_more_is_gathered_than_shared_memory_holds(vector_size, most):
    setup = Setup(vector_size=vector_size)
    trainer_of(setup, gathering=Gathering(most, 1))
    with pytest.raises(ValueError, match=f"must be at most {most} at .*, got {most + 1}"):
        trainer_of(setup, gathering=Gathering(most + 1, 1))


@pytest.mark.parametrize(("period", "n_additions"), [(1, 30), (10, 3), (20, 2)])
def test_gathered_steps_are_added_after_some_centers(period, n_additions, monkeypatch):
    setup = unrepeated(n_tokens=31, sample=0.0, **TREE)
    trainer = trainer_of(setup, gathering=Gathering(1, period))
    nodes, to_root = trainer._matrices["node_vectors"], []

    def add_quad(matrix, at, a, b, c, d, active, as_one):
        if matrix is nodes and at[0] == 0:
            to_root.append(active)
        warp.add_quad(matrix, at, a, b, c, d, active, as_one)

    monkeypatch.setattr(rows, "add_quad", add_quad)
    monkeypatch.setattr(lane_device, "_plain", {})  # kernels that add by this
    train(trainer, setup, setup.span(first=1))
    assert len(to_root) == n_additions


def test_many_noise_words_stream_past_the_context_words():
    """One that was drawn twice is read after its first move, which a small rate hides."""
    setup = unrepeated(n_words=60, negative=33, n_tokens=25, vector_size=4)
    way, *_ = training_loop.constants_of(setup.hyper, 4, False, True)
    assert way == training_loop.CONTEXTS_HOLD
    check(setup, base=1e-4)


def test_a_word_that_is_twice_in_a_window_is_read_after_its_first_move():
    setup = Setup(window=1, shrink_windows=False, sample=0.0)
    setup.ids, setup.starts = np.array([3, 8, 3], dtype=np.int32), np.array([0, 3])
    v, u, _ = setup.exact()
    met = naive.words_met(setup.tables.noise, setup.key, 1, 2, setup.settings)
    noise = [word for word in met if word != 8]
    targets, old = [8, *noise], u.copy()
    for _ in range(2):
        labels = np.array([1] + [0] * len(noise))
        v[[3]], moved, _ = naive.logistic_block(v[[3]], old[targets], labels, np.float32(0.05))
        np.add.at(u, targets, moved - old[targets])
    trainer = trainer_of(setup)
    train(trainer, setup, setup.span(first=1, stop=2, slope=0.0))
    np.testing.assert_allclose(trainer.vectors("input_vectors"), v, atol=1e-6)
    np.testing.assert_allclose(trainer.vectors("output_vectors"), u, atol=1e-6)


@pytest.mark.parametrize("variant", [TREE, CBOW], ids=ids_of)
def test_a_text_is_trained_as_the_cpu_trains_it(variant):
    setup = Setup(n_tokens=80, vector_size=9, **variant)
    trainer = trainer_of(setup)
    span = setup.span(first=3, stop=75)
    found, wanted = train(trainer, setup, span), setup.train(span)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    for matrix, trained in zip(matrices_of(trainer), setup.exact(), strict=True):
        np.testing.assert_allclose(matrix, trained, atol=1e-5)


def test_warps_and_spans_share_the_tokens():
    """Three warps that run in turn, over three spans, train as one does over one."""
    setup = unrepeated(n_tokens=50)
    whole, shared = trainer_of(setup), trainer_of(setup, LaneDevice(3))
    total = train(whole, setup, setup.span())
    cuts = itertools.pairwise([0, 1, 40, len(setup.ids)])
    parts = train(shared, setup, *(setup.span(*cut) for cut in cuts))
    np.testing.assert_allclose(total, parts, rtol=1e-12)
    for one, other in zip(matrices_of(whole), matrices_of(shared), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("variant", [{}, CBOW], ids=ids_of)
def test_losses_that_are_not_numbers_are_counted_and_left_out(variant):
    setup = unrepeated(n_tokens=30, **variant)
    for matrix in setup.matrices:
        matrix[3:-1, 0] = np.nan
    tallies = train(trainer_of(setup), setup, setup.span())
    assert tallies[layout.NOT_FINITE] > 0
    assert np.isfinite(tallies[layout.LOSS])


def test_saturated_scores_are_counted():
    setup = unrepeated(n_tokens=30, scale=2.0, **TREE)
    span = setup.span(base=1e-6, slope=0.0)
    found, wanted = train(trainer_of(setup), setup, span), setup.train(span)
    assert found[layout.SATURATED] == wanted[layout.SATURATED] > 0


def test_long_windows_meet_their_targets_block_by_block():
    setup = unrepeated(
        n_words=200, n_tokens=60, window=70, shrink_windows=False, sample=0.0, vector_size=3,
        negative=1, scale=0.1,
    )  # fmt: skip
    setup.starts = np.array([0, 60])
    expected = setup.exact()
    span = setup.span(first=28, stop=31)
    loss, pairs, _ = setup.train_naively(span, *expected)
    trainer = trainer_of(setup)
    tallies = train(trainer, setup, span)
    assert tallies[layout.PAIRS] == pairs == 3 * 59
    assert tallies[layout.LOSS] == pytest.approx(loss, rel=1e-5)
    for matrix, wanted in zip(matrices_of(trainer), expected, strict=True):
        np.testing.assert_allclose(matrix, wanted, atol=1e-5)


def test_the_exact_softmax_and_too_long_rows_are_refused():
    assert "softmax" in unsupported(Setup(objective="softmax").hyper, 100)
    assert f"{MAX_ROW + 1:,}" in unsupported(Setup().hyper, MAX_ROW + 1)
    for settings in ({}, TREE, CBOW, CBOW | TREE, {"noise_sharing": "none"}):
        assert not unsupported(Setup(**settings).hyper, MAX_ROW)


@pytest.mark.parametrize(
    ("vector_size", "held"), [(100, 8), (256, 8), (300, 4), (512, 4), (768, 2), (2048, 1)]
)
def test_a_block_holds_as_many_rows_as_there_are_registers_for(vector_size, held):
    shape = shape_of(vector_size)
    assert shape.held == shape.spread == held
    assert 128 * shape.quads >= shape.length >= vector_size
