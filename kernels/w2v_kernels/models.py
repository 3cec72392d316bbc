"""The two models: which input rows a center word meets, and which of the objectives' targets.

    skip-gram   every context word's vector by itself predicts the center word    15.1.3, 15.2
    CBOW        the mean (or sum) of the context words' vectors predicts it        15.1.4, 15.2

The sections are D2L's. As in word2vec.c, context words are the input and the center is predicted:
v_c of the formulas is a context word's vector, or the mean, and w_o the center word. Windows are
symmetric, so the pairs are the same.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.compiling import kernel
from w2v_kernels.exact_softmax import softmax_block
from w2v_kernels.hierarchical_softmax import choose_path
from w2v_kernels.logistic_block import logistic_block
from w2v_kernels.negative_sampling import choose_noise
from w2v_kernels.tiles import TILE, spread, sum_rows

NEGATIVE_SAMPLING, HIERARCHICAL_SOFTMAX, SOFTMAX = 0, 1, 2
"""Values of `Hyper.objective`."""


@kernel
def choose_targets(center, key, first_draw, weights, tables, hyper, chosen):
    """Choose the target rows that the objective in force has for a center word.

    key, first_draw   where the noise comes from: draw number `first_draw` of the stream `key`

    The exact softmax has nothing to choose.
    """
    blank = weights.target_vectors.shape[0] - 1
    if hyper.objective == NEGATIVE_SAMPLING:
        choose_noise(tables.noise, center, hyper.negative, key, first_draw, blank, chosen)
    elif hyper.objective == HIERARCHICAL_SOFTMAX:
        choose_path(tables.tree, center, blank, chosen)


@kernel
def predict(
    inputs, input_rows, n_inputs, center, chosen, lr, moved, moved_rows, weights, tables, hyper,
    scratch,
):  # fmt: skip
    """Let the input rows predict the center word under the objective in force.

    The target rows move, and the input rows' moves are added to the moved rows: see
    `logistic_block`. Returns the loss in nats and the number of saturated scores.
    """
    targets = weights.target_vectors
    if hyper.objective == SOFTMAX:
        return softmax_block(
            inputs, input_rows, n_inputs, targets, tables.every_word, center, lr, moved,
            moved_rows, scratch.steps,
        )  # fmt: skip
    return logistic_block(
        inputs, input_rows, n_inputs, targets, chosen, lr, moved, moved_rows, scratch.steps
    )


@kernel
def skip_gram(center, contexts, n_contexts, chosen, lr, key, weights, tables, hyper, scratch):
    """Each of the context words (int32 (C,)) predicts the center word and moves by its own step.

    chosen   the targets, shared by all context words; without shared noise each pair draws its own
    """
    if hyper.objective == NEGATIVE_SAMPLING and not hyper.shared_noise:
        loss, saturated = 0.0, 0
        for c in range(n_contexts):
            choose_targets(center, key, c * hyper.negative, weights, tables, hyper, chosen)
            pair_loss, pair_saturated = rows_predict(
                contexts[c : c + 1], 1, center, chosen, lr, weights, tables, hyper, scratch
            )
            loss += pair_loss
            saturated += pair_saturated
        return loss, saturated
    return rows_predict(contexts, n_contexts, center, chosen, lr, weights, tables, hyper, scratch)


@kernel
def rows_predict(contexts, n_contexts, center, chosen, lr, weights, tables, hyper, scratch):
    """Let the context words' own rows predict the center word, and move them."""
    vectors = weights.input_vectors
    one_tile = hyper.objective != SOFTMAX and chosen.n[0] == TILE
    if one_tile and all_different(contexts, n_contexts):
        return predict(
            vectors, contexts, n_contexts, center, chosen, lr, vectors, contexts, weights, tables,
            hyper, scratch,
        )  # fmt: skip
    # Rows are read again after they would have moved: their moves wait in scratch.
    moves, numbers = scratch.moves, scratch.numbers
    moves[:n_contexts] = np.float32(0.0)
    loss, saturated = predict(
        vectors, contexts, n_contexts, center, chosen, lr, moves, numbers, weights, tables, hyper,
        scratch,
    )  # fmt: skip
    for c in range(n_contexts):
        add_to_row(vectors, contexts[c], moves, c, np.float32(1.0))
    return loss, saturated


@kernel
def cbow(center, contexts, n_contexts, chosen, lr, weights, tables, hyper, scratch):
    """The mean of the context words (int32 (C,)) predicts the center word; its step goes to each.

    With hyper.cbow_mean off it is their sum. With hyper.cbow_divide on each context word gets 1/C
    of the step, which is the true gradient of the mean (D2L eq_cbow-gradient; Irsoy, Benton &
    Stratos 2021).
    """
    vectors, mean, moves, numbers = (
        weights.input_vectors,
        scratch.mean,
        scratch.moves,
        scratch.numbers,
    )
    share = np.float32(1.0) / np.float32(n_contexts)
    into_mean = share if hyper.cbow_mean else np.float32(1.0)
    sum_rows(vectors, contexts, n_contexts, into_mean, mean)
    moves[0] = np.float32(0.0)
    loss, saturated = predict(
        mean, numbers, 1, center, chosen, lr, moves, numbers, weights, tables, hyper, scratch
    )
    back = share if hyper.cbow_divide else np.float32(1.0)
    spread(moves, back, vectors, contexts, n_contexts)
    return loss, saturated


@kernel
def all_different(numbers, n):
    """Whether the first n numbers are."""
    same = 0
    for i in range(1, n):
        for j in range(i):
            same += numbers[i] == numbers[j]
    return same == 0


@kernel
def add_to_row(matrix, row, moves, move, scale):
    """matrix[row] += scale * moves[move]"""
    for d in range(matrix.shape[1]):
        matrix[row, d] += scale * moves[move, d]
