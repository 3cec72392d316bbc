"""The cells of one drawing of a chart: axes, band, markers, cursor and curve, in that order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from w2vtui.display import short
from w2vtui.tui.numbers import round_up
from w2vtui.tui.widgets.plot import GUTTER, Plot

_LEAST_LOG = 1e-9
"""Smaller values are left out on a logarithmic scale."""

Place = Callable[[NDArray[np.float64]], NDArray[np.float64]]


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
        x, y, lower, upper = _visible(plot)
        if not np.isfinite(y).any():
            text = plot.message[: self.n_columns]
            at = (GUTTER + self.n_columns - cell_len(text)) // 2
            self._write(self.top + self.n_rows // 2, at, text, "chart--marker")
            return
        values = np.concatenate((y, lower, upper))
        low, high, ticks = _scale(values[np.isfinite(values)], plot, self.n_rows)
        place = _placer(low, high, self.n_dots[1], plot.log)
        line = self._line(x, y, place)
        band = self._band(x, y, (lower, upper), place, line)
        self._axes(ticks, place)
        self._write_dots(band, plot.glyphs.band, "chart--band")
        self._markers()
        if plot.cursor is not None and plot.shows(plot.cursor):
            self._upright(plot.cursor, "│", "chart--cursor")
        beside = self._in_cells(band) & self._in_cells(line).any(axis=(1, 3), keepdims=True)
        self._write_dots(line | beside.reshape(line.shape), plot.glyphs.curve, "chart--curve")
        at = GUTTER + self.n_columns - cell_len(plot.label)
        if at > GUTTER:
            self._write(self.top, at, plot.label, "chart--label")

    def _axes(self, ticks: Sequence[float], place: Place) -> None:
        for row in range(self.n_rows):
            self._write(self.top + row, GUTTER - 1, "│")
        decimals = 0 if len(ticks) < 2 else max(0, -math.floor(math.log10(ticks[1] - ticks[0])))
        last = self.n_rows + self.top + 1
        for tick in ticks:
            row = self.top + round(float(place(np.array([tick]))[0])) // self.plot.glyphs.dots_down
            is_short = self.plot.from_zero or tick >= 1e5
            text = short(tick) if is_short else f"{tick:.{min(decimals, 3)}f}"
            if row <= last - 2:
                self._write(row, 0, f"{text:>5} ┤")
                last = row
        if self.plot.has_foot:
            self._x_axis(self.top + self.n_rows)

    def _x_axis(self, line: int) -> None:
        plot = self.plot
        self._write(line, GUTTER - 1, "└" + "─" * self.n_columns)
        origin = short(plot.x_low)
        self._write(line + 1, GUTTER, origin)
        free = GUTTER + len(origin)
        step = round_up((plot.x_high - plot.x_low) / max(self.n_columns / 16, 1))
        first = math.floor(plot.x_low / step * (1 + 1e-9)) + 1
        for count in range(first, int(plot.x_high / step * (1 + 1e-9)) + 1):
            column = GUTTER + plot.column(count * step, self.n_columns)
            text = short(count * step)
            at = min(column - 2, GUTTER + self.n_columns - len(text))
            self._write(line, column, "┴")
            if at > free:
                self._write(line + 1, at, text)
                free = at + len(text)

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
        self, x: NDArray[np.float64], y: NDArray[np.float64], place: Place
    ) -> NDArray[np.bool_]:
        """The dots of the curve, bool (rows, columns), with a gap wherever y is not a number.

        A gap is at least a cell wide, so that one bad value among a thousand is seen.
        """
        n_across, n_down = self.n_dots
        plot, per_cell = self.plot, self.plot.glyphs.dots_across
        share = (x - plot.x_low) / (plot.x_high - plot.x_low)
        columns = np.minimum(share * n_across, n_across - 1).astype(np.int64)
        good = np.isfinite(y)
        known = np.flatnonzero(good)
        dots = np.zeros((n_down, n_across), dtype=bool)
        for part in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
            rows = np.round(place(y[part])).astype(np.int64)
            dots |= draw_line(columns[part], rows, n_across, n_down)
        gaps = np.unique(columns[~good] // per_cell)
        self._in_cells(dots)[:, :, gaps] = False
        return dots

    def _band(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        bounds: tuple[NDArray[np.float64], ...],
        place: Place,
        line: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """A dot in every second cell at either bound, where the line leaves room for it.

        A band thinner than the line is not drawn, since it would only thicken the line.
        """
        dots, plot, n_across = np.zeros_like(line), self.plot, self.n_dots[0]
        columns = np.arange(0, n_across, 2 * plot.glyphs.dots_across)
        at = plot.x_low + (columns + 0.5) / n_across * (plot.x_high - plot.x_low)
        center = place(np.interp(at, x, y, left=np.nan, right=np.nan))
        for bound in bounds:
            if bound.size:
                rows = place(np.interp(at, x, bound, left=np.nan, right=np.nan))
                apart = np.abs(rows - center) >= 1  # not where one of them is not a number
                dots[np.round(rows[apart]).astype(np.int64), columns[apart]] = True
        near = line.copy()
        if plot.glyphs.dots_down > 1:
            near[1:] |= line[:-1]
            near[:-1] |= line[1:]
        return dots & ~near

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

    def _write(self, line: int, at: int, text: str, style: str = "chart--axis") -> None:
        self.cells[line][at : at + len(text)] = text
        self.styles[line][at : at + len(text)] = [style] * len(text)


def _visible(plot: Plot) -> tuple[NDArray[np.float64], ...]:
    """x, y and the bounds of y between the ends of a plot; NaN for what cannot be drawn.

    The bounds are empty when no error is known.
    """
    points = plot.points[np.isfinite(plot.points[:, 0])]
    first = int(np.searchsorted(points[:, 0], plot.x_low))
    stop = int(np.searchsorted(points[:, 0], plot.x_high, side="right"))
    shown = points[first:stop]
    if 0 < first < stop and np.isfinite(points[first - 1 : first + 1, 1]).all():
        before, after = points[first - 1 : first + 1]  # the line enters from the left
        share = (plot.x_low - before[0]) / (after[0] - before[0])
        shown = np.vstack((before + share * (after - before), shown))
    x, y = shown[:, 0], shown[:, 1]
    y = np.where(np.isfinite(y) & ((y > _LEAST_LOG) | (not plot.log)), y, np.nan)
    if shown.shape[1] < 3:
        return x, y, np.empty(0), np.empty(0)
    lower, upper = y - shown[:, 2], y + shown[:, 2]
    return x, y, np.where((lower > _LEAST_LOG) | (not plot.log), lower, np.nan), upper


def _scale(
    values: NDArray[np.float64], plot: Plot, n_rows: int
) -> tuple[float, float, list[float]]:
    """Range and ticks of y, on round numbers so that the scale seldom changes."""
    low, high = (0.0 if plot.from_zero else float(values.min())), float(values.max())
    n_ticks = max(min(n_rows // 2, 5), 1)
    if plot.log:
        low, high = 0.98 * low, 1.02 * high
        return low, high, [low * (high / low) ** (i / n_ticks) for i in range(n_ticks + 1)]
    step = round_up(max(high - low, abs(high) * 0.02, 1e-9) / n_ticks)
    half = step / 2
    first, last = math.floor(low / half + 1e-9), math.ceil(high / half - 1e-9)
    last = max(last, first + 2)
    return first * half, last * half, [i * half for i in range(first, last + 1) if i % 2 == 0]


def _placer(low: float, high: float, n_dots: int, log: bool) -> Place:
    """A function from values to dot rows, fractional, 0 at the top."""
    bottom, top = (math.log(low), math.log(high)) if log else (low, high)

    def place(values: NDArray[np.float64]) -> NDArray[np.float64]:
        share = ((np.log(values) if log else values) - bottom) / (top - bottom)
        return np.clip((1 - share) * (n_dots - 1), 0, n_dots - 1)

    return place


def draw_line(
    columns: NDArray[np.int64], rows: NDArray[np.int64], n_columns: int, n_rows: int
) -> NDArray[np.bool_]:
    """A line through points, bool (n_rows, n_columns); a column is filled from low to high.

    columns  int64, ascending
    rows     int64, one for each column
    """
    cuts = np.flatnonzero(np.diff(columns)) + 1
    starts = np.concatenate(([0], cuts))
    columns_of, first, last = columns[starts], rows[starts], rows[np.append(cuts, rows.size) - 1]
    tops, bottoms = np.minimum.reduceat(rows, starts), np.maximum.reduceat(rows, starts)
    every = np.arange(columns_of[0], columns_of[-1] + 1)
    # Between two columns with points the line runs straight, from the last point to the first.
    knots = np.column_stack((columns_of, columns_of)).ravel().astype(float)
    knots[1::2] += 1e-9
    heights = np.column_stack((first, last)).ravel()
    path = np.round(np.interp(every, knots, heights)).astype(np.int64)
    upper, lower = path.copy(), path.copy()
    at = columns_of - columns_of[0]
    upper[at], lower[at] = np.minimum(tops, path[at]), np.maximum(bottoms, path[at])
    # Neighboring columns meet half way, so that a steep line has no holes.
    middle = (path[:-1] + path[1:]) // 2
    upper[:-1], lower[:-1] = np.minimum(upper[:-1], middle), np.maximum(lower[:-1], middle)
    upper[1:], lower[1:] = np.minimum(upper[1:], middle), np.maximum(lower[1:], middle)
    dots = np.zeros((n_rows, n_columns), dtype=bool)
    heights_of = np.arange(n_rows)[:, None]
    dots[:, every] = (heights_of >= upper) & (heights_of <= lower)
    return dots
