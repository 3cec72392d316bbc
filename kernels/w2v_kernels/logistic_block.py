"""The one step of all training: a block of input rows against a block of target rows.

    score[c,t] = u_t . v_c
    error[c,t] = label[t] - sigmoid(score[c,t])
    u_t += lr * sum_c error[c,t] * v_c                  (old values on the right)
    v_c += lr * sum_t error[c,t] * u_t

C input rows, T target rows. The caller decides where the input rows' moves go: skip-gram gives
each to its own context word, CBOW gives the mean's move to all of them. Scores and steps are
computed apart, so that a caller can do something else while the scores are on their way. Only this
step is tuned for speed; its plain form is `logistic_block` in tests/kernels/naive.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.sizes import SCORE_ROW, TILE
from w2v_kernels.tiles import (
    logistic_one_by_one,
    logistic_one_by_two,
    logistic_two_by_one,
    score_offset,
    scores_one_by_one,
    scores_one_by_two,
    scores_two_by_one,
    update,
)


class Block(NamedTuple):
    """C input rows and the T target rows that they are scored against."""

    inputs: np.ndarray
    """float32 (rows, D padded)"""
    input_rows: np.ndarray
    """int32 (C,): row numbers in `inputs`"""
    n_inputs: int
    """C"""
    targets: np.ndarray
    """float32 (rows, D padded)"""
    target_rows: np.ndarray
    """int32 (T,): row numbers in `targets`"""
    n_targets: int
    """T: whole tiles"""


@register_jitable
def tile_index(tile, c, n_inputs):
    """Where the scores of input row c with a tile begin."""
    if n_inputs == 1:
        return score_offset(tile)
    return tile * ((n_inputs + 1) // 2) * SCORE_ROW + score_offset(c)


@register_jitable
def score_index(t, c, n_inputs):
    """Where the score of input row c with target t is."""
    return tile_index(t // TILE, c, n_inputs) + t % TILE


@kernel_part
def score_block(block, scores):
    """Fill in the dot products of all input rows with all target rows.

    scores   float32   indexed by `score_index`
    """
    inputs, input_rows, n_inputs, targets, target_rows, n_targets = block
    at, t = 0, 0
    while t < n_targets:
        if n_inputs == 1 and t + TILE < n_targets:
            scores_one_by_two(inputs, input_rows, 0, targets, target_rows, t, scores, at)
            at, t = at + SCORE_ROW, t + 2 * TILE
            continue
        for c in range(0, n_inputs - 1, 2):
            scores_two_by_one(inputs, input_rows, c, targets, target_rows, t, scores, at)
            at += SCORE_ROW
        if n_inputs % 2 == 1:
            c = n_inputs - 1
            scores_one_by_one(inputs, input_rows, c, targets, target_rows, t, scores, at)
            at += SCORE_ROW
        t += TILE


@kernel_part
def move_block(block, scores, weights, lr, steps, moved, moved_rows):
    """One step of C input rows against T target rows, from the scores of `score_block`.

    weights      float32 (T + OVERREAD,)   labels and counts of the target rows: see Targets
    steps        float32                   working memory, indexed as scores are
    moved        float32 (rows, D padded)  moved[moved_rows[c]] += the move of input row c
    moved_rows   int32 (C,)

    Returns the loss in nats and the number of saturated scores.
    """
    loss, saturated = logistic_steps(block, scores, weights, lr, steps)
    apply_steps(block, steps, moved, moved_rows)
    return loss, saturated


@kernel_part
def logistic_steps(block, scores, weights, lr, steps):
    """Turn the scores of a block into steps, lr * (label - sigmoid(score)).

    Returns the loss in nats and the number of saturated scores.
    """
    n_inputs, n_targets = block.n_inputs, block.n_targets
    loss, saturated = np.float32(0.0), np.int32(0)
    at, t = 0, 0
    while t < n_targets:
        if n_inputs == 1 and t + TILE < n_targets:
            nats, beyond = logistic_one_by_two(scores, at, weights, t, lr, steps)
            loss, saturated = loss + nats, saturated + beyond
            at, t = at + SCORE_ROW, t + 2 * TILE
            continue
        for _ in range(0, n_inputs - 1, 2):
            nats, beyond = logistic_two_by_one(scores, at, weights, t, lr, steps)
            loss, saturated = loss + nats, saturated + beyond
            at += SCORE_ROW
        if n_inputs % 2 == 1:
            nats, beyond = logistic_one_by_one(scores, at, weights, t, lr, steps)
            loss, saturated = loss + nats, saturated + beyond
            at += SCORE_ROW
        t += TILE
    return np.float64(loss), np.int64(saturated)


@kernel_part
def apply_steps(block, steps, moved, moved_rows):
    """Move the target rows, and add the input rows' moves to the moved rows."""
    inputs, input_rows, n_inputs, targets, target_rows, n_targets = block
    for t in range(0, n_targets, TILE):
        at = tile_index(t // TILE, 0, n_inputs)
        update(inputs, input_rows, n_inputs, targets, target_rows, t, steps, at, moved, moved_rows)
