"""A dialog that lists saved runs: resumes one, explores it, saves its vectors, deletes some."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from w2vtui.display import safe_text
from w2vtui.errors import TargetTakenError, W2vtuiError
from w2vtui.tui.chosen.equivalent_command import proposed_output
from w2vtui.tui.dialogs.ask import Ask, Choice
from w2vtui.tui.dialogs.more_epochs import MoreEpochs
from w2vtui.tui.dialogs.save_dialog import SaveDialog, may_replace
from w2vtui.tui.messages import CannotResume, ExploreRun, Resume, ShowRun
from w2vtui.tui.saved_runs.run_branches import BranchedRuns
from w2vtui.tui.saved_runs.run_facts import cost
from w2vtui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus

_NAMED = 8
"""The most runs that are named when several are to be deleted."""


class RunList(BranchedRuns):
    """Lists the saved runs, and does with them what can be done."""

    HELP_TITLE = "Saved runs"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "more", "train the run for more epochs; asks how many", show=False,
                id="runs.more"),
        Binding("x", "explore", "explore the run", show=False, id="runs.explore",
                tooltip="explore the vectors of the run"),
        Binding("q", "query", "query the run", show=False, id="runs.query"),
        Binding("s", "save", "save the vectors of the run to a file", show=False, id="runs.save"),
        Binding("d,delete", "delete", "delete the marked runs, or the run; asks", show=False,
                id="runs.delete"),
    ]  # fmt: skip

    def on_cannot_resume(self, message: CannotResume) -> None:
        """Report why the run that is pointed at cannot be resumed."""
        self.report(f"✗ {message.reason}")

    # ---- resuming, exploring

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Show a run that trains, ask what to do with one that is done, else resume it."""
        from w2vtui.runs.listed.status import ACTIVE  # loads NumPy

        run = self.pointed
        if run is None:
            return
        if self.app.trains(Path(run.folder)):
            self.app.call_next(self.app.run_action, "go('train')")
        elif run.state == "done":
            self._ask_what_to_do(run)
        elif run.state in ACTIVE:
            self.post_message(ShowRun(Path(run.folder), self))
        else:
            self._resume(run)

    def _resume(self, run: RunStatus, epochs: int | None = None) -> None:
        """Resume a run, with another number of epochs if one is given."""
        self.report("opening …")
        live = {} if epochs is None else {"epochs": epochs}
        self.post_message(Resume(Path(run.folder), self, live=live))

    def _ask_what_to_do(self, run: RunStatus) -> None:
        choices = (
            Choice("more", "e", "Train more epochs", f"after the {run.epochs:,} trained"),
            Choice("explore", "x", "Explore", "neighbors, analogies, map"),
            Choice("save", "s", "Save the vectors", "to a file"),
            Choice("query", "q", "Query", "nearest words"),
            Choice("", "escape", "Back to the list"),
        )
        actions = {"more": self.action_more, "explore": self.action_explore,
                   "save": self.action_save, "query": self.action_query}  # fmt: skip

        def answered(choice: str | None) -> None:
            if choice:
                actions[choice]()

        text = f"{safe_text(run.name)}\nis done."
        self.app.push_screen(Ask("A run that is done", text, choices), answered)

    def action_more(self) -> None:
        """Ask how many more epochs to train the run, and train them."""
        run = self.pointed
        if run is None or run.checkpoint_tokens is None:
            self.report("no checkpoint to train on from")
            return

        def answered(epochs: int | None) -> None:
            if epochs is not None:
                self._resume(run, epochs)

        self.app.push_screen(MoreEpochs(run.epochs, partial(cost, run)), answered)

    def action_explore(self) -> None:
        """Explore the vectors of the run on their screen."""
        if self.pointed is not None:
            self.post_message(ExploreRun(Path(self.pointed.folder)))

    def action_query(self) -> None:
        """Query the vectors of the run."""
        from w2vtui.tui.saved_runs.run_queries import RunQueries  # loads NumPy

        if self.pointed is not None:
            self.app.push_screen(RunQueries(Path(self.pointed.folder)))

    # ---- saving

    def action_save(self) -> None:
        """Ask where to save the vectors, and save them."""
        run = self.pointed
        if run is None:
            return

        def answered(path: str | None) -> None:
            if path is not None:
                self._save(run, path)

        proposed = run.output or proposed_output(run.text or run.name)
        self.app.push_screen(SaveDialog(proposed), answered)

    @work(group="save")
    async def _save(self, run: RunStatus, path: str) -> None:
        try:
            try:
                note = await asyncio.to_thread(_export, Path(run.folder), path)
            except TargetTakenError as error:
                if not await self.app.push_screen_wait(may_replace(error)):
                    return
                note = await asyncio.to_thread(_export, Path(run.folder), path, overwrite=True)
        except W2vtuiError as error:
            note = f"✗ {error}"
        self.report(note, run)

    # ---- deleting

    def action_delete(self) -> None:
        """Delete the marked runs that are listed, or the one that is pointed at, after asking."""
        marked = [run for run in self.runs or () if Path(run.folder) in self.app.marked_runs]
        runs = marked or ([self.pointed] if self.pointed else [])
        if not runs:
            return
        several = len(runs) > 1
        choices = [
            Choice("", "escape", "Keep them" if several else "Keep it"),
            Choice("delete", "d", "Delete them" if several else "Delete it", "cannot be undone"),
        ]
        sweep = None if several else runs[0].sweep
        if sweep is not None and self.listed is not None:
            n_runs = sum(run.sweep == sweep for run in self.listed.every)
            label = f"Delete its sweep, {n_runs:,} run{'s' * (n_runs != 1)}"
            choices.append(Choice("sweep", "w", label, safe_text(sweep, 30)))

        def answered(choice: str | None) -> None:
            if choice == "delete":
                self._delete(runs)
            elif choice == "sweep" and sweep is not None:
                self._delete_sweep(runs[0], sweep)

        title = f"Delete {len(runs):,} marked runs?" if several else "Delete this run?"
        title = "Delete the marked run?" if marked and not several else title
        self.app.push_screen(Ask(title, _what_is_deleted(runs), choices), answered)

    @work(group="delete")
    async def _delete(self, runs: Sequence[RunStatus]) -> None:
        for run in runs:
            folder, damaged = Path(run.folder), run.state == "damaged"
            try:
                await asyncio.to_thread(_remove, folder, damaged=damaged)
            except (W2vtuiError, OSError) as error:
                self._notes[run.folder] = f"✗ {error}"
            else:
                kept = [one for one in self.app.marked_runs if one != folder]
                self.app.marked_runs = kept
        self.look()

    @work(group="delete")
    async def _delete_sweep(self, trial: RunStatus, name: str) -> None:
        """Delete the sweep of a trial, with all its runs."""
        self.report("deleting its sweep …", trial)
        try:
            await asyncio.to_thread(_remove_sweep, Path(trial.folder).parent, name)
        except (W2vtuiError, OSError) as error:
            self._notes[trial.folder] = f"✗ {error}"
        self.app.marked_runs = [one for one in self.app.marked_runs if one.is_dir()]
        self.look()


def _what_is_deleted(runs: Sequence[RunStatus]) -> str:
    """What goes with these runs, and what should give one pause."""
    if len(runs) == 1:
        run = runs[0]
        done = f"{100 * run.fraction:.1f} % trained. " if run.tokens_planned else ""
        if run.state == "damaged":
            done = "It is damaged: only what w2vtui writes is deleted. "
        star = "It has a star. " if run.starred else ""
        star += "It is at work, and ends. " if run.is_active else ""
        return f"{safe_text(run.name)}\n{done}{star}This deletes its checkpoints and its history."
    names = [safe_text(run.name) for run in runs[:_NAMED]]
    if len(runs) > _NAMED:
        names.append(f"and {len(runs) - _NAMED:,} more")
    n_starred = sum(run.starred for run in runs)
    notes = [f"{n_starred:,} of them with a star."] if n_starred else []
    if n_active := sum(run.is_active for run in runs):
        notes.append(f"{n_active:,} of them at work, which end.")
    return "\n".join([*names, *notes, "This deletes their checkpoints and their history."])


def _remove(folder: Path, *, damaged: bool) -> None:
    from w2vtui.runs.listed.removing import remove_run
    from w2vtui.trainer_process.branching import end_run  # loads Numba

    end_run(folder)
    remove_run(folder, damaged=damaged)


def _remove_sweep(root: Path, name: str) -> None:
    from w2vtui.sweeping.removing import remove_sweep, whole_sweep

    sweep = whole_sweep(root, name)
    if sweep is not None:  # else another process was faster
        remove_sweep(sweep)


def _export(folder: Path, path: str, *, overwrite: bool = False) -> str:
    """Save the vectors of a run; return what to report."""
    from w2vtui.runs.agreement import checkpoint_vectors
    from w2vtui.runs.record import RunRecord

    request = RunRecord.read(folder).own_request.to(path, overwrite=overwrite)
    request.check_outputs()
    vectors, checkpoint, troubles = checkpoint_vectors(folder)
    request.save(vectors, folder, checkpoint.clock)
    return "\n".join([f"vectors as of {checkpoint.fraction:.1%} saved to {path}", *troubles])
