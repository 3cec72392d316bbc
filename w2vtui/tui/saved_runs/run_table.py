"""The table of saved runs: drawn, with the facts of the run that is pointed at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from w2vtui.display import cell_width, safe_text, whole_parts
from w2vtui.runs.listed.choosing import NEWEST, orders
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.keys import own_bindings
from w2vtui.tui.saved_runs.listed_runs import ListedRuns
from w2vtui.tui.saved_runs.run_facts import advice, facts
from w2vtui.tui.saved_runs.run_rows import Drawing
from w2vtui.tui.widgets.field import Field
from w2vtui.tui.widgets.key_bar import PLACES
from w2vtui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus

LOW = 20
"""Rows of a terminal below which the list takes the place of facts."""
_KEYS = (("mark", "mark"), ("compare", "compare"), ("choose", "filter"), ("order", "sort"),
         ("rename", "rename"), ("note", "note"), ("star", "star"), ("explore", "explore"),
         ("more", "epochs"), ("branch", "branch"), ("delete", "delete"), ("query", "query"),
         ("save", "save"), ("close", "close"))  # fmt: skip
"""The keys below the list, the first ones where there is no room for all."""


class RunTable(ListedRuns):
    """Lists the saved runs under their texts, and follows those that train."""

    HELP_TITLE = "The table of saved runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "close", "close", show=False, id="runs.close", priority=True,
                tooltip="close the list; in the filter, drop it"),
        # With priority, so that the next keys are typed in the filter.
        Binding("slash", "choose", "filter the runs", show=False, id="runs.choose", priority=True,
                tooltip="filter: parts of names and notes, starred, K>5, probe<3, !done"),
        Binding("o", "order", "sort the runs", show=False, id="runs.order",
                tooltip="sort by the next of: newest, probe, scores, words/s, time, name"),
        Binding("down", "to_rows", "from the filter to the runs", show=False, id="runs.to_rows"),
    ]  # fmt: skip

    def __init__(self, runs_dir: str | None) -> None:
        """runs_dir: as in RunSettings"""
        super().__init__(runs_dir)
        self._drawing: Drawing | None = None
        self._notes: dict[str, str] = {}
        """What was last reported of a run, by its folder."""

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
        """Let the keys that go to another screen, and to the help, do so from here."""
        for binding in own_bindings(BaseApp):
            if binding.id in (*PLACES, "app.help") and binding.id != "app.runs":
                keys = self.app.keys.get(binding.id, binding.key)
                for one in Binding.make_bindings([replace(binding, key=keys)]):
                    self._bindings.bind(one.key, f"app.{one.action}", show=False)
        self.query_one(Rows).focus()

    def on_rows_resized(self, message: Rows.Resized) -> None:
        """Show as many columns as fit now."""
        self.show_table()

    # ---- drawing

    def show_table(self) -> None:
        """Draw what is listed for the present size."""
        if not self.is_shown:
            return
        rows = self.query_one(Rows)
        self._drawing = None
        if self.listed is not None:
            self._drawing = Drawing(self.listed, rows.line_cells, self.app.inks)
            self.query_one("#heads", Static).update(self._drawing.heads())
        rows.refresh()
        self.show_about()

    def line(self, at: int, pointed: bool) -> Text:
        """A line of the list."""
        if self._drawing is None or self.listed is None:
            return Text("")
        run = self.listed.rows[at].run
        folders = {str(folder) for folder in self.app.marked_runs}
        is_marked = run is not None and run.folder in folders
        return self._drawing.line(at, pointed=pointed, marked=is_marked)

    def _show_frame(self) -> None:
        """Show which runs these are in the frame above, and the keys in the one below."""
        if not self.is_shown:
            return
        dialog, listed, app = self.query_one("#dialog"), self.listed, self.app
        dialog.set_class(bool(app.runs_wanted) or self.query_one("#wanted").has_focus, "choosing")
        title = ["Saved runs"]
        if listed is not None and len(listed.runs) != len(listed.every):
            title.append(f"{len(listed.runs):,} of {len(listed.every):,}")
        if self.order != NEWEST:
            title.append(f"by {self.order}")
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

    def show_about(self) -> None:
        """Show what is known of the run that is pointed at, or why there is none."""
        if not self.is_shown:
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
            wanted = safe_text(self.app.runs_wanted, 40)
            return f"no run of {len(self.listed.every):,} matches '{wanted}': {way}"
        place = safe_text(self._runs_dir or "your data folder")
        return f"no saved runs in {place}: each new run is saved from its start"

    def on_rows_pointed(self, message: Rows.Pointed) -> None:
        """Show the facts of the run."""
        self.show_about()

    def report(self, text: str, run: RunStatus | None = None) -> None:
        """Show a text below the list while a run is pointed at; None takes the one that is."""
        run = run or self.pointed
        if run is not None:
            self._notes[run.folder] = text
        self.show_about()

    # ---- which runs, in which order

    def action_choose(self) -> None:
        """Type which runs to list."""
        self.query_one("#dialog").add_class("choosing")
        self.set_focus(self.query_one("#wanted"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key can be used now: a slash is part of what is typed in the filter."""
        if action == "choose":
            return not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

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
        self.set_focus(self.query_one(Rows))
        self.call_after_refresh(self._show_frame)

    def action_order(self) -> None:
        """Sort by the next figure."""
        if self.listed is not None:
            names = orders(self.listed.every)
            at = names.index(self.order) if self.order in names else -1
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
