"""Objective 3, the reference of the other two: the softmax over all V words.

    P(w_o | w_c) = exp(u_o . v_c) / sum_{i in V} exp(u_i . v_c)

O(V D) a pair, so for small vocabularies. It shares its output vectors with negative sampling.
D2L 15.1, eq_skip-gram-softmax, eq_skip-gram-log and eq_skip-gram-grad.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.compiling import kernel
from w2v_kernels.logistic_block import SATURATED, all_scores, apply_steps, exp_of_negative, padded
from w2v_kernels.tiles import TILE


def every_word(n_words):
    """The target rows of the softmax: int32 (V, padded), each word, then the blank row V."""
    rows = np.full(padded(n_words), n_words, dtype=np.int32)
    rows[:n_words] = np.arange(n_words, dtype=np.int32)
    return rows


@kernel
def softmax_steps(scores, center, n_inputs, c, n_words, lr):
    """Turn the scores of input row c into steps, lr * ([t = center] - P(t)); return loss and
    saturated.
    """
    highest, saturated = np.float32(-np.inf), 0
    for t in range(n_words):
        score = scores[(t // TILE * n_inputs + c) * TILE + t % TILE]
        # A comparison is false for NaN: what is not a number must still reach the loss.
        highest = score if not score <= highest else highest
        saturated += np.int32(abs(score) > SATURATED)
    at_center = (center // TILE * n_inputs + c) * TILE + center % TILE
    center_score = np.float64(scores[at_center])
    total = 0.0
    for t in range(n_words):
        at = (t // TILE * n_inputs + c) * TILE + t % TILE
        share = exp_of_negative(highest - scores[at])
        scores[at] = share
        total += np.float64(share)
    scale = np.float32(-lr / total)
    for t in range(n_words):
        scores[(t // TILE * n_inputs + c) * TILE + t % TILE] *= scale
    scores[at_center] += lr
    for t in range(n_words, padded(n_words)):
        scores[(t // TILE * n_inputs + c) * TILE + t % TILE] = np.float32(0.0)
    return np.log(total) + np.float64(highest) - center_score, saturated


@kernel
def softmax_block(inputs, input_rows, n_inputs, targets, target_rows, center, lr, scratch):
    """One step of C input rows against every word's output vector; as `logistic_block` otherwise.

    target_rows  int32 (V, padded)   from `every_word`
    """
    n_targets, n_words = target_rows.size, targets.shape[0] - 1
    all_scores(inputs, input_rows, n_inputs, targets, target_rows, n_targets, scratch.scores)
    loss, saturated = 0.0, 0
    for c in range(n_inputs):
        row_loss, row_saturated = softmax_steps(scratch.scores, center, n_inputs, c, n_words, lr)
        loss += row_loss
        saturated += row_saturated
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
