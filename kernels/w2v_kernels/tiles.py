"""The inner loops of all training: a tile of rows, kept in vector registers.

A tile is TILE target rows, scored against one or two input rows, or updated by any number of them.
Each function here is the plain form: it says what is computed, and runs where kernels are not
compiled (NUMBA_DISABLE_JIT=1). Compiled kernels use the intrinsic of machine/tiles_llvm.py instead.

Rows are float32 and padded with zeros to a multiple of ROW_PAD numbers. Scores, and the steps that
take their place, lie tile by tile, two tiles to a cache line of 16 floats:

    tile     0 0 0 0 0 0 1 1 1 1 1 1 . . . .   2 2 2 2 2 2 3 3 3 3 3 3 . . . .
    float    0           6           12        16          22          28
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from w2v_kernels.machine import tiles_llvm
from w2v_kernels.machine.plain_forms import compiled_as
from w2v_kernels.sizes import SATURATED_FROM, TILE
from w2v_kernels.sizes import score_offset as _score_offset

score_offset = register_jitable(_score_offset)


def _scores(shape, inputs, input_rows, c, targets, target_rows, t, scores, at):
    n_inputs, n_tiles = shape
    rows = target_rows[t : t + n_tiles * TILE]
    sums = inputs[input_rows[c : c + n_inputs]] @ targets[rows].T
    scores[at : at + sums.size] = sums.ravel()


@compiled_as(tiles_llvm.scores(2, 1))
def scores_two_by_one(inputs, input_rows, c, targets, target_rows, t, scores, at):
    """Two input rows meet one tile: scores[at + 6 i + j] = input row c+i . target row t+j."""
    _scores((2, 1), inputs, input_rows, c, targets, target_rows, t, scores, at)


@compiled_as(tiles_llvm.scores(1, 2))
def scores_one_by_two(inputs, input_rows, c, targets, target_rows, t, scores, at):
    """One input row meets two tiles: scores[at + j] = input row c . target row t+j."""
    _scores((1, 2), inputs, input_rows, c, targets, target_rows, t, scores, at)


@compiled_as(tiles_llvm.scores(1, 1))
def scores_one_by_one(inputs, input_rows, c, targets, target_rows, t, scores, at):
    """One input row meets one tile: scores[at + j] = input row c . target row t+j."""
    _scores((1, 1), inputs, input_rows, c, targets, target_rows, t, scores, at)


def _logistic(shape, scores, at, weights, t, lr, steps):
    n_inputs, n_tiles = shape
    weight = np.tile(weights[t : t + n_tiles * TILE], n_inputs)
    n = weight.size
    score = scores[at : at + n]
    away = np.where(weight > 0, -score, score).astype(np.float64)
    steps[at : at + n] = lr * weight / (1 + np.exp(-away))
    loss = (abs(weight) * np.logaddexp(0, away)).sum()
    return loss, int(((abs(score) > SATURATED_FROM) & (weight != 0)).sum())


@compiled_as(tiles_llvm.logistic(2, 1))
def logistic_two_by_one(scores, at, weights, t, lr, steps):
    """steps[at + k] = lr * (label - sigmoid(scores[at + k])), for two input rows that met one tile.

    t  the tile's place in the weights: +n, label 1 for n targets; -n, label 0; 0, no target

    Returns the loss in nats, float32, and how many scores are saturated, int32. The memory behind
    the last step, up to the end of its cache line, is overwritten.
    """
    return _logistic((2, 1), scores, at, weights, t, lr, steps)


@compiled_as(tiles_llvm.logistic(1, 2))
def logistic_one_by_two(scores, at, weights, t, lr, steps):
    """The same for one input row that met two tiles."""
    return _logistic((1, 2), scores, at, weights, t, lr, steps)


@compiled_as(tiles_llvm.logistic(1, 1))
def logistic_one_by_one(scores, at, weights, t, lr, steps):
    """The same for one input row that met one tile."""
    return _logistic((1, 1), scores, at, weights, t, lr, steps)


@compiled_as(tiles_llvm.update)
def update(inputs, input_rows, n, targets, target_rows, t, steps, at, moved, moved_rows):
    """Update a tile of target rows, and add to the moved rows, n at least 1.

        target row t+j += sum_i step[i,j] * input row i
        moved row i    += sum_j step[i,j] * old target row t+j

    step[i,j] is steps[at + score_offset(i) + j]. Moved rows may repeat; none is an input row.
    """
    step = np.array([steps[at + score_offset(c) :][:TILE] for c in range(n)])
    rows = target_rows[t : t + TILE]
    old = targets[rows]
    targets[rows] = old + step.T @ inputs[input_rows[:n]]
    np.add.at(moved, moved_rows[:n], step @ old)


@compiled_as(tiles_llvm.copy_rows)
def copy_rows(matrix, rows, n, copies):
    """copies[c] = matrix[rows[c]] for c in 0..n-1."""
    copies[:n] = matrix[rows[:n]]


@compiled_as(tiles_llvm.sum_rows)
def sum_rows(matrix, rows, n, scale, total):
    """total[0] = scale * (the sum of the rows of a matrix that rows[0..n-1] name), n at least 1."""
    total[0] = scale * matrix[rows[:n]].sum(axis=0)


@compiled_as(tiles_llvm.spread)
def spread(move, scale, matrix, rows, n):
    """matrix[rows[c]] += scale * move[0] for c in 0..n-1."""
    np.add.at(matrix, rows[:n], scale * move[0])


@compiled_as(tiles_llvm.prefetch_to_read)
def prefetch_to_read(array, index):
    """Ask for the memory of array[index], a number or a row: a hint, which never fails."""


@compiled_as(tiles_llvm.prefetch_to_write)
def prefetch_to_write(array, index):
    """Ask for the memory of array[index] in order to write to it, away from other cores."""
