"""Where a run stands when it is looked at."""

from __future__ import annotations

from typing import NamedTuple

from w2vtui.training.engine.backend import Plan, Tallies


class Moment(NamedTuple):
    """One moment of a run, for whatever looks at its vectors."""

    plan: Plan
    """In force."""
    tallies: Tallies
    seconds: float
    """Training time, pauses left out."""
    planned: int
    """Training tokens, all epochs together."""

    @property
    def tokens(self) -> int:
        """Training tokens seen."""
        return self.tallies.tokens
