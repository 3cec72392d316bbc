"""How often the screen looks at its run."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping

SLOWEST_SECONDS = 2.0
COST_SHARE = 0.04
"""The screen may use this share of the processor, all cores together."""
_SMOOTHING = 0.7
"""Weight of the past in the mean cost, so that one costly look does not slow the screen."""


def first_interval(environment: Mapping[str, str] = os.environ) -> float:
    """Seconds between two looks: 0.2, or 0.5 over a remote connection."""
    return 0.5 if environment.get("SSH_CONNECTION") else 0.2


class RefreshRate:
    """Slows down when looks are costly or late, and recovers slowly."""

    def __init__(self, interval: float | None = None, cores: int = 1) -> None:
        """interval: seconds between two looks, held whatever they cost; None adapts."""
        self.quickest = first_interval() if interval is None else interval
        self.interval = self.quickest
        self._share = COST_SHARE * cores if interval is None else math.inf
        self._cost = 0.0
        self._late = 0

    def next_interval(self, cost: float, late: float) -> float:
        """Seconds until the next look.

        cost  seconds of processor time since the last look, drawing included
        late  seconds by which this look was late
        """
        self._late = self._late + 1 if late > self.interval / 2 else 0
        self._cost = _SMOOTHING * self._cost + (1 - _SMOOTHING) * cost
        wanted = max(self.quickest, self._cost / self._share, 0.9 * self.interval)
        if self._late >= 2:
            wanted, self._late = 2 * self.interval, 0
        self.interval = min(wanted, max(SLOWEST_SECONDS, self.quickest))
        return self.interval
