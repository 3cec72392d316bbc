"""What happened to a run, where on its curves."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.learning_rate import Schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened, and where on the curve."""

    seconds: float
    """Training time, without pauses."""
    tokens: int
    """Training tokens seen."""
    kind: Literal["change", "note", "error"]
    """An error ends the run."""
    text: str
    number: int | None = None
    """The number of a change, from 1, which its marker on the curve shows."""
    acknowledged_ms: float | None = None
    """Time from the request of a change to the first span that may use it."""
    settings: ResolvedSettings | None = None
    """Of a change: all settings from there on. Of a note: the present settings, where a condition
    ended a round of deterministic training, which a replay must end there too.
    """
    schedule: Schedule | None = None
    """Of a change: the line of the learning rate from there on."""
    undoes: int | None = None
    """Of a change: the number of the change that it undoes."""
    checks: int | None = None
    """Of a note: the number of the change whose speed was checked."""
    measured: float | None = None
    """Of such a note: words per second, measured."""
    predicted: float | None = None
    """Of such a note: words per second, predicted."""

    @property
    def cuts_round(self) -> bool:
        """Whether it is the note of a condition that ended a round."""
        return self.kind == "note" and self.settings is not None


class EventLog:
    """A tuple of events, replaced whole by the run's thread alone; viewers read it at any time."""

    def __init__(
        self, where: Callable[[], tuple[float, int] | None], earlier: tuple[Event, ...] = ()
    ) -> None:
        """
        where     returns training time and tokens; None before the training begins, which may
                  continue from the last earlier event
        earlier   events from before the run was resumed
        """
        self._where = where
        self.events = earlier
        self._by_hand: deque[Event] = deque()

    @property
    def n_changes(self) -> int:
        """Live changes applied."""
        return sum(event.kind == "change" for event in self.events)

    def note(
        self,
        text: str,
        *,
        kind: Literal["note", "error"] = "note",
        settings: ResolvedSettings | None = None,
    ) -> None:
        """Add an event at the present moment.

        settings   the present ones, where a condition ended a round of deterministic training
        """
        self.add(dataclasses.replace(self._event(text, kind), settings=settings))

    def check(self, text: str, number: int, measured: float, predicted: float) -> None:
        """Add how fast a change trains, in words per second."""
        event = self._event(text, "note")
        self.add(dataclasses.replace(event, checks=number, measured=measured, predicted=predicted))

    def add(self, event: Event) -> None:
        """Add an event, after what other threads noted before it."""
        self.take_in()
        self.events = (*self.events, event)

    def note_by_hand(self, text: str) -> None:
        """Add a note from any thread; it appears once the run's thread takes it in."""
        self._by_hand.append(self._event(text, "note"))

    def take_in(self) -> None:
        """Add what other threads noted."""
        while self._by_hand:
            self.events = (*self.events, self._by_hand.popleft())

    def _event(self, text: str, kind: Literal["note", "error"]) -> Event:
        where = self._where()
        if where is None and self.events:
            where = self.events[-1].seconds, self.events[-1].tokens
        seconds, tokens = where or (0.0, 0)
        return Event(seconds=seconds, tokens=tokens, kind=kind, text=text)
