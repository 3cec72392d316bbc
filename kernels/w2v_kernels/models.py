"""The two models: which input rows predict a center word, and where their moves go.

    skip-gram   each context word's vector predicts the center word on its own    15.1.3, 15.2
    CBOW        the mean (or sum) of the context words' vectors predicts it       15.1.4, 15.2

The sections are D2L's. As in word2vec.c, context words are the input and the center is predicted:
v_c of the formulas is a context word's vector, or the mean, and w_o is the center word. Windows are
symmetric, so the pairs are the same.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels import objectives
from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.tiles import copy_rows, spread, sum_rows


@kernel_part
def skip_gram(center, contexts, n_contexts, chosen, lr, key, worker):
    """Each of the context words (int32 (C,)) predicts the center word and moves by its own step,
    as many at once as a block holds.

    chosen   the targets for all context words, unless each pair draws its own from stream `key`
    """
    if not objectives.chooses_for_each_pair(worker.hyper):
        if n_contexts > len(worker.scratch.inputs):
            return blocks_predict(contexts, n_contexts, center, chosen, lr, worker)
        return rows_predict(contexts, n_contexts, center, chosen, lr, worker)
    loss, saturated, one = 0.0, 0, np.int64(1)  # of one type with a number that is counted
    for c in range(n_contexts):
        objectives.choose(center, key, c * worker.hyper.negative, worker, chosen)
        pair_loss, pair_saturated = rows_predict(
            contexts[c : c + 1], one, center, chosen, lr, worker
        )
        loss += pair_loss
        saturated += pair_saturated
    return loss, saturated


@kernel_part
def blocks_predict(contexts, n_contexts, center, chosen, lr, worker):
    """The same as `rows_predict` for more context words than a block holds, block by block."""
    loss, saturated, most = 0.0, 0, len(worker.scratch.inputs)
    for first in range(0, n_contexts, most):
        n = min(most, n_contexts - first)
        block = contexts[first : first + n]
        block_loss, block_saturated = rows_predict(block, n, center, chosen, lr, worker)
        loss += block_loss
        saturated += block_saturated
    return loss, saturated


@kernel_part
def rows_predict(contexts, n_contexts, center, chosen, lr, worker):
    """Let the context words' vectors predict the center word, and move them."""
    scratch, locks = worker.scratch, worker.tables.locks
    vectors, inputs = worker.weights.input_vectors, scratch.inputs
    # Copies: a vector may be in the window twice, and must be read as it was before it moved.
    copy_rows(vectors, contexts, n_contexts, inputs)
    moved, moved_rows = vectors, contexts
    if locks.size > 0:  # asked once for each block, so that runs without locks lose nothing
        moved, moved_rows = scratch.moves, scratch.numbers
        moved[:n_contexts] = np.float32(0.0)
    loss, saturated = objectives.predict(
        inputs, n_contexts, center, chosen, lr, moved, moved_rows, worker
    )
    if locks.size > 0:
        for c in range(n_contexts):
            move_locked(moved[c : c + 1], np.float32(1.0), vectors, contexts[c : c + 1], locks)
    return loss, saturated


@kernel_part
def cbow(center, contexts, n_contexts, chosen, lr, worker):
    """The mean of the context words (int32 (C,)) predicts the center word; its step goes to each.

    With hyper.cbow_mean off it is their sum. With hyper.cbow_divide on each context word gets 1/C
    of the step, which is the true gradient of the mean (D2L eq_cbow-gradient; Irsoy, Benton &
    Stratos 2021).
    """
    hyper, scratch, vectors = worker.hyper, worker.scratch, worker.weights.input_vectors
    mean, move, one = scratch.inputs, scratch.move, np.int64(1)
    share = np.float32(1.0) / np.float32(n_contexts)
    into_mean = share if hyper.cbow_mean else np.float32(1.0)
    sum_rows(vectors, contexts, n_contexts, into_mean, mean)
    move[0] = np.float32(0.0)
    loss, saturated = objectives.predict(
        mean, one, center, chosen, lr, move, scratch.numbers, worker
    )
    back = share if hyper.cbow_divide else np.float32(1.0)
    if worker.tables.locks.size > 0:
        for c in range(n_contexts):
            move_locked(move, back, vectors, contexts[c : c + 1], worker.tables.locks)
    else:
        spread(move, back, vectors, contexts, n_contexts)
    return loss, saturated


@kernel_part
def move_locked(move, scale, vectors, word, locks):
    """vectors[word[0]] += scale * move[0], as far as the word's lock lets it."""
    spread(move, scale * locks[word[0]], vectors, word, np.int64(1))
