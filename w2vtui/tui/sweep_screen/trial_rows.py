"""The trials of a sweep, a line each, under their heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from w2vtui.display import pad
from w2vtui.sweeping.outcome.results import TrialResult, best_of, ranked
from w2vtui.sweeping.outcome.table import cells_of, cells_of_current, heads_of, numeric_columns
from w2vtui.sweeping.space import Space
from w2vtui.sweeping.yardstick import Yardstick
from w2vtui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from w2vtui.sweeping.watched_sweep import SweepShot

_GAP = 2
_SIGNS = 4
"""Cells before a line: the pointer, the mark, and a space behind each."""
_LEFT_OUT_FIRST = (-1, -3, -2)
"""Columns that a narrow screen leaves out: the run's name, words/s, the time."""


class TrialRows(Vertical):
    """The trials of a sweep, the one at work last."""

    def __init__(self, space: Space, yardstick: Yardstick) -> None:
        super().__init__(id="trials", classes="framed pane")
        self._space, self._yardstick = space, yardstick
        self.border_title, self.border_subtitle = "Trials", yardstick.title
        self.is_ranked = False
        """Whether the best comes first."""
        self.marked: set[int] = set()
        """The numbers of marked trials."""
        self._shot: SweepShot | None = None
        self._trials: Sequence[TrialResult] = ()
        self._lines: Sequence[str] = ()
        self._best: TrialResult | None = None
        self._follows: int | None = None
        """The line of the last trial that is over, which is pointed at until a person moves; -1
        from then on.
        """

    def compose(self) -> ComposeResult:
        """Yield the heads and the lines."""
        yield Static("", id="heads", markup=False)
        yield Rows(id="trial-rows")

    @property
    def pointed(self) -> TrialResult | None:
        """The trial that is pointed at; None if there is none that is over."""
        at = self.query_one(Rows).at
        return None if at is None or at >= len(self._trials) else self._trials[at]

    def mark(self) -> None:
        """Mark the trial that is pointed at, or take its mark away."""
        if self.pointed is not None:
            self.marked ^= {self.pointed.number}
            self.query_one(Rows).refresh()

    def on_rows_resized(self, message: Rows.Resized) -> None:
        """Show as many columns as fit now."""
        if self._shot is not None:
            self.show_trials(self._shot)

    def show_trials(self, shot: SweepShot) -> None:
        """Show the trials as they are now."""
        rows, pointed = self.query_one(Rows), self.pointed
        trials = ranked(shot.results, self._yardstick) if self.is_ranked else shot.results
        self._shot, self._trials = shot, trials
        self._best = best = best_of(shot.results, self._yardstick)
        cells = [cells_of(one, self._space, self._yardstick, is_best=one is best) for one in trials]
        if shot.current is not None:
            cells.append(cells_of_current(shot.current, self._space, self._yardstick))
        heads = heads_of(self._space, self._yardstick)
        columns = numeric_columns(self._space)
        head, *self._lines = _lines([heads, *cells], columns, rows.line_cells - _SIGNS)
        self.query_one("#heads", Static).update(Text(f"{' ' * _SIGNS}{head}", "dim", no_wrap=True))
        is_over = [at < len(trials) for at in range(len(cells))]
        if rows.at == self._follows:  # nobody has moved
            rows.show(self._line, is_over, len(trials) - 1)
            rows.scroll_end(animate=False, immediate=True)  # the trial at work is in view
            self._follows = rows.at
        else:
            at, self._follows = rows.at, -1
            if pointed is not None and pointed in trials:
                at = list(trials).index(pointed)
            rows.show(self._line, is_over, at)

    def _line(self, at: int, pointed: bool) -> Text:
        one = self._trials[at] if at < len(self._trials) else None
        mark = "■ " if one is not None and one.number in self.marked else "  "
        style = "" if one is None or one.state == "done" else "dim"
        if one is not None and one is self._best:
            style = "bold"
        return Text(f"{'▸ ' if pointed else '  '}{mark}{self._lines[at]}", style, no_wrap=True)


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
