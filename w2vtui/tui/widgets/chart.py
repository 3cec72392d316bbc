"""A curve in braille: two dots across and four down in every cell.

Written by hand for what a curve that is steered needs and plot widgets lack: numbered markers with
their texts above the line, a log scale, two charts over one x axis, and no second frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.strip import Strip
from textual.widget import Widget

from w2vtui.tui.figures import short

GUTTER = 7
"""Cells left of the plot: a label of 5, a space, the axis."""
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])

_LEAST_LOG = 1e-9
"""Smaller values are left out of a log scale."""

Place = Callable[[NDArray[np.float64]], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line at x, and its texts, from long to short."""

    x: float
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Plot:
    """What a chart draws."""

    points: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    """(n, 2): x ascending, and y; what is not a number is left out."""
    x_high: float = 1.0
    """x at the right end; the left end is 0."""
    label: str = ""
    """Stands in the upper right corner."""
    markers: tuple[Marker, ...] = ()
    log: bool = False
    from_zero: bool = False
    """y begins at 0."""
    has_head: bool = False
    """Whether the markers' texts stand above."""
    has_foot: bool = False
    """Whether the x axis stands below."""
    message: str = ""
    """Shown while there are no points."""


class Chart(Widget):
    """One curve over x from 0."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "chart--curve", "chart--axis", "chart--marker", "chart--label",
    }  # fmt: skip

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._plot = Plot()
        self._strips: list[Strip] = []

    def show(self, plot: Plot) -> None:
        """Draw this."""
        self._plot = plot
        self._redraw()

    def on_resize(self, event: Resize) -> None:
        """Draw for the new size."""
        self._redraw()

    def notify_style_update(self) -> None:
        """Draw in the colours of the new theme."""
        super().notify_style_update()
        self._redraw()

    def render_line(self, y: int) -> Strip:
        """A line of the last drawing."""
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)

    def _redraw(self) -> None:
        plot, width, height = self._plot, self.size.width, self.size.height
        head, foot = plot.has_head and height >= 4, plot.has_foot and height >= 6
        plot = replace(plot, has_head=head, has_foot=foot)
        n_columns, n_rows = width - GUTTER, height - head - 2 * foot
        self._strips = []
        if n_columns >= 4 and n_rows >= 1:
            base = self.rich_style
            names = Chart.COMPONENT_CLASSES
            styles = {name: base + self.get_component_rich_style(name) for name in names}
            self._strips = _Canvas(plot, n_columns, n_rows).strips(styles)
        self.refresh()


class _Canvas:
    """The cells of one drawing."""

    def __init__(self, plot: Plot, n_columns: int, n_rows: int) -> None:
        self.plot, self.n_columns, self.n_rows = plot, n_columns, n_rows
        self.top = int(plot.has_head)
        n_lines, width = n_rows + self.top + 2 * plot.has_foot, GUTTER + n_columns
        self.cells = [[" "] * width for _ in range(n_lines)]
        self.styles = [["chart--axis"] * width for _ in range(n_lines)]
        self._draw()

    def strips(self, styles: dict[str, Style]) -> list[Strip]:
        """Every line."""
        lines = []
        for cells, names in zip(self.cells, self.styles, strict=True):
            segments, start = [], 0
            for end in range(1, len(cells) + 1):
                if end == len(cells) or names[end] != names[start]:
                    segments.append(Segment("".join(cells[start:end]), styles[names[start]]))
                    start = end
            lines.append(Strip(segments, len(cells)))
        return lines

    def _draw(self) -> None:
        plot = self.plot
        good = np.isfinite(plot.points).all(axis=1) & (plot.points[:, 0] <= plot.x_high)
        if plot.log:
            good &= plot.points[:, 1] > _LEAST_LOG
        points = plot.points[good]
        if not len(points):
            text = plot.message[: self.n_columns]
            at = (GUTTER + self.n_columns - cell_len(text)) // 2
            self._write(self.top + self.n_rows // 2, at, text, "chart--marker")
            return
        low, high, ticks = _scale(points[:, 1], plot, self.n_rows)
        place = _placer(low, high, 4 * self.n_rows, plot.log)
        self._axes(ticks, place)
        self._markers()
        self._curve(points, place)
        at = GUTTER + self.n_columns - cell_len(plot.label)
        if at > GUTTER:
            self._write(self.top, at, plot.label, "chart--label")

    def _axes(self, ticks: Sequence[float], place: Place) -> None:
        for row in range(self.n_rows):
            self._write(self.top + row, GUTTER - 1, "│")
        decimals = 0 if len(ticks) < 2 else max(0, -math.floor(math.log10(ticks[1] - ticks[0])))
        last = self.n_rows + self.top + 1
        for tick in ticks:
            row = self.top + int(place(np.array([tick]))[0]) // 4
            text = short(tick) if self.plot.from_zero else f"{tick:.{min(decimals, 3)}f}"
            if row <= last - 2:
                self._write(row, 0, f"{text:>5} ┤")
                last = row
        if self.plot.has_foot:
            self._x_axis(self.top + self.n_rows)

    def _x_axis(self, line: int) -> None:
        self._write(line, GUTTER - 1, "└" + "─" * self.n_columns)
        self._write(line + 1, GUTTER, "0")
        x_high = self.plot.x_high
        step = _nice(x_high / max(self.n_columns / 16, 1))
        for count in range(1, int(x_high / step * (1 + 1e-9)) + 1):
            at = self._column(count * step)
            text = short(count * step)
            self._write(line, at, "┴")
            self._write(line + 1, min(at - 2, GUTTER + self.n_columns - len(text)), text)

    def _markers(self) -> None:
        """Lines, and texts above them as long as the next one lets them be; the newest first."""
        limit = GUTTER + self.n_columns
        for marker in sorted(self.plot.markers, key=lambda marker: -marker.x):
            column = self._column(marker.x)
            for line in range(self.top, self.top + self.n_rows):
                self._write(line, column, "┊", "chart--marker")
            fitting = [text for text in marker.texts if column + cell_len(text) <= limit]
            if self.top and fitting:
                self._write(0, column, fitting[0], "chart--marker")
                limit = column - 1

    def _curve(self, points: NDArray[np.float64], place: Place) -> None:
        n_dots = 2 * self.n_columns
        columns = np.minimum(points[:, 0] / self.plot.x_high * n_dots, n_dots - 1).astype(np.int64)
        dots = _dots(columns, place(points[:, 1]), n_dots, 4 * self.n_rows)
        blocks = dots.reshape(self.n_rows, 4, self.n_columns, 2)
        codes = (blocks * _BITS[None, :, None, :]).sum(axis=(1, 3))
        for row, column in np.argwhere(codes).tolist():
            glyph = chr(0x2800 + int(codes[row, column]))
            self._write(self.top + row, GUTTER + column, glyph, "chart--curve")

    def _column(self, x: float) -> int:
        at = int(max(x, 0.0) / self.plot.x_high * self.n_columns)
        return GUTTER + min(at, self.n_columns - 1)

    def _write(self, line: int, at: int, text: str, style: str = "chart--axis") -> None:
        self.cells[line][at : at + len(text)] = text
        self.styles[line][at : at + len(text)] = [style] * len(text)


def _scale(
    values: NDArray[np.float64], plot: Plot, n_rows: int
) -> tuple[float, float, list[float]]:
    """Range and ticks of y, on round numbers so that the scale moves seldom."""
    low, high = (0.0 if plot.from_zero else float(values.min())), float(values.max())
    n_ticks = max(min(n_rows // 2, 5), 1)
    if plot.log:
        low, high = 0.98 * low, 1.02 * high
        return low, high, [low * (high / low) ** (i / n_ticks) for i in range(n_ticks + 1)]
    step = _nice(max(high - low, abs(high) * 0.02, 1e-9) / n_ticks)
    half = step / 2
    first, last = math.floor(low / half + 1e-9), math.ceil(high / half - 1e-9)
    last = max(last, first + 2)
    return first * half, last * half, [i * half for i in range(first, last + 1) if i % 2 == 0]


def _nice(rough: float) -> float:
    """The round number (1, 2 or 5 times a power of ten) that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= rough * (1 - 1e-9))


def _placer(low: float, high: float, n_dots: int, log: bool) -> Place:
    """Where a value lies in dot rows, 0 at the top."""
    bottom, top = (math.log(low), math.log(high)) if log else (low, high)

    def place(values: NDArray[np.float64]) -> NDArray[np.int64]:
        share = ((np.log(values) if log else values) - bottom) / (top - bottom)
        return np.clip(np.round((1 - share) * (n_dots - 1)), 0, n_dots - 1).astype(np.int64)

    return place


def _dots(
    columns: NDArray[np.int64], rows: NDArray[np.int64], n_columns: int, n_rows: int
) -> NDArray[np.bool_]:
    """A line through points, bool (n_rows, n_columns): in a column all from lowest to highest."""
    dots = np.zeros((n_rows, n_columns), dtype=bool)
    cuts = np.flatnonzero(np.diff(columns)) + 1
    starts = np.concatenate(([0], cuts))
    columns_of, first, last = columns[starts], rows[starts], rows[np.append(cuts, rows.size) - 1]
    tops, bottoms = np.minimum.reduceat(rows, starts), np.maximum.reduceat(rows, starts)
    every = np.arange(columns_of[0], columns_of[-1] + 1)
    # Between two columns with points the line goes straight from the last to the first.
    knots = np.column_stack((columns_of, columns_of)).ravel().astype(float)
    knots[1::2] += 1e-9
    heights = np.column_stack((first, last)).ravel()
    path = np.round(np.interp(every, knots, heights)).astype(np.int64)
    upper, lower = path.copy(), path.copy()
    at = columns_of - columns_of[0]
    upper[at], lower[at] = np.minimum(tops, path[at]), np.maximum(bottoms, path[at])
    # Neighbouring columns meet half way, so that a steep line has no holes.
    middle = (path[:-1] + path[1:]) // 2
    upper[:-1], lower[:-1] = np.minimum(upper[:-1], middle), np.maximum(lower[:-1], middle)
    upper[1:], lower[1:] = np.minimum(upper[1:], middle), np.maximum(lower[1:], middle)
    for column, top, bottom in zip(every.tolist(), upper.tolist(), lower.tolist(), strict=True):
        dots[top : bottom + 1, column] = True
    return dots
