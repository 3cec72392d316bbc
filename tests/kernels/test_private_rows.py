"""The rows that move most, of which each of several workers trains its own copies."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.setup import Setup, called, train_with
from w2v_kernels import layout, sizes
from w2v_kernels.parallel import private_rows
from w2v_kernels.scratch import make_scratch

MODES = [
    {"objective": "negative-sampling"},
    {"objective": "negative-sampling", "noise_sharing": "none"},
    {"objective": "hierarchical-softmax"},
    {"objective": "hierarchical-softmax", "n_words": 2},
    {"objective": "softmax"},
    {"objective": "negative-sampling", "model": "cbow", "n_words": 300},
    {"objective": "hierarchical-softmax", "model": "cbow", "n_words": 300},
]


def turns_for(n_rows, interval=2.0):
    return private_rows.turns_of(1 / np.arange(1.0, n_rows + 1), interval)


def with_private_rows(workers, n_inputs, n_targets, **settings):
    """A setup whose matrices have room for each worker's copies, and their scratches."""
    setup = Setup(**settings)
    n, matrices, copies = setup.n_words, [], ([], [])
    for at, n_copied in enumerate((n_inputs, n_targets)):
        matrix = layout.empty_rows(n + 1 + workers * n_copied, setup.vector_size)
        matrix[: n + 1][: len(setup.weights[at])] = setup.weights[at]
        matrices.append(matrix)
        turns = turns_for(n_copied) if n_copied else private_rows.NO_TURNS
        for worker in range(workers):
            copies[at].append(
                private_rows.private_rows(
                    setup.vector_size, n + 1 + worker * n_copied, turns, worker / workers
                )
            )
    setup.weights = layout.Weights(*matrices)
    scratches = [
        make_scratch(setup.vector_size, 4, 300, n, 5, *pair) for pair in zip(*copies, strict=True)
    ]
    return setup, scratches


def copied_targets(settings, n_most):
    n_words = settings.get("n_words", 40)
    most = {"negative-sampling": n_words, "hierarchical-softmax": n_words - 1, "softmax": 0}
    return min(most[settings["objective"]], n_most)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: "-".join(map(str, mode.values())))
def test_private_rows_of_a_worker_alone_change_no_bit(mode):
    plain = Setup(**mode)
    plain.train(plain.span())
    n_words = plain.n_words
    setup, (scratch,) = with_private_rows(1, min(n_words, 25), copied_targets(mode, 25), **mode)
    train_with(setup, scratch, setup.span(), np.zeros(sizes.N_TALLIES))
    for matrix, expected in zip(setup.weights, plain.weights, strict=True):
        np.testing.assert_array_equal(matrix[: len(expected)], expected)
    copies = scratch.own_inputs
    first, n = copies.first, len(copies.copied)
    vectors = setup.weights.input_vectors
    np.testing.assert_array_equal(vectors[first : first + n], vectors[:n])
    assert n == min(n_words, 25)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: "-".join(map(str, mode.values())))
def test_two_workers_in_turn_train_as_one_does(mode):
    plain, n = Setup(**mode), 500
    spans = [(0, 100), (100, 290), (290, 310), (310, n)]
    plain.train(*(plain.span(*span) for span in spans))
    n_inputs = min(plain.n_words, 25)
    setup, scratches = with_private_rows(2, n_inputs, copied_targets(mode, 25), **mode)
    for turn, span in enumerate(spans):
        tallies = np.zeros(sizes.N_TALLIES)
        train_with(setup, scratches[turn % 2], setup.span(*span), tallies)
    for matrix, expected in zip(setup.weights, plain.weights, strict=True):
        np.testing.assert_array_equal(matrix[: len(expected)], expected)


def test_what_two_workers_learn_of_a_row_is_added_up():
    setup, (one, other) = with_private_rows(2, 25, 25)
    vectors, n = setup.weights.input_vectors, 25
    before = vectors[:n].copy()
    copy, share = called(private_rows.copy_shared_rows), called(private_rows.share_all_rows)
    for scratch in (one, other):
        copy(vectors, scratch.own_inputs)
    vectors[one.own_inputs.first] += np.float32(0.25)
    vectors[other.own_inputs.first] += np.float32(0.5)
    vectors[other.own_inputs.first + n - 1] += np.float32(1.0)
    for scratch in (one, other):
        share(vectors, scratch.own_inputs)
    np.testing.assert_allclose(vectors[0], before[0] + 0.75, rtol=1e-6)
    np.testing.assert_array_equal(vectors[n - 1], before[n - 1] + np.float32(1.0))
    np.testing.assert_array_equal(vectors[other.own_inputs.first], vectors[0])


def test_every_copy_is_shared_in_turn():
    setup, (scratch,) = with_private_rows(1, 25, 0)
    vectors, private = setup.weights.input_vectors, scratch.own_inputs
    copy, share = called(private_rows.copy_shared_rows), called(private_rows.share_some_rows)
    copy(vectors, private)
    first, n = private.first, len(private.copied)
    vectors[first : first + n] += np.float32(1.0)
    waits, before = np.zeros(n), vectors[:n].copy()
    for center in range(1, 200):
        share(vectors, private)
        waits[(waits == 0) & (vectors[:n] != before).any(axis=1)] = center
    # A row moves once in as many centers as its number, from 1 on, and is shared every two moves.
    assert (waits > 0).all()
    assert (waits <= 4 * np.arange(1, n + 1) + 4).all()
    np.testing.assert_array_equal(vectors[first : first + n], vectors[:n])


@pytest.mark.parametrize("interval", [1.0, 32.0])
def test_rows_have_turns_as_often_as_they_move(interval):
    moves = np.array([0.5, 0.25, 0.125, 0.0625, 1e-9])
    turns = private_rows.turns_of(moves, interval)
    times = np.bincount(turns.rows)
    assert times.tolist() == [21, 11, 5, 3, 1]
    assert turns.pace == round(private_rows.PACE_UNIT * moves.sum() / interval)
    gaps = np.diff(np.flatnonzero(turns.rows == 0))
    assert gaps.max() <= moves.size  # they are spread evenly


def test_two_workers_begin_at_different_turns():
    _, scratches = with_private_rows(2, 25, 25)
    turns = scratches[0].own_inputs.turns.rows
    assert [scratch.own_inputs.clock[1] for scratch in scratches] == [0, len(turns) // 2]


def test_a_worker_without_turns_has_no_copies():
    assert private_rows.private_rows(20).copied.shape == (0, sizes.row_length(20))
