"""Branches of saved runs, and runs that other processes train: branched, paused, ended."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.tui.dialogs.ask import Ask, Choice
from w2vtui.tui.saved_runs.run_labels import LabeledRuns

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus

NOW, LATER = "now", "later"


class BranchedRuns(LabeledRuns):
    """Keys that branch runs, and that pause those that other processes train."""

    HELP_TITLE = "Branches of runs"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "branch", "branch the run", show=False, id="runs.branch",
                tooltip="branch the run: another run leaves it at its newest vectors; asks how"),
        Binding("p", "pause", "pause the run, or resume it", show=False, id="runs.pause",
                tooltip="pause a run that another process trains, or resume it"),
    ]  # fmt: skip

    def action_branch(self) -> None:
        """Ask whether the branch trains at once, and make it."""
        run = self.pointed
        if run is None:
            return
        choices = (
            Choice(LATER, "l", "Leave it for later", "resumed with enter"),
            Choice(NOW, "b", "Train it now", "in a process of its own"),
            Choice("", "escape", "No branch"),
        )

        def answered(how: str | None) -> None:
            if how:
                self._branch(run, how)

        text = f"Another run leaves {safe_text(run.name, 40)} with its vectors and rate."
        self.app.push_screen(Ask("Branch this run", text, choices), answered)

    @work(group="branch")
    async def _branch(self, run: RunStatus, how: str) -> None:
        self.report("branching …", run)
        try:
            new, said = await asyncio.to_thread(_branched, Path(run.folder), how)
        except W2vtuiError as error:
            self.report(f"✗ {error}", run)
            self.look()
            return
        self.report(said, run)
        self.point_at = str(new)
        self.look()

    @work(group="pause")
    async def action_pause(self) -> None:
        """Pause a run that another process trains, or resume it."""
        run = self.pointed
        if run is None:
            return
        try:
            self.report(await asyncio.to_thread(_paused, Path(run.folder)), run)
        except W2vtuiError as error:
            self.report(f"✗ {error}", run)
        self.look()


def _branched(folder: Path, how: str) -> tuple[Path, str]:
    """Branch a run; returns the folder of the branch and what to report."""
    from w2vtui.trainer_process.branching import Way, make_branch  # loads Numba

    made = make_branch(folder, Way(how))
    problem = f"; {made.problem}" if made.problem else ""
    return made.folder, f"{made.folder.name} leaves it{problem}"


def _paused(folder: Path) -> str:
    """Pause a run that some process trains, or resume it; returns what to report."""
    from w2vtui.trainer_process.attaching import attach  # loads Numba

    run = attach(folder, attends=False)
    try:
        if run.snapshot().state == "paused":
            run.resume("resumed from the list of runs")
            run.settle()
            return "resumed"
        run.pause("paused from the list of runs")
        run.settle()
        return "paused"
    finally:
        run.leave()
