"""The gradient of each objective by one step of its kernel."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels import naive
from tests.kernels.setup import Setup, paths
from w2v_kernels.input_moves import input_moves
from w2v_kernels.layout import empty_rows
from w2v_kernels.scratch import Worker, make_scratch

KEY = np.uint64(77)


def moved(setup, v, center, n_steps):
    worker = Worker(
        setup.weights,
        setup.tables,
        setup.hyper,
        make_scratch(20, 4, 300, len(setup.weights.target_vectors) - 1, 5),
    )
    before = setup.weights.target_vectors.copy()
    inputs, moves = empty_rows(1, 20), empty_rows(n_steps, 20)
    inputs[0, :20] = v
    input_moves(inputs, np.int64(center), KEY, before, worker, moves)
    np.testing.assert_array_equal(setup.weights.target_vectors[:-1], before[:-1])
    return moves[:, :20]


def gradient(loss, v):
    """By finite differences, in float64."""
    steps = np.eye(len(v)) * 1e-6
    return np.array([(loss(v + step) - loss(v - step)) / 2e-6 for step in steps])


@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax", "softmax"])
def test_a_step_moves_the_input_row_by_minus_the_gradient(objective):
    setup, center = Setup(objective=objective, negative=4), 7
    _, u, nodes = setup.exact()
    v = np.random.default_rng(4).normal(0, 0.5, 20).astype(np.float32)
    steps = moved(setup, v, center, 3)
    v = v.astype(np.float64)
    for r, step in enumerate(steps):
        if objective == "softmax":

            def loss(v):
                return np.log(np.exp(u @ v).sum()) - u[center] @ v
        elif objective == "hierarchical-softmax":
            rows, turns = paths(setup.tables.tree)[center]

            def loss(v, rows=rows, turns=turns):
                return -np.log(naive.sigmoid(np.array(turns) * (nodes[rows] @ v))).sum()
        else:
            drawn = naive.noise_words(setup.tables.noise, KEY, 4 * r, 4)
            words = [word for word in drawn if word != center]

            def loss(v, words=words):
                noise = naive.sigmoid(-(u[words] @ v))
                return -np.log(naive.sigmoid(u[center] @ v)) - np.log(noise).sum()

        np.testing.assert_allclose(step, -gradient(loss, v), atol=2e-4)
    if objective == "negative-sampling":
        assert not np.array_equal(steps[0], steps[1])
    else:
        np.testing.assert_array_equal(steps[0], steps[1])
