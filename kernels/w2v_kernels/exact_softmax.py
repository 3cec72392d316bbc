"""Objective 3, the reference of the other two: the softmax over all V words.

    P(w_o | w_c) = exp(u_o . v_c) / sum_{i in V} exp(u_i . v_c)

O(V D) a pair, so for small vocabularies. It shares its output vectors with negative sampling.
D2L 15.1, eq_skip-gram-softmax, eq_skip-gram-log and eq_skip-gram-grad.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.logistic_block import apply_steps, score_block, score_place, whole_tiles
from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.sizes import SATURATED_FROM, TILE


def every_word(n_words):
    """The target rows of the softmax: int32 (V, in whole tiles), each word, then the blank row."""
    rows = np.full(whole_tiles(n_words), n_words, dtype=np.int32)
    rows[:n_words] = np.arange(n_words, dtype=np.int32)
    return rows


@kernel_part
def softmax_block(
    inputs, input_rows, n_inputs, targets, target_rows, n_words, center, lr, moved, moved_rows,
    steps,
):  # fmt: skip
    """One step of C input rows against every word's output vector; as `logistic_block` otherwise.

    target_rows  int32 (V, in whole tiles)   from `every_word`
    n_words      V
    """
    n_targets = target_rows.size
    loss, saturated = 0.0, 0
    score_block(inputs, input_rows, n_inputs, targets, target_rows, n_targets, steps)
    for c in range(n_inputs):
        row_loss, row_saturated = softmax_steps(steps, center, n_inputs, c, n_words, n_targets, lr)
        loss += row_loss
        saturated += row_saturated
    apply_steps(
        inputs, input_rows, n_inputs, targets, target_rows, n_targets, steps, moved, moved_rows
    )
    return loss, saturated


@kernel_part
def softmax_steps(scores, center, n_inputs, c, n_words, n_targets, lr):
    """Turn the scores of input row c into steps, lr * ([t = center] - P(t)).

    scores  float32, laid out as `score_place` says

    Returns the loss in nats and the number of saturated scores.
    """
    highest, saturated = np.float32(-np.inf), 0
    for t in range(n_words):
        score = scores[place(t, n_inputs, c)]
        # A comparison is false for NaN: what is not a number must still reach the loss.
        highest = score if not score <= highest else highest
        saturated += np.int64(abs(score) > SATURATED_FROM)
    center_score = np.float64(scores[place(center, n_inputs, c)])
    total = 0.0
    for t in range(n_words):
        at = place(t, n_inputs, c)
        scores[at] = np.exp(scores[at] - highest)
        total += np.float64(scores[at])
    scale = np.float32(-lr / total)
    for t in range(n_words):
        scores[place(t, n_inputs, c)] *= scale
    scores[place(center, n_inputs, c)] += lr
    for t in range(n_words, n_targets):
        scores[place(t, n_inputs, c)] = np.float32(0.0)
    return np.log(total) + np.float64(highest) - center_score, saturated


@kernel_part
def place(t, n_inputs, c):
    """Where the score of input row c with target t is."""
    return score_place(t // TILE, c, n_inputs) + t % TILE
