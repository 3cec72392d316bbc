"""Branches the run: asks how the two train, has a checkpoint taken, and starts the branch."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textual import work

from w2vtui.display import short
from w2vtui.errors import CorpusError, SettingsError, W2vtuiError
from w2vtui.system.resources import available_cores
from w2vtui.trainer_process.branching import Way, divided, make_branch
from w2vtui.trainer_process.starting import can_train_apart
from w2vtui.training.state.snapshot import state_text
from w2vtui.tui.dialogs.ask import Ask, Choice
from w2vtui.tui.train_screen.changing import Changing


class Branching(Changing):
    """The part of the train screen that branches the run."""

    def action_branch(self) -> None:
        """Ask how a branch of the run trains, and make it; it gets what is staged."""
        try:
            self._check_branch()
        except SettingsError as error:
            self.app.warn(str(error))
            return
        self.app.push_screen(Ask("Branch this run", self._branch_text(), self._ways()), self._made)

    def branch_with(self, texts: Mapping[str, str]) -> None:
        """Stage settings, and ask how a branch with them trains.

        Raises:
            SettingsError: a setting is wrong, or the run cannot be branched.
        """
        self._check_branch(texts)
        self.stage(texts)
        self.action_branch()

    def _check_branch(self, texts: Mapping[str, str] | None = None) -> None:
        """
        Raises:
            SettingsError: the run cannot be branched.
        """
        shot, folder = self.session.snapshot(), self.session.folder
        self.staging.check(shot, {*self.staging.staged, *(texts or ())})
        if shot.state in ("preparing", "failed") or self.session.run is None:
            raise SettingsError(
                f"a run is branched once it trains; this one {state_text(shot.state)}"
            )
        if folder is None:
            raise SettingsError("nothing is saved of this run that a branch could begin with")
        wanted = {**self.staging.staged, **(texts or {})}
        if shot.state == "done" and "epochs" not in wanted:
            raise SettingsError("the run is done: stage more epochs, which its branch trains")

    def _branch_text(self) -> str:
        progress = self.shot.progress
        where = f"{100 * progress.fraction:.1f} %, {short(progress.tokens)} tokens"
        changes = self.staging.changes(self.shot)
        what = (
            f"It begins with {changes}; this run does not."
            if changes
            else ("What is staged then becomes a setting of the branch alone.")
        )
        text = f"The branch leaves here, at {where}, with the same vectors and rate.\n{what}"
        if self.shot.state != "done":
            return text
        further = self.staging.further(self.shot, self.staging.staged)
        return f"{text}\n{further.lines(':stage alpha')}"

    def _ways(self) -> list[Choice]:
        """How the two can train."""
        ways = [Choice(Way.LATER.value, "l", "Leave it for later", "resumed from the list of runs")]
        stay = Choice("", "escape", "No branch")
        try:
            if not can_train_apart(self.session.request):
                return [*ways, stay]
        except CorpusError:
            return [*ways, stay]
        if self.shot.ended:
            return [
                Choice(Way.NOW.value, "b", "Train it now", "in a process of its own"),
                *ways,
                stay,
            ]
        workers = self.shot.settings.workers or 1
        mine, theirs = divided(workers, available_cores())
        threads = f"{mine} thread{'s' * (mine > 1)} here, {theirs} there"
        return [
            Choice(Way.NOW.value, "b", "Train both", threads),
            Choice(Way.AFTER.value, "o", "One after the other", "the branch waits for this run"),
            Choice(Way.INSTEAD.value, "p", "Pause this run", "and train the branch"),
            *ways,
            stay,
        ]

    def _made(self, how: str | None) -> None:
        folder = self.session.folder
        if how and folder is not None:
            self._branch(folder, dict(self.staging.staged), Way(how))

    @work(exclusive=True, group="branch")
    async def _branch(self, folder: Path, wanted: dict[str, Any], way: Way) -> None:
        run = self.session.run
        if run is None:
            return
        self.app.report("taking a checkpoint for the branch …")
        try:
            made = await asyncio.to_thread(make_branch, folder, way, run=run, **wanted)
        except W2vtuiError as error:
            self.app.warn(str(error))
            return
        new = made.folder
        self.session.note(f"branch {new.name} left here")
        self._forget_staged(wanted)
        if made.problem:
            self.app.warn(made.problem)
            return
        if way == Way.LATER:
            self.app.report(f"branch {new.name} waits in the list of runs", seconds=8)
            return
        key = self.app.key_of("app.runs")
        does = f"waits for {folder.name}" if way == Way.AFTER else "trains"
        self.app.report(f"branch {new.name} {does}; {key} lists the runs", seconds=8)

    def _forget_staged(self, wanted: Mapping[str, Any]) -> None:
        """Drop what has become a setting of the branch."""
        staged = self.staging.staged
        self.drop([name for name, value in wanted.items() if staged.get(name) == value])
