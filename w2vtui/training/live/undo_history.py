"""The changes of a run that can be undone."""

from __future__ import annotations

import dataclasses

from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.state.checkpoint import PastSettings
from w2vtui.training.state.events import Event


class UndoHistory:
    """The settings from before each change that has not been undone, oldest first."""

    def __init__(self, past: tuple[PastSettings, ...] = ()) -> None:
        """past: those of a checkpoint"""
        self.past = past

    def add(self, change: PastSettings) -> None:
        """Add a change, with the settings and the schedule from before it."""
        self.past = (*self.past, change)

    def last(self, number: int | None = None) -> PastSettings | None:
        """The last change, of those up to `number` if given; None where there is none."""
        past = [one for one in self.past if number is None or one.number <= number]
        return past[-1] if past else None

    def find(self, number: int | None) -> PastSettings | None:
        """The change of that number, if it can be undone."""
        return next((one for one in self.past if one.number == number), None)

    def replay(self, change: Event, before: ResolvedSettings, schedule: Schedule) -> None:
        """Follow a recorded change, which has a number, settings and a schedule.

        before, schedule   those that it replaces
        """
        assert change.number is not None
        assert change.settings is not None
        assert change.schedule is not None
        undone = self.find(change.undoes)
        if undone is not None:
            self.undo(undone, change.number, change.settings, change.schedule)
        else:
            self.add(PastSettings(number=change.number, settings=before, schedule=schedule))

    def undo(
        self, undone: PastSettings, number: int, settings: ResolvedSettings, schedule: Schedule
    ) -> None:
        """Remove a change that was undone, and every later one.

        number              of the change that undid it
        settings, schedule  after the undo; if they are not those from before the undone change,
                            more was requested on top of the undo, which can be undone in turn
        """
        self.past = tuple(one for one in self.past if one.number < undone.number)
        if (settings, schedule) != (undone.settings, undone.schedule):
            self.add(dataclasses.replace(undone, number=number))
