"""Events of the screens, such as saved vectors, and their places among the events of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from w2vtui.training.state.events import Event
from w2vtui.training.state.snapshot import Snapshot

if TYPE_CHECKING:
    from w2vtui.runs.resuming.resuming import Resumption


class SessionNotes:
    """What the screens add to the events of a run."""

    def __init__(self, resumption: Resumption | None = None) -> None:
        """resumption: a saved run, with notes of its own at the point where it resumes"""
        self.events: tuple[Event, ...] = ()
        self._places: list[int] = []
        """Of each: how many events the run had by then."""
        if resumption is not None:
            self.events = _resumption_events(resumption)
            self._places = [len(resumption.events)] * len(self.events)

    def add(self, text: str, shot: Snapshot) -> None:
        """Add an event at the moment of a snapshot."""
        event = Event(
            seconds=shot.progress.seconds, tokens=shot.progress.tokens, kind="note", text=text
        )
        self.events = (*self.events, event)
        self._places.append(len(shot.events))

    def follow(self, earlier: SessionNotes) -> None:
        """Put the events of the same run before it ended and was resumed first."""
        self.events = (*earlier.events, *self.events)
        self._places = [*earlier._places, *self._places]

    def among(self, shot: Snapshot) -> tuple[Event, ...]:
        """The events of a snapshot and of the screens, in order of time.

        The training clock stops at a pause, so it cannot order what happens then.
        """
        timed: list[tuple[float, float, Event]]
        timed = [(event.seconds, at, event) for at, event in enumerate(shot.events)]
        noted = zip(self.events, self._places, strict=False)
        timed += [(event.seconds, place - 0.5, event) for event, place in noted]
        return tuple(event for _, _, event in sorted(timed, key=lambda one: one[:2]))


def _resumption_events(resumed: Resumption) -> tuple[Event, ...]:
    """The notes on a resumed run, as events at the point where it resumes."""
    seconds = 0.0 if resumed.checkpoint is None else resumed.checkpoint.seconds
    tokens = 0 if resumed.checkpoint is None else resumed.checkpoint.clock
    return tuple(
        Event(seconds=seconds, tokens=tokens, kind="note", text=note) for note in resumed.notes
    )
