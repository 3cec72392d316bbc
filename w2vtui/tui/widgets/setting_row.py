"""Settings in a list: what is known of one, where it stands, and its line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from w2vtui.display import cell_width, pad

COLUMN_CELLS = 38
"""The least width of a column: arrow, label, arrow, the longest value."""
DETAIL_CELLS = 60
"""The least width for a line that says what a setting does."""
LABEL_CELLS = 14
FACTS_COLUMN = 52
"""Where the facts begin: after the longest value."""
_NO_PART = "no part in it"


@dataclass(frozen=True, slots=True)
class Row:
    """One setting, as text to draw."""

    name: str
    label: str
    value: str
    staged: str = ""
    """The value that waits to be applied; empty when there is none."""
    help: str = ""
    mark: str = ""
    """One cell at the right end that says what a change does."""
    idle: str = ""
    """Why it does nothing at present; empty if it has a part."""
    facts: str = ""
    """Beside the value where there is room: its default, its range, what a change does."""
    detail: str = ""
    """A line below where there is room: what it does."""
    fixed: bool = False
    """Whether it cannot be changed now."""
    dull: bool = False
    """Whether a change of it alone does nothing now."""


class Layout(NamedTuple):
    """Where rows stand: from top to bottom, in one column or several."""

    n_columns: int
    n_lines: int
    """Rows in each column."""
    lines_each: int
    """Lines for a row: two where there is room to say what each does."""
    first: int
    """The first row shown, when the columns are too short for all."""

    def row_at(self, column: int, line: int) -> int:
        """The number of a row; there may be none."""
        return self.first + column * self.n_lines + line


def layout_of(rows: Sequence[Row], picked: int, size: tuple[int, int], n_help_lines: int) -> Layout:
    """How rows are laid out, with the picked one among those shown.

    picked         its number
    size           cells across and down
    n_help_lines   kept free below the rows, unless all rows fit without
    """
    (width, height), n_rows = size, len(rows)
    has_room = height > 2 * n_rows and width >= DETAIL_CELLS
    if has_room and any(row.detail for row in rows):
        return Layout(1, n_rows, lines_each=2, first=0)
    fit_beside = max(width // COLUMN_CELLS, 1)
    n_lines = max(height - n_help_lines, 1)
    if fit_beside * n_lines < n_rows <= fit_beside * (height - 1):
        n_lines = height - 1
    n_columns = min(fit_beside, max(-(-n_rows // n_lines), 1))
    n_lines = min(n_lines, max(-(-n_rows // n_columns), 1))
    left = n_rows - n_columns * n_lines
    first = min(max(picked - n_lines // 2, 0), left) if left > 0 else 0
    return Layout(n_columns, n_lines, lines_each=1, first=first)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """How a row is drawn."""

    is_picked: bool
    lit: bool
    """Whether it is picked and the list has the focus."""
    typing: str | None
    """What is being typed for it; None while nothing is."""
    arrow: str
    """Between the present value and the staged one."""
    has_room: bool = False
    """Whether the facts stand beside the value."""


def row_line(row: Row, how: Drawn, width: int, style: Callable[[str], Style]) -> Text:
    """A row in `width` cells.

    style   of a part, by the name of its component class
    """
    picked, dull = style("rows--picked"), style("rows--label") + Style(dim=True)
    is_dull = row.idle or row.fixed or row.dull
    label_style = picked if how.lit else dull if is_dull else style("rows--label")
    line = Text("▸ " if how.is_picked else "  ", style=picked)
    line.append(pad(row.label, LABEL_CELLS), label_style)
    steps = how.is_picked and not row.fixed
    left, right = ("◂ ", " ▸") if steps else ("  ", "  ")
    lower, higher = (
        picked + Style.from_meta({"step": by}) if steps else Style() for by in (-1, 1)
    )  # fmt: skip
    line.append(left, lower)
    room = width - cell_width(line.plain) - 2 - 2 * bool(row.mark)
    width -= 2 * bool(row.mark)

    def end_arrow() -> None:
        line.append(right if cell_width(line.plain) + 2 <= width else "", higher)

    if how.is_picked and how.typing is not None:
        line.append(pad(how.typing + "▏", min(room, 12)), style("rows--staged"))
    elif row.staged:
        both = f"{row.value} {how.arrow} {row.staged}"
        shown = both if cell_width(both) + 7 <= room else f"{how.arrow} {row.staged}"
        line.append(shown, style("rows--staged"))
        end_arrow()
        if cell_width(line.plain) + 7 <= width:
            line.append(" staged", style("rows--staged"))
    else:
        line.append(row.value, dull if is_dull else style("rows--value"))
        end_arrow()
        fits = cell_width(row.idle) + cell_width(line.plain) < width
        line.append(f" {row.idle if fits else _NO_PART}" if row.idle else "", dull)
    if how.has_room and cell_width(line.plain) < FACTS_COLUMN:
        line.append(" " * (FACTS_COLUMN - cell_width(line.plain)) + row.facts, style("rows--label"))
    line = Text(pad(line.plain, width), spans=line.spans)
    return line.append(f"{row.mark} " if row.mark else "", style("rows--label"))


def detail_line(row: Row, width: int, style: Callable[[str], Style]) -> Text:
    """What a row does, in `width` cells."""
    indent = "  " + " " * (LABEL_CELLS + 2)
    return Text(pad(indent + row.detail, width), style("rows--help") + Style(dim=True))
