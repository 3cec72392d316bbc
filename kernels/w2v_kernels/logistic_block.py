"""The one step of all training: a block of input rows meets a block of target rows.

    score[c,t] = u_t . v_c
    error[c,t] = label[t] - sigmoid(score[c,t])
    u_t += lr * sum_c error[c,t] * v_c                  (old values on the right)
    v_c += lr * sum_t error[c,t] * u_t

C input rows, T target rows. The input rows' moves are left in `deltas`, since what they mean
differs: skip-gram gives each to its own context word, CBOW gives the one of the mean to all of
them. This is the one place that is tuned; the plain form is `logistic_block` in tests/naive.py.

Target rows come in tiles of TILE. A tile that is not full ends in copies of the matrix's last row,
which is no word's and stays zero. `weights` says what each target row is, and how often:

    +n   label 1, counted n times        -n   label 0, counted n times        0   padding
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.compiling import kernel
from w2v_kernels.tiles import TILE, float_of_bits, scores_one, scores_two, update

SATURATED = np.float32(6.0)
"""|score| beyond this moves nothing: word2vec.c's sigmoid table ends here."""


@kernel
def padded(n_targets):
    """T rounded up to whole tiles."""
    return (n_targets + TILE - 1) // TILE * TILE


@kernel
def all_scores(inputs, input_rows, n_inputs, targets, target_rows, n_targets, scores):
    """Fill `scores` with every dot product, laid out [tile][c][j]: float32 (T / 6 * C * 6,)."""
    for t in range(0, n_targets, TILE):
        at = t * n_inputs
        for c in range(0, n_inputs - 1, 2):
            scores_two(inputs, input_rows, c, targets, target_rows, t, scores, at + c * TILE)
        if n_inputs % 2 == 1:
            c = n_inputs - 1
            scores_one(inputs, input_rows, c, targets, target_rows, t, scores, at + c * TILE)


@kernel
def repeat_weights(weights, n_inputs, n_targets, expanded):
    """Lay the weights of the targets out as the scores are: the same for each input row."""
    for t in range(0, n_targets, TILE):
        for c in range(n_inputs):
            at = (t * n_inputs) + c * TILE
            for j in range(TILE):
                expanded[at + j] = weights[t + j]


@kernel
def exp_of_negative(magnitude):
    """exp(-magnitude) for float32 magnitude >= 0, to 1e-7 of itself; branch free."""
    power = -min(magnitude, np.float32(87.0)) * np.float32(1.44269504)
    whole = np.floor(power + np.float32(0.5))
    part = power - whole
    mantissa = np.float32(0.00134004)
    mantissa = mantissa * part + np.float32(0.00967604)
    mantissa = mantissa * part + np.float32(0.05550327)
    mantissa = mantissa * part + np.float32(0.24022107)
    mantissa = mantissa * part + np.float32(0.69314721)
    mantissa = mantissa * part + np.float32(1.00000008)
    return mantissa * float_of_bits((np.int32(whole) + np.int32(127)) << np.int32(23))


@kernel
def log1p_of_share(share):
    """log(1 + share) for float32 share in 0..1, to 2e-7; branch free."""
    log = np.float32(-0.00857468)
    log = log * share + np.float32(0.04421419)
    log = log * share + np.float32(-0.10785368)
    log = log * share + np.float32(0.17757024)
    log = log * share + np.float32(-0.24499612)
    log = log * share + np.float32(0.33276177)
    log = log * share + np.float32(-0.49997449)
    log = log * share + np.float32(0.99999981)
    return log * share


@kernel
def logistic_steps(scores, weights, n, lr, steps):
    """Turn scores into steps, lr * (label - sigmoid(score)); return the loss and how many saturate.

    scores, weights, steps   float32 (n,); scores and steps may be the same array

    The loss is -sum log sigmoid(+-score) in nats, each target counted |weight| times. A score that
    is not a number makes the loss one that is not a number.
    """
    loss = np.float32(0.0)
    saturated = np.int32(0)
    for i in range(n):
        score, weight = scores[i], weights[i]
        # Seen from its label, a score z is good when large: error = +-sigmoid(-z), loss = log(1 +
        # exp(-z)).
        toward = score if weight > np.float32(0.0) else -score
        magnitude = abs(score)
        share = exp_of_negative(magnitude)
        one = np.float32(1.0)
        sigmoid_away = (share if toward > np.float32(0.0) else one) / (one + share)
        surprise = max(-toward, np.float32(0.0)) + log1p_of_share(share)
        loss += abs(weight) * surprise
        saturated += np.int32(magnitude > SATURATED)
        steps[i] = lr * weight * sigmoid_away
    return np.float64(loss), saturated


@kernel
def apply_steps(inputs, input_rows, n_inputs, targets, target_rows, n_targets, steps, deltas):
    """Move the target rows; leave the input rows' moves in deltas (C, row). Steps as laid out
    above.
    """
    deltas[:n_inputs] = np.float32(0.0)
    for t in range(0, n_targets, TILE):
        update(inputs, input_rows, n_inputs, targets, target_rows, t, steps, t * n_inputs, deltas)


@kernel
def logistic_block(
    inputs, input_rows, n_inputs, targets, target_rows, weights, n_targets, lr, scratch
):
    """One step of C input rows against T target rows (T a whole number of tiles).

    inputs, targets          float32 (rows, D padded); targets moves, inputs does not
    input_rows, target_rows  int32 (C,), (T,)     row numbers
    weights                  float32 (T,)         see the top of this file
    scratch                  its `deltas` holds the input rows' moves afterwards

    Returns the loss in nats and the number of saturated scores.
    """
    n = n_inputs * n_targets
    all_scores(inputs, input_rows, n_inputs, targets, target_rows, n_targets, scratch.scores)
    repeat_weights(weights, n_inputs, n_targets, scratch.weights)
    loss, saturated = logistic_steps(scratch.scores, scratch.weights, n, lr, scratch.scores)
    apply_steps(
        inputs,
        input_rows,
        n_inputs,
        targets,
        target_rows,
        n_targets,
        scratch.scores,
        scratch.deltas,
    )
    return loss, saturated
