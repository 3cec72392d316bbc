"""The contexts of a word as training meets them, and how strongly each is one.

A token is paired with the kept tokens of its window. Which are kept and how wide the window is, is
drawn again in every epoch; here each pair has the expected number of times an epoch trains it. With
k tokens kept between a center and a token on one side of it, a window drawn from 1..m reaches that
token with probability (m - k) / m, a fixed window if k < m; how many are kept between is the sum of
as many independent choices, whose distribution is followed token by token. In windows of more than
32 words its mean is close enough.

With n(a, c) the expected pairs of a and c, P(c|a) = n(a, c) / n(a), and P(c) the share of all kept
tokens that are c, the strength of c as a context of a is

    strength(a, c) = sqrt(P(c|a)) * max(0, log(P(c|a) / P(c)))

The logarithm is the pointwise mutual information, cut at 0. It is what training makes of the pair:
u_c . v_a tends to PMI(a, c) - log K under negative sampling with exponent 1 (Levy & Goldberg 2014,
"Neural Word Embedding as Implicit Matrix Factorization"); the softmaxes tend to PMI + log P(c), and
another exponent adds what depends on c alone. But PMI by itself ranks first what was seen once, and
weighted by P(c|a), how often training meets the pair, it ranks first the words that are everywhere.
The strength is the geometric mean of the two. A context counts for two words as it does for both:

    weight(c) = min(strength(a, c), strength(b, c))        overlap = sum of weights / mean of sums

Over 720 pairs of words of 2 million tokens of English, the overlap has a rank correlation of 0.71
with the cosines of skip-gram vectors; that of PMI alone 0.69, of P(c|a) PMI 0.71.
For CBOW the pairs are the same; what its vectors tend to has no such formula, since a center is
predicted by the mean of its contexts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import keep_probabilities
from w2vtui.corpus import EncodedCorpus
from w2vtui.exploring.why_near.occurrences import Occurrences, evenly
from w2vtui.settings import LiveSettings

MOST_OCCURRENCES = 8_192
"""Places of a word whose contexts are counted; of more, an even sample."""

_FOLLOWED_WINDOW = 32
"""Up to this window the distribution of the kept tokens is followed, beyond it their mean."""
_MOST_PLACES = 1 << 20
"""Places around the occurrences of a word that are looked at; in wide windows, of fewer of them."""
_FARTHEST = 20_000
"""Tokens on each side that are looked at."""
_ROWS = 512
"""Occurrences that are worked on together."""
_LEAST = 1e-6
"""Expected pairs below which a place does not count."""


_Side: TypeAlias = tuple[
    NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]
]
"""Pairs on one side: positions, places, words, expected."""


@dataclass(frozen=True, eq=False)
class Windows:
    """How a run makes windows of its text."""

    reach: int
    """m: context words on each side, at most"""
    shrinks: bool
    """whether each center's window is drawn from 1..m"""
    keep: NDArray[np.float64]
    """(V,) the probability that subsampling keeps a word"""
    shares: NDArray[np.float64]
    """(V,) P(c), the share of all kept tokens that are this word"""
    held_out: NDArray[np.int64]
    """(B, 2) blocks of tokens that are not trained, [first, stop), ascending"""

    @classmethod
    def of(
        cls,
        counts: NDArray[np.int64],
        settings: LiveSettings,
        held_out: NDArray[np.int64] | None = None,
    ) -> Self:
        """The windows that these settings make of a vocabulary with these counts (V,)."""
        keep = keep_probabilities(counts, settings.sample)
        kept = counts * keep
        blocks = np.zeros((0, 2), np.int64) if held_out is None else held_out
        return cls(settings.reach, settings.shrinks, keep, kept / kept.sum(), blocks)

    @cached_property
    def columns(self) -> int:
        """Tokens on each side among which nearly all pairs are."""
        kept_share = 1 / (self.shares / self.keep).sum()  # of all tokens
        return min(self.reach if kept_share > 0.999 else int(2 * self.reach / kept_share) + 4,
                   _FARTHEST)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pairs:
    """The pairs of one word's occurrences, those nearest to it first; arrays of one length."""

    word: int
    positions: NDArray[np.int64]
    """of the word"""
    places: NDArray[np.int64]
    """of its context"""
    words: NDArray[np.int32]
    """the context"""
    expected: NDArray[np.float64]
    """times that an epoch trains the pair, 0 to 1"""
    occurrences: int
    """of the word, among which these pairs were sought: those that are trained"""
    is_sample: bool
    """whether others were left out"""

    def strengths(self, windows: Windows) -> Strengths:
        """How strongly each word is a context."""
        expected = np.bincount(self.words, self.expected, minlength=len(windows.shares))
        total = expected.sum()
        met = np.flatnonzero(expected)
        shares = expected[met] / max(total, _LEAST)
        times = shares / windows.shares[met]
        return Strengths(met, times, np.sqrt(shares) * np.maximum(np.log(times), 0.0))


@dataclass(frozen=True, eq=False)
class Strengths:
    """The contexts of one word, ascending; arrays (n,)."""

    words: NDArray[np.int64]
    times: NDArray[np.float64]
    """P(c|a) / P(c): how many times as often as by chance"""
    strengths: NDArray[np.float64]
    """as at the top of this file; 0 for what is there no more often than by chance"""

    def times_of(self, word: int) -> float:
        """Times as often as by chance that a word is a context; 0 where it never is one."""
        at = int(np.searchsorted(self.words, word))
        met = at < len(self.words) and self.words[at] == word
        return float(self.times[at]) if met else 0.0


def pairs_of(corpus: EncodedCorpus, word: int, occurrences: Occurrences, windows: Windows) -> Pairs:
    """The pairs that training makes of the occurrences of a word, or of an even sample of them."""
    chosen = evenly(occurrences.positions, MOST_OCCURRENCES)
    positions = _trained(chosen, windows.held_out)
    lows, highs = _bounds(corpus, positions, windows.held_out)
    longest = int(np.maximum(positions - lows, highs - positions).max(initial=0))
    columns = min(windows.columns, longest)
    kept = evenly(np.arange(len(positions)), max(_MOST_PLACES // max(2 * columns, 1), 16))
    is_sample = len(chosen) < len(occurrences.positions) or len(kept) < len(positions)
    positions, lows, highs = positions[kept], lows[kept], highs[kept]
    found: list[_Side] = []
    for first in range(0, len(positions) if columns else 0, _ROWS):
        rows = slice(first, first + _ROWS)
        found.append(_side(corpus, positions[rows], lows[rows], windows, -columns))
        found.append(_side(corpus, positions[rows], highs[rows], windows, columns))
    if not found:
        found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0))]
    at, places, words, expected = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Pairs(word, at, places, words, expected, len(positions), is_sample)


def _trained(positions: NDArray[np.int64], held_out: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions outside the blocks that are held out."""
    inside = np.searchsorted(held_out.ravel(), positions, side="right") % 2 == 1
    trained: NDArray[np.int64] = positions[~inside]
    return trained


def _bounds(
    corpus: EncodedCorpus, positions: NDArray[np.int64], held_out: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How far training sees from each position: first and last position, (n,) both."""
    starts = corpus.sentence_starts
    sentence = np.searchsorted(starts, positions, side="right")
    first, last = starts[sentence - 1], starts[sentence] - 1
    if len(held_out):
        block = np.searchsorted(held_out[:, 0], positions)
        before = np.concatenate(([0], held_out[:, 1]))[block]
        after = np.concatenate((held_out[:, 0], [len(corpus.ids)]))[block] - 1
        first, last = np.maximum(first, before), np.minimum(last, after)
    return first, last


def _side(
    corpus: EncodedCorpus,
    positions: NDArray[np.int64],
    bounds: NDArray[np.int64],
    windows: Windows,
    columns: int,
) -> _Side:
    """The pairs on one side of some positions: their positions, places, words, expected pairs.

    bounds    (n,)   the last position on this side
    columns          tokens on this side, negative for those before
    """
    away = np.arange(1, abs(columns) + 1) * np.sign(columns)
    room = np.abs(bounds - positions)
    places = positions[:, None] + away
    inside = np.arange(1, abs(columns) + 1) <= room[:, None]
    words = corpus.ids[np.where(inside, places, 0)]
    kept = np.where(inside, windows.keep[words], 0.0)
    own = windows.keep[corpus.ids[positions]][:, None]
    expected = kept * own * _reached(kept, windows.reach, shrinks=windows.shrinks)
    rows, at = np.nonzero(expected > _LEAST)
    return positions[rows], places[rows, at], words[rows, at], expected[rows, at]


def _reached(kept: NDArray[np.float64], reach: int, *, shrinks: bool) -> NDArray[np.float64]:
    """The probability that a window reaches each place, if it is kept: (n, columns).

    kept   (n, columns)   the probability that each place is kept, the nearest first
    """
    if reach > _FOLLOWED_WINDOW:
        between = np.cumsum(kept, axis=1) - kept
        return np.clip(1 - between / reach, 0, 1) if shrinks else (between < reach).astype(float)
    far = 1 - np.arange(reach) / reach if shrinks else np.ones(reach)
    chances = np.zeros((len(kept), reach))  # that k tokens are kept between, at [n, k]
    chances[:, 0] = 1
    reached = np.empty_like(kept)
    for column in range(kept.shape[1]):
        reached[:, column] = (chances * far).sum(axis=1)
        moved = chances * kept[:, column, None]
        chances -= moved
        chances[:, 1:] += moved[:, :-1]
    return reached
