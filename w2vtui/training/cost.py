"""What a setting costs: the time a token takes, as a sum over what its center word meets.

    seconds a token = kept * (center + context C D + target B T + fetch B T D + pair C T D)

with C contexts and T targets (T in whole tiles of the kernels), D numbers a vector, B blocks a
center, and kept the share of tokens that subsampling keeps. The five coefficients of each way to
train were measured once, on the machine of docs/performance.md. Each run scales them to its
machine, and bends them towards what it measures under every setting that it has been through; so a
price is a guess whose error is small near settings already tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.settings import LiveSettings, Objective
from w2vtui.training.backend import TILE
from w2vtui.training.shape import TextShape

_VECTOR = 16
"""Numbers that the kernels work on at a time: vectors are padded to whole ones."""

_A_BLOCK_A_CENTER, _A_BLOCK_A_PAIR, _CBOW = "block a center", "block a pair", "cbow"

_NANOSECONDS = {
    # center, context, target, fetch, pair, with D counted in hundreds
    _A_BLOCK_A_CENTER: (67.0, 0.0, 6.5, 10.0, 4.3),
    _A_BLOCK_A_PAIR: (135.0, 76.0, 12.5, 15.2, 0.0),
    _CBOW: (74.0, 12.0, 2.7, 15.0, 0.0),
}

_PRIOR_ERROR = 0.6
"""By how much a coefficient may be off on another machine."""
_MEASURING_ERROR = 0.05
_ENOUGH_SECONDS = 1.0
"""A worker's time under a setting from which its measured cost is worth that much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What other settings are expected to do to a run."""

    work: float
    """Time a token takes a worker, as a multiple of what it takes now."""
    words_per_second: float
    words_per_second_before: float
    eta_seconds: float
    eta_change: float
    """By how many seconds the end moves."""


class Spent(NamedTuple):
    """What workers have trained under one setting."""

    settings: LiveSettings
    tokens: int
    seconds: float
    """Of all workers together."""


class CostModel:
    """The time a token takes under any settings, from a run's own past."""

    def __init__(self, shape: TextShape, vector_size: int) -> None:
        self._shape = shape
        self._hundreds = -(-vector_size // _VECTOR) * _VECTOR / 100

    def seconds_a_token(self, settings: LiveSettings, spent: Sequence[Spent]) -> float:
        """A worker's time for a token, after what was spent so far; a scale alone when nothing."""
        way, terms = self._way(settings), self._terms(settings)
        seen = [one for one in spent if one.tokens and one.seconds > 0]
        weights = np.array([min(one.seconds / _ENOUGH_SECONDS, 1.0) for one in seen])
        seen_terms = np.array([self._terms(one.settings) for one in seen]).reshape(-1, terms.size)
        cost = np.array([one.seconds / one.tokens for one in seen])
        if not seen:
            return float(terms.sum())
        scale = float(np.exp(np.average(np.log(cost / seen_terms.sum(axis=1)), weights=weights)))
        alike = np.array([self._way(one.settings) == way for one in seen])
        # How much each term is to be stretched beside the scale: 1, unless measured otherwise.
        rows = scale * seen_terms[alike] / cost[alike, None]
        trust = weights[alike] / _MEASURING_ERROR**2
        prior = np.eye(terms.size) / _PRIOR_ERROR**2
        stretch = np.linalg.solve(
            rows.T @ (trust[:, None] * rows) + prior, rows.T @ trust + prior.sum(axis=1)
        )
        return scale * float(terms @ np.maximum(stretch, 0.0))

    @staticmethod
    def _way(settings: LiveSettings) -> str:
        if settings.model == "cbow":
            return _CBOW
        by_noise = settings.objective == "negative-sampling"
        return _A_BLOCK_A_PAIR if by_noise and not settings.shared_noise else _A_BLOCK_A_CENTER

    def _terms(self, settings: LiveSettings) -> NDArray[np.float64]:
        """Seconds that each term of the sum takes on the machine it was measured on: (5,)."""
        kept = self._shape.kept_share(settings.sample)
        n_contexts, n_targets = self._shape.block(settings)
        n_targets = _in_whole_tiles(n_targets, settings.objective)
        way, d = self._way(settings), self._hundreds
        blocks = n_contexts if way == _A_BLOCK_A_PAIR else 1.0
        met = (
            1.0,
            n_contexts * d,
            blocks * n_targets,
            blocks * n_targets * d,
            n_contexts * n_targets * d,
        )
        return 1e-9 * kept * np.array(_NANOSECONDS[way]) * np.array(met)


def _in_whole_tiles(n_targets: float, objective: Objective) -> float:
    """Targets with those that fill the last tile; paths are of any length."""
    if objective == "hierarchical-softmax":
        return n_targets + (TILE - 1) / 2
    return float(TILE * np.ceil(n_targets / TILE))
