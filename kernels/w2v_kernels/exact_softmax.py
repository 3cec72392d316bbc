"""Objective 3, the reference of the other two: the softmax over all V words.

    P(w_o | w_c) = exp(u_o . v_c) / sum_{i in V} exp(u_i . v_c)

O(V D) per pair, so for small vocabularies only. Its output vectors are those of negative sampling.
D2L 15.1, eq_skip-gram-softmax, eq_skip-gram-log and eq_skip-gram-grad.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.layout import whole_tiles
from w2v_kernels.logistic_block import apply_steps, score_index
from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.sizes import SATURATED_FROM


def every_word(n_words: int) -> NDArray[np.int32]:
    """The target rows of the softmax: int32 (V, in whole tiles), each word, then the blank row."""
    rows = np.full(whole_tiles(n_words), n_words, dtype=np.int32)
    rows[:n_words] = np.arange(n_words, dtype=np.int32)
    return rows


@kernel_part
def move_softmax_block(block, n_words, center, lr, steps, moved, moved_rows):
    """One step of C input rows against every word's output vector; otherwise as `move_block`.

    steps              their scores, from `score_block`, which become steps
    block.target_rows  from `every_word`
    n_words            V
    """
    loss, saturated = 0.0, 0
    for c in range(block.n_inputs):
        row_loss, row_saturated = softmax_steps(block, c, n_words, center, lr, steps)
        loss += row_loss
        saturated += row_saturated
    apply_steps(block, steps, moved, moved_rows)
    return loss, saturated


@kernel_part
def softmax_steps(block, c, n_words, center, lr, scores):
    """Turn the scores of input row c into steps, lr * ([t = center] - P(t)), in the same memory.

    Returns the loss in nats and the number of saturated scores.
    """
    n_inputs = block.n_inputs
    highest, saturated = np.float32(-np.inf), 0
    for t in range(n_words):
        score = scores[score_index(t, c, n_inputs)]
        # A comparison with NaN is false, and NaN must reach the loss.
        highest = score if not score <= highest else highest
        saturated += np.int64(abs(score) > SATURATED_FROM)
    center_score = np.float64(scores[score_index(center, c, n_inputs)])
    total = 0.0
    for t in range(n_words):
        at = score_index(t, c, n_inputs)
        scores[at] = np.exp(scores[at] - highest)
        total += np.float64(scores[at])
    scale = np.float32(-lr / total)
    for t in range(n_words):
        scores[score_index(t, c, n_inputs)] *= scale
    scores[score_index(center, c, n_inputs)] += lr
    for t in range(n_words, block.n_targets):
        scores[score_index(t, c, n_inputs)] = np.float32(0.0)
    return np.log(total) + np.float64(highest) - center_score, saturated
