"""The part of the plane that is shown.

Both axes have one scale, so that turning a map keeps distances.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from w2vtui.tui.widgets.result_panel import Shape

ROW_HEIGHT = 2.0
"""Of a row of cells, in widths of a cell."""
_WITHIN = (1.0, 99.0)
"""Percentiles of the words, in each direction, that a window is fitted to; those beyond may lie
outside."""
_MARGIN = 1.12
"""How much larger than these the window is, on both sides together."""
_SMALLEST = 1e-6
"""Least units to a cell."""
_SLACK = (0.75, 1.02)
"""A window that was fitted stays as it is while what it must hold fills this share of it."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is in the middle, and how large a cell is."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 0.02
    """Units of the map to the width of a cell."""

    def cells(
        self, points: NDArray[np.floating], shape: Shape
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Columns and rows of points (n, 2), in cells from the top left corner of the window."""
        columns = (points[:, 0] - self.x) / self.scale + shape.width / 2
        rows = (self.y - points[:, 1]) / (self.scale * ROW_HEIGHT) + shape.height / 2
        return columns.astype(np.float64), rows.astype(np.float64)

    def cell(self, point: tuple[float, float], shape: Shape) -> tuple[float, float]:
        """Column and row of one point."""
        x, y = point
        column = (x - self.x) / self.scale + shape.width / 2
        return column, (self.y - y) / (self.scale * ROW_HEIGHT) + shape.height / 2

    def point(self, column: float, row: float, shape: Shape) -> tuple[float, float]:
        """The point of the map in the middle of a cell."""
        x = self.x + (column + 0.5 - shape.width / 2) * self.scale
        y = self.y - (row + 0.5 - shape.height / 2) * self.scale * ROW_HEIGHT
        return x, y

    def zoomed(self, factor: float, about: tuple[float, float] | None = None) -> Window:
        """A window on `1 / factor` as much; about: a point that stays where it is."""
        scale = max(self.scale / factor, _SMALLEST)
        x, y = about or (self.x, self.y)
        share = scale / self.scale
        return Window(x + (self.x - x) * share, y + (self.y - y) * share, scale)

    def moved(self, columns: float, rows: float) -> Window:
        """The window moved to the right and down, by a number of cells."""
        return replace(
            self,
            x=self.x + columns * self.scale,
            y=self.y - rows * self.scale * ROW_HEIGHT,
        )


def fitted(
    points: NDArray[np.floating],
    shape: Shape,
    last: Window | None = None,
    within: NDArray[np.floating] | None = None,
) -> Window:
    """A window on nearly all points (n, 2).

    last     the window of the map before it, which is kept while it fits: words move, not the map
    within   points that must be inside, whatever they are
    """
    if not len(points):
        return last or Window()
    low, high = np.percentile(points, _WITHIN, axis=0)
    if within is not None and len(within):
        low = np.minimum(low, within.min(axis=0))
        high = np.maximum(high, within.max(axis=0))
    room = np.array((max(shape.width, 1), max(shape.height, 1) * ROW_HEIGHT))
    if last is not None:
        far = np.maximum(np.abs(low - (last.x, last.y)), np.abs(high - (last.x, last.y)))
        filled = float((far / (room / 2 * last.scale)).max())
        if _SLACK[0] / _MARGIN <= filled <= _SLACK[1]:
            return last
    scale = float(((high - low) * _MARGIN / room).max())
    x, y = ((low + high) / 2).tolist()
    return Window(x, y, scale) if scale > _SMALLEST else Window(x, y)
