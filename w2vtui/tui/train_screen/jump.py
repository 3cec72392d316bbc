"""Jump mode: a letter over every pane, which leads there."""

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
    """Waits for the letter of a pane; any other key leaves."""

    AUTO_FOCUS = ""

    def __init__(self, panes: Mapping[str, Offset | None], size: Size) -> None:
        """panes: where each is on show; None for one that is not. size: of the screen below."""
        super().__init__()
        self.letters = dict(zip(LETTERS, panes, strict=False))
        self._panes, self._size_below = panes, size

    def compose(self) -> ComposeResult:
        """The letters: on the frames, and with a name in the last line for what has no frame."""
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
        """A letter leads to its pane."""
        event.stop()
        self._leave(self.letters.get(event.key))

    def on_resize(self, event: Resize) -> None:
        """The panes are elsewhere now."""
        if event.size != self._size_below:
            self._leave(None)

    def _leave(self, pane: str | None) -> None:
        if self.is_current:  # not for the second of two keys pressed at once
            self.dismiss(pane)
