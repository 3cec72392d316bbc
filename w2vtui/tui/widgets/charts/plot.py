"""What a chart draws, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from w2vtui.tui.looks.glyphs import BRAILLE, Glyphs

GUTTER = 7
"""Cells left of the plot: a label of 5, a space, the axis."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line at x, with texts from long to short to choose from."""

    x: float
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One of several curves."""

    points: NDArray[np.float64]
    """(n, 2): x ascending, y; NaN is a gap."""
    name: str
    """A letter, drawn at its end and along it."""
    ink: int
    """Which of the styles of lines it has, from 0."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Plot:
    """What a chart draws."""

    points: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    """(n, 2) or (n, 3): x ascending, y, standard error of y; NaN is a gap."""
    lines: tuple[Line, ...] = ()
    """Several curves, which `LinesChart` draws in place of `points`."""
    x_low: float = 0.0
    """x at the left end."""
    x_high: float = 1.0
    """x at the right end."""
    label: str = ""
    """Text in the upper right corner."""
    markers: tuple[Marker, ...] = ()
    """Markers; those out of sight are not drawn."""
    cursor: float | None = None
    """x of a line at which values are read; None draws none."""
    end: float | None = None
    """x where the curve is planned to end; None marks no end."""
    log: bool = False
    """Whether y is on a logarithmic scale."""
    from_zero: bool = False
    """Whether y starts at 0."""
    has_head: bool = False
    """Whether a line above holds the texts of the markers."""
    has_foot: bool = False
    """Whether the x axis is drawn below."""
    message: str = ""
    """Shown while there are no points."""
    glyphs: Glyphs = BRAILLE

    def shows(self, x: float) -> bool:
        """Whether x lies between the ends."""
        return self.x_low <= x <= self.x_high

    def column(self, x: float, n_columns: int) -> int:
        """The column of x among `n_columns`; the nearest one for an x out of sight."""
        share = (x - self.x_low) / (self.x_high - self.x_low)
        return int(min(max(share, 0.0) * n_columns, n_columns - 1))

    def x_at(self, column: int, n_columns: int) -> float:
        """x at the middle of a column."""
        return self.x_low + (column + 0.5) / n_columns * (self.x_high - self.x_low)
