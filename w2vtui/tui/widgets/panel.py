"""A framed text that is redrawn only when it changes."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static


class Panel(Static):
    """Text of a fixed size."""

    def __init__(self, title: str = "", *, id: str, classes: str = "", help: str = "") -> None:
        """help: a sentence on what it shows, for the help screen"""
        super().__init__("", id=id, classes=classes, markup=False)
        self.pane_help = help
        self._shown: Text | None = None
        if title:
            self.border_title = title

    def show(self, text: Text) -> None:
        """Show a text, without a new layout of the screen."""
        if text != self._shown:
            self._shown = text
            self.update(text, layout=False)

    @property
    def plain(self) -> str:
        """The text shown, without style."""
        return self._shown.plain if self._shown is not None else ""


def joined(lines: list[Text]) -> Text:
    """Join lines into one text; those too long are cut."""
    return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)
