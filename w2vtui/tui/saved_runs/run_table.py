"""The table of saved runs: read, chosen, ordered and drawn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from w2vtui.display import cell_width, safe_text, whole_parts
from w2vtui.errors import SettingsError
from w2vtui.runs.choosing import NEWEST, orders
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.keys import own_bindings
from w2vtui.tui.saved_runs.run_facts import SavedRuns, advice, facts
from w2vtui.tui.saved_runs.run_rows import Drawing, Listing, listing
from w2vtui.tui.widgets.field import Field
from w2vtui.tui.widgets.key_bar import PLACES
from w2vtui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from w2vtui.runs.status import RunStatus

LOW = 20
"""Rows of a terminal below which the list takes the place of facts."""
LOOK_SECONDS = 2.0
"""From one look at the runs to the next, at least."""
LONGEST_SECONDS = 20.0
"""From one look to the next, at most: the first one may have taken long."""
LOOK_SHARE = 0.03
"""The share of the time that looks may take: thousands of runs are looked at less often."""
_KEYS = (("mark", "mark"), ("compare", "compare"), ("choose", "filter"), ("order", "sort"),
         ("rename", "rename"), ("note", "note"), ("star", "star"), ("explore", "explore"),
         ("more", "epochs"), ("branch", "branch"), ("delete", "delete"), ("query", "query"),
         ("save", "save"), ("close", "close"))  # fmt: skip
"""The keys below the list, the first ones where there is no room for all."""


class RunTable(ModalScreen[None]):
    """Lists the saved runs under their texts, and follows those that train."""

    HELP_TITLE = "The table of saved runs"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "close", "close", show=False, id="runs.close", priority=True,
                tooltip="close the list; in the filter, drop it"),
        Binding("slash", "choose", "filter the runs", show=False, id="runs.choose",
                tooltip="filter: parts of names and notes, starred, K>5, probe<3, !done"),
        Binding("o", "order", "sort the runs", show=False, id="runs.order",
                tooltip="sort by the next of: newest, probe, scores, words/s, time, name"),
        Binding("down", "to_rows", "from the filter to the runs", show=False, id="runs.to_rows"),
    ]  # fmt: skip

    def __init__(self, runs_dir: str | None) -> None:
        """runs_dir: as in RunSettings"""
        super().__init__()
        self._runs_dir, self._saved = runs_dir, SavedRuns(runs_dir)
        self.listed: Listing | None = None
        """None while the runs are being read."""
        self._drawing: Drawing | None = None
        self._problem = ""
        """What is wrong with the filter."""
        self._notes: dict[str, str] = {}
        """What was last reported of a run, by its folder."""
        self._looking, self._look_at = False, 0.0
        """Whether the runs are being read, and when that may be done again."""
        self.point_at = ""
        """The folder of the run to point at once the list is read again; empty for the same one."""

    def compose(self) -> ComposeResult:
        """The filter, the list, and the facts of the run that is pointed at."""
        with Vertical(id="dialog", classes="runs"):
            yield Field(self.app.runs_wanted, id="wanted", compact=True, select_on_focus=False,
                        placeholder="atlas done K>5 probe<3 starred !stopped")  # fmt: skip
            yield Static("", id="heads", markup=False)
            yield Rows(id="runs")
            yield Static("", id="about", markup=False)

    def key(self, name: str) -> str:
        """The key of a binding of the list."""
        return self.app.key_of(f"runs.{name}", *type(self).__mro__[:-1])

    def on_mount(self) -> None:
        """Read the list; the keys that go to another screen, and to the help, do so from here."""
        for binding in own_bindings(BaseApp):
            if binding.id in (*PLACES, "app.help") and binding.id != "app.runs":
                keys = self.app.keys.get(binding.id, binding.key)
                for one in Binding.make_bindings([replace(binding, key=keys)]):
                    self._bindings.bind(one.key, f"app.{one.action}", show=False)
        self.query_one(Rows).focus()
        self.look()
        self.set_interval(LOOK_SECONDS, self._look_again)

    def on_rows_resized(self, message: Rows.Resized) -> None:
        """Show as many columns as fit now."""
        self._show()

    # ---- reading

    @property
    def runs(self) -> Sequence[RunStatus] | None:
        """The runs that are listed; None while they are being read."""
        return None if self.listed is None else self.listed.runs

    @property
    def pointed(self) -> RunStatus | None:
        """The run that is pointed at; None if there is none."""
        at = self.query_one(Rows).at if self._is_shown else None
        return None if self.listed is None or at is None else self.listed.rows[at].run

    def _look_again(self) -> None:
        if self._looking or not self.is_active:
            return
        if time.monotonic() >= self._look_at:
            self.look()
        elif any(self.app.trains(Path(run.folder)) for run in self.runs or ()):
            self.relist()

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Read the runs in a thread."""
        self._looking, started = True, time.monotonic()
        try:
            every = await asyncio.to_thread(self._saved.read)
        finally:
            self._looking, now = False, time.monotonic()
            self._look_at = now + min((now - started) / LOOK_SHARE, LONGEST_SECONDS)
        await self._relist(every)

    @work(exclusive=True, group="relist")
    async def relist(self) -> None:
        """List the runs that were read in another choice or order."""
        if self.listed is not None:
            await self._relist(self.listed.every)

    @property
    def _is_shown(self) -> bool:
        """Whether there is still something to draw on: a look may end after the list was left."""
        return bool(self.query(Rows))

    @property
    def _order(self) -> str:
        """The name of the order in which they are listed."""
        return self.app.runs_order or NEWEST

    async def _relist(self, every: Sequence[RunStatus]) -> None:
        line, by, now = self.app.runs_wanted, self._order, time.time()
        every = [self.app.run_now(run) for run in every]
        try:
            listed = await asyncio.to_thread(listing, every, line, by, now)
            self._problem = ""
        except SettingsError as error:  # in the middle of typing
            self._problem = str(error)
            if self.listed is not None:
                self._show_about()
                return
            if by not in orders(every):  # no run has that score any more
                by = self.app.runs_order = NEWEST
            listed = await asyncio.to_thread(listing, every, "", by, now)
        if not self._is_shown:
            return
        pointed, rows = self.pointed, self.query_one(Rows)
        self.listed = listed
        folders = [None if row.run is None else row.run.folder for row in listed.rows]
        wanted = self.point_at or ("" if pointed is None else pointed.folder)
        at = folders.index(wanted) if wanted in folders else rows.at
        self.point_at = "" if folders else wanted
        rows.show(self._line, [folder is not None for folder in folders], at)
        self._show()

    # ---- drawing

    def _show(self) -> None:
        """Draw what is listed for the present size."""
        if not self._is_shown:
            return
        rows = self.query_one(Rows)
        self._drawing = None
        if self.listed is not None:
            self._drawing = Drawing(self.listed, rows.line_cells, self.app.inks)
            self.query_one("#heads", Static).update(self._drawing.heads())
        rows.refresh()
        self._show_about()

    def _line(self, at: int, pointed: bool) -> Text:
        if self._drawing is None or self.listed is None:
            return Text("")
        run = self.listed.rows[at].run
        folders = {str(folder) for folder in self.app.marked_runs}
        is_marked = run is not None and run.folder in folders
        return self._drawing.line(at, pointed=pointed, marked=is_marked)

    def _show_frame(self) -> None:
        """Show which runs these are in the frame above, and the keys in the one below."""
        dialog, listed, app = self.query_one("#dialog"), self.listed, self.app
        dialog.set_class(bool(app.runs_wanted) or self.query_one("#wanted").has_focus, "choosing")
        title = ["Saved runs"]
        if listed is not None and len(listed.runs) != len(listed.every):
            title.append(f"{len(listed.runs):,} of {len(listed.every):,}")
        if self._order != NEWEST:
            title.append(f"by {self._order}")
        if app.marked_runs:
            title.append(f"{len(app.marked_runs):,} marked")
        dialog.border_title = "  ".join(title)
        line, last = "enter resumes", f"  {app.key_of('app.help')} all keys"
        for name, what in _KEYS:
            longer = f"{line}  {self.key(name)} {what}"
            if cell_width(longer + last) > dialog.size.width:
                break
            line = longer
        dialog.border_subtitle = line + last

    def _show_about(self) -> None:
        if not self._is_shown:
            return
        self._show_frame()
        about, run = self.query_one("#about", Static), self.pointed
        if self._problem:
            about.update(Text(f"✗ {safe_text(self._problem)}"))
        elif run is None:
            about.update(Text(self._nothing(), "dim"))
        else:
            here = self.app.trains(Path(run.folder))
            note = self._notes.get(run.folder) or (
                f"✗ {run.error}" if run.error else advice(run, here=here)
            )
            lines = facts(run)[: 1 if self.size.height < LOW else None]
            lines = [whole_parts(line, about.size.width) for line in lines]
            about.update(Text("\n".join([*lines, safe_text(note)])))

    def _nothing(self) -> str:
        """Why no run is listed."""
        if self.listed is None:
            return "looking …"
        if self.listed.every:
            way = f"{self.key('choose')}, then {self.key('close')} drops the filter"
            return f"none of {len(self.listed.every):,} runs is asked for: {way}"
        place = safe_text(self._runs_dir or "your data folder")
        return f"no saved runs in {place}: each new run is saved from its start"

    def on_rows_pointed(self, message: Rows.Pointed) -> None:
        """Show the facts of the run."""
        self._show_about()

    def report(self, text: str, run: RunStatus | None = None) -> None:
        """Show a text below the list while a run is pointed at; None takes the one that is."""
        run = run or self.pointed
        if run is not None:
            self._notes[run.folder] = text
        self._show_about()

    # ---- which runs, in which order

    def action_choose(self) -> None:
        """Type which runs to list."""
        self.query_one("#dialog").add_class("choosing")
        self.query_one("#wanted").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """List the runs that are asked for now."""
        if event.value != self.app.runs_wanted:
            self.app.runs_wanted = event.value
            self.relist()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return to the runs that are listed."""
        self.action_to_rows()

    def action_to_rows(self) -> None:
        """Return from the filter to the runs."""
        self.query_one(Rows).focus()
        self.call_after_refresh(self._show_frame)

    def action_order(self) -> None:
        """Sort by the next figure."""
        if self.listed is not None:
            names = orders(self.listed.every)
            at = names.index(self._order) if self._order in names else -1
            self.app.runs_order = names[(at + 1) % len(names)]
            self.relist()

    def action_close(self) -> None:
        """Drop the filter that is being typed, or return to the screen below."""
        field = self.query_one("#wanted", Field)
        if field.has_focus:
            field.value = ""
            self.action_to_rows()
        else:
            if self._problem:
                self.app.runs_wanted = ""
            self.dismiss(None)
