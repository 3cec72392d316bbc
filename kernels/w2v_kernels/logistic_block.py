"""The one step of all training: a block of input rows meets a block of target rows.

    score[c,t] = u_t . v_c
    error[c,t] = label[t] - sigmoid(score[c,t])
    u_t += lr * sum_c error[c,t] * v_c                  (old values on the right)
    v_c += lr * sum_t error[c,t] * u_t

C input rows, T target rows. Where the input rows' moves go is the caller's to say: skip-gram gives
each to its own context word, CBOW gives the one of the mean to all of them. This is the one place
that is tuned; the plain form is `logistic_block` in tests/naive.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v_kernels.compiling import kernel
from w2v_kernels.tiles import TILE, WEIGHTS_A_TILE, logistic_one, logistic_two, update


class Targets(NamedTuple):
    """The target rows of one center word, as an objective chooses them, in tiles of TILE.

    A tile that is not full ends in copies of the matrix's last row, which is no word's and stays
    zero. A weight says what a row is, and how often:

        +n   label 1, counted n times       -n   label 0, counted n times       0   padding
    """

    rows: np.ndarray
    """int32 (T,)"""
    weights: np.ndarray
    """float32 (T / 6 * 16,): a tile's weights twice over, for two input rows, then 0s"""
    n: np.ndarray
    """int64 (1,): T, whole tiles"""


def room_for(n_targets):
    """Targets with room for `n_targets`, and for the copies that fill the last tile."""
    n_tiles = n_targets // TILE + 1
    return Targets(
        rows=np.zeros(n_tiles * TILE, np.int32),
        weights=np.zeros(n_tiles * WEIGHTS_A_TILE, np.float32),
        n=np.zeros(1, np.int64),
    )


@kernel
def put(chosen, t, row, weight):
    """Make a row the t-th target, with a weight."""
    at = t // TILE * WEIGHTS_A_TILE + t % TILE
    chosen.rows[t] = row
    chosen.weights[at] = weight
    chosen.weights[at + TILE] = weight


@kernel
def fill_up(chosen, n_targets, blank):
    """Fill the last tile with copies of the blank row, and note how many targets there are."""
    while n_targets % TILE != 0:
        put(chosen, n_targets, blank, np.float32(0.0))
        n_targets += 1
    chosen.n[0] = n_targets


@kernel
def logistic_block(inputs, input_rows, n_inputs, targets, chosen, lr, moved, moved_rows, steps):
    """One step of C input rows against T target rows.

    inputs, targets         float32 (rows, D padded)
    input_rows, moved_rows  int32 (C,)                 row numbers
    chosen                  Targets
    moved                   float32 (rows, D padded)   moved[moved_rows[c]] += move of input row c;
                            inputs itself where there is one tile and the input rows all differ
    steps                   float32, working memory    lr * error, laid out [tile][c][j]

    Returns the loss in nats and the number of saturated scores.
    """
    rows, weights, n_targets = chosen.rows, chosen.weights, chosen.n[0]
    loss, saturated = np.float32(0.0), np.int32(0)
    for t in range(0, n_targets, TILE):
        at = t * n_inputs
        for c in range(0, n_inputs - 1, 2):
            nats, beyond = logistic_two(
                inputs, input_rows, c, targets, rows, t, weights, lr, steps, at + c * TILE
            )
            loss += nats
            saturated += beyond
        if n_inputs % 2 == 1:
            c = n_inputs - 1
            nats, beyond = logistic_one(
                inputs, input_rows, c, targets, rows, t, weights, lr, steps, at + c * TILE
            )
            loss += nats
            saturated += beyond
    apply_steps(inputs, input_rows, n_inputs, targets, rows, n_targets, steps, moved, moved_rows)
    return np.float64(loss), np.int64(saturated)


@kernel
def apply_steps(
    inputs, input_rows, n_inputs, targets, target_rows, n_targets, steps, moved, moved_rows
):
    """Move the target rows, and add the input rows' moves to the moved rows."""
    for t in range(0, n_targets, TILE):
        at = t * n_inputs
        update(inputs, input_rows, n_inputs, targets, target_rows, t, steps, at, moved, moved_rows)
