"""Which text a run has trained with which settings, and the noise that it drew for it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout, noise_counts
from w2v_kernels.formulas import noise_probabilities
from w2v_kernels.objectives import SHARED_BY_CENTERS
from w2v_kernels.rng import stream_key
from w2v_kernels.sizes import noise_stride
from w2vtui.corpus import EncodedCorpus
from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.plan import TableCache, hyper_of
from w2vtui.training.engine.token_order import Span, TokenOrder

N_SAMPLED_SPANS = 64
"""At most, in each stint: places spread evenly over the text that it has trained."""


class Stint(NamedTuple):
    """Settings, and the clock from which on they were used."""

    clock: int
    settings: ResolvedSettings


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TrainedText:
    """The text that a run has trained since it began or was resumed, at one moment."""

    corpus: EncodedCorpus
    seed: int
    order: TokenOrder
    stints: tuple[Stint, ...]
    """In order; each ends where the next begins, the last at `tokens`."""
    tokens: int
    """Training tokens seen, all epochs together."""

    def parts(self) -> Iterator[tuple[ResolvedSettings, int, int]]:
        """Each stint's settings, with the clocks between which it has trained."""
        ends = [*(stint.clock for stint in self.stints[1:]), self.tokens]
        for stint, end in zip(self.stints, ends, strict=True):
            stop = min(end, self.tokens)
            if stint.clock < stop:
                yield stint.settings, stint.clock, stop

    def spans(self, first: int, stop: int, most: int) -> Iterator[Span]:
        """Spans of up to `most` tokens in all, spread evenly between two clocks."""
        n_tokens = stop - first
        if n_tokens <= most:
            starts, length = np.array([first]), n_tokens
        else:
            n_spans = min(N_SAMPLED_SPANS, most)
            starts = first + np.arange(n_spans) * n_tokens // n_spans
            length = most // n_spans
        for start in starts.tolist():
            clock, end = start, start + length
            while clock < end:
                span = self.order.span(clock, end - clock, end)
                yield span
                clock += span.stop - span.first


class DrawnNoise(NamedTuple):
    """How many noise words a sample of the trained tokens drew in one stint."""

    clock: int
    """Where the stint began."""
    exponent: float
    tokens: int
    """Tokens of the sample."""
    of_tokens: int
    """Tokens that were trained under this distribution."""
    centers: int
    """Those that were trained as centers: subsampling kept them, and a context word."""
    draws: int
    """All noise words drawn; one that serves several centers counts once."""
    met: int
    """Noise words that centers met, be they the center itself: K, or K for each pair."""
    dropped: int
    """Those that were the center itself."""
    dropped_expected: float
    dropped_error: float
    """The standard deviation of `dropped`."""


class DrawnWords(NamedTuple):
    """The noise words that a sample of the trained tokens drew under one noise distribution."""

    probabilities: NDArray[np.float64]
    """(V,): P(w)"""
    drawn: NDArray[np.int64]
    """(V,): how often each word was drawn, in all stints with this distribution together"""
    stints: list[DrawnNoise]
    """In order."""


def redraw(text: TrainedText, most: int) -> Iterator[DrawnWords]:
    """Draw again the noise of a sample of the trained tokens, by the draws of the training.

    most   tokens of the sample, in all

    One entry for each exponent of stints that drew noise, which the memory need not hold together.
    """
    counts = text.corpus.vocab.counts
    tables = TableCache(counts, np.zeros(0, np.float32))
    arrays = layout.Corpus(
        np.asarray(text.corpus.ids, dtype=np.int32), np.asarray(text.corpus.sentence_starts)
    )
    parts = [part for part in text.parts() if part[0].draws_noise]
    everything = sum(stop - first for _, first, stop in parts)
    for exponent in dict.fromkeys(settings.ns_exponent for settings, _, _ in parts):
        words = DrawnWords(
            noise_probabilities(counts, exponent), np.zeros(len(counts), np.int64), []
        )
        for settings, first, stop in parts:
            if settings.ns_exponent != exponent:
                continue
            share = max(most * (stop - first) // everything, 1)
            hyper, plan = hyper_of(settings), tables.of(settings)
            counted: list[_SpanCounts] = []
            for span in text.spans(first, stop, share):
                place = layout.Span(
                    *(span.first, span.stop, *span.visible, stream_key(text.seed, span.epoch)),
                    *(0.0, 0.0, 0.0),
                )
                met = np.zeros(span.stop - span.first, np.int64)
                dropped = noise_counts.count_draws(arrays, place, plan, hyper, words.drawn, met)
                ids = arrays.ids[span.first : span.stop]
                counted.append(_counts_of(met, dropped, words.probabilities[ids], ids, hyper))
            words.stints.append(_stint(first, exponent, stop - first, counted))
        yield words


class _SpanCounts(NamedTuple):
    """What was counted of a span; see DrawnNoise."""

    tokens: int
    centers: int
    draws: int
    met: int
    dropped: int
    expected: float
    variance: float


def _counts_of(
    met: NDArray[np.int64],
    dropped: int,
    shares: NDArray[np.float64],
    ids: NDArray[np.int32],
    hyper: layout.Hyper,
) -> _SpanCounts:
    """Count a span whose n tokens have these ids, (n,), and P(w), (n,)."""
    variance = float((met * shares * (1 - shares)).sum())
    is_reused = hyper.noise_sharing == SHARED_BY_CENTERS
    if is_reused:
        variance += _covariance(met, shares, ids, hyper)
    return _SpanCounts(
        tokens=len(met),
        centers=int((met > 0).sum()),
        draws=len(met) if is_reused else int(met.sum()),
        met=int(met.sum()),
        dropped=int(dropped),
        expected=float((met * shares).sum()),
        variance=variance,
    )


def _covariance(
    met: NDArray[np.int64],
    shares: NDArray[np.float64],
    ids: NDArray[np.int32],
    hyper: layout.Hyper,
) -> float:
    """What reuse adds to the variance of `dropped`: a word may be several of its centers or none.

    Centers n strides apart meet K - n words in common.
    """
    covariance, stride = 0.0, noise_stride(hyper.window)
    trained = np.where(met > 0, shares, 0.0)
    for n in range(1, hyper.negative):
        later, earlier = slice(n * stride, None), slice(None, max(len(met) - n * stride, 0))
        both = trained[later] * (
            (ids[later] == ids[earlier]) * (met[earlier] > 0) - trained[earlier]
        )
        covariance += 2 * (hyper.negative - n) * float(both.sum())
    return covariance


def _stint(clock: int, exponent: float, of_tokens: int, counted: list[_SpanCounts]) -> DrawnNoise:
    sums = _SpanCounts(*(sum(column) for column in zip(*counted, strict=True)))
    return DrawnNoise(
        clock=clock,
        exponent=exponent,
        tokens=sums.tokens,
        of_tokens=of_tokens,
        centers=sums.centers,
        draws=sums.draws,
        met=sums.met,
        dropped=sums.dropped,
        dropped_expected=sums.expected,
        dropped_error=math.sqrt(sums.variance),
    )
