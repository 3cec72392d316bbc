"""A curve of small dots: in braille two across and four down in every cell.

Plot widgets lack what this curve needs: numbered markers with texts above the line, an error band,
a cursor, a logarithmic scale, two charts over one x axis, and no second frame. plot.py holds what
is drawn, canvas.py draws it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from rich.style import Style
from textual.events import Click, Resize
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from w2vtui.tui.widgets.charts.canvas import Canvas
from w2vtui.tui.widgets.charts.plot import GUTTER, Plot


class Chart(Widget):
    """One curve; a click on it reports x."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "chart--curve", "chart--band", "chart--axis", "chart--marker", "chart--cursor",
        "chart--label", "chart--number", "chart--clipped",
    }  # fmt: skip

    CANVAS: ClassVar[type[Canvas]] = Canvas
    """Draws the plot."""

    @dataclass
    class Picked(Message):
        """The chart was clicked at x."""

        x: float

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._plot = Plot()
        self._strips: list[Strip] = []
        self._styles: dict[str, Style] = {}

    @property
    def n_columns(self) -> int:
        """The columns of the plot, without the gutter."""
        return max(self.size.width - GUTTER, 0)

    def show(self, plot: Plot) -> None:
        """Draw a plot."""
        self._plot = plot
        self._redraw()

    def on_resize(self, event: Resize) -> None:
        """Draw for the new size."""
        self._redraw()

    def on_click(self, event: Click) -> None:
        """Report where the chart was clicked, except in the gutter."""
        column = event.x - GUTTER
        if 0 <= column < self.n_columns:
            self.post_message(self.Picked(self._plot.x_at(column, self.n_columns)))

    def notify_style_update(self) -> None:
        """Draw in the colors of the new theme."""
        super().notify_style_update()
        self._styles = {}
        self._redraw()

    def render_line(self, y: int) -> Strip:
        """Render a line of the last drawing."""
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)

    def _redraw(self) -> None:
        plot, height, n_columns = self._plot, self.size.height, self.n_columns
        head, foot = plot.has_head and height >= 4, plot.has_foot and height >= 6
        plot = replace(plot, has_head=head, has_foot=foot)
        n_rows = height - head - 2 * foot
        self._strips = []
        if n_columns >= 4 and n_rows >= 1:
            if not self._styles:  # a third of the cost of a drawing
                base, names = self.rich_style, Chart.COMPONENT_CLASSES | self.COMPONENT_CLASSES
                self._styles = {name: base + self.get_component_rich_style(name) for name in names}
            self._strips = self.CANVAS(plot, n_columns, n_rows).strips(self._styles)
        self.refresh()
