"""The two models: which input rows a center word meets, and which of the objectives' targets.

    skip-gram   every context word's vector by itself predicts the center word    15.1.3, 15.2
    CBOW        the mean (or sum) of the context words' vectors predicts it        15.1.4, 15.2

The sections are D2L's. As in word2vec.c, context words are the input and the center is predicted:
v_c of the formulas is a context word's vector, or the mean, and w_o the center word. Windows are
symmetric, so the pairs are the same.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.exact_softmax import softmax_block
from w2v_kernels.hierarchical_softmax import choose_path
from w2v_kernels.logistic_block import logistic_block, whole_tiles
from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.negative_sampling import choose_noise
from w2v_kernels.tiles import copy_rows, spread, sum_rows

NEGATIVE_SAMPLING, HIERARCHICAL_SOFTMAX, SOFTMAX = 0, 1, 2
"""Values of `Hyper.objective`."""


@kernel_part
def choose_targets(center, key, first_draw, tables, hyper, scratch, chosen):
    """Choose the target rows that the objective in force has for a center word.

    key, first_draw   where the noise comes from: draw number `first_draw` of the stream `key`

    The exact softmax has nothing to choose.
    """
    if hyper.objective == HIERARCHICAL_SOFTMAX:
        choose_path(tables.tree, center, scratch.private, scratch.blank, chosen.rows)
    elif hyper.objective == NEGATIVE_SAMPLING:
        choose_noise(
            tables.noise, center, hyper.negative, key, first_draw, scratch.blank, chosen.rows,
            chosen.weights,
        )  # fmt: skip


@kernel_part
def targets_of(center, chosen, tables, hyper):
    """The target rows that were chosen for a center word: rows and weights, as in Targets, and how
    many.
    """
    if hyper.objective == HIERARCHICAL_SOFTMAX:
        first, stop = tables.tree.starts[center], tables.tree.starts[center + 1]
        return chosen.rows, tables.tree.turns[first:], stop - first
    return chosen.rows, chosen.weights, np.int64(whole_tiles(1 + hyper.negative))


@kernel_part
def predict(
    inputs, n_inputs, center, chosen, lr, moved, moved_rows, weights, tables, hyper, scratch
):
    """Let the first n input rows predict the center word under the objective in force.

    The target rows move, and the input rows' moves are added to the moved rows: see
    `logistic_block`. Returns the loss in nats and the number of saturated scores.
    """
    input_rows, targets, steps = scratch.numbers, weights.target_vectors, scratch.steps
    if hyper.objective == SOFTMAX:
        return softmax_block(
            inputs, input_rows, n_inputs, targets, tables.every_word,
            tables.keep_thresholds.size, center, lr, moved, moved_rows, steps,
        )  # fmt: skip
    rows, row_weights, n_targets = targets_of(center, chosen, tables, hyper)
    return logistic_block(
        inputs, input_rows, n_inputs, targets, rows, row_weights, n_targets, lr, moved,
        moved_rows, scratch.scores, steps,
    )  # fmt: skip


@kernel_part
def skip_gram(center, contexts, n_contexts, chosen, lr, key, weights, tables, hyper, scratch):
    """Each of the context words (int32 (C,)) predicts the center word and moves by its own step.

    chosen   the targets, shared by all context words; without shared noise each pair draws its own
    """
    if hyper.objective == NEGATIVE_SAMPLING and not hyper.shared_noise:
        loss, saturated = 0.0, 0
        for c in range(n_contexts):
            first_draw = c * hyper.negative
            choose_targets(center, key, first_draw, tables, hyper, scratch, chosen)
            pair_loss, pair_saturated = rows_predict(
                contexts[c : c + 1], 1, center, chosen, lr, weights, tables, hyper, scratch
            )
            loss += pair_loss
            saturated += pair_saturated
        return loss, saturated
    return rows_predict(contexts, n_contexts, center, chosen, lr, weights, tables, hyper, scratch)


@kernel_part
def rows_predict(contexts, n_contexts, center, chosen, lr, weights, tables, hyper, scratch):
    """Let the context words' vectors predict the center word, and move them."""
    vectors = weights.input_vectors
    # Copies, for a vector is read again after it has moved, and may stand in a window twice.
    copy_rows(vectors, contexts, n_contexts, scratch.inputs)
    return predict(
        scratch.inputs, n_contexts, center, chosen, lr, vectors, contexts, weights, tables, hyper,
        scratch,
    )  # fmt: skip


@kernel_part
def cbow(center, contexts, n_contexts, chosen, lr, weights, tables, hyper, scratch):
    """The mean of the context words (int32 (C,)) predicts the center word; its step goes to each.

    With hyper.cbow_mean off it is their sum. With hyper.cbow_divide on each context word gets 1/C
    of the step, which is the true gradient of the mean (D2L eq_cbow-gradient; Irsoy, Benton &
    Stratos 2021).
    """
    vectors, mean, move = weights.input_vectors, scratch.inputs, scratch.move
    share = np.float32(1.0) / np.float32(n_contexts)
    into_mean = share if hyper.cbow_mean else np.float32(1.0)
    sum_rows(vectors, contexts, n_contexts, into_mean, mean)
    move[0] = np.float32(0.0)
    loss, saturated = predict(
        mean, 1, center, chosen, lr, move, scratch.numbers, weights, tables, hyper, scratch
    )
    back = share if hyper.cbow_divide else np.float32(1.0)
    spread(move, back, vectors, contexts, n_contexts)
    return loss, saturated
