"""From screen to screen by number keys; the train screen stays below the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from textual import work
from textual.screen import Screen
from textual.widget import AwaitMount

from w2vtui.comparing.letters import N_SIDES
from w2vtui.tui.app_parts.exploring_places import ExploringPlaces
from w2vtui.tui.messages import CompareRuns, ExploreRun, ExploreSubject

if TYPE_CHECKING:
    from w2vtui.comparing.sides import Side
    from w2vtui.exploring.subject import Subject
    from w2vtui.runs.listed.status import RunStatus
    from w2vtui.training.state.snapshot import Snapshot
    from w2vtui.tui.compare_screen.screen import CompareScreen
    from w2vtui.tui.explore_screen.screen import ExploreScreen
    from w2vtui.tui.saved_runs.run_list import RunList

Place = Literal["train", "explore", "method", "runs", "compare"]


class Places(ExploringPlaces):
    """The part of the app that goes to the screens of the number keys.

    The lowest screen is the train screen, or the first screen where nothing trains. The others lie
    on it, so that its look at the run goes on; they are kept when they are left.
    """

    def run_shot(self) -> Snapshot | None:
        """The run as it is now; None where there is none."""
        return None if self.session is None else self.session.snapshot()

    async def action_go(self, place: Place) -> None:
        """Go to a screen; the next key is for it."""
        shown: AwaitMount | None = None
        if place == "explore":
            shown = self._go_exploring()
        elif place == "method":
            shown = self._go_to_method()
        elif place == "runs":
            self.push_screen(self.run_list())
        elif place == "compare":
            shown = self._go_comparing()
        else:
            self.uncover()
            if len(self.screen_stack) == 1:
                shown = self.push_screen(self.first_screen(is_typing=False))
        if shown is not None:
            await shown

    def first_screen(self, *, is_typing: bool = True) -> Screen[None]:
        """The screen where nothing trains.

        is_typing   whether the next key is for the corpus field, and not for the app
        """
        raise NotImplementedError

    def run_list(self) -> RunList:
        """The list of the saved runs."""
        raise NotImplementedError

    def on_explore_run(self, message: ExploreRun) -> None:
        """Explore a saved run, or the one that trains if it is that."""
        from w2vtui.runs.explored import explored_run  # loads NumPy

        session = self.session
        is_present = session is not None and session.folder == message.folder
        self.explore(None if is_present else explored_run(message.folder))

    def trains(self, folder: Path) -> bool:
        """Whether a run is on the train screen and has not ended."""
        return self.session is not None and self.session.folder == folder and self.session.active

    def run_now(self, run: RunStatus) -> RunStatus:
        """The state of a saved run; that of the one on the train screen is as it is shown there."""
        if self.session is None or not self.trains(Path(run.folder)):
            return run
        from w2vtui.runs.listed.status import status_now  # loads NumPy

        return status_now(run, self.session.snapshot())

    def run_moved(self, old: Path, new: Path) -> None:
        """Follow a run that was renamed: the one on the train screen, and one that is explored."""
        super().run_moved(old, new)
        if self.session is not None:
            self.session.run_moved(old, new)
            if self._run_subject is not None:
                self._run_subject.name = self.session.run_name
        if self.subject is not None and self.subject.folder == old:
            from w2vtui.runs.explored import explored_run  # loads NumPy

            self.subject = explored_run(new)
            self.forget("other")
        if self._earlier is not None and self._earlier.folder == old:
            self._forget_earlier()
        kept = self._kept("compare")
        if kept is not None:
            cast("CompareScreen", kept).run_moved(old, new)

    async def on_explore_subject(self, message: ExploreSubject) -> None:
        """Explore a word in what is compared."""
        subject = message.subject
        shown = self.explore(None if subject is self._run_subject else subject)
        if shown is not None:
            await shown
        screen = self._kept(self._explored)
        assert screen is not None, "it is shown"
        cast("ExploreScreen", screen).ask(message.word)

    @work(exclusive=True, group="compare")
    async def on_compare_runs(self, message: CompareRuns) -> None:
        """Compare saved runs; the one that trains here as it is now."""
        session = self.session
        present = None if session is None else session.folder
        subject = self.run_subject() if present in message.folders else None
        self.compare(await asyncio.to_thread(_sides_of, message.folders, present, subject))

    def compare(self, sides: Sequence[Side]) -> None:
        """Compare two to six sides."""
        from w2vtui.tui.compare_screen.screen import CompareScreen  # loads NumPy

        self.forget("compare")
        self.install_screen(CompareScreen(sides), "compare")
        self._show_place("compare")

    def watch_word(self, query: str) -> None:
        """Add a word or a sum to the watch words of the run that trains."""
        session = self.session
        if session is None or query in session.words.watched:
            super().watch_word(query) if session is None else self.report(f"{query} is watched")
            return
        session.words.chosen = (*session.words.watched, query)
        self.report(f"watching {query}: its neighbors are on the train screen")

    def _go_to_method(self, tab: str = "noise") -> AwaitMount | None:
        """tab: the one to begin with"""
        if not self.is_screen_installed("method"):
            from w2vtui.tui.method_screen.screen import MethodScreen  # loads NumPy

            subject = self.run_subject() or self.subject
            self.install_screen(MethodScreen(subject, tab=tab), "method")
        return self._show_place("method")

    def _go_comparing(self) -> AwaitMount | None:
        """Show what was compared last; the marked runs if nothing was."""
        kept = self._kept("compare")
        is_empty = kept is None or kept.has_class("empty")
        if is_empty and len(self.marked_runs) in N_SIDES:
            self.post_message(CompareRuns(tuple(self.marked_runs)))
            return None
        if not self.is_screen_installed("compare"):
            from w2vtui.tui.compare_screen.screen import CompareScreen  # loads NumPy

            self.install_screen(CompareScreen(), "compare")
        return self._show_place("compare")

    def leave_run(self) -> None:
        """Leave the screens of a run that is replaced, and the dialogs on them."""
        explored = self._kept("explore")
        if explored is not None:
            self._asked = cast("ExploreScreen", explored).all_asked
        self.uncover()
        self.forget("explore")
        self.forget("method")
        self.forget("compare")
        self._run_subject = None


def _sides_of(folders: Sequence[Path], present: Path | None, subject: Subject | None) -> list[Side]:
    """The sides of a comparison. Reads files: not for the thread that draws.

    present   the folder of the run that trains here, which is `subject`
    """
    from w2vtui.comparing.sides import live_side, run_side  # loads NumPy

    return [
        live_side(subject, folder)
        if subject is not None and folder == present
        else run_side(folder)
        for folder in folders
    ]
