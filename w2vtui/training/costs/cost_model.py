"""What a change of settings costs a run, from what the run has measured of itself.

The terms of terms.py are scaled to this machine, then fitted to the measurements under every
setting that the run has used; so a cost is an estimate whose error is small near settings already
tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.settings import LiveSettings, ResolvedSettings
from w2vtui.training.costs.terms import Encounters, seconds_by_term, way_of
from w2vtui.training.costs.text_shape import TextShape

_PRIOR_ERROR = 0.6
"""How far a coefficient may be off on another machine."""
_MEASURING_ERROR = 0.05
_ENOUGH_SECONDS = 1.0
"""A measurement counts in full once a worker has trained this long under its settings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """The expected effect of other settings on a run."""

    work: float
    """A worker's time per token, as a multiple of the present one."""
    words_per_second: float
    words_per_second_before: float
    eta_seconds: float
    eta_change: float
    """How many seconds later the run ends."""


class Measurement(NamedTuple):
    """What workers have trained under one setting."""

    settings: ResolvedSettings
    tokens: int
    seconds: float
    """Of all workers together."""


class CostModel:
    """The time per token under any settings, from the run's own measurements."""

    def __init__(self, shape: TextShape, vector_size: int) -> None:
        self._shape = shape
        self._vector_size = vector_size

    def seconds_a_token(self, settings: LiveSettings, measured: Sequence[Measurement]) -> float:
        """A worker's time per token, corrected by the measurements so far."""
        way, terms = way_of(settings), self._terms(settings)
        seen = [one for one in measured if one.tokens and one.seconds > 0]
        weights = np.array([min(one.seconds / _ENOUGH_SECONDS, 1.0) for one in seen])
        seen_terms = np.array([self._terms(one.settings) for one in seen]).reshape(-1, terms.size)
        cost = np.array([one.seconds / one.tokens for one in seen])
        if not seen:
            return float(terms.sum())
        scale = float(np.exp(np.average(np.log(cost / seen_terms.sum(axis=1)), weights=weights)))
        alike = np.array([way_of(one.settings) == way for one in seen])
        # A factor for each term beside the scale: 1 unless measured otherwise.
        rows = scale * seen_terms[alike] / cost[alike, None]
        trust = weights[alike] / _MEASURING_ERROR**2
        prior = np.eye(terms.size) / _PRIOR_ERROR**2
        factors = np.linalg.solve(
            rows.T @ (trust[:, None] * rows) + prior, rows.T @ trust + prior.sum(axis=1)
        )
        return scale * float(terms @ np.maximum(factors, 0.0))

    def _terms(self, settings: LiveSettings) -> NDArray[np.float64]:
        found = Encounters(self._shape.kept_share(settings.sample), *self._shape.block(settings))
        return seconds_by_term(settings, self._vector_size, found)
