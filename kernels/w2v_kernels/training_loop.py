"""The loop over a span of the corpus, on one processor core."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v_kernels.hierarchical_softmax import Tree, ask_for_path
from w2v_kernels.logistic_block import (
    Targets,
    room_for,
    score_place,
    whole_lines,
    whole_tiles,
)
from w2v_kernels.machine.compiling import kernel, kernel_part
from w2v_kernels.models import (
    HIERARCHICAL_SOFTMAX,
    NEGATIVE_SAMPLING,
    SOFTMAX,
    cbow,
    choose_targets,
    skip_gram,
    targets_of,
)
from w2v_kernels.negative_sampling import ask_for_draws
from w2v_kernels.parallel.private_nodes import (
    PrivateNodes,
    copy_nodes,
    share_all_nodes,
    share_some_nodes,
)
from w2v_kernels.rng import random_at
from w2v_kernels.sizes import TILE, row_length
from w2v_kernels.tiles import prefetch_to_write
from w2v_kernels.windows import keep_backward, keep_forward, window_at

KEPT_CAPACITY = 4096
"""Kept tokens a worker looks at a time. A longer sentence passes through in pieces that share
their contexts. A window must fit in half of it.
"""

LOSS, PAIRS, CENTERS, TOKENS, SATURATED, NOT_FINITE = range(6)
"""What each entry of a worker's tallies counts."""


class Corpus(NamedTuple):
    """The encoded text."""

    ids: np.ndarray
    """int32 (T,): words"""
    sentence_starts: np.ndarray
    """int64 (S + 1,)"""


class Weights(NamedTuple):
    """The vectors, each row padded with zeros to a multiple of 16 floats.

    Blank rows behind those of words or nodes stay zero: targets are padded with them.
    """

    input_vectors: np.ndarray
    """float32 (V + 1, D padded): v_w"""
    target_vectors: np.ndarray
    """float32: u_w (V, D padded), or under hierarchical softmax u_n (V - 1, D padded), and behind
    them a blank row, each worker's blank row and its copies of nodes
    """


class Tables(NamedTuple):
    """What is looked up by word."""

    keep_thresholds: np.ndarray
    """uint32 (V,)"""
    noise: np.ndarray
    """uint32 (V, 2)"""
    tree: Tree
    every_word: np.ndarray
    """int32 (V, padded)"""


class Hyper(NamedTuple):
    """The settings a kernel reads. Their types never change, so that a new value never compiles."""

    skip_gram: bool
    objective: int
    negative: int
    window: int
    shrink_windows: bool
    shared_noise: bool
    cbow_mean: bool
    cbow_divide: bool


class Span(NamedTuple):
    """Which tokens to train on, and at what rate."""

    first: int
    stop: int
    """Centers are the tokens first .. stop - 1."""
    visible_first: int
    visible_stop: int
    """Contexts may come from visible_first .. visible_stop - 1."""
    key: np.uint64
    """Key of the epoch's random numbers."""
    rate_base: float
    rate_slope: float
    rate_floor: float
    """The token at position p is trained at max(rate_floor, rate_base + rate_slope * p)."""


class Scratch(NamedTuple):
    """One worker's working memory."""

    kept_ids: np.ndarray
    """int32: the kept tokens' words"""
    kept_positions: np.ndarray
    """int64: their places in the corpus"""
    contexts: np.ndarray
    """int32 (2 window,): the context words of a center"""
    chosen: Targets
    chosen_next: Targets
    """The targets of a center and of the one after it"""
    inputs: np.ndarray
    """float32 (2 window, D padded): what meets the targets: copies of vectors, or a mean"""
    numbers: np.ndarray
    """0, 1, 2 ...: names the rows of `inputs`"""
    move: np.ndarray
    """float32 (1, D padded): of the mean"""
    scores: np.ndarray
    steps: np.ndarray
    """float32, laid out as `score_place` says; the exact softmax needs `steps` alone"""
    blank: int
    """The row of the target matrix that pads this worker's targets: two that wrote the same zeros
    would wait for each other
    """
    private: PrivateNodes


def empty_rows(n_rows, vector_size):
    """Zero float32 (n_rows, D padded) that begins at a cache line."""
    length = row_length(vector_size)
    return whole_lines(n_rows * length, np.float32).reshape(n_rows, length)


def make_scratch(vector_size, window, most_targets, blank, first_private=0, n_private=0, period=1):
    """Working memory for windows up to `window` and blocks of up to `most_targets` targets.

    blank                              a zero row of the target matrix, no other worker's
    first_private, n_private, period   `first`, N and `period` of PrivateNodes; a worker that is
                                       alone needs none
    """
    # One window more than the capacity: behind the last center stand its right contexts.
    n_contexts = 2 * window
    n_scores = score_place(whole_tiles(most_targets) // TILE, 0, n_contexts)
    return Scratch(
        kept_ids=whole_lines(KEPT_CAPACITY + window, np.int32),
        kept_positions=whole_lines(KEPT_CAPACITY + window, np.int64),
        contexts=whole_lines(n_contexts, np.int32),
        chosen=room_for(most_targets),
        chosen_next=room_for(most_targets),
        inputs=empty_rows(n_contexts, vector_size),
        numbers=np.arange(n_contexts, dtype=np.int32),
        move=empty_rows(1, vector_size),
        scores=whole_lines(n_scores, np.float32),
        steps=whole_lines(n_scores, np.float32),
        blank=blank,
        private=PrivateNodes(
            first=first_private,
            copied=empty_rows(n_private, vector_size),
            period=period,
            clock=whole_lines(2, np.int64),
        ),
    )


@kernel
def train_span(corpus, span, weights, tables, hyper, scratch, tallies):
    """Train on every token of the span, each once as a center.

    The weights change in place, unguarded: other workers write to them too (Hogwild, as in
    word2vec.c).
    tallies  float64 (8,)   added to

    Which tokens are kept, the windows and the noise depend on positions alone. So does the rate.
    Where one worker trains alone, two spans give the same weights as one over the same tokens.
    """
    if hyper.objective == HIERARCHICAL_SOFTMAX:
        copy_nodes(weights.target_vectors, scratch.private)
    position = span.first
    sentence = np.searchsorted(corpus.sentence_starts, position, side="right") - 1
    while position < span.stop:
        end = corpus.sentence_starts[sentence + 1]
        stop = min(end, span.stop)
        train_sentence(
            corpus.ids,
            position,
            stop,
            max(corpus.sentence_starts[sentence], span.visible_first),
            min(end, span.visible_stop),
            span,
            weights,
            tables,
            hyper,
            scratch,
            tallies,
        )
        # By the sentence, so that who reads the tallies finds tokens and centers in step.
        tallies[TOKENS] += stop - position
        position = stop
        sentence += 1
    if hyper.objective == HIERARCHICAL_SOFTMAX:
        share_all_nodes(weights.target_vectors, scratch.private)


@kernel_part
def train_sentence(
    ids, position, stop, sentence_first, sentence_stop, span, weights, tables, hyper, scratch,
    tallies,
):  # fmt: skip
    """Train on the tokens [position, stop) of the sentence [sentence_first, sentence_stop).

    Kept tokens are read into a buffer, up to `window` of them on either side of the centers. A
    sentence longer than the buffer slides through it.
    """
    kept_ids, kept_positions, window = scratch.kept_ids, scratch.kept_positions, hyper.window
    key, thresholds = span.key, tables.keep_thresholds
    chosen, chosen_next = scratch.chosen, scratch.chosen_next
    n = keep_backward(
        ids, position, sentence_first, window, key, thresholds, kept_ids, kept_positions
    )
    i = n
    while position < stop:
        position, n = keep_forward(
            ids, position, stop, KEPT_CAPACITY, key, thresholds, kept_ids, kept_positions, n
        )
        if position < stop:  # the buffer is full: the last tokens wait for their right contexts
            last = n - window
        else:
            last = n
            _, n = keep_forward(
                ids, stop, sentence_stop, n + window, key, thresholds, kept_ids, kept_positions, n
            )
        if i < last:
            prepare_center(i, span, weights, tables, hyper, scratch, chosen)
        while i < last:
            if i + window + 1 < n:  # the next word to come into reach
                prefetch_to_write(weights.input_vectors, np.int64(kept_ids[i + window + 1]))
            if i + 2 < last:
                ask_for_targets(i + 2, span, tables, hyper, scratch)
            if i + 1 < last:
                prepare_center(i + 1, span, weights, tables, hyper, scratch, chosen_next)
            train_center(i, n, chosen, span, weights, tables, hyper, scratch, tallies)
            if hyper.objective == HIERARCHICAL_SOFTMAX:
                share_some_nodes(weights.target_vectors, scratch.private)
            chosen, chosen_next = chosen_next, chosen
            i += 1
        if position < stop:
            slide = i - window
            for k in range(slide, n):
                kept_ids[k - slide], kept_positions[k - slide] = kept_ids[k], kept_positions[k]
            i, n = i - slide, n - slide


@kernel_part
def ask_for_targets(i, span, tables, hyper, scratch):
    """Ask for what `prepare_center` will read, while the center two before it is trained."""
    if hyper.objective == NEGATIVE_SAMPLING:
        key = random_at(span.key, np.uint64(scratch.kept_positions[i]))
        ask_for_draws(tables.noise, hyper.negative, key)
    elif hyper.objective == HIERARCHICAL_SOFTMAX:
        ask_for_path(tables.tree, np.int64(scratch.kept_ids[i]))


@kernel_part
def prepare_center(i, span, weights, tables, hyper, scratch, chosen):
    """Choose the targets of a center and ask for their rows, while the one before it is trained."""
    center = np.int64(scratch.kept_ids[i])
    key = random_at(span.key, np.uint64(scratch.kept_positions[i]))
    choose_targets(center, key, 0, tables, hyper, scratch, chosen)
    if hyper.objective != SOFTMAX:
        rows, _, n_targets = targets_of(center, chosen, tables, hyper)
        for t in range(n_targets):
            prefetch_to_write(weights.target_vectors, np.int64(rows[t]))


@kernel_part
def train_center(i, n, chosen, span, weights, tables, hyper, scratch, tallies):
    """Train on the i-th of n kept tokens as the center of its window."""
    kept_ids, position = scratch.kept_ids, scratch.kept_positions[i]
    reach = window_at(position, span.key, hyper.window, hyper.shrink_windows)
    first, past = max(0, i - reach), min(n, i + reach + 1)
    contexts, n_contexts = scratch.contexts, 0
    for k in range(first, past):
        if k != i:
            contexts[n_contexts] = kept_ids[k]
            n_contexts += 1
    tallies[CENTERS] += 1
    if n_contexts == 0:
        return
    center = np.int64(kept_ids[i])
    rate = max(span.rate_floor, span.rate_base + span.rate_slope * np.float64(position))
    lr = np.float32(rate)
    if hyper.skip_gram:
        key = random_at(span.key, np.uint64(position))
        loss, saturated = skip_gram(
            center, contexts, n_contexts, chosen, lr, key, weights, tables, hyper, scratch
        )
        pairs = n_contexts
    else:
        loss, saturated = cbow(
            center, contexts, n_contexts, chosen, lr, weights, tables, hyper, scratch
        )
        pairs = 1
    if np.isfinite(loss):
        tallies[LOSS] += loss
        tallies[PAIRS] += pairs
    else:
        tallies[NOT_FINITE] += 1
    tallies[SATURATED] += saturated
