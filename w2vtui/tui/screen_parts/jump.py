"""Jump mode: a letter over each pane; pressing it goes there."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Key, Resize
from textual.geometry import Offset, Size
from textual.screen import ModalScreen
from textual.widgets import Static

LETTERS = "asdfghjkl"


class JumpScreen(ModalScreen[str | None]):
    """Waits for the letter of a pane; any other key closes it."""

    AUTO_FOCUS = ""

    def __init__(self, panes: Mapping[str, Offset | None], size: Size) -> None:
        """
        panes   where each is on the screen; None for a hidden one
        size    of the screen below
        """
        super().__init__()
        self.letters = dict(zip(LETTERS, panes, strict=False))
        self._panes, self._size_below = panes, size

    def compose(self) -> ComposeResult:
        """Put letters on the frames; name hidden panes with theirs in the last line."""
        elsewhere = Text(no_wrap=True)
        for letter, pane in self.letters.items():
            place = self._panes[pane]
            if place is None:
                elsewhere.append(f" {letter} ", "bold reverse")
                elsewhere.append(f" {pane.capitalize()}   ")
            else:
                label = Static(f" {letter} ", classes="jump", markup=False)
                label.styles.offset = place
                yield label
        if elsewhere:
            yield Static(elsewhere, id="elsewhere")

    def on_key(self, event: Key) -> None:
        """Go to the pane of a letter."""
        event.stop()
        self._leave(self.letters.get(event.key))

    def on_resize(self, event: Resize) -> None:
        """Close: the panes have moved."""
        if event.size != self._size_below:
            self._leave(None)

    def _leave(self, pane: str | None) -> None:
        # A second key pressed at once finds it closed, one pressed before the palette below that.
        if self.is_active:
            self.dismiss(pane)
