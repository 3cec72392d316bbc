"""One logistic block against its plain form, and at every score."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels import naive
from tests.kernels.setup import called
from tests.support.inner_loop import outside
from w2v_kernels import layout, sizes
from w2v_kernels import logistic_block as block
from w2v_kernels.scratch import make_scratch

score_block, move_block = called(block.score_block), called(block.move_block)


@pytest.mark.parametrize("n_inputs", [1, 2, 3, 7])
@pytest.mark.parametrize("n_targets", [6, 12, 30])
@pytest.mark.parametrize("size", [100, *outside([8, 300])])
def test_the_tuned_block_is_the_plain_one(n_inputs, n_targets, size):
    random = np.random.default_rng(n_inputs * 1000 + n_targets + size)
    inputs, targets = layout.empty_rows(50, size), layout.empty_rows(60, size)
    inputs[:, :size] = random.normal(0, 0.3, (50, size))
    targets[:, :size] = random.normal(0, 0.3, (60, size))
    input_rows = random.integers(0, 50, n_inputs).astype(np.int32)
    target_rows = random.permutation(60)[:n_targets].astype(np.int32)
    labels = random.integers(0, 2, n_targets)
    scratch, moves = (
        make_scratch(size, 8, n_targets, 0, 5),
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
    met = block.Block(inputs, input_rows, n_inputs, targets, chosen.rows, n_targets)
    score_block(met, scratch.scores)
    lr, scores, steps = np.float32(0.1), scratch.scores, scratch.steps
    got, _ = move_block(met, scores, chosen.weights, lr, steps, moves, scratch.numbers)
    np.testing.assert_allclose(targets[target_rows, :size], new_u, atol=1e-5)
    np.testing.assert_allclose(moves[:, :size], new_v - old_v, atol=1e-5)
    assert got == pytest.approx(loss, rel=1e-5)


def test_sigmoid_and_loss_are_right_at_every_score():
    scores = np.concatenate((np.linspace(-90, 90, 1001), [1e4, -1e4, 1e37])).astype(np.float32)
    rows, one = np.zeros(1, np.int32), layout.empty_rows(1, 1)
    one[0, 0] = 1.0
    chosen, (room, steps) = layout.empty_targets(1), np.zeros((2, sizes.SCORE_ROW), np.float32)
    for label, weight in ((1, 1.0), (0, -1.0), (0, -3.0)):
        chosen.rows[:] = [0, 1, 1, 1, 1, 1]
        chosen.weights[0] = weight
        for score in scores:
            target, moved = layout.empty_rows(2, 1), layout.empty_rows(1, 1)
            target[0, 0] = score
            met, lr = block.Block(one, rows, 1, target, chosen.rows, 6), np.float32(1.0)
            score_block(met, room)
            loss, saturated = move_block(met, room, chosen.weights, lr, steps, moved, rows)
            exact = np.float64(score)
            with np.errstate(over="ignore"):
                error = label - 1 / (1 + np.exp(-exact))
            assert steps[0] == pytest.approx(abs(weight) * error, abs=2e-6)
            away = exact if label == 0 else -exact
            assert loss == pytest.approx(abs(weight) * np.logaddexp(0, away), rel=1e-5, abs=1e-6)
            assert saturated == (abs(score) > 6)
