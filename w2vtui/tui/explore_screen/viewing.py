"""The view that the panes of the explore screen show, and the thread that computes them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from textual.events import ScreenResume, ScreenSuspend
from textual.message import Message

from w2vtui.display import short
from w2vtui.exploring.questions import Question
from w2vtui.exploring.subject import Subject, View
from w2vtui.training.measuring.budget import Budget
from w2vtui.training.state.snapshot import ENDED
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.explore_screen.panels.neighbors import NeighborsPane
from w2vtui.tui.explore_screen.panels.timeline import TimelinePane
from w2vtui.tui.screen_parts.computing import (
    FOLLOW_MOST_SECONDS,
    FOLLOW_SECONDS,
    FOLLOW_SHARE,
    Computing,
    problem_of,
    report_to,
)
from w2vtui.tui.screen_parts.panes import PanedScreen
from w2vtui.tui.screen_parts.run_line import RunLine

READING_SECONDS = 0.2
"""From one look how much of a file is read to the next."""


class Finished(NamedTuple):
    """A pane that was computed."""

    pane: ExplorePane
    result: Any
    problem: str = ""
    """Why there is no result."""


class Viewing(PanedScreen):
    """The part of the explore screen that follows its subject, and has panes computed."""

    @dataclass
    class Viewed(Message):
        """The subject was looked at."""

        view: View | None
        problem: str = ""

    @dataclass
    class Computed(Message):
        """Panes were computed, or there is no answer."""

        finished: Sequence[Finished]

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject
        self.view: View | None = None
        """What every pane shows; None until there are vectors."""
        self._held: View | None = None
        """What is shown in place of the latest vectors."""
        self._has_begun = False
        """Whether there were vectors to show before."""
        self._is_stuck = False
        """Whether the last look for later vectors failed, which was said."""
        self._clock = Budget(FOLLOW_SHARE, least=0.0, most=FOLLOW_MOST_SECONDS)
        """When the training may be looked at again."""
        self._finished: list[Finished] = []
        """Panes that follow the training and are not shown yet; of the background thread."""
        self._computing = Computing(self)

    def on_mount(self) -> None:
        """Begin to look at the subject."""
        self.set_interval(FOLLOW_SECONDS, self.tick)
        self._reading = self.set_interval(READING_SECONDS, self._show_reading)
        self.look()

    def on_unmount(self) -> None:
        """End the background thread."""
        self._computing.close()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Look at once, since the screen did not while it was covered."""
        self.look()

    def on_screen_suspend(self, event: ScreenSuspend) -> None:
        """Keep no more vectors than those shown while it is covered, none when it is left."""
        for pane in self.query(ExplorePane):
            pane.forget()
        if self._is_left:
            self.view = self._held
            self.subject.release()

    @property
    def _is_left(self) -> bool:
        return self not in self.app.screen_stack

    # ---- the view

    def tick(self) -> None:
        """Look for later vectors, as often as that may cost the training."""
        if self._clock.is_due or not self._is_training():
            self.look()

    def look(self) -> None:
        """Look for later vectors now, if they would be shown."""
        if self.is_current and self._held is None:
            self._computing.ask("view", self._look)

    def hold(self, view: View) -> None:
        """Show a view in place of the latest vectors, until `release`."""
        self._held = view
        self.show_view(view)

    def release(self) -> None:
        """Show the latest vectors again."""
        self._held = None
        self.look()

    def action_freeze(self) -> None:
        """Keep the vectors as they are now, or follow the training again."""
        self.query_one(TimelinePane).stop_playing()
        if self._held is not None:
            self.release()
        elif self.view is not None:
            self.hold(replace(self.view, kind="frozen"))

    def on_viewing_viewed(self, message: Viewed) -> None:
        """Show later vectors, or why there are none."""
        if self._is_left:  # while it was copied
            self.subject.release()
            return
        if message.problem and self.view is not None:
            if not self._is_stuck:
                self.app.warn(message.problem)
        elif message.problem:
            self.query_one(NeighborsPane).refuse(message.problem)
        elif message.view is None:
            self.query_one(NeighborsPane).refuse(self._why_no_vectors())
        elif self._held is None and message.view is not self.view:
            self.show_view(message.view)
        self._is_stuck = bool(message.problem)

    def _show_reading(self) -> None:
        """Show how much of a file is read."""
        share = self.subject.reading
        if not self._has_begun and share is not None:
            self.query_one(RunLine).say(f"reading {self.subject.name} {share:.0%}")

    def _why_no_vectors(self) -> str:
        shot = self.app.run_shot()
        if shot is None or shot.state in ENDED:
            reason = "" if shot is None or shot.error is None else f": {shot.error}"
            return f"there are no vectors: the run has ended before it trained{reason}"
        return f"no vectors yet: {shot.activity or 'the run is starting'} …"

    def show_view(self, view: View) -> None:
        """Show other vectors; with the first ones, what was left out of the file."""
        if not self._has_begun:
            self._has_begun = True
            self._reading.stop()
            for remark in self.subject.remarks:
                self.app.report(remark)
        self.view = view
        self.compute_all(follows=view is not self._held)
        self._show_line(view)

    def _show_line(self, view: View) -> None:
        freeze = self.app.key_of("explore.freeze", type(self))
        keys = {
            "live": f" ({freeze} freezes)",
            "frozen": f" ({freeze} follows)",
            "past": f", {view.fraction or 0:.1%} ({freeze} for the latest)",
        }
        at = "" if view.tokens is None else f"{view.kind.upper()} @ {short(view.tokens)}"
        if view.tokens is None and view.kind == "frozen":
            at = "FROZEN"
        if view.kind == "live" and not self._is_training():
            at = f"END @ {short(view.tokens or 0)}"
        is_steady = view.kind != "past" and not self._is_training()
        keys_now = "" if is_steady else keys.get(view.kind, "")
        name = ""
        if view.kind == "saved" or self.subject.run is None:
            key, other = self.app.key_of("app.explore"), self.app.explored_next(self)
            name = self.subject.name + (f" ({key} {other})" if other else "")
        self.query_one(RunLine).say("  ".join(part for part in (name, f"{at}{keys_now}") if part))

    # ---- computing

    def question_of(self, pane: ExplorePane) -> Question | None:
        """What a pane is to answer."""
        raise NotImplementedError

    def compute_all(self, *, follows: bool = False) -> None:
        """Have the panes computed that can be seen.

        follows   whether to follow the training, and not for a person who asked
        """
        for pane in self.query(ExplorePane):
            self.compute(pane, follows=follows)

    def compute(self, pane: ExplorePane, *, follows: bool = False) -> None:
        """Have a pane computed in the background, if it can be seen.

        follows   as for `compute_all`
        """
        view = self.view
        if not self.is_shown(str(pane.id)):
            pane.forget()
        elif view is not None and all(pane.shape):
            self._computing.ask(str(pane.id), partial(self._compute, pane, view, follows))

    def on_explore_pane_recompute(self, message: ExplorePane.Recompute) -> None:
        """Have a pane computed whose state or size has changed."""
        self.compute(message.pane)

    def on_viewing_computed(self, message: Computed) -> None:
        """Show what was computed."""
        for pane, result, problem in message.finished:
            if problem:
                pane.refuse(problem)
            else:
                pane.take(result)

    # ---- in the background thread

    def _look(self) -> None:
        with self._clock.timed():
            try:
                message = self.Viewed(self.subject.view())
            except Exception as error:
                message = self.Viewed(None, problem_of(error))
        report_to(self, message)
        self._show_finished()

    def _compute(self, pane: ExplorePane, view: View, follows: bool) -> None:
        with self._clock.timed() if follows else nullcontext():
            try:
                result = pane.compute(view, self.question_of(pane), pane.shape)
                self._finished.append(Finished(pane, result))
            except Exception as error:
                self._finished.append(Finished(pane, None, problem_of(error)))
        self._show_finished(at_once=not follows)

    def _show_finished(self, *, at_once: bool = False) -> None:
        """Have computed panes shown: those that follow the training together, for a drawing of all
        takes little more time than one of each.
        """
        if self._finished and (at_once or not self._computing.has_more):
            report_to(self, self.Computed(self._finished))
            self._finished = []

    def _is_training(self) -> bool:
        shot = self.app.run_shot()
        return shot is not None and shot.state not in ENDED
