"""Measurements of a run by the yardstick."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Readings:
    """Measurements of a run by the yardstick, over tokens."""

    rows: list[tuple[int, float]] = field(default_factory=list)

    def add(self, reading: tuple[int, float] | None) -> None:
        """Add a measurement, unless it was added before."""
        if reading is not None and (not self.rows or reading[0] > self.rows[-1][0]):
            self.rows.append(reading)

    def at(self, tokens: float, late: float = 0.0) -> float | None:
        """The value after some tokens, between the measurements around; None where one is missing.

        late   tokens by which the first measurement may be too late and still stand for the place
        """
        if not self.rows or tokens < self.rows[0][0] - late:
            return None
        for before, after in zip(self.rows, self.rows[1:], strict=False):
            if after[0] >= tokens:
                share = max(tokens - before[0], 0) / (after[0] - before[0])
                return before[1] + share * (after[1] - before[1])
        return None

    def may_reach(self, tokens: float, late: float = 0.0) -> bool:
        """Whether one more measurement may show the value after some tokens."""
        return not self.rows or tokens >= self.rows[0][0] - late

    @property
    def last(self) -> float | None:
        """The newest value; None without one."""
        return self.rows[-1][1] if self.rows else None
