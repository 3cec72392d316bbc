"""The speed panel: words a second over the training time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.containers import Vertical

from w2vtui.tui.figures import short
from w2vtui.tui.glyphs import Glyphs
from w2vtui.tui.widgets.chart import Chart
from w2vtui.tui.widgets.plot import Plot


class SpeedPanel(Vertical):
    """A chart; the numbers stand in the frame."""

    HELP = "Words trained a second, over the training time."

    def __init__(self, glyphs: Glyphs, *, id: str, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """One chart."""
        yield Chart(id="speed-chart")

    def show_numbers(self, now: float, mean: float, peak: float) -> None:
        """Words a second."""
        self.border_title = f"Speed   now {short(now):<5}"
        self.border_subtitle = f"mean {short(mean)} · peak {short(peak)}"

    def show_curve(self, rows: NDArray[np.float64]) -> None:
        """Draw tokens, seconds, words a second, weight, and no error (n, 5)."""
        seconds = float(rows[-1, 1]) if len(rows) else 1.0
        plot = Plot(points=rows[:, [1, 2]], x_high=seconds, from_zero=True, glyphs=self._glyphs)
        self.query_one(Chart).show(plot)
