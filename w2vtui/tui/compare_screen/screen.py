"""The Compare screen."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Resize
from textual.screen import Screen

from w2vtui.display import wrapped
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.run_line import RunLine
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.panel import Panel, joined


class CompareScreen(Screen[None]):
    """What differs between runs; says how to choose some while none are chosen."""

    HELP_TITLE = "Comparing"
    app: BaseApp

    def compose(self) -> ComposeResult:
        """Yield the run's line, the runs and the keys, which app.tcss lays out."""
        yield RunLine("Compare")
        yield Panel("Runs", id="compared", classes="framed pane",
                    help="The runs that are compared.")  # fmt: skip
        yield KeyBar()

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        self.set_class(width < 60 or height < 16, "tiny")
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        runs = self.query_one("#compared", Panel)
        list_key = self.app.key_of("app.runs")
        text = f"nothing to compare yet: mark two to six runs in the list ({list_key}, space marks)"
        width, height = runs.size
        runs.show(joined([Text(line) for line in wrapped(text, max(width, 1), max(height, 1))]))
