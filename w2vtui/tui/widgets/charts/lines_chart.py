"""Several curves on one pair of axes, each with its letter, so that color alone tells nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from w2vtui.tui.widgets.charts.canvas import Canvas
from w2vtui.tui.widgets.charts.chart import Chart
from w2vtui.tui.widgets.charts.plot import GUTTER, Line
from w2vtui.tui.widgets.charts.scale import Place, in_sight, placer, scale_of, visible

N_INKS = 6
_LETTERS_APART = 24
"""Columns from one letter along a curve to the next."""
_NO_BAND = np.empty(0), np.empty(0)


class LinesCanvas(Canvas):
    """The cells of a drawing of several curves."""

    def _draw(self) -> None:
        plot = self.plot
        shown = []
        for line in plot.lines:
            x, y, *_ = visible(replace(plot, points=line.points))
            if np.isfinite(y).any():
                shown.append((line, x, y))
        if not shown:
            self._write_message()
            return
        ends = np.array([in_sight(x, y) for _, x, y in shown])
        range_of_y = np.array([ends[:, 0].min(), ends[:, 1].max()])
        scale = scale_of(np.array([0.0, 1.0]), range_of_y, _NO_BAND, plot, self.n_rows)
        place = placer(scale.low, scale.high, self.n_dots[1], plot.log)
        self._axes(scale, place)
        self._markers()
        drawn = np.zeros(self.n_dots[::-1], dtype=bool)
        for line, x, y in shown:
            beyond = np.isfinite(y) & ((y < scale.low) | (y > scale.high))
            dots, _ = self._line(x, y, beyond, place)
            drawn |= dots
            self._write_dots(self._with_neighbors(dots, drawn), plot.glyphs.curve, style_of(line))
        taken: set[tuple[int, int]] = set()
        for line, x, y in shown:
            self._letters(line, x, y, place, taken)

    def _with_neighbors(
        self, dots: NDArray[np.bool_], drawn: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """The dots of a curve, and those of earlier ones in the same cells."""
        cells = self._in_cells(dots).any(axis=(1, 3), keepdims=True)
        both = drawn.copy()
        self._in_cells(both)[np.broadcast_to(~cells, self._in_cells(both).shape)] = False
        return both

    def _letters(
        self,
        line: Line,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        place: Place,
        taken: set[tuple[int, int]],
    ) -> None:
        """Write the letter of a curve at its end and along it, where none stands yet."""
        known = np.flatnonzero(np.isfinite(y))
        columns = np.array([self.plot.column(one, self.n_columns) for one in x[known].tolist()])
        rows = place(y[known]).astype(int) // self.plot.glyphs.dots_down
        last = columns[-1]
        for column in range(last, columns[0] - 1, -_LETTERS_APART):
            at = int(np.searchsorted(columns, column, side="right")) - 1
            row = int(rows[at])
            around = [row] if column != last else [row, row - 1, row + 1, row - 2, row + 2]
            free = [one for one in around if 0 <= one < self.n_rows and (one, column) not in taken]
            if free:
                taken.add((free[0], column))
                self._write(self.top + free[0], GUTTER + column, line.name, style_of(line))


def style_of(line: Line) -> str:
    """The component class of a curve."""
    return f"lines--{line.ink % N_INKS}"


class LinesChart(Chart):
    """Several curves."""

    CANVAS = LinesCanvas
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{ink}" for ink in range(N_INKS)}
