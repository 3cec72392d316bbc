"""What stands in the list of saved runs: which runs, in which order, in which columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from w2vtui.display import pad, safe_text, whole_parts
from w2vtui.runs.listed.choosing import chosen
from w2vtui.runs.listed.table import (
    BEST,
    BEST_SCORE,
    HEADS,
    Column,
    bests_of,
    cells_of,
    columns_of,
    differing_in,
    fitting,
    grouped,
    shared_text,
)

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus
    from w2vtui.tui.looks.inks import InkName, Inks

_INKS: Mapping[str, InkName] = {"training": "good", "preparing": "good", "paused": "warning",
                                "failed": "bad", "damaged": "bad"}  # fmt: skip
"""Of states that ask for a look."""
N_MARKS = 4
"""Cells before a name: pointer, mark, star, space."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: a run, or a text above its runs."""

    run: RunStatus | None
    cells: Sequence[str] = ()
    best: Collection[str] = ()
    """Names of the columns in which the run is the best of its text."""
    differing: Collection[str] = ()
    """Settings that are not the same in all runs on its text."""
    above: Sequence[RunStatus] = ()
    """All runs on the text, of a line above its runs."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The runs that are listed."""

    every: Sequence[RunStatus]
    """All runs that are saved, newest first."""
    runs: Sequence[RunStatus]
    """Those that are listed, in the order of their lines."""
    columns: Sequence[Column]
    rows: Sequence[Row]


def listing(every: Sequence[RunStatus], line: str, by: str, now: float) -> Listing:
    """The runs that a line of words asks for, ordered, under their texts.

    Raises:
        SettingsError: a word or the order names nothing that runs have.
    """
    found = chosen(every, line, by)
    columns, rows, runs = columns_of(found), [], []
    groups = {(group[0].text, group[0].fingerprint): group for group in grouped(every)}
    for listed in grouped(found):
        group = groups[listed[0].text, listed[0].fingerprint]
        best, differing = bests_of(group, columns), differing_in(group)
        rows.append(Row(None, above=group))
        for run in listed:
            marks = best.get(run.folder, ())
            rows.append(Row(run, cells_of(run, columns, now, marks), marks, differing))
        runs += listed
    return Listing(every, runs, columns, rows)


class Drawing:
    """Draws the lines of a listing in a width."""

    def __init__(self, listed: Listing, width: int, inks: Inks) -> None:
        self._columns, self._rows, self._inks = listed.columns, listed.rows, inks
        cells = [row.cells for row in listed.rows if row.cells]
        self._shown = fitting(listed.columns, cells, width - N_MARKS) if cells else []
        self._width = width

    def heads(self) -> Text:
        """What stands above the columns."""
        heads = "  ".join(pad(self._columns[at].head, cells) for at, cells in self._shown)
        return Text(f"{' ' * N_MARKS}{heads}", "dim", no_wrap=True)

    def line(self, at: int, *, pointed: bool, marked: bool) -> Text:
        """A line of the list."""
        row = self._rows[at]
        if row.run is None:
            return self._text_line(row.above)
        signs = f"{'▸' if pointed else ' '}{'■' if marked else ' '}"
        line = Text(f"{signs}{'★' if row.run.starred else ' '} ", no_wrap=True)
        for place, (column_at, cells) in enumerate(self._shown):
            line.append("  " * (place > 0))
            self._append(line, row, self._columns[column_at], pad(row.cells[column_at], cells))
        return line

    def _append(self, line: Text, row: Row, column: Column, cell: str) -> None:
        """Add a cell: a setting that all runs on the text share is dim, the best is marked."""
        is_shared = column.name in HEADS and column.name not in row.differing
        line.append(cell, "dim" if is_shared else "")
        ink = _INKS.get(row.run.state) if row.run and column.name == "state" else None
        if ink is not None:
            line.stylize(getattr(self._inks, ink), len(line.plain) - len(cell))
        if column.name in row.best:
            sign = BEST if column.name == "probe" else BEST_SCORE
            start = len(line.plain) - len(cell) + max(cell.find(sign), 0)
            line.stylize(self._inks.good, start, start + len(sign))

    def _text_line(self, group: Sequence[RunStatus]) -> Text:
        """The name of a text, and what its runs have in common that is in no column."""
        shared = shared_text(group, [self._columns[at] for at, _ in self._shown])
        text = safe_text(group[0].text, 40) or "text unknown"
        line = Text(text, "bold", no_wrap=True)
        line.append(whole_parts(f"  {shared}", max(self._width - line.cell_len, 0)), "not bold dim")
        return line
