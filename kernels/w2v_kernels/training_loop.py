"""The loop over a span of the corpus, on one processor core.

Each kept token is the center of a window once. Between the scores of a center and its steps, the
targets of the next one are chosen and their rows prefetched, and so is what choosing the targets
after that will read: reading a row from memory takes as long as training on it, and the steps would
only wait for the scores.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels import models, objectives
from w2v_kernels.layout import CENTERS, LOSS, NOT_FINITE, PAIRS, SATURATED, TOKENS
from w2v_kernels.machine.compiling import kernel, kernel_part
from w2v_kernels.parallel.private_rows import (
    copy_shared_rows,
    own_row,
    share_all_rows,
    share_some_rows,
)
from w2v_kernels.tiles import prefetch_to_write
from w2v_kernels.windows import keep_backward, keep_forward, move_to_front, window_of


@kernel
def train_span(corpus, span, worker, tallies):
    """Train on every token of the span, each once as a center.

    tallies  float64 (N_TALLIES,)   added to: loss in nats, pairs, centers (kept tokens), tokens,
                                    saturated scores, blocks whose loss was not finite

    The weights change in place, without locks: other workers write to them too (Hogwild, as in
    word2vec.c). Which tokens are kept, the windows, the noise and the rate depend on positions
    alone, so a worker that trains alone gets the same weights from two spans as from one over the
    same tokens.
    """
    begin_span(span, worker)
    position = span.first
    sentence = np.searchsorted(corpus.sentence_starts, position, side="right") - 1
    while position < span.stop:
        end = corpus.sentence_starts[sentence + 1]
        stop = min(end, span.stop)
        sentence_first = max(corpus.sentence_starts[sentence], span.visible_first)
        sentence_stop = min(end, span.visible_stop)
        train_sentence(
            corpus.ids, position, stop, sentence_first, sentence_stop, span, worker, tallies
        )
        # Once per sentence, so that tokens and centers in the tallies stay in step.
        tallies[TOKENS] += stop - position
        position = stop
        sentence += 1
    end_span(worker)


@kernel_part
def train_sentence(ids, position, stop, sentence_first, sentence_stop, span, worker, tallies):
    """Train on the tokens [position, stop) of the sentence [sentence_first, sentence_stop).

    Kept tokens are read into a buffer, up to `window` of them on either side of the centers. A
    sentence longer than the buffer slides through it.
    """
    scratch, window, vectors = worker.scratch, worker.hyper.window, worker.weights.input_vectors
    kept = scratch.kept
    capacity = kept.ids.size - window
    key, thresholds = span.key, worker.tables.keep_thresholds
    chosen, chosen_next = scratch.chosen, scratch.chosen_next
    n = keep_backward(ids, position, sentence_first, window, key, thresholds, kept)
    i = n
    while position < stop:
        position, n = keep_forward(ids, position, stop, capacity, key, thresholds, kept, n)
        if position < stop:  # the buffer is full: the last tokens wait for their right contexts
            last = n - window
        else:
            last = n
            _, n = keep_forward(ids, stop, sentence_stop, n + window, key, thresholds, kept, n)
        prepare_first(i, last, span, worker, chosen)
        while i < last:
            if i + window + 1 < n:  # the next word that the window reaches
                row = own_row(kept.ids[i + window + 1], scratch.own_inputs)
                prefetch_to_write(vectors, np.int64(row))
            train_center(i, n, last, chosen, chosen_next, span, worker, tallies)
            after_center(worker)
            chosen, chosen_next = chosen_next, chosen
            i += 1
        if position < stop:
            slide = i - window
            move_to_front(kept, slide, n)
            i, n = i - slide, n - slide


@kernel_part
def prepare_first(i, last, span, worker, chosen):
    """Before the i-th kept token is trained, the first of those before `last`."""
    if i < last:
        look_ahead(i, span, worker)
        prepare_center(i, worker, chosen)
    if i + 1 < last:
        look_ahead(i + 1, span, worker)


@kernel_part
def prepare_next(i, last, span, worker, chosen):
    """While the i-th kept token is trained, the two after it."""
    if i + 1 < last:
        prepare_center(i + 1, worker, chosen)
    if i + 2 < last:
        look_ahead(i + 2, span, worker)


@kernel_part
def look_ahead(i, span, worker):
    """Prefetch what choosing the targets of the i-th kept token will read."""
    kept = worker.scratch.kept
    center, position = np.int64(kept.ids[i]), kept.positions[i]
    objectives.look_ahead(center, position, kept.bits[i], span.key, worker)


@kernel_part
def prepare_center(i, worker, chosen):
    """Choose the targets of the i-th kept token, into `chosen`, and prefetch their rows."""
    kept = worker.scratch.kept
    center, position = np.int64(kept.ids[i]), kept.positions[i]
    objectives.choose_at(center, position, kept.bits[i], worker, chosen)


@kernel_part
def train_center(i, n, last, chosen, chosen_next, span, worker, tallies):
    """Train on the i-th of n kept tokens as the center of its window, and prepare the next one."""
    hyper, kept, own_inputs = worker.hyper, worker.scratch.kept, worker.scratch.own_inputs
    reach = window_of(kept.bits[i], hyper.window, hyper.shrink_windows)
    first, past = max(0, i - reach), min(n, i + reach + 1)
    contexts, n_contexts = worker.scratch.contexts, np.int64(0)
    for k in range(first, past):
        if k != i:
            contexts[n_contexts] = own_row(kept.ids[k], own_inputs)
            n_contexts += 1
    tallies[CENTERS] += 1
    center = np.int64(kept.ids[i])
    if n_contexts > 0:
        models.score(center, contexts, n_contexts, chosen, worker)
    prepare_next(i, last, span, worker, chosen_next)
    if n_contexts == 0:
        return
    rate = max(span.rate_floor, span.rate_base + span.rate_slope * np.float64(kept.positions[i]))
    lr, bits = np.float32(rate), kept.bits[i]
    loss, saturated, pairs = models.move(center, contexts, n_contexts, chosen, lr, bits, worker)
    if np.isfinite(loss):
        tallies[LOSS] += loss
        tallies[PAIRS] += pairs
    else:
        tallies[NOT_FINITE] += 1
    tallies[SATURATED] += saturated


@kernel_part
def begin_span(span, worker):
    """Before the first center of a span."""
    objectives.begin(span, worker)
    copy_shared_rows(worker.weights.input_vectors, worker.scratch.own_inputs)
    copy_shared_rows(worker.weights.target_vectors, worker.scratch.own_targets)


@kernel_part
def after_center(worker):
    """After each center."""
    share_some_rows(worker.weights.input_vectors, worker.scratch.own_inputs)
    share_some_rows(worker.weights.target_vectors, worker.scratch.own_targets)


@kernel_part
def end_span(worker):
    """After the last center of a span."""
    share_all_rows(worker.weights.input_vectors, worker.scratch.own_inputs)
    share_all_rows(worker.weights.target_vectors, worker.scratch.own_targets)
