"""The script that a run follows: what is replayed, or applied again after a resume."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from w2vtui.training.state.events import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """What happens to a run by itself: changes and cuts at given tokens, and an end."""

    changes: tuple[Event, ...] = ()
    """Events of kind `change`, with settings and schedule, in order."""
    cuts: tuple[int, ...] = ()
    """Training tokens after which a round of deterministic training ends, in order."""
    stop_at: int | None = None
    """Training tokens after which the run stops; None for the planned end."""

    @property
    def milestone(self) -> int | None:
        """The clock of the next change or cut, or of the end."""
        end = self.changes[0].tokens if self.changes else self.stop_at
        clocks = (*self.cuts[:1], end)
        return min((clock for clock in clocks if clock is not None), default=None)

    def rescaled(self, factor: float) -> Script:
        """The same in a text of another length."""
        changes = [
            dataclasses.replace(
                one,
                tokens=round(one.tokens * factor),
                schedule=one.schedule and one.schedule.rescaled(factor),
            )
            for one in self.changes
        ]
        cuts = tuple(round(cut * factor) for cut in self.cuts)
        stop_at = None if self.stop_at is None else round(self.stop_at * factor)
        return Script(changes=tuple(changes), cuts=cuts, stop_at=stop_at)

    def after_first(self) -> Script:
        """What remains once the first change is applied."""
        return dataclasses.replace(self, changes=self.changes[1:])

    def after_cut(self) -> Script:
        """What remains once a round has ended at the first cut."""
        return dataclasses.replace(self, cuts=self.cuts[1:])

    def without_changes(self) -> Script:
        """The same without the changes that are still to come."""
        return dataclasses.replace(self, changes=())
