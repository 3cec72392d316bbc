"""One setting in a list of settings: what is known of it, and its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text

from w2vtui.display import cell_width, pad

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
