"""What the tabs are drawn with: curves over one another, columns, folded lines, shares as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from rich.text import Text

from w2vtui.display import cell_width, short, wrapped
from w2vtui.tui.looks.glyphs import Glyphs
from w2vtui.tui.looks.inks import Inks
from w2vtui.tui.widgets.charts.canvas import draw_line

BESIDE_CELLS = 104
"""From this width on a tab has two columns."""
_GAP = 2
"""Cells between them."""
N_PLACES = 240
"""Ranks at which a curve over the vocabulary is computed."""
GUTTER = 7
"""Cells left of the curves: a label of 5, a space, the axis."""


class Pens(NamedTuple):
    """How to draw."""

    glyphs: Glyphs
    inks: Inks


class Curve(NamedTuple):
    """Heights along the axis, evenly spaced."""

    heights: NDArray[np.float64]
    """0 at the bottom, 1 at the top; those beyond are not drawn"""
    style: Style | str = ""
    faint: bool = False
    """Drawn below the others in the glyphs of a band, with gaps, to differ without color."""
    dotted: bool = False
    """Of a faint one: whether there are more gaps than in dashes."""


class Spot(NamedTuple):
    """A sign at a place."""

    x: float
    """0 at the left, 1 at the right"""
    y: float
    """0 at the bottom, 1 at the top"""
    sign: str


class Named(NamedTuple):
    """A curve or a place, beside its sign."""

    sign: str
    name: str
    short: str
    """The same where there is little room."""
    style: Style | str


class Axes(NamedTuple):
    """What stands beside the curves."""

    top: str
    bottom: str
    left: str
    """Below, where x begins."""
    right: str


def key_line(title: str, named: Sequence[Named], width: int) -> Text:
    """What the signs of a chart are; without the title, and with short names, where there is little
    room.
    """
    for lead, is_short in ((title, False), ("", False), ("", True)):
        line = Text(f" {lead}  " if lead else " ", "dim", no_wrap=True)
        for at, one in enumerate(named):
            name = one.short if is_short else one.name
            line.append(f"{'  ' * (at > 0)}{one.sign} {name}", one.style)
        if line.cell_len <= width:
            break
    return cut(line, width)


def rows_along(n_words: int, n: int) -> NDArray[np.int64]:
    """Rows of words, (n,), whose ranks are evenly spaced on a logarithmic axis."""
    ranks = np.exp(np.linspace(0, np.log(n_words), n))
    return np.minimum(np.round(ranks).astype(np.int64) - 1, n_words - 1)


def curve_lines(
    curves: Sequence[Curve],
    axes: Axes,
    size: tuple[int, int],
    glyphs: Glyphs,
    spots: Sequence[Spot] = (),
) -> list[Text]:
    """Curves as lines; none where there is no room.

    size   cells across and down, with axes and labels
    """
    n_columns, n_rows = size[0] - GUTTER, size[1] - 2
    if n_columns < 8 or n_rows < 2:
        return []
    cells: list[list[tuple[str, Style | str]]] = [[(" ", "")] * n_columns for _ in range(n_rows)]
    for curve in sorted(curves, key=lambda one: not one.faint):
        _draw(curve, cells, glyphs)
    for spot in spots:
        if 0 <= spot.x <= 1 and 0 <= spot.y <= 1:
            row = round((1 - spot.y) * (n_rows - 1))
            cells[row][round(spot.x * (n_columns - 1))] = (spot.sign, "bold")
    lines = []
    for row, line_cells in enumerate(cells):
        label = axes.top if row == 0 else axes.bottom if row == n_rows - 1 else ""
        line = Text(f"{label:>{GUTTER - 2}} ", "dim", no_wrap=True)
        line.append("┤" if label else "│", "dim")
        for cell, style in line_cells:
            line.append(cell, style)
        lines.append(line)
    foot = f"{axes.left}{axes.right:>{max(n_columns - len(axes.left), 0)}}"
    lines.append(Text(" " * (GUTTER - 1) + "└" + "─" * n_columns, "dim", no_wrap=True))
    lines.append(Text(" " * GUTTER + foot[:n_columns], "dim", no_wrap=True))
    return lines


def _draw(curve: Curve, cells: list[list[tuple[str, Style | str]]], glyphs: Glyphs) -> None:
    n_rows, n_columns = len(cells), len(cells[0])
    across, down = n_columns * glyphs.dots_across, n_rows * glyphs.dots_down
    heights = curve.heights
    good = np.flatnonzero(np.isfinite(heights) & (heights >= 0) & (heights <= 1))
    if not good.size:
        return
    places = (good / max(len(heights) - 1, 1) * (across - 1)).astype(np.int64)
    dots = np.zeros((down, across), dtype=bool)
    for part in np.split(np.arange(good.size), np.flatnonzero(np.diff(good) > 1) + 1):
        rows = (1 - heights[good[part]]) * (down - 1)
        dots |= draw_line(places[part], rows, (across, down), across)[0]
    if curve.faint:
        period = 2 if curve.dotted else 3
        dots[:, np.arange(across) // glyphs.dots_across % period == period - 1] = False
    texture = glyphs.band if curve.faint else glyphs.curve
    blocks = dots.reshape(n_rows, glyphs.dots_down, n_columns, glyphs.dots_across)
    for row, column in zip(*np.nonzero(blocks.any(axis=(1, 3))), strict=True):
        code = sum(
            bit * int(blocks[row, i, column, j])
            for i, bits in enumerate(glyphs.bits)
            for j, bit in enumerate(bits)
        )
        cells[row][column] = (texture[code], curve.style)


def beside(left: Sequence[Text], right: Sequence[Text], left_cells: int, n: int) -> list[Text]:
    """The first `n` lines of two columns.

    left_cells   across the left one
    """
    lines = []
    for at in range(n):
        line = left[at].copy() if at < len(left) else Text()
        line.append(" " * (left_cells + _GAP - line.cell_len))
        line.append_text(right[at] if at < len(right) else Text())
        lines.append(line)
    return lines


def width_beside(width: int, other_cells: int) -> int:
    """The cells that are left for a column beside another one."""
    return width - other_cells - _GAP


_CLAUSE_ENDS = (": ", "; ", ". ", ", ", " (")
LOW_ROWS = 26
"""In fewer rows each fact has one line."""


def facts_below(facts: Sequence[tuple[str, str]], size: tuple[int, int]) -> list[Text]:
    """Texts behind their labels, in up to three lines each where there is room.

    size   cells across and down of the whole pane
    """
    most = 1 if size[1] < LOW_ROWS else 3
    return [line for label, text in facts for line in folded(label, text, size[0], most)]


def folded(label: str, text: str, width: int, most: int) -> list[Text]:
    """A text behind its label, or its first clauses, in up to `most` lines of `width` cells."""
    indent = cell_width(label) + 3
    room, lines = max(width - indent, 8), []
    for at, part in enumerate(wrapped(whole_clauses(text, room, most), room, most)):
        line = Text(f" {label}  " if at == 0 else " " * indent, "bold", no_wrap=True)
        line.append(part, "not bold")
        lines.append(cut(line, width))
    return lines


def whole_clauses(text: str, width: int, n_lines: int = 1) -> str:
    """As many clauses of a text as fit into some lines; all of it if not even the first does."""
    shown = text
    while len(wrapped(shown, width, n_lines + 1)) > n_lines or (
        shown != text and shown.count("(") > shown.count(")")
    ):
        end = max(shown.rfind(one) for one in _CLAUSE_ENDS)
        if end < 0:
            return text
        shown = shown[:end]
    return shown


def cut(line: Text, width: int) -> Text:
    """A line of at most this many cells; what is cut off is replaced by an ellipsis."""
    line.truncate(max(width, 0), overflow="ellipsis")
    return line


def share_text(share: float) -> str:
    """A share as a percentage, eight characters: `2.8008%`, `3.2e-4%`."""
    percent = 100 * share
    text = f"{percent:.4f}%" if percent >= 0.001 else f"{percent:.0e}%".replace("e-0", "e-")
    return f"{text:>8}"


def times_text(ratio: float) -> str:
    """How many times as much: `0.31x`, `2.9x`, `11.9kx`."""
    return f"{short(ratio)}x" if ratio >= 100 else f"{ratio:.2g}x"
