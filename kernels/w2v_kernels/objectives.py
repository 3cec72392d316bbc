"""What each objective does at each point of the loop: the only file that compares them.

                        negative sampling        hierarchical softmax          exact softmax
    look_ahead          draws of noise           the word's path
    choose_own          center, K noise words    the word's path
    targets_of          1 + K rows               its L - 1 nodes               none: every word
    score               score_block              score_block                   score_block
    move                move_block               move_block                    move_softmax_block

Noise words serve several centers each, or each center or pair draws its own.

Each objective has its own file, with its equation and its table; a new one adds a branch here.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.exact_softmax import move_softmax_block
from w2v_kernels.hierarchical_softmax import choose_path, prefetch_path
from w2v_kernels.layout import whole_tiles
from w2v_kernels.logistic_block import Block, move_block, score_block
from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.negative_sampling import choose_noise, prefetch_draws
from w2v_kernels.reused_noise import begin_ring, choose_reused, draw_before
from w2v_kernels.tiles import prefetch_to_write

NEGATIVE_SAMPLING, HIERARCHICAL_SOFTMAX, SOFTMAX = 0, 1, 2
"""Values of `Hyper.objective`."""

SHARED_BY_CENTERS, SHARED_BY_PAIRS, NOT_SHARED = 0, 1, 2
"""Values of `Hyper.noise_sharing`: each noise word serves K centers (see `reused_noise`), all pairs
of one center, or one pair. CBOW has one pair a center, so the last two are the same there.
"""


@kernel_part
def reuses_noise(hyper):
    """Whether each noise word serves several centers."""
    return hyper.objective == NEGATIVE_SAMPLING and hyper.noise_sharing == SHARED_BY_CENTERS


@kernel_part
def begin(span, worker):
    """Before the first center of a span."""
    hyper = worker.hyper
    if reuses_noise(hyper):
        begin_ring(span.first, span.key, hyper.negative, hyper.window, worker.scratch.ring)


@kernel_part
def look_ahead(center, position, key, span_key, worker):
    """Prefetch what choosing the targets of a center will read.

    key        names the stream of the center's random numbers, that of its position
    span_key   names that of all positions
    """
    hyper, tables, scratch = worker.hyper, worker.tables, worker.scratch
    if reuses_noise(hyper):
        private, vectors = scratch.own_targets, worker.weights.target_vectors
        draw_before(position + 1, span_key, tables.noise, private, vectors, scratch.ring)
    elif hyper.objective == NEGATIVE_SAMPLING:
        prefetch_draws(tables.noise, hyper.negative, key)
    elif hyper.objective == HIERARCHICAL_SOFTMAX:
        prefetch_path(tables.tree, center)


@kernel_part
def choose_at(center, position, key, worker, chosen):
    """Choose the target rows of the center at a position, and prefetch them."""
    hyper, scratch = worker.hyper, worker.scratch
    if reuses_noise(hyper):
        private, ring = scratch.own_targets, scratch.ring
        negative, window, blank = hyper.negative, hyper.window, scratch.blank
        choose_reused(center, position, negative, window, private, ring, blank, chosen)
        n_new = np.int64(1)  # the noise words' rows were prefetched when they were drawn
    else:
        choose_own(center, key, np.int64(0), worker, chosen)
        _, _, n_new = targets_of(center, chosen, worker)
    for t in range(n_new):
        prefetch_to_write(worker.weights.target_vectors, np.int64(chosen.rows[t]))


@kernel_part
def choose_own(center, key, first_draw, worker, chosen):
    """Choose the target rows of a center word whose noise serves no other, into `chosen`.

    key, first_draw   the noise is drawn from the stream `key`, starting at number `first_draw`
    """
    tables, scratch = worker.tables, worker.scratch
    if worker.hyper.objective == HIERARCHICAL_SOFTMAX:
        choose_path(tables.tree, center, scratch.own_targets, scratch.blank, chosen.rows)
    elif worker.hyper.objective == NEGATIVE_SAMPLING:
        choose_noise(
            tables.noise,
            center,
            worker.hyper.negative,
            key,
            first_draw,
            scratch.own_targets,
            scratch.blank,
            chosen,
        )


@kernel_part
def chooses_for_each_pair(hyper):
    """Whether skip-gram chooses targets for each pair, not once for a center."""
    return hyper.objective == NEGATIVE_SAMPLING and hyper.noise_sharing == NOT_SHARED


@kernel_part
def targets_of(center, chosen, worker):
    """The chosen target rows of a center word: rows and weights, as in Targets, and how many."""
    if worker.hyper.objective == HIERARCHICAL_SOFTMAX:
        tree = worker.tables.tree
        first, stop = tree.starts[center], tree.starts[center + 1]
        return chosen.rows, tree.turns[first:], stop - first
    if worker.hyper.objective == NEGATIVE_SAMPLING:
        return chosen.rows, chosen.weights, np.int64(whole_tiles(1 + worker.hyper.negative))
    return chosen.rows, chosen.weights, np.int64(0)


@kernel_part
def block_of(inputs, n_inputs, center, chosen, worker):
    """The first n input rows and the center's target rows."""
    numbers, targets = worker.scratch.numbers, worker.weights.target_vectors
    if worker.hyper.objective == SOFTMAX:
        rows = worker.tables.every_word
        return Block(inputs, numbers, n_inputs, targets, rows, rows.size)
    rows, _, n_targets = targets_of(center, chosen, worker)
    return Block(inputs, numbers, n_inputs, targets, rows, n_targets)


@kernel_part
def score(inputs, n_inputs, center, chosen, worker):
    """Score the first n input rows against the center's target rows; `move` needs the scores."""
    scratch = worker.scratch  # the softmax has no room for scores beside its steps
    scores = scratch.steps if worker.hyper.objective == SOFTMAX else scratch.scores
    score_block(block_of(inputs, n_inputs, center, chosen, worker), scores)


@kernel_part
def move(inputs, n_inputs, center, chosen, lr, moved, moved_rows, worker):
    """Let the first n input rows, which `score` has scored, predict the center word.

    The target rows move, and the input rows' moves are added to the moved rows: see `move_block`.
    Returns the loss in nats and the number of saturated scores.
    """
    scratch = worker.scratch
    block = block_of(inputs, n_inputs, center, chosen, worker)
    if worker.hyper.objective == SOFTMAX:
        n_words = worker.tables.keep_thresholds.size
        return move_softmax_block(block, n_words, center, lr, scratch.steps, moved, moved_rows)
    _, weights, _ = targets_of(center, chosen, worker)
    return move_block(block, scratch.scores, weights, lr, scratch.steps, moved, moved_rows)
