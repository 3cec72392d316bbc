"""The speed pane: words per second over the training time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical

from w2vtui.display import short
from w2vtui.tui.looks.glyphs import Glyphs
from w2vtui.tui.widgets.charts.chart import Chart
from w2vtui.tui.widgets.charts.plot import Plot
from w2vtui.tui.widgets.panel import Panel


class SpeedPanel(Vertical):
    """A chart above a line with the speed of each thread; totals are in the frame."""

    HELP = "Words trained per second, over the training time; each thread, and the screen's share."

    def __init__(self, glyphs: Glyphs, *, id: str, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Yield the chart and the line."""
        yield Chart(id="speed-chart")
        yield Panel(id="speed-parts")

    def show_numbers(
        self, now: float, mean: float, peak: float, threads: Sequence[float], screen: float
    ) -> None:
        """Show words per second in total and per thread, and the screen's share of a core."""
        self.border_title = f"Speed   now {short(now):<5}"
        self.border_subtitle = f"mean {short(mean)} · peak {short(peak)}"
        panel = self.query_one("#speed-parts", Panel)
        panel.show(Text(parts_text(threads, screen, panel.size.width), no_wrap=True))

    def show_curve(self, rows: NDArray[np.float64]) -> None:
        """Draw a curve, rows (n, 5): tokens, seconds, words per second, weight, NaN."""
        seconds = float(rows[-1, 1]) if len(rows) else 1.0
        plot = Plot(points=rows[:, [1, 2]], x_high=seconds, from_zero=True, glyphs=self._glyphs)
        self.query_one(Chart).show(plot)


def parts_text(threads: Sequence[float], screen: float, width: int) -> str:
    """`each 512k 498k  UI 4 %`; only slowest and fastest when the threads do not fit."""
    own = f"UI {100 * screen:.0f} %"
    each = f"each {' '.join(map(short, threads))}  "
    if len(each + own) > width:
        each = f"each {short(min(threads))}-{short(max(threads))}  " if threads else ""
    return (each if threads else "") + own
