"""The one step of all training: a block of input rows meets a block of target rows.

    score[c,t] = u_t . v_c
    error[c,t] = label[t] - sigmoid(score[c,t])
    u_t += lr * sum_c error[c,t] * v_c                  (old values on the right)
    v_c += lr * sum_t error[c,t] * u_t

C input rows, T target rows. Where the input rows' moves go is the caller's to say: skip-gram gives
each to its own context word, CBOW gives the one of the mean to all of them. This is the one place
that is tuned; the plain form is `logistic_block` in tests/kernels/naive.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from w2v_kernels import sizes
from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.sizes import CACHE_LINE, OVERREAD, SCORE_ROW, TILE
from w2v_kernels.tiles import (
    logistic_one_by_one,
    logistic_one_by_two,
    logistic_two_by_one,
    scores_one_by_one,
    scores_one_by_two,
    scores_two_by_one,
    unit_place,
    update,
)

# Compiled code calls it too.
whole_tiles = register_jitable(sizes.whole_tiles)


class Targets(NamedTuple):
    """Lists of target rows, one after the other, each in whole tiles of TILE.

    A tile that is not full ends in numbers of the blank row, which is no word's and stays zero. A
    weight says what a row is, and how often:

        +n   label 1, counted n times       -n   label 0, counted n times       0   padding
    """

    rows: np.ndarray
    """int32 (T,)"""
    weights: np.ndarray
    """float32 (T + OVERREAD,)"""


def whole_lines(n, dtype):
    """Zeros (n,) in cache lines of their own: workers do not slow each other by writing there."""
    width = np.dtype(dtype).itemsize
    memory = np.zeros(n + 2 * CACHE_LINE // width, dtype)
    start = (-memory.ctypes.data // width) % (CACHE_LINE // width)
    return memory[start : start + n]


def room_for(n_targets):
    """Targets with room for `n_targets`, and for the copies that fill the last tile."""
    n_targets = whole_tiles(n_targets)
    return Targets(whole_lines(n_targets, np.int32), whole_lines(n_targets + OVERREAD, np.float32))


@register_jitable
def score_place(tile, c, n_inputs):
    """Where the scores of input row c with a tile begin, in the working memory of a block."""
    if n_inputs == 1:
        return unit_place(tile)
    return tile * ((n_inputs + 1) // 2) * SCORE_ROW + unit_place(c)


@kernel_part
def logistic_block(
    inputs, input_rows, n_inputs, targets, rows, weights, n_targets, lr, moved, moved_rows,
    scores, steps,
):  # fmt: skip
    """One step of C input rows against T target rows.

    inputs, targets         float32 (rows, D padded)
    input_rows, moved_rows  int32 (C,)                 row numbers
    rows, weights           the fields of Targets
    n_targets               T, whole tiles
    moved                   float32 (rows, D padded)   moved[moved_rows[c]] += move of input row c
    scores, steps           float32, working memory, laid out as `score_place` says

    Returns the loss in nats and the number of saturated scores.
    """
    score_block(inputs, input_rows, n_inputs, targets, rows, n_targets, scores)
    loss, saturated = logistic_steps(scores, n_inputs, weights, n_targets, lr, steps)
    apply_steps(inputs, input_rows, n_inputs, targets, rows, n_targets, steps, moved, moved_rows)
    return loss, saturated


@kernel_part
def score_block(inputs, input_rows, n_inputs, targets, target_rows, n_targets, scores):
    """The dot products of all input rows with all target rows."""
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
def logistic_steps(scores, n_inputs, weights, n_targets, lr, steps):
    """Turn the scores of a block into steps, lr * (label - sigmoid(score)).

    Returns the loss in nats and the number of saturated scores.
    """
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
def apply_steps(
    inputs, input_rows, n_inputs, targets, target_rows, n_targets, steps, moved, moved_rows
):
    """Move the target rows, and add the input rows' moves to the moved rows."""
    for t in range(0, n_targets, TILE):
        at = score_place(t // TILE, 0, n_inputs)
        update(inputs, input_rows, n_inputs, targets, target_rows, t, steps, at, moved, moved_rows)
