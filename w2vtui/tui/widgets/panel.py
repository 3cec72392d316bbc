"""A framed text that is redrawn only when it changes."""

from __future__ import annotations

from rich.text import Text
from textual.content import Content
from textual.widgets import Static


class Panel(Static):
    """Text of a fixed size."""

    def __init__(self, title: str = "", *, id: str, classes: str = "", help: str = "") -> None:
        """help: a sentence on what it shows, for the help screen"""
        super().__init__("", id=id, classes=classes, markup=False)
        self.pane_help = help
        self._shown: Text | None = None
        self._written = "", ""
        """On its frame."""
        if title:
            self.write_frame(title)

    def show(self, text: Text) -> None:
        """Show a text, without a new layout of the screen."""
        if text != self._shown:
            self._shown = text
            self.update(text, layout=False)

    def write_frame(self, title: str, subtitle: str = "") -> None:
        """Write on the upper and the lower line of the frame; brackets stay what they are."""
        if (title, subtitle) != self._written:
            self._written = title, subtitle
            self.border_title, self.border_subtitle = Content(title), Content(subtitle)

    @property
    def plain(self) -> str:
        """The text shown, without style."""
        return self._shown.plain if self._shown is not None else ""


def joined(lines: list[Text]) -> Text:
    """Join lines into one text; those too long are cut."""
    return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)
