"""What the conditions of breakpoints see: measured at marks, on the run's thread.

At a mark no worker is at work, so every value is a function of the text, the settings and the
token. The observer's values are not: it measures when its time is due. What a measurement will take
is predicted from sizes alone, since marks depend on it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.plan import Moment, Plan
from w2vtui.training.live.conditions import Kind
from w2vtui.training.measuring.budget import MULTIPLY_ADDS_A_SECOND
from w2vtui.training.measuring.churn import ChurnMeter, ChurnPairs
from w2vtui.training.measuring.neighbors import NeighborLookup
from w2vtui.training.measuring.probe import ProbeSet
from w2vtui.training.measuring.quality import QualityMeter
from w2vtui.training.state.snapshot import Snapshot

LOOK_SECONDS = 0.001
"""What a mark takes by itself: the workers finish, wait, and begin again."""
SCORE_SECONDS: dict[Kind, float] = {
    "loss": 0.0, "probe": 4e-8, "churn": 1.2e-8, "quality": 8e-9, "words": 8e-9,
}  # fmt: skip
"""What is done with a score, besides the product of two vectors."""
KERNEL_SPEED = 2.5e9
"""Multiply-adds a second of the kernels that score words."""

_LOSS, _CHURN = "loss", "churn"


class Gauges:
    """Measures for conditions, and remembers what two measurements are compared by."""

    def __init__(
        self,
        backend: Backend,
        probe_set: ProbeSet | None,
        lookup: NeighborLookup,
        churn: ChurnMeter,
        quality: QualityMeter,
    ) -> None:
        self._backend, self._probe_set, self._lookup = backend, probe_set, lookup
        self._quality = quality
        self.churn = ChurnPairs(churn)
        self._loss_before: tuple[float, int] | None = None

    # ---- measuring, on the run's thread

    def begin(self, moment: Moment) -> None:
        """Measure losses from here on."""
        self._loss_before = moment.tallies.loss, moment.tallies.pairs

    def look(
        self, kinds: Iterable[Kind], queries: Mapping[str, int], moment: Moment, shot: Snapshot
    ) -> Snapshot:
        """The snapshot with these values as they are now.

        queries   how many nearest words of each query are wanted
        """
        parts: dict[str, Any] = {}
        with np.errstate(all="ignore"):  # vectors that diverged are reported elsewhere
            for kind in kinds:
                if kind == "loss":
                    parts["losses"] = dataclasses.replace(shot.losses, now=self._loss(moment))
                elif kind == "probe" and self._probe_set is not None:
                    parts["probe"] = self._probe_set.measure(
                        self._backend, moment.plan, moment.tokens
                    )
                elif kind == "churn":
                    parts["churn"] = self.churn.look(moment)
                elif kind == "quality":
                    parts["quality"] = self._quality.measured(moment.tokens)
                elif kind == "words":
                    parts["answers"] = tuple(
                        self._lookup.nearest(query, n, moment.tokens)
                        for query, n in queries.items()
                    )
        return dataclasses.replace(shot, **parts)

    def _loss(self, moment: Moment) -> float | None:
        """Mean loss of a pair since the last look; None at the first."""
        now, before = moment.tallies, self._loss_before
        self._loss_before = now.loss, now.pairs
        if before is None or now.pairs <= before[1]:
            return None
        return (now.loss - before[0]) / (now.pairs - before[1])

    # ---- what it will take

    def seconds(self, kind: Kind, plan: Plan, n_queries: int) -> float:
        """Predicted seconds of a look, the mark included."""
        n_words, size = self._backend.n_words, self._backend.training.vector_size
        products = scores = 0.0
        if kind == "probe" and self._probe_set is not None:
            scores = self._probe_set.candidates.size
            per_score = self._backend.mean_targets(plan) if plan.settings.walks_tree else 1.0
            products = scores * size * per_score / KERNEL_SPEED
        elif kind == "churn":
            scores = 2 * self.churn.n_scores  # a value takes two looks
            products = scores * size / MULTIPLY_ADDS_A_SECOND
        elif kind == "quality":
            scores = self._quality.n_scores
            products = scores * size / MULTIPLY_ADDS_A_SECOND
        elif kind == "words":
            scores = n_queries * n_words
            products = 2 * scores * size / KERNEL_SPEED
        return LOOK_SECONDS + products + scores * SCORE_SECONDS[kind]

    # ---- checkpoints

    def saved(self) -> dict[str, NDArray[np.float64]]:
        """What it remembers, as numbers."""
        arrays: dict[str, NDArray[np.float64]] = {}
        if self._loss_before is not None:
            arrays[_LOSS] = np.array(self._loss_before, dtype=np.float64)
        if (pair := self.churn.saved()) is not None:
            arrays[_CHURN] = pair
        return arrays

    def restore(self, saved: Mapping[str, NDArray[np.float64]]) -> None:
        """Continue from what was saved."""
        if _LOSS in saved:
            loss, pairs = saved[_LOSS].tolist()
            self._loss_before = loss, int(pairs)
        if _CHURN in saved:
            self.churn.restore(saved[_CHURN])
