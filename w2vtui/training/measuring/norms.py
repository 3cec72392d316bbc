"""Signs of health: the length of the vectors, and the share of saturated scores."""

from __future__ import annotations

import numpy as np

from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.plan import Moment
from w2vtui.training.engine.tallies import Tallies
from w2vtui.training.measuring.budget import Budget
from w2vtui.training.state.measurements import VectorHealth
from w2vtui.vectors.similarity import Floats, norms_of

COST_SHARE = 0.005
"""The share of one core that these measurements may take."""
LEAST_SECONDS = 1.0
N_ROWS = 5_000
"""About how many rows, evenly spread, the norms are averaged over."""


class HealthMeter:
    """Measures the vectors' lengths, and counts saturated scores since the last look."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.clock = Budget(COST_SHARE, least=LEAST_SECONDS)
        self.health: VectorHealth | None = None
        self._moment: Moment | None = None

    def look(self, moment: Moment, *, leaving: bool) -> None:
        """Measure, if that is due."""
        before = self._moment
        if not (leaving or self.clock.is_due):
            return
        if before is not None and before.tokens == moment.tokens:
            return
        with self.clock.timed():
            # An interval in which the plan changed has no share of saturated scores.
            steady = before is not None and before.plan is moment.plan
            since = before.tallies if before is not None else Tallies()
            saturated = self._saturated(since, moment) if steady else None
            backend = self._backend
            by_tree = moment.plan.settings.walks_tree
            self.health = VectorHealth(
                tokens=moment.tokens,
                input_norm=_mean_norm(backend.input_vectors),
                output_norm=None if by_tree else _mean_norm(backend.output_vectors),
                saturated=saturated,
            )
            self._moment = moment

    def _saturated(self, before: Tallies, moment: Moment) -> float | None:
        """The share of the scores since `before` that are beyond +-6."""
        pairs = moment.tallies.pairs - before.pairs
        if pairs <= 0:
            return None
        scores = pairs * self._backend.mean_targets(moment.plan)
        return min((moment.tallies.saturated - before.saturated) / scores, 1.0)


def _mean_norm(vectors: Floats | None) -> float | None:
    if vectors is None:
        return None
    with np.errstate(all="ignore"):
        return float(norms_of(vectors[:: max(len(vectors) // N_ROWS, 1)]).mean())
