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
def score(center, contexts, n_contexts, chosen, worker):
    """Score what predicts a center word against its targets, for `move`. What takes several blocks
    is scored there, block by block.

    contexts   int32 (C,), C at least 1: the context words
    """
    if worker.hyper.skip_gram:
        score_skip_gram(center, contexts, n_contexts, chosen, worker)
    else:
        score_cbow(center, contexts, n_contexts, chosen, worker)


@kernel_part
def move(center, contexts, n_contexts, chosen, lr, key, worker):
    """Let what `score` has scored predict the center word, and move all that took part.

    key   the stream of random numbers of the center

    Returns the loss in nats, the number of saturated scores, and how many pairs were trained.
    """
    if worker.hyper.skip_gram:
        loss, saturated = move_skip_gram(center, contexts, n_contexts, chosen, lr, key, worker)
        return loss, saturated, n_contexts
    loss, saturated = move_cbow(center, contexts, n_contexts, chosen, lr, worker)
    return loss, saturated, np.int64(1)


@kernel_part
def score_skip_gram(center, contexts, n_contexts, chosen, worker):
    """Score the context words (int32 (C,)) against the center word's targets, if one block holds
    them all.

    chosen   the targets for all context words, unless each pair draws its own
    """
    if is_one_block(n_contexts, worker):
        score_rows(center, contexts, n_contexts, chosen, worker)


@kernel_part
def move_skip_gram(center, contexts, n_contexts, chosen, lr, key, worker):
    """Each of the context words predicts the center word and moves by its own step.

    key   the stream of random numbers from which each pair draws its own targets, if they do
    """
    if is_one_block(n_contexts, worker):
        return move_rows(center, contexts, n_contexts, chosen, lr, worker)
    loss, saturated, first = 0.0, 0, np.int64(0)
    own_targets = objectives.chooses_for_each_pair(worker.hyper)
    most = np.int64(1) if own_targets else np.int64(len(worker.scratch.inputs))
    while first < n_contexts:
        if own_targets:
            objectives.choose_own(center, key, first * worker.hyper.negative, worker, chosen)
        n = min(most, n_contexts - first)
        rows = contexts[first : first + n]
        score_rows(center, rows, n, chosen, worker)
        block_loss, block_saturated = move_rows(center, rows, n, chosen, lr, worker)
        loss += block_loss
        saturated += block_saturated
        first += n
    return loss, saturated


@kernel_part
def is_one_block(n_contexts, worker):
    """Whether a block holds all context words, and they share their targets."""
    shares_targets = not objectives.chooses_for_each_pair(worker.hyper)
    return shares_targets and n_contexts <= len(worker.scratch.inputs)


@kernel_part
def score_rows(center, contexts, n_contexts, chosen, worker):
    """Score the context words' vectors."""
    inputs = worker.scratch.inputs
    # Copies: a vector may be in the window twice, and must be read as it was before it moved.
    copy_rows(worker.weights.input_vectors, contexts, n_contexts, inputs)
    objectives.score(inputs, n_contexts, center, chosen, worker)


@kernel_part
def move_rows(center, contexts, n_contexts, chosen, lr, worker):
    """Let the context words' vectors, once they are scored, predict the center word."""
    scratch, locks, vectors = worker.scratch, worker.tables.locks, worker.weights.input_vectors
    moved, moved_rows = vectors, contexts
    if locks.size > 0:  # asked once for each block, so that runs without locks lose nothing
        moved, moved_rows = scratch.moves, scratch.numbers
        moved[:n_contexts] = np.float32(0.0)
    loss, saturated = objectives.move(
        scratch.inputs, n_contexts, center, chosen, lr, moved, moved_rows, worker
    )
    if locks.size > 0:
        for c in range(n_contexts):
            move_locked(moved[c : c + 1], np.float32(1.0), vectors, contexts[c : c + 1], locks)
    return loss, saturated


@kernel_part
def score_cbow(center, contexts, n_contexts, chosen, worker):
    """Score the mean of the context words (int32 (C,)); with hyper.cbow_mean off, their sum."""
    mean, one = worker.scratch.inputs, np.int64(1)
    scale = np.float32(1.0) / np.float32(n_contexts) if worker.hyper.cbow_mean else np.float32(1.0)
    sum_rows(worker.weights.input_vectors, contexts, n_contexts, scale, mean)
    objectives.score(mean, one, center, chosen, worker)


@kernel_part
def move_cbow(center, contexts, n_contexts, chosen, lr, worker):
    """The mean of the context words predicts the center word; its step goes to each of them.

    With hyper.cbow_divide on each context word gets 1/C of the step, which is the true gradient of
    the mean (D2L eq_cbow-gradient; Irsoy, Benton & Stratos 2021).
    """
    scratch, locks, vectors = worker.scratch, worker.tables.locks, worker.weights.input_vectors
    step, one = scratch.move, np.int64(1)
    step[0] = np.float32(0.0)
    loss, saturated = objectives.move(
        scratch.inputs, one, center, chosen, lr, step, scratch.numbers, worker
    )
    divides = worker.hyper.cbow_divide
    scale = np.float32(1.0) / np.float32(n_contexts) if divides else np.float32(1.0)
    if locks.size > 0:
        for c in range(n_contexts):
            move_locked(step, scale, vectors, contexts[c : c + 1], locks)
    else:
        spread(step, scale, vectors, contexts, n_contexts)
    return loss, saturated


@kernel_part
def move_locked(move, scale, vectors, word, locks):
    """vectors[word[0]] += scale * move[0], as far as the word's lock lets it."""
    spread(move, scale * locks[word[0]], vectors, word, np.int64(1))
