"""A dialog that lists saved runs: resumes one, saves its vectors, deletes it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from w2vtui.display import clock_text, pad, safe_text, short
from w2vtui.errors import RunError, TargetTakenError, W2vtuiError
from w2vtui.runs.table import BEST, bests_of, cells_of, columns_of, fitting, grouped
from w2vtui.settings import LiveSettings
from w2vtui.training.state.further import further_training
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.dialogs import Ask, Choice, SaveDialog, may_replace
from w2vtui.tui.equivalent_command import proposed_output
from w2vtui.tui.keys import own_bindings
from w2vtui.tui.messages import CannotResume, CompareRuns, ExploreRun, Resume
from w2vtui.tui.more_epochs import MoreEpochs
from w2vtui.tui.widgets.key_bar import PLACES

if TYPE_CHECKING:
    from w2vtui.runs.status import RunStatus

LEAST_COMPARED, MOST_COMPARED = 2, 6
"""Marked runs that can be compared."""


class RunList(ModalScreen[None]):
    """Lists the saved runs, newest first."""

    HELP_TITLE = "Saved runs"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "close", "close", show=False, id="runs.close", priority=True),
        Binding("e", "more", "train the run for more epochs; asks how many", show=False,
                id="runs.more"),
        Binding("x", "explore", "explore the run", show=False, id="runs.explore",
                tooltip="explore the vectors of the run"),
        Binding("space", "mark", "mark the run, or take its mark away", show=False,
                id="runs.mark"),
        Binding("c", "compare", "compare the marked runs, two to six", show=False,
                id="runs.compare"),
        Binding("q", "query", "query the run", show=False, id="runs.query"),
        Binding("s", "save", "save the vectors of the run to a file", show=False, id="runs.save"),
        Binding("d,delete", "delete", "delete the run; asks", show=False, id="runs.delete"),
    ]  # fmt: skip

    def __init__(self, runs_dir: str | None) -> None:
        """runs_dir: as in RunSettings"""
        super().__init__()
        self._runs_dir = runs_dir
        self.runs: list[RunStatus] | None = None
        """None while they are being read."""
        self._rows: list[RunStatus | None] = []
        """What stands in each line; None in that of a text."""
        self._notes: dict[str, str] = {}
        """What was last reported of a run, by its folder."""

    def compose(self) -> ComposeResult:
        """The list, and the facts of the highlighted run."""
        with Vertical(id="dialog", classes="runs") as dialog:
            dialog.border_title = "Saved runs"
            dialog.border_subtitle = (
                f"enter resumes  {self._key('mark')} marks  {self._key('compare')} compares  "
                f"{self._key('explore')} explores  {self._key('more')} more epochs  "
                f"{self._key('query')} query  {self._key('save')} saves  "
                f"{self._key('delete')} deletes  {self._key('close')} closes"
            )
            yield Static("", id="heads", markup=False)
            yield OptionList()
            yield Static("", id="about", markup=False)

    def _key(self, name: str) -> str:
        return self.app.key_of(f"runs.{name}", RunList)

    def on_mount(self) -> None:
        """Read the list; the keys that go to another screen do so from here, too."""
        for binding in own_bindings(BaseApp):
            if binding.id in PLACES and binding.id != "app.runs":
                keys = self.app.keys.get(binding.id, binding.key)
                for one in Binding.make_bindings([replace(binding, key=keys)]):
                    self._bindings.bind(one.key, f"app.{one.action}", show=False)
        self.look()

    def on_resize(self, event: Resize) -> None:
        """Show as many columns as fit now."""
        self.call_after_refresh(self._show)

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Read the list in a thread."""
        runs = await asyncio.to_thread(saved_runs, self._runs_dir)
        groups, pointed = grouped(runs), self.pointed
        self.runs = [run for group in groups for run in group]
        self._rows = [row for group in groups for row in (None, *group)]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option("", disabled=row is None) for row in self._rows])
        names = [None if row is None else row.name for row in self._rows]
        if self.runs:
            is_there = pointed is not None and pointed.name in names
            options.highlighted = names.index(pointed.name) if pointed and is_there else 1
        self._show()

    @property
    def pointed(self) -> RunStatus | None:
        """The highlighted run; None if there is none."""
        at = self.query_one(OptionList).highlighted
        return None if at is None or at >= len(self._rows) else self._rows[at]

    # ---- drawing

    def _show(self) -> None:
        options, columns, now = self.query_one(OptionList), columns_of(self.runs or ()), time.time()
        best: dict[str, list[str]] = {}
        for group in grouped(self.runs or ()):
            best |= bests_of(group, columns)
        rows = [
            [] if run is None else cells_of(run, columns, now, best.get(run.folder, ()))
            for run in self._rows
        ]
        shown = fitting(columns, [row for row in rows if row], options.size.width - 3)
        if rows:
            heads = _line([one.head for one in columns], shown, options.size.width)
            self.query_one("#heads", Static).update(Text(f"   {heads}", "dim", no_wrap=True))
        for at, row in enumerate(rows):
            pointer = "▸" if at == options.highlighted else " "
            run = self._rows[at]
            mark = "■ " if run is not None and Path(run.folder) in self.app.marked_runs else "  "
            line = Text(pointer + mark + _line(row, shown, options.size.width), no_wrap=True)
            if not row:
                line = Text(self._text_above(at), "bold", no_wrap=True)
            elif line.plain.endswith(f" {BEST}") or f" {BEST} " in line.plain:
                start = line.plain.index(f" {BEST}") + 1
                line.stylize(self.app.inks.good, start, start + len(BEST))
            options.replace_option_prompt_at_index(at, line)
        self._show_about()

    def _text_above(self, at: int) -> str:
        """The text of the runs below a line."""
        run = self._rows[at + 1]
        return safe_text(run.text, 40) if run is not None and run.text else "text unknown"

    def _show_about(self) -> None:
        about, run = self.query_one("#about", Static), self.pointed
        if run is None:
            nothing = f"no saved runs in {self._place()}: each new run is saved from its start"
            about.update(Text("looking …" if self.runs is None else nothing, "dim"))
            return
        planned = f"{short(run.tokens)} of {short(run.tokens_planned)} tokens"
        facts = [f"{run.model} {run.objective}".strip(), safe_text(run.text, 32), planned]
        facts += [f"trained {clock_text(run.seconds)}"] if run.seconds else []
        lines = [safe_text(run.name)]
        if run.state != "damaged":
            lines.append(" · ".join(facts))
        note = self._notes.get(run.folder) or (f"✗ {run.error}" if run.error else _advice(run))
        about.update(Text("\n".join([*lines, safe_text(note)])))

    def _place(self) -> str:
        return safe_text(self._runs_dir or "your data folder")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the facts of the run."""
        self._show()

    def on_cannot_resume(self, message: CannotResume) -> None:
        """Report why the highlighted run cannot be resumed."""
        self._report(f"✗ {message.reason}")

    def _report(self, text: str) -> None:
        if self.pointed is not None:
            self._notes[self.pointed.folder] = text
        self._show_about()

    # ---- resuming, saving, deleting

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Resume the run on enter or a click; ask what to do with one that is done."""
        run = self.pointed
        if run is not None and run.state == "done":
            self._ask_what_to_do(run)
        elif run is not None:
            self._resume(run)

    def _resume(self, run: RunStatus, epochs: int | None = None) -> None:
        """Resume a run, with another number of epochs if one is given."""
        self._report("opening …")
        live = {} if epochs is None else {"epochs": epochs}
        self.post_message(Resume(Path(run.folder), self, live=live))

    def _ask_what_to_do(self, run: RunStatus) -> None:
        choices = (
            Choice("more", "e", "Train more epochs", f"after the {run.epochs:,} trained"),
            Choice("save", "s", "Save the vectors", "to a file"),
            Choice("query", "q", "Query", "nearest words"),
            Choice("", "escape", "Back to the list"),
        )
        actions = {"more": self.action_more, "save": self.action_save, "query": self.action_query}

        def answered(choice: str | None) -> None:
            if choice:
                actions[choice]()

        text = f"{safe_text(run.name)}\nis done."
        self.app.push_screen(Ask("A run that is done", text, choices), answered)

    def action_more(self) -> None:
        """Ask how many more epochs to train the run, and train them."""
        run = self.pointed
        if run is None or run.checkpoint_tokens is None:
            self._report("no checkpoint to train on from")
            return

        def answered(epochs: int | None) -> None:
            if epochs is not None:
                self._resume(run, epochs)

        self.app.push_screen(MoreEpochs(run.epochs, partial(_cost, run)), answered)

    def action_mark(self) -> None:
        """Mark the run for `c` and `d`, or take its mark away."""
        if self.pointed is not None:
            marked, folder = self.app.marked_runs, Path(self.pointed.folder)
            if folder in marked:
                marked.remove(folder)
            else:
                marked.append(folder)
            self._show()

    def action_compare(self) -> None:
        """Compare the marked runs."""
        there = {Path(run.folder) for run in self.runs or ()}
        marked = tuple(folder for folder in self.app.marked_runs if folder in there)
        if len(marked) in range(LEAST_COMPARED, MOST_COMPARED + 1):
            self.post_message(CompareRuns(marked))
        else:
            mark = self._key("mark")
            self._report(f"{len(marked)} marked: mark two to six runs with {mark} to compare them")

    def action_explore(self) -> None:
        """Explore the vectors of the run on their screen."""
        if self.pointed is not None:
            self.post_message(ExploreRun(Path(self.pointed.folder)))

    def action_query(self) -> None:
        """Query the vectors of the run."""
        from w2vtui.tui.first_screen.run_queries import RunQueries  # loads NumPy

        if self.pointed is not None:
            self.app.push_screen(RunQueries(Path(self.pointed.folder)))

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
        self._notes[run.folder] = note
        self._show_about()

    def action_delete(self) -> None:
        """Delete the run, after asking."""
        run = self.pointed
        if run is None:
            return
        choices = (
            Choice("", "escape", "Keep it"),
            Choice("delete", "d", "Delete it", "cannot be undone"),
        )

        def answered(choice: str | None) -> None:
            if choice == "delete":
                self._delete(run)

        done = f"{100 * run.fraction:.1f} % trained. " if run.tokens_planned else ""
        if run.state == "damaged":
            done = "It is damaged: only what w2vtui writes is deleted. "
        text = f"{safe_text(run.name)}\n{done}This deletes its checkpoints and its history."
        self.app.push_screen(Ask("Delete this run?", text, choices), answered)

    @work(group="delete")
    async def _delete(self, run: RunStatus) -> None:
        try:
            await asyncio.to_thread(_remove, Path(run.folder), damaged=run.state == "damaged")
        except (W2vtuiError, OSError) as error:
            self._notes[run.folder] = f"✗ {error}"
        self.look()

    def action_close(self) -> None:
        """Return to the screen below."""
        self.dismiss(None)


def saved_runs(runs_dir: str | None) -> list[RunStatus]:
    """The status of each saved run, newest first. Reads files: not for the thread that draws."""
    from w2vtui.runs.listing import all_runs
    from w2vtui.runs.root import runs_folder
    from w2vtui.runs.status import status_of

    try:
        return [status_of(folder) for folder in all_runs(runs_folder(runs_dir))]
    except RunError:  # no home folder: a new run reports that it is not saved
        return []


def _remove(folder: Path, *, damaged: bool) -> None:
    from w2vtui.runs.listing import remove_run

    remove_run(folder, damaged=damaged)


def _export(folder: Path, path: str, *, overwrite: bool = False) -> str:
    """Save the vectors of a run; return what to report."""
    from w2vtui.runs.record import RunRecord, checkpoint_vectors

    request = RunRecord.read(folder).own_request.to(path, overwrite=overwrite)
    request.check_outputs()
    vectors, checkpoint, troubles = checkpoint_vectors(folder)
    request.save(vectors, folder, checkpoint.clock)
    return "\n".join([f"vectors as of {checkpoint.fraction:.1%} saved to {path}", *troubles])


def _line(row: Sequence[str], shown: Sequence[tuple[int, int]], width: int) -> str:
    """The cells of a row that are shown."""
    if not row:
        return ""
    return pad("  ".join(pad(row[at], cells) for at, cells in shown), width - 3)


def _cost(run: RunStatus, epochs: int) -> str:
    """What it takes to train a run that is done to a number of epochs; empty if it is not done."""
    if run.state != "done" or not run.epochs:
        return ""
    per_epoch, live = run.tokens_planned / run.epochs, run.settings
    wanted = LiveSettings(epochs=epochs, alpha=live["alpha"], min_alpha=live["min_alpha"])
    rate, speed = min(live["alpha"], live["min_alpha"]), run.mean_words_per_second
    return further_training(wanted, rate, run.tokens, per_epoch, speed).text


def _advice(run: RunStatus) -> str:
    """What can be done with a run that has no error."""
    if run.state == "done":
        return "training is complete: enter lists what can be done with it"
    if run.can_resume:
        return "enter resumes it"
    if run.checkpoint_tokens is None:
        return "no checkpoint yet: it would start from the beginning"
    return f"{run.state} in another process"
