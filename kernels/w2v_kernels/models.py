"""The two models: which input rows a center word meets, and which of the objectives' targets.

skip-gram   every context word's vector by itself predicts the center word      D2L 15.1.3, 15.2
CBOW        the mean (or sum) of the context words' vectors predicts it          D2L 15.1.4, 15.2
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.compiling import kernel
from w2v_kernels.exact_softmax import softmax_block
from w2v_kernels.hierarchical_softmax import path_targets
from w2v_kernels.logistic_block import logistic_block
from w2v_kernels.negative_sampling import noise_targets

NEGATIVE_SAMPLING, HIERARCHICAL_SOFTMAX, SOFTMAX = 0, 1, 2
"""Values of `Hyper.objective`."""


@kernel
def predict(
    inputs, input_rows, n_inputs, center, lr, key, first_draw, weights, tables, hyper, scratch
):
    """Let the input rows predict the center word under the objective in force; targets move.

    inputs      float32 (rows, D padded)   where input_rows point
    input_rows  int32 (C,)

    The input rows' moves are left in scratch.deltas. Returns the loss in nats and the saturated
    scores.
    """
    if hyper.objective == NEGATIVE_SAMPLING:
        blank = weights.output_vectors.shape[0] - 1
        n_targets = noise_targets(
            tables.noise,
            center,
            hyper.negative,
            key,
            first_draw,
            blank,
            scratch.targets,
            scratch.target_weights,
        )
        return logistic_block(
            inputs,
            input_rows,
            n_inputs,
            weights.output_vectors,
            scratch.targets,
            scratch.target_weights,
            n_targets,
            lr,
            scratch,
        )
    if hyper.objective == HIERARCHICAL_SOFTMAX:
        blank = weights.node_vectors.shape[0] - 1
        n_targets = path_targets(
            tables.tree, center, blank, scratch.targets, scratch.target_weights
        )
        return logistic_block(
            inputs,
            input_rows,
            n_inputs,
            weights.node_vectors,
            scratch.targets,
            scratch.target_weights,
            n_targets,
            lr,
            scratch,
        )
    return softmax_block(
        inputs, input_rows, n_inputs, weights.output_vectors, tables.every_word, center, lr, scratch
    )


@kernel
def skip_gram(center, contexts, n_contexts, lr, key, weights, tables, hyper, scratch):
    """Each of the context words (int32 (C,)) predicts the center word and moves by its own step."""
    vectors = weights.input_vectors
    if hyper.shared_noise or hyper.objective != NEGATIVE_SAMPLING:
        loss, saturated = predict(
            vectors, contexts, n_contexts, center, lr, key, 0, weights, tables, hyper, scratch
        )
        for c in range(n_contexts):
            add_to_row(vectors, contexts[c], scratch.deltas, c, np.float32(1.0))
        return loss, saturated
    loss, saturated = 0.0, 0
    for c in range(n_contexts):
        pair_loss, pair_saturated = predict(
            vectors,
            contexts[c : c + 1],
            1,
            center,
            lr,
            key,
            c * hyper.negative,
            weights,
            tables,
            hyper,
            scratch,
        )
        add_to_row(vectors, contexts[c], scratch.deltas, 0, np.float32(1.0))
        loss += pair_loss
        saturated += pair_saturated
    return loss, saturated


@kernel
def cbow(center, contexts, n_contexts, lr, key, weights, tables, hyper, scratch):
    """The mean of the context words (int32 (C,)) predicts the center word; its step goes to each
    of them.

    With hyper.cbow_mean off it is their sum. With hyper.cbow_divide on each context word gets 1/C
    of the step, which is the true gradient of the mean (D2L eq_cbow-gradient; Irsoy, Benton &
    Stratos 2021).
    """
    vectors = weights.input_vectors
    mean = scratch.mean
    mean[0] = np.float32(0.0)
    share = np.float32(1.0) / np.float32(n_contexts)
    into_mean = share if hyper.cbow_mean else np.float32(1.0)
    for c in range(n_contexts):
        add_to_row(mean, 0, vectors, contexts[c], into_mean)
    loss, saturated = predict(
        mean, scratch.first_row, 1, center, lr, key, 0, weights, tables, hyper, scratch
    )
    back = share if hyper.cbow_divide else np.float32(1.0)
    for c in range(n_contexts):
        add_to_row(vectors, contexts[c], scratch.deltas, 0, back)
    return loss, saturated


@kernel
def add_to_row(matrix, row, moves, move, scale):
    """matrix[row] += scale * moves[move]"""
    for d in range(matrix.shape[1]):
        matrix[row, d] += scale * moves[move, d]
