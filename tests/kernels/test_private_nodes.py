"""The nodes at the root of the tree, of which each worker trains its own copy."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.setup import Setup, called, train_with
from w2v_kernels import layout, sizes
from w2v_kernels.parallel import private_nodes
from w2v_kernels.scratch import make_scratch

copy_nodes = called(private_nodes.copy_nodes)
share_all_nodes = called(private_nodes.share_all_nodes)
share_some_nodes = called(private_nodes.share_some_nodes)


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
    for scratch in (one, other):
        copy_nodes(nodes, scratch.private)
    nodes[one.private.first] += np.float32(0.25)
    nodes[other.private.first] += np.float32(0.5)
    nodes[other.private.first + n - 1] += np.float32(1.0)
    for scratch in (one, other):
        share_all_nodes(nodes, scratch.private)
    np.testing.assert_allclose(nodes[0], before[0] + 0.75, rtol=1e-6)
    np.testing.assert_array_equal(nodes[n - 1], before[n - 1] + np.float32(1.0))
    np.testing.assert_array_equal(nodes[other.private.first], nodes[0])


@pytest.mark.parametrize("period", [1, 2, 5, 16])
def test_every_copy_is_shared_in_turn(period):
    setup, (scratch,) = by_tree_with_private_nodes(1, n_words=300)
    nodes, private = setup.weights.target_vectors, scratch.private._replace(period=period)
    copy_nodes(nodes, private)
    n, turns = len(private.copied), []
    nodes[private.first : private.first + n] += np.float32(1.0)
    for center in range(period * n):
        unshared = (nodes[:n] != nodes[private.first : private.first + n]).any(axis=1)
        share_some_nodes(nodes, private)
        shared = (nodes[:n] != nodes[private.first : private.first + n]).any(axis=1) != unshared
        turns += [(node, center) for node in np.flatnonzero(shared)]
    first_turns = dict(turns)
    assert set(first_turns) == set(range(n))
    assert max(center for node, center in turns if node < 7) <= 4 * period
