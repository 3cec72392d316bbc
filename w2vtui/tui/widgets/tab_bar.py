"""Tabs for panes that share one place on a small terminal."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.events import Click, Resize
from textual.message import Message
from textual.widgets import Static


class TabBar(Static):
    """One line of names; the current one is reversed."""

    @dataclass
    class Chosen(Message):
        """A name was clicked."""

        pane: str

    def __init__(
        self, panes: tuple[str, ...], *, id: str, keys: str = "[ ]", when_typing: str = ""
    ) -> None:
        """
        keys          the keys that switch, as the line shows them
        when_typing   the same, while a field takes all other keys
        """
        super().__init__("", id=id, markup=False)
        self._panes, self._keys, self._when_typing = panes, keys, when_typing
        self._current, self._typing = "", False

    def show(self, current: str, *, typing: bool = False) -> None:
        """Mark the current tab."""
        self._current, self._typing = current, typing
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """Show the keys if there is room for them now."""
        self._draw()

    def _draw(self) -> None:
        line = Text(" ", no_wrap=True)
        for pane in self._panes:
            line.append(f" {pane.capitalize()} ", "bold reverse" if pane == self._current else "")
            line.append(" ")
        keys = f"  {self._when_typing if self._typing else self._keys} switch"
        if line.cell_len + len(keys) <= self.size.width:
            line.append(keys, "dim")
        self.update(line, layout=False)

    def on_click(self, event: Click) -> None:
        """Choose the tab under the pointer."""
        end = 1
        for pane in self._panes:
            end += len(pane) + 3
            if event.x < end:
                self.post_message(self.Chosen(pane))
                return
