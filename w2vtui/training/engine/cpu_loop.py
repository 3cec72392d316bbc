"""A text and a span of it as the kernels take them, and this machine's loop over a span."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout, training_loop
from w2v_kernels.rng import stream_key
from w2v_kernels.scratch import Scratch, Worker
from w2vtui.corpus import EncodedCorpus
from w2vtui.training.engine.plan import Plan, Rates
from w2vtui.training.engine.token_order import Span


def arrays_of(corpus: EncodedCorpus) -> layout.Corpus:
    """A text as the kernels take it."""
    return layout.Corpus(np.asarray(corpus.ids, dtype=np.int32), np.asarray(corpus.sentence_starts))


def span_place(span: Span, rates: Rates, seed: int) -> layout.Span:
    """A span as the kernels take it."""
    return layout.Span(
        first=span.first,
        stop=span.stop,
        visible_first=span.visible[0],
        visible_stop=span.visible[1],
        key=stream_key(seed, span.epoch),
        rate_base=float(rates.base),
        rate_slope=float(rates.slope),
        rate_floor=float(rates.floor),
    )


def train_span(
    text: layout.Corpus,
    place: layout.Span,
    plan: Plan,
    scratch: Scratch,
    tallies: NDArray[np.float64],
) -> None:
    """Train on every token of a span, each once as a center. Runs without the GIL."""
    worker = Worker(plan.weights, plan.tables, plan.hyper, scratch)
    training_loop.train_span(text, place, worker, tallies)
