"""A result panel whose text of many styles is drawn again every second."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.strip import Strip
from textual.style import Style

from w2vtui.tui.widgets.result_panel import ResultPanel


class StripPanel(ResultPanel):
    """Draws its text without what lets the mouse select it, which takes three times as long.

    For panes in which the mouse has another use.
    """

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, title: str, *, id: str, help: str) -> None:
        super().__init__(title, id=id, help=help)
        self._strips: list[Strip] = []
        self._drawn_in: tuple[Text | None, int, Style] | None = None
        """The text, width and style that these are of."""

    def show(self, text: Text) -> None:
        """Show a text, the lines of which are cut where the panel ends."""
        if text != self._shown:
            self._shown = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the text."""
        width, style = self.size.width, self.visual_style
        if self._drawn_in != (self._shown, width, style):
            self._drawn_in = self._shown, width, style
            self._strips = self._drawn_lines(width, style)
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(width, style.rich_style)

    def _drawn_lines(self, width: int, style: Style) -> list[Strip]:
        if self._shown is None:
            return []
        base = style.rich_style
        segments = Segment.apply_style(self._shown.render(self.app.console), base)
        lines = Segment.split_and_crop_lines(segments, width, base, include_new_lines=False)
        return [Strip(line, width) for line in lines]
