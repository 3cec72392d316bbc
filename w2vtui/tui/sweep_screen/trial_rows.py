"""The trials of a sweep, a row each; the arrow keys move over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Resize

from w2vtui.display import pad
from w2vtui.sweeping.results import TrialResult, best_of, ranked
from w2vtui.sweeping.space import Space
from w2vtui.sweeping.table import cells_of, cells_of_current, heads_of, numeric_columns
from w2vtui.sweeping.yardstick import Yardstick
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.widgets.panel import Panel, joined

if TYPE_CHECKING:
    from w2vtui.sweeping.sweep import SweepShot

_GAP = 2
_LEFT_OUT_FIRST = (-1, -3, -2)
"""Columns that a narrow screen leaves out: the run's name, words/s, the time."""


class TrialRows(Panel, can_focus=True):
    """The trials of a sweep."""

    app: BaseApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="sweep.up"),
        Binding("down,j", "move(1)", "down", show=False, id="sweep.down"),
        Binding("pageup", "move(-10)", "ten up", show=False, id="sweep.page_up"),
        Binding("pagedown", "move(10)", "ten down", show=False, id="sweep.page_down"),
        Binding("home", "move(-9999)", "the first trial", show=False, id="sweep.first"),
        Binding("end", "move(9999)", "the last trial", show=False, id="sweep.last"),
    ]  # fmt: skip

    def __init__(self, space: Space, yardstick: Yardstick) -> None:
        super().__init__("Trials", id="trials", classes="framed pane",
                         help="The trials of the sweep, the one at work last.")  # fmt: skip
        self._space, self._yardstick = space, yardstick
        self.border_subtitle = yardstick.title
        self.is_ranked = False
        """Whether the best comes first."""
        self.marked: set[int] = set()
        """The numbers of marked trials."""
        self._shot: SweepShot | None = None
        self._rows: Sequence[TrialResult] = ()
        self._at: int | None = None
        """The row of the pointer; None follows the last trial."""
        self._top = 0

    @property
    def pointed(self) -> TrialResult | None:
        """The trial of the pointer; None if it is not over."""
        at = self._place()
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def mark(self) -> None:
        """Mark the trial of the pointer, or take its mark away."""
        if self.pointed is not None:
            self.marked ^= {self.pointed.number}
            self.redraw()

    def action_move(self, by: int) -> None:
        """Move the pointer."""
        last = len(self._rows) - 1
        self._at = min(max(self._place() + by, 0), max(last, 0))
        self.redraw()

    def on_click(self, event: Click) -> None:
        """Point to a row."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y > 0:
            self._at = min(self._top + offset.y - 1, max(len(self._rows) - 1, 0))
            self.redraw()

    def on_resize(self, event: Resize) -> None:
        """Fill the new size."""
        self.redraw()

    def show_trials(self, shot: SweepShot) -> None:
        """Show the trials as they are now."""
        self._shot = shot
        pointed = self.pointed if self._at is not None else None
        self._rows = ranked(shot.results, self._yardstick) if self.is_ranked else shot.results
        if pointed is not None and pointed in self._rows:
            self._at = list(self._rows).index(pointed)
        self.redraw()

    def redraw(self) -> None:
        """Draw the rows that there is room for, the pointer among them."""
        shot, width, height = self._shot, self.size.width, self.size.height
        if shot is None or width < 1 or height < 2:
            return
        best = best_of(shot.results, self._yardstick)
        cells = [
            cells_of(one, self._space, self._yardstick, is_best=one is best) for one in self._rows
        ]
        if shot.current is not None:
            cells.append(cells_of_current(shot.current, self._space, self._yardstick))
        heads = heads_of(self._space, self._yardstick)
        lines = _lines([heads, *cells], numeric_columns(self._space), width - 4)
        at, room = self._place(), height - 1
        self._top = min(max(self._top, at - room + 1), at) if lines else 0
        if self._at is None:
            self._top = max(len(cells) - room, 0)
        shown = [Text(f"    {lines[0]}", "dim")]
        for row in range(self._top, min(self._top + room, len(cells))):
            one = self._rows[row] if row < len(self._rows) else None
            mark = "■ " if one is not None and one.number in self.marked else "  "
            pointer = "▸ " if row == at else "  "
            shown.append(Text(f"{pointer}{mark}{lines[row + 1]}", self._style(one, best)))
        self.show(joined(shown))

    def _style(self, one: TrialResult | None, best: TrialResult | None) -> str:
        if one is None:
            return ""
        if one is best:
            return "bold"
        return "" if one.state == "done" else "dim"

    def _place(self) -> int:
        """The row of the pointer."""
        return len(self._rows) - 1 if self._at is None else min(self._at, len(self._rows) - 1)


def _lines(rows: Sequence[Sequence[str]], right: Sequence[int], width: int) -> list[str]:
    """Rows as lines of a table, without the columns that do not fit."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    kept = list(range(len(widths)))
    for place in _LEFT_OUT_FIRST:
        if sum(widths[at] + _GAP for at in kept) > width + _GAP:
            kept.remove(len(widths) + place)
    return [
        (" " * _GAP)
        .join(row[at].rjust(widths[at]) if at in right else pad(row[at], widths[at]) for at in kept)
        .rstrip()
        for row in rows
    ]
