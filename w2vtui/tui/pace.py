"""How often a screen looks at its run."""

from __future__ import annotations

import os
from collections.abc import Mapping

SLOWEST_SECONDS = 2.0
COST_SHARE = 0.2
"""The screen may keep its thread busy for this share of the time."""


def first_interval(environment: Mapping[str, str] = os.environ) -> float:
    """Seconds between two looks: 5 a second, 2 over a remote connection."""
    return 0.5 if environment.get("SSH_CONNECTION") else 0.2


class Pace:
    """Slows down when looking is costly or comes late, and recovers slowly."""

    def __init__(self, interval: float | None = None) -> None:
        self.quickest = first_interval() if interval is None else interval
        self.interval = self.quickest
        self._late = 0

    def next_interval(self, cost: float, late: float) -> float:
        """Seconds until the next look.

        cost  seconds the last look took      late  seconds it came after its time
        """
        self._late = self._late + 1 if late > self.interval / 2 else 0
        wanted = max(self.quickest, cost / COST_SHARE, 0.9 * self.interval)
        if self._late >= 2:
            wanted, self._late = 2 * self.interval, 0
        self.interval = min(wanted, max(SLOWEST_SECONDS, self.quickest))
        return self.interval
