"""The difference between two runs over the same questions, and how sure it is.

Let d_q be what one run does better than the other on question q. The mean of d is unsure for two
reasons: other questions would have given another mean, and so would another training, in which
every word would have got a somewhat different vector. The second moves all questions on a word
together. So questions are not resampled one by one, but in clusters that share words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_MOST_WEIGHTS = 1 << 22
"""Weights of clusters drawn at a time."""
_BLOCK = 512
"""Rows of a matrix of questions at a time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Where a mean difference may be."""

    low: float
    high: float


def interval_of(
    differences: NDArray[np.float64],
    units: NDArray[np.integer],
    *,
    confidence: float,
    room: float = 1.0,
    samples: int = 1_000,
    seed: int = 1,
) -> Interval:
    """Where the mean of differences (n,) may be, over other questions and trainings.

    units   int (n, k): what each question shares with others, -1 for nothing; a number means the
            same in every column
    room    what the deviation is multiplied by

    The standard deviation is the largest of three: of the mean of independent questions; over
    resampled clusters of questions with the same first unit; and of the sum over all pairs of
    questions that share any unit, as for dyads. The first alone is too sure, and the last can be
    too low where nearly all questions share something. Owen 2007, "The pigeonhole bootstrap";
    Aronow, Samii and Assenova 2015, "Cluster-Robust Variance Estimation for Dyadic Data".
    """
    n = len(differences)
    mean = float(differences.mean())
    residuals = differences - mean
    random = np.random.default_rng((seed, 0x706169726564))
    single = float(residuals.std() / np.sqrt(n))
    first = _resampled(residuals, units[:, 0], samples, random)
    shared = _deviation_of_sharing(residuals, units)
    deviation = room * max(single, first, shared)
    reach = _quantile((1 + confidence) / 2, len(np.unique(units[:, 0])) - 1) * deviation
    return Interval(low=mean - reach, high=mean + reach)


def _quantile(share: float, freedom: int) -> float:
    """The quantile of Student's distribution, for a deviation that is estimated from few clusters.

    By Fisher's series in 1 / freedom, which is exact to 1 % from 3 on; 1 and 2 have closed forms.
    """
    if freedom <= 1:
        return math.tan(math.pi * (share - 0.5))
    if freedom == 2:
        return (2 * share - 1) * math.sqrt(2 / (1 - (2 * share - 1) ** 2))
    z = NormalDist().inv_cdf(share)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(sum(term / freedom**power for power, term in enumerate(terms)))


def _resampled(
    residuals: NDArray[np.float64],
    clusters: NDArray[np.integer],
    samples: int,
    random: np.random.Generator,
) -> float:
    """The deviation of the mean residual over samples of clusters, drawn with replacement."""
    _, members = np.unique(clusters, return_inverse=True)
    sums, sizes = np.bincount(members, weights=residuals), np.bincount(members)
    n, means = len(sums), []
    at_once = max(_MOST_WEIGHTS // n, 1)
    for start in range(0, samples, at_once):
        weights = random.multinomial(n, np.full(n, 1 / n), size=min(at_once, samples - start))
        means.append(weights @ sums / (weights @ sizes))
    return float(np.concatenate(means).std())


def _deviation_of_sharing(residuals: NDArray[np.float64], units: NDArray[np.integer]) -> float:
    """The deviation of the mean residual if questions that share a unit vary together."""
    n, sharing = len(residuals), _sharing(units)
    total = 0.0
    for start in range(0, n, _BLOCK):
        rows = slice(start, start + _BLOCK)
        total += float(residuals[rows] @ (sharing[rows].astype(np.float64) @ residuals))
    return float(np.sqrt(max(total, 0.0)) / n)


def _sharing(units: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether two questions share a unit, or are the same: (n, n)."""
    n, width = units.shape
    sharing = np.eye(n, dtype=np.bool_)
    there = units.ravel() >= 0
    owners, shared = np.repeat(np.arange(n), width)[there], units.ravel()[there]
    order = np.argsort(shared, kind="stable")
    edges = np.flatnonzero(np.diff(shared[order])) + 1
    for members in np.split(owners[order], edges):
        sharing[np.ix_(members, members)] = True
    return sharing
