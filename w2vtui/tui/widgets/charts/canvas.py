"""The cells of one drawing of a chart: axes, band, markers, cursor and curve, in that order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from w2vtui.display import loss_text, short, wrapped
from w2vtui.tui.looks.numbers import round_up
from w2vtui.tui.widgets.charts.plot import GUTTER, Plot
from w2vtui.tui.widgets.charts.scale import Place, Scale, placer, scale_of, visible

STEP_CELLS = 3
"""Where nothing was measured for more cells than this, the line is a staircase."""


class Canvas:
    """The cells of one drawing and the style of each."""

    def __init__(self, plot: Plot, n_columns: int, n_rows: int) -> None:
        self.plot, self.n_columns, self.n_rows = plot, n_columns, n_rows
        glyphs = plot.glyphs
        self.n_dots = n_columns * glyphs.dots_across, n_rows * glyphs.dots_down
        self.top = int(plot.has_head)
        n_lines, width = n_rows + self.top + 2 * plot.has_foot, GUTTER + n_columns
        self.cells = [[" "] * width for _ in range(n_lines)]
        self.styles = [["chart--axis"] * width for _ in range(n_lines)]
        self._draw()

    def strips(self, styles: dict[str, Style]) -> list[Strip]:
        """The drawing as one strip per line."""
        lines = []
        for cells, names in zip(self.cells, self.styles, strict=True):
            segments, start = [], 0
            for name, alike in groupby(names):
                end = start + len(list(alike))
                segments.append(Segment("".join(cells[start:end]), styles[name]))
                start = end
            lines.append(Strip(segments, len(cells)))
        return lines

    def _draw(self) -> None:
        plot = self.plot
        x, y, lower, upper = visible(plot)
        if not np.isfinite(y).any():
            self._write_message()
            return
        scale = scale_of(x, y, (lower, upper), plot, self.n_rows)
        place = placer(scale.low, scale.high, self.n_dots[1], plot.log)
        clipped = np.isfinite(y) & ((y < scale.low) | (y > scale.high))
        line, spread = self._line(x, y, clipped, place)
        band = self._band(x, y, (lower, upper), place) | spread
        self._axes(scale, place)
        if plot.end is not None and plot.shows(plot.end):
            self._upright(plot.end, "╎", "chart--axis")
        self._write_dots(self._texture(band, line), plot.glyphs.band, "chart--band")
        self._markers()
        if plot.cursor is not None and plot.shows(plot.cursor):
            self._upright(plot.cursor, "│", "chart--cursor")
        self._write_dots(line, plot.glyphs.curve, "chart--curve")
        self._excursions(x[clipped], y[clipped], scale)
        at = GUTTER + self.n_columns - cell_len(plot.label)
        if at > GUTTER:
            self._write(self.top, at, plot.label, "chart--label")

    def _excursions(self, x: NDArray[np.float64], y: NDArray[np.float64], scale: Scale) -> None:
        """Mark values beyond the scale: an arrow, and the farthest of neighboring ones."""
        if not x.size:
            return
        columns = np.array([self.plot.column(one, self.n_columns) for one in x.tolist()], dtype=int)
        parts = np.split(np.arange(len(columns)), np.flatnonzero(np.diff(columns) > 1) + 1)
        at = [GUTTER + int(columns[part].mean()) for part in parts]
        tops = [(at[i], float(y[part].max())) for i, part in enumerate(parts)]
        feet = [(at[i], float(y[part].min())) for i, part in enumerate(parts)]
        self._mark_in_row(0, "↑", [(cell, far) for cell, far in tops if far > scale.high])
        self._mark_in_row(
            self.n_rows - 1, "↓", [(cell, far) for cell, far in feet if far < scale.low]
        )

    def _mark_in_row(self, row: int, sign: str, marked: Sequence[tuple[int, float]]) -> None:
        """Write a sign at each cell, and how far that value is where there is room for it."""
        past = GUTTER + self.n_columns
        limits = [*(cell for cell, _ in marked[1:]), past]
        for (cell, far), limit in zip(marked, limits, strict=False):
            text = f"{sign}{loss_text(far)}"
            fits = cell + len(text) < limit + (limit == past)
            self._write(self.top + row, cell, text if fits else sign, "chart--clipped")

    def _axes(self, scale: Scale, place: Place) -> None:
        for row in range(self.n_rows):
            self._write(self.top + row, GUTTER - 1, "│")
        last = self.n_rows + self.top + 1
        for tick in scale.ticks:
            row = self.top + round(float(place(np.array([tick]))[0])) // self.plot.glyphs.dots_down
            is_short = self.plot.from_zero or tick >= 1e5
            text = short(tick) if is_short else f"{tick:.{scale.decimals}f}"
            if row <= last - 2:
                self._write(row, 0, f"{text:>5}", "chart--number")
                self._write(row, GUTTER - 1, "┤")
                last = row
        if self.plot.has_foot:
            self._x_axis(self.top + self.n_rows)

    def _x_axis(self, line: int) -> None:
        plot = self.plot
        self._write(line, GUTTER - 1, "└" + "─" * self.n_columns)
        origin = short(plot.x_low)
        self._write(line + 1, GUTTER, origin, "chart--number")
        free, limit = GUTTER + len(origin), GUTTER + self.n_columns
        if plot.end is not None and plot.end >= plot.x_low:
            limit = self._planned_end(line + 1, plot.end)
        step = round_up((plot.x_high - plot.x_low) / max(self.n_columns / 16, 1))
        first = math.floor(plot.x_low / step * (1 + 1e-9)) + 1
        for count in range(first, int(plot.x_high / step * (1 + 1e-9)) + 1):
            column = GUTTER + plot.column(count * step, self.n_columns)
            text = short(count * step)
            at = min(column - 2, GUTTER + self.n_columns - len(text))
            self._write(line, column, "┴")
            if at > free and at + len(text) < limit + (limit == GUTTER + self.n_columns):
                self._write(line + 1, at, text, "chart--number")
                free = at + len(text)

    def _planned_end(self, line: int, end: float) -> int:
        """Write where the training is planned to end; return the first cell of that."""
        text = f"end {short(end)}" + (" →" if end > self.plot.x_high else "")
        column = GUTTER + self.plot.column(end, self.n_columns)
        at = max(min(column + 1, GUTTER + self.n_columns) - len(text), GUTTER)
        self._write(line, at, text, "chart--number")
        return at

    def _markers(self) -> None:
        """Draw marker lines from the newest back, each with the longest text that fits above it."""
        limit = GUTTER + self.n_columns
        shown = [marker for marker in self.plot.markers if self.plot.shows(marker.x)]
        for marker in sorted(shown, key=lambda marker: -marker.x):
            column = self._upright(marker.x, "┊", "chart--marker")
            fitting = [text for text in marker.texts if column + cell_len(text) <= limit]
            if self.top and fitting:
                self._write(0, column, fitting[0], "chart--marker")
                limit = column - 1

    def _upright(self, x: float, glyph: str, style: str) -> int:
        """Draw a line from top to bottom at x; return its column of cells."""
        at = GUTTER + self.plot.column(x, self.n_columns)
        for row in range(self.n_rows):
            self._write(self.top + row, at, glyph, style)
        return at

    def _line(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        clipped: NDArray[np.bool_],
        place: Place,
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """The dots of the curve and of its spread, bool (rows, columns), with gaps wherever y is
        not a number.

        A gap is at least a cell wide, so that one bad value among a thousand is seen. Values beyond
        the scale interrupt the line.
        """
        n_across, n_down = self.n_dots
        plot, per_cell = self.plot, self.plot.glyphs.dots_across
        share = (x - plot.x_low) / (plot.x_high - plot.x_low)
        columns = np.minimum(share * n_across, n_across - 1).astype(np.int64)
        good = np.isfinite(y)
        known = np.flatnonzero(good & ~clipped)
        line, spread = np.zeros((2, n_down, n_across), dtype=bool)
        if known.size:
            for part in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
                parts = draw_line(columns[part], place(y[part]), self.n_dots, STEP_CELLS * per_cell)
                line |= parts[0]
                spread |= parts[1]
        gaps = np.unique(columns[~good] // per_cell)
        self._in_cells(line)[:, :, gaps] = False
        self._in_cells(spread)[:, :, gaps] = False
        return line, spread

    def _band(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        bounds: tuple[NDArray[np.float64], ...],
        place: Place,
    ) -> NDArray[np.bool_]:
        """The dots within the error of the curve."""
        (n_across, n_down), plot = self.n_dots, self.plot
        if not all(bound.size for bound in bounds):
            return np.zeros((n_down, n_across), dtype=bool)
        at = plot.x_low + (np.arange(n_across) + 0.5) / n_across * (plot.x_high - plot.x_low)
        bottom, top = (
            place(np.interp(at, x, np.where(np.isfinite(y), bound, np.nan), np.nan, np.nan))
            for bound in bounds
        )
        heights = np.arange(n_down)[:, None]
        inside: NDArray[np.bool_] = (heights >= np.round(top)) & (heights <= np.round(bottom))
        return inside

    def _texture(self, band: NDArray[np.bool_], line: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Every few dots of a band, outside the cells of the line, which stays one dot thick."""
        dots = band.copy()
        if self.plot.glyphs.dots_down > 1:
            rows, columns = np.indices(band.shape)
            dots &= (rows % 2 == 0) & ((columns + rows // 2) % 2 == 0)
        busy = self._in_cells(line).any(axis=(1, 3), keepdims=True)
        self._in_cells(dots)[np.broadcast_to(busy, self._in_cells(dots).shape)] = False
        return dots

    def _in_cells(self, dots: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A view of the dots as (rows, dots down, columns, dots across)."""
        glyphs = self.plot.glyphs
        return dots.reshape(self.n_rows, glyphs.dots_down, self.n_columns, glyphs.dots_across)

    def _write_dots(self, dots: NDArray[np.bool_], glyphs: str, style: str) -> None:
        cells, codes = self._in_cells(dots), np.zeros((self.n_rows, self.n_columns), dtype=np.int64)
        for down, bits in enumerate(self.plot.glyphs.bits):
            for across, bit in enumerate(bits):
                codes += bit * cells[:, down, :, across]
        rows, columns = np.nonzero(codes)
        found = zip(rows.tolist(), columns.tolist(), codes[rows, columns].tolist(), strict=True)
        for row, column, code in found:
            self._write(self.top + row, GUTTER + column, glyphs[code], style)

    def _write_message(self) -> None:
        """What stands where there are no points, in the middle, in as many lines as it takes."""
        lines = wrapped(self.plot.message, self.n_columns, self.n_rows)
        top = self.top + self.n_rows // 2 - len(lines) // 2
        for row, text in enumerate(lines, start=top):
            at = (GUTTER + self.n_columns - cell_len(text)) // 2
            self._write(row, at, text, "chart--marker")

    def _write(self, line: int, at: int, text: str, style: str = "chart--axis") -> None:
        self.cells[line][at : at + len(text)] = text
        self.styles[line][at : at + len(text)] = [style] * len(text)


def draw_line(
    columns: NDArray[np.int64],
    rows: NDArray[np.float64],
    n_dots: tuple[int, int],
    step: int,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """A line through points, one dot thick, and the spread of the points: bool (rows, columns).

    columns  int64, ascending
    rows     float64, one for each column; the line runs through their mean in a column
    n_dots   across and down
    step     where the next point is more columns away, the line keeps its height until there
    """
    n_columns, n_rows = n_dots
    cuts = np.flatnonzero(np.diff(columns)) + 1
    starts = np.concatenate(([0], cuts))
    columns_of = columns[starts]
    means = np.add.reduceat(rows, starts) / np.diff(np.append(starts, len(rows)))
    far = np.flatnonzero(np.diff(columns_of) > step)
    knots = np.concatenate((columns_of, columns_of[far + 1] - 1))
    order = np.argsort(knots, kind="stable")
    heights = np.concatenate((means, means[far]))[order]
    every = np.arange(columns_of[0], columns_of[-1] + 1)
    path = np.round(np.interp(every, knots[order], heights)).astype(np.int64)
    upper, lower = path.copy(), path.copy()
    # Neighboring columns meet half way, so that a steep line has no holes.
    middle = (path[:-1] + path[1:]) // 2
    upper[:-1], lower[:-1] = np.minimum(upper[:-1], middle), np.maximum(lower[:-1], middle)
    upper[1:], lower[1:] = np.minimum(upper[1:], middle), np.maximum(lower[1:], middle)
    line, spread = np.zeros((2, n_rows, n_columns), dtype=bool)
    heights_of = np.arange(n_rows)[:, None]
    line[:, every] = (heights_of >= upper) & (heights_of <= lower)
    tops = np.round(np.minimum.reduceat(rows, starts))
    bottoms = np.round(np.maximum.reduceat(rows, starts))
    spread[:, columns_of] = (heights_of >= tops) & (heights_of <= bottoms)
    return line, spread
