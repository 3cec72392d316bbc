"""The noise distribution for any exponent, and whether a run has really drawn from it.

    P(w) = count(w)^a / sum of counts^a

D2L 15.2.1, exercise 1; Mikolov et al. 2013, "Distributed Representations", eq. 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v_kernels.formulas import noise_probabilities
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


def _bins(expected: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where bins of at least LEAST_EXPECTED begin."""
    starts, total = [0], 0.0
    for word, share in enumerate(expected.tolist()):
        if total >= LEAST_EXPECTED:
            starts.append(word)
            total = 0.0
        total += share
    if total < LEAST_EXPECTED and len(starts) > 1:  # the rest joins the bin before
        starts.pop()
    return np.array(starts)


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
    def dropped(self) -> int:
        """Draws that were the center itself."""
        return sum(stint.dropped for stint in self.stints)

    @property
    def dropped_expected(self) -> float:
        """how many of these the distribution predicts."""
        return sum(stint.dropped_expected for stint in self.stints)

    @property
    def dropped_error(self) -> float:
        """The standard deviation of their number."""
        return math.hypot(*(stint.dropped_error for stint in self.stints))


def record_of(text: TrainedText, most: int = SAMPLED_TOKENS) -> NoiseRecord | None:
    """Draw the noise of a run again, and test it; None if it has drawn none yet.

    most   tokens of the sample
    """
    stints = [stint for stint in redraw(text, most) if stint.draws]
    if not stints:
        return None
    counts = text.corpus.vocab.counts
    drawn, expected = np.zeros(len(counts), np.int64), np.zeros(len(counts))
    statistic, freedom = 0.0, 0
    for same in _by_exponent(stints):
        probabilities = noise_probabilities(counts, same[0].exponent)
        draws = np.sum([stint.drawn for stint in same], axis=0)
        test = chi_square(draws, probabilities)
        statistic, freedom = statistic + test.statistic, freedom + test.freedom
        drawn += draws
        expected += draws.sum() * probabilities
    return NoiseRecord(
        stints=tuple(stints),
        test=ChiSquare(statistic, freedom, upper_tail(statistic, freedom)),
        drawn=drawn,
        expected=expected,
    )


def _by_exponent(stints: Sequence[DrawnNoise]) -> list[list[DrawnNoise]]:
    groups: dict[float, list[DrawnNoise]] = {}
    for stint in stints:
        groups.setdefault(stint.exponent, []).append(stint)
    return list(groups.values())
