"""What the Compare screen reads and computes in the background, and how it follows trainings."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual.events import ScreenResume, ScreenSuspend
from textual.message import Message

from w2vtui.comparing.comparison import Comparison, with_next_read
from w2vtui.comparing.sides import Side, run_side, watched_side
from w2vtui.notable_words import notable_words
from w2vtui.runs.disk.lock import in_use
from w2vtui.runs.listed.status import RunStatus
from w2vtui.training.measuring.budget import Budget
from w2vtui.training.state.snapshot import ENDED
from w2vtui.tui.compare_screen.pane import Asked, ComparePane, Pair
from w2vtui.tui.screen_parts.computing import (
    FOLLOW_MOST_SECONDS,
    FOLLOW_SECONDS,
    FOLLOW_SHARE,
    Computing,
    problem_of,
    report_to,
)
from w2vtui.tui.screen_parts.panes import PanedScreen


class Following(PanedScreen):
    """The part of the Compare screen that reads the sides and has panes computed."""

    @dataclass
    class Read(Message):
        """One more side was read, or one that trains has come further."""

        comparison: Comparison

    @dataclass
    class Computed(Message):
        """A pane was computed, or there is no answer."""

        pane: ComparePane
        asked: Asked
        result: Any
        problem: str = ""

    def __init__(self, sides: Sequence[Side] = ()) -> None:
        super().__init__()
        self.comparison = Comparison(tuple(sides))
        """What is compared, as far as it is read."""
        self.pair = Pair(0, min(1, max(len(sides) - 1, 0)))
        self.word = ""
        self._following: Comparison | None = None
        """What is being read again, as a side has come further."""
        self._clock = Budget(FOLLOW_SHARE, least=FOLLOW_SECONDS, most=FOLLOW_MOST_SECONDS)
        self._trained = False
        """Whether a run trained at the last look."""
        self._watched: list[Side] = []
        """Sides that are watched as another process trains them."""
        self._is_left = threading.Event()
        self._keys: dict[str, Any] = {}
        """What was asked of each pane last."""
        self._computing = Computing(self)
        self._slow = Computing(self)

    def on_mount(self) -> None:
        """Begin to read."""
        self.set_interval(FOLLOW_SECONDS, self.tick)
        self._computing.ask("read", lambda: self._open(self.comparison.sides))

    def on_unmount(self) -> None:
        """End the background threads, and leave the runs that others train."""
        self._is_left.set()
        for side in self._watched:
            side.leave()
        self._computing.close()
        self._slow.close()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Look at once."""
        if self.is_mounted:
            self.tick()

    def on_screen_suspend(self, event: ScreenSuspend) -> None:
        """Forget copies of what trains when the screen is left, but not under a dialog."""
        if self not in self.app.screen_stack:
            for side in self.comparison.sides:
                side.subject.release()

    # ---- reading

    def tick(self) -> None:
        """Look whether a run has come further, as often as that may cost the training."""
        if self.is_current and self.comparison.is_read and self._clock.is_due:
            self._computing.ask("follow", self._follow)
        if self.is_current:
            trains = any(map(_is_live, self.comparison.sides))
            if trains or self._trained:  # once more when it has ended
                self.show_facts()
            self._trained = trains

    def run_moved(self, old: Path, new: Path) -> None:
        """Follow a run that was renamed."""
        before = self.comparison.sides
        sides = tuple(run_side(new) if side.folder == old else side for side in before)
        if sides != before:
            self._following = following = Comparison(sides)
            self._computing.ask("read", lambda: self._read(following))

    def on_following_read(self, message: Read) -> None:
        """Show what is read, and read the next side."""
        found = message.comparison
        if not found.is_read:
            if self._following is None:
                self.comparison = found
                self.show_facts()
            self._computing.ask("read", lambda: self._read(found))
            return
        self._following = None
        self.comparison = found
        if found.shared is not None and self.word not in found.shared.index:
            self.word = next(iter(notable_words(found.shared.words, 1)), "")
        self.show_facts()
        self.refresh_bindings()
        self.compute_all()

    def _open(self, before: Sequence[Side]) -> None:
        """Begin to watch the sides that other processes train, and to read."""
        sides = tuple(map(self._renewed, before))
        if sides:
            self._read(Comparison(sides))

    def _read(self, comparison: Comparison) -> None:
        trains = any(map(_is_live, comparison.sides))
        with self._clock.timed() if trains else nullcontext():
            report_to(self, self.Read(with_next_read(comparison)))

    def _follow(self) -> None:
        """Read again what has come further since: a copy of what trains, or its checkpoint."""
        before = self.comparison
        if self._following is not None:
            return
        with self._clock.timed():
            sides = tuple(map(self._renewed, before.sides))
            is_new = any(
                side.subject is not old.subject
                or (_is_live(side) and side.subject.view() is not view)
                for side, old, view in zip(sides, before.sides, before.views, strict=True)
            )
        if is_new:
            self._following = Comparison(sides)
            report_to(self, self.Read(self._following))
        elif sides != before.sides:
            report_to(self, self.Read(replace(before, sides=sides)))

    def _renewed(self, side: Side) -> Side:
        """The side as its folder shows it now; watched where another process trains it."""
        run = side.subject.run
        if side.folder is None or side.status is None:
            return side
        if run is not None and not (side.is_watched and run.snapshot().ended):
            return side
        side.leave()
        if run is None and not (side.status.is_active or in_use(side.folder)):
            return side
        now = watched_side(side.folder)
        if now.is_watched:
            self._watched.append(now)
            if self._is_left.is_set():
                now.leave()
        elif run is None and _is_as_before(side.status, now.status):
            return replace(side, status=now.status)
        return now

    # ---- computing

    def show_facts(self) -> None:
        """Draw what needs no vectors: states, losses, curves, settings."""
        raise NotImplementedError

    def compute_all(self) -> None:
        """Have the panes computed that can be seen and whose answer is another one now."""
        if not self.comparison.is_read:
            return
        asked = Asked(self.comparison, self.pair, self.word)
        for pane in self.query(ComparePane):
            key = asked.comparison.shared, pane.question(asked)
            if self.is_shown(str(pane.id)) and self._keys.get(str(pane.id), self) != key:
                self._keys[str(pane.id)] = key
                self._request(pane, asked)

    def _request(self, pane: ComparePane, asked: Asked) -> None:
        computing = self._slow if pane.IS_SLOW else self._computing
        if pane.result is None:
            pane.refuse("measuring …")
        computing.ask(str(pane.id), lambda: self._go_on(computing, pane, asked, None))

    def _go_on(
        self, computing: Computing, pane: ComparePane, asked: Asked, results: Iterator[Any] | None
    ) -> None:
        """Compute the next result of a pane; the ones after it when nothing newer is asked."""
        trains = any(map(_is_live, asked.comparison.sides))
        try:
            with self._clock.timed() if trains else nullcontext():
                results = pane.compute(asked) if results is None else results
                result = next(results, None)
        except Exception as error:
            report_to(self, self.Computed(pane, asked, None, problem_of(error)))
            return
        if result is not None:
            report_to(self, self.Computed(pane, asked, result))
            computing.go_on(str(pane.id), lambda: self._go_on(computing, pane, asked, results))

    def on_following_computed(self, message: Computed) -> None:
        """Show what was computed, unless another pair or word was asked in the meantime.

        Of a run that trains it may be of vectors that are not the latest any more.
        """
        pane, now = message.pane, Asked(self.comparison, self.pair, self.word)
        if pane.question(message.asked) != pane.question(now):
            return
        if message.problem:
            pane.refuse(message.problem)
        else:
            pane.take(message.result)


def _is_live(side: Side) -> bool:
    """Whether a run trains that is looked at as it is now, in this process or in another."""
    run = side.subject.run
    return run is not None and run.snapshot().state not in ENDED


def _is_as_before(before: RunStatus, now: RunStatus | None) -> bool:
    """Whether a run has the vectors that it had."""
    keys = [(one.state, one.checkpoint_tokens) for one in (before, now) if one is not None]
    return len(keys) == 2 and keys[0] == keys[1]
