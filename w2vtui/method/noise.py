"""The noise distribution for any exponent, and whether a run has really drawn from it.

    P(w) = count(w)^a / sum of counts^a

D2L 15.2.1, exercise 1; Mikolov et al. 2013, "Distributed Representations", eq. 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2vtui.training.engine.trained_text import DrawnNoise, TrainedText, redraw

SAMPLED_TOKENS = 400_000
"""Trained tokens whose noise is drawn again, at most: some 20 ms of one core."""
LEAST_EXPECTED = 5.0
"""The chi-square approximation needs about this many expected draws in each bin."""


class ChiSquare(NamedTuple):
    """Pearson's test of drawn words against a distribution."""

    statistic: float
    freedom: int
    """Degrees of freedom: bins - 1. Without any the test says nothing."""
    p: float
    """The chance of a statistic as large or larger if the words are drawn as claimed; about."""


def chi_square(drawn: ArrayLike, probabilities: NDArray[np.float64]) -> ChiSquare:
    """Test how often each word was drawn, (V,), against its probability.

    Words of fewer than 5 expected draws share a bin with their neighbors.
    """
    counts = np.asarray(drawn, dtype=np.float64)
    expected = probabilities * counts.sum()
    starts = _bins(expected)
    counts, expected = np.add.reduceat(counts, starts), np.add.reduceat(expected, starts)
    if len(starts) < 2:
        return ChiSquare(0.0, 0, 1.0)
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return ChiSquare(statistic, len(starts) - 1, upper_tail(statistic, len(starts) - 1))


def _bins(expected: NDArray[np.float64]) -> NDArray[np.intp]:
    """Where bins of at least LEAST_EXPECTED begin.

    Words that expect LEAST_EXPECTED draws are alone. Others share a bin where the draws expected of
    all words before them lie between the same multiples of 2 LEAST_EXPECTED; a bin that is still
    too small joins the one before.
    """
    before = np.cumsum(expected) - expected
    is_alone = expected >= LEAST_EXPECTED
    begins = is_alone.copy()
    begins[1:] |= is_alone[:-1] | (np.diff(before // (2 * LEAST_EXPECTED)) > 0)
    begins[0] = True
    starts = np.flatnonzero(begins)
    is_enough = np.add.reduceat(expected, starts) >= LEAST_EXPECTED
    is_enough[0] = True
    starts = starts[is_enough]
    if len(starts) > 1 and expected[: starts[1]].sum() < LEAST_EXPECTED:
        starts = np.delete(starts, 1)  # the first bin has none before it
    return starts


def upper_tail(statistic: float, freedom: int) -> float:
    """P(chi-square of this many degrees of freedom >= statistic), to about 0.003.

    Wilson & Hilferty 1931: the cube root of chi-square / freedom is nearly normal.
    """
    if freedom < 1:
        return 1.0
    spread = 2 / (9 * freedom)
    z = ((statistic / freedom) ** (1 / 3) - (1 - spread)) / math.sqrt(spread)
    return 0.5 * math.erfc(z / math.sqrt(2))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class NoiseRecord:
    """The noise that a run has drawn, by a sample of the tokens that it has trained."""

    stints: tuple[DrawnNoise, ...]
    """One for each time of the run in which neither settings nor noise changed."""
    test: ChiSquare
    """Statistics and degrees of freedom of all stints, added up."""
    drawn: NDArray[np.int64]
    """(V,)"""
    expected: NDArray[np.float64]
    """(V,): draws times P(w), of the noise that each stint used"""

    @property
    def exponents(self) -> tuple[float, ...]:
        """The exponents that were used, in order."""
        return tuple(dict.fromkeys(stint.exponent for stint in self.stints))

    @property
    def tokens(self) -> int:
        """Tokens of the sample."""
        return sum(stint.tokens for stint in self.stints)

    @property
    def of_tokens(self) -> int:
        """Tokens that were trained with noise."""
        return sum(stint.of_tokens for stint in self.stints)

    @property
    def centers(self) -> int:
        """Centers of the sample."""
        return sum(stint.centers for stint in self.stints)

    @property
    def met(self) -> int:
        """Noise words that these met, be they the center itself."""
        return sum(stint.met for stint in self.stints)

    @property
    def dropped(self) -> int:
        """Those that were the center itself."""
        return sum(stint.dropped for stint in self.stints)

    @property
    def dropped_expected(self) -> float:
        """How many of these the distribution predicts."""
        return sum(stint.dropped_expected for stint in self.stints)

    @property
    def dropped_error(self) -> float:
        """The standard deviation of their number."""
        return math.hypot(*(stint.dropped_error for stint in self.stints))


def record_of(text: TrainedText, most: int = SAMPLED_TOKENS) -> NoiseRecord | None:
    """Draw the noise of a run again, and test it; None if it has drawn none yet.

    most   tokens of the sample
    """
    n_words = len(text.corpus.vocab.counts)
    drawn, expected = np.zeros(n_words, np.int64), np.zeros(n_words)
    stints: list[DrawnNoise] = []
    statistic, freedom = 0.0, 0
    for words in redraw(text, most):
        test = chi_square(words.drawn, words.probabilities)
        statistic, freedom = statistic + test.statistic, freedom + test.freedom
        drawn += words.drawn
        expected += words.drawn.sum() * words.probabilities
        stints += [stint for stint in words.stints if stint.draws]
    if not stints:
        return None
    return NoiseRecord(
        stints=tuple(sorted(stints)),
        test=ChiSquare(statistic, freedom, upper_tail(statistic, freedom)),
        drawn=drawn,
        expected=expected,
    )
