"""The learning rate: a straight line from the present rate to `min_alpha` at the planned end."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """The rate as a function of the clock, which counts training tokens over all epochs."""

    clock: int
    """Where this line begins, in tokens."""
    rate: float
    """The rate there."""
    min_rate: float
    planned: int
    """Where it reaches min_rate, in tokens."""

    @property
    def slope(self) -> float:
        """Change of the rate per token, zero or below."""
        return (self.floor - self.rate) / max(self.planned - self.clock, 1)

    @property
    def floor(self) -> float:
        """The rate never falls below this: min_rate, or the rate itself when that is lower."""
        return min(self.min_rate, self.rate)

    def at(self, clock: float) -> float:
        """The rate at a clock."""
        return max(self.floor, self.rate + self.slope * (clock - self.clock))

    def rescaled(self, factor: float) -> Schedule:
        """The same line over another length of text."""
        return dataclasses.replace(
            self, clock=round(self.clock * factor), planned=round(self.planned * factor)
        )

    def changed(
        self,
        clock: int,
        *,
        rate: float | None = None,
        min_rate: float | None = None,
        planned: int | None = None,
    ) -> Schedule:
        """The line from `clock` on, with a new rate, end rate or planned end."""
        return Schedule(
            clock=clock,
            rate=self.at(clock) if rate is None else rate,
            min_rate=self.min_rate if min_rate is None else min_rate,
            planned=self.planned if planned is None else planned,
        )
