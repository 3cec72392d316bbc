"""Which run of the pair is better, and how sure that is."""

from __future__ import annotations

from rich.text import Text

from w2vtui.display import safe_text, wrapped
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import ResultPanel, Shape


class VerdictPane(ResultPanel):
    """What can be said of the two runs of the pair."""

    NAME, TITLE = "verdict", "Verdict"
    ABOUT = "Which run of the pair is better by each yardstick, with the interval of chance."

    def __init__(self) -> None:
        super().__init__(self.TITLE, id=self.NAME, help=self.ABOUT)

    def on_resize(self) -> None:
        """Fill the new size."""
        self.redraw()

    def drawn(self, result: tuple[str, ...], shape: Shape) -> Text:
        """Its lines, wrapped."""
        lines = [line for text in result for line in wrapped(safe_text(text), shape.width, 8)]
        return joined([Text(line) for line in lines[: shape.height]])
