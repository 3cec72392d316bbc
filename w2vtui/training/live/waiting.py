"""The breakpoints that a run waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.training.live.breakpoints import parse
from w2vtui.training.live.conditions import Condition, Memory
from w2vtui.training.state.snapshot import Snapshot

_MEMORY = "breakpoint "


class Breakpoint:
    """A condition, and what it remembers of the run it watches."""

    def __init__(
        self, condition: Condition, *, ends: bool = False, memory: Memory | None = None
    ) -> None:
        """
        ends     the run is to end there, not to pause
        memory   what it remembers from before the run was resumed
        """
        self.condition = condition
        self.ends = ends
        self.memory = memory or Memory()

    def holds(self, shot: Snapshot) -> str:
        """Why the condition holds now; empty if it does not. Call it once for each snapshot."""
        return self.condition.reason(shot, self.memory)


class SavedBreakpoints(NamedTuple):
    """Breakpoints as a checkpoint holds them."""

    breakpoints: tuple[tuple[str, bool], ...]
    """The text of each condition, and whether it ends the run."""
    memory: dict[str, NDArray[np.float64]]
    """What each remembers, (1 + n, 3), by its place."""


class Breakpoints:
    """The breakpoints of one run. Any thread may add and remove; one thread calls `met`."""

    def __init__(self) -> None:
        self._waiting: tuple[Breakpoint, ...] = ()
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Breakpoint]:
        return iter(self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, breakpoint: Breakpoint) -> None:
        """Add a breakpoint, in place of one with an equal condition."""
        with self._lock:
            others = (one for one in self._waiting if one.condition != breakpoint.condition)
            self._waiting = (*others, breakpoint)

    def remove(self, breakpoints: Iterable[Breakpoint]) -> list[Breakpoint]:
        """Remove breakpoints; return those that had not been removed before."""
        going = list(breakpoints)
        with self._lock:
            gone = [one for one in going if one in self._waiting]
            self._waiting = tuple(one for one in self._waiting if one not in gone)
        return gone

    def met(
        self, shot: Snapshot, among: Callable[[Condition], bool] = lambda condition: True
    ) -> list[tuple[Breakpoint, str]]:
        """Remove those that hold, and return them with their reasons, but for those that were
        removed or replaced in the meantime.

        among   which conditions are looked at
        """
        looked_at = [one for one in self if among(one.condition)]
        met = [(one, reason) for one in looked_at if (reason := one.holds(shot))]
        removed = self.remove(one for one, _ in met)
        return [(one, reason) for one, reason in met if one in removed]

    def saved(self) -> SavedBreakpoints:
        """All of them, for a checkpoint."""
        waiting = self._waiting
        return SavedBreakpoints(
            tuple((str(one.condition), one.ends) for one in waiting),
            {f"{_MEMORY}{place}": one.memory.saved() for place, one in enumerate(waiting)},
        )

    def restore(
        self, saved: tuple[tuple[str, bool], ...], memory: Mapping[str, NDArray[np.float64]]
    ) -> None:
        """Wait for those of a checkpoint too; one that ends the run by now still does."""
        ending = {one.condition for one in self if one.ends}
        for place, (text, ends) in enumerate(saved):
            condition, rows = parse(text), memory.get(f"{_MEMORY}{place}")
            remembered = None if rows is None else Memory.restored(rows)
            is_ending = ends or condition in ending
            self.add(Breakpoint(condition, ends=is_ending, memory=remembered))
