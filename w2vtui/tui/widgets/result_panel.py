"""A panel that draws what was computed for it in the background."""

from __future__ import annotations

from typing import Any, NamedTuple

from rich.text import Text

from w2vtui.display import safe_text, wrapped
from w2vtui.tui.widgets.panel import Panel, joined


class Shape(NamedTuple):
    """The room inside of the frame of a pane, in cells."""

    width: int
    height: int


class ResultPanel(Panel, can_focus=True):
    """Shows the last result, or why there is none."""

    def __init__(self, title: str, *, id: str, help: str) -> None:
        """help: a sentence on what it shows, for the help screen"""
        super().__init__(title, id=id, classes="framed pane", help=help)
        self.result: Any = None
        """What was computed last; None before."""

    def drawn(self, result: Any, shape: Shape) -> Text:
        """What is shown of a result, in as many cells. In the thread that draws."""
        return Text()

    @property
    def shape(self) -> Shape:
        """The room inside of its frame."""
        return Shape(*self.size)

    def redraw(self) -> None:
        """Draw the last result again."""
        if self.result is not None and all(self.shape):
            self.show(self.drawn(self.result, self.shape))

    def take(self, result: Any) -> None:
        """Show what was computed."""
        self.result = result
        self.redraw()

    def refuse(self, problem: str) -> None:
        """Show why there is nothing."""
        self.result = None
        width, height = self.shape
        lines = wrapped(safe_text(problem), max(width, 1), max(height, 1))
        self.show(joined([Text(line) for line in lines]))
