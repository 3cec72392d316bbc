"""The list of watch words, to be edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

SIGNS = ("+", "-", "\N{MINUS SIGN}")
MOST_WORDS = 20


class WatchDialog(ModalScreen[tuple[str, ...] | None]):
    """Words in a field, in the order of their lines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False, id="watch.cancel"),
    ]

    def __init__(self, watched: Sequence[str]) -> None:
        super().__init__()
        self._watched = tuple(watched)

    def compose(self) -> ComposeResult:
        """The words as one text."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Watch words"
            words = Input(text_of(self._watched), id="words", compact=True, select_on_focus=False)
            words.cursor_blink = False
            yield words
            note = "words between spaces or commas; a sum such as king - man + woman between commas"
            yield Static(Text(note, "dim"), id="formats")
            yield Static(Text("enter watches them   esc leaves the list as it is", "dim"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Watch these; an empty field watches the words of the beginning."""
        self.dismiss(queries_in(event.value)[:MOST_WORDS])

    def action_cancel(self) -> None:
        """Leave the list as it is."""
        self.dismiss(None)


def queries_in(text: str) -> tuple[str, ...]:
    """What a text names, each once: words between spaces or commas, and sums between commas.

    `king, paris rome, king - man + woman` -> king | paris | rome | king - man + woman
    """
    queries: list[str] = []
    for part in text.split(","):
        words = part.split()
        if any(word in SIGNS for word in words):
            queries.append(" ".join(words))
        else:
            queries += words
    return tuple(dict.fromkeys(queries))


def text_of(queries: Sequence[str]) -> str:
    """A text that names these."""
    return ", ".join(queries)
