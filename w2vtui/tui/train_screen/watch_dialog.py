"""The dialog that edits the list of watch words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from w2vtui.tui.widgets.field import Field
from w2vtui.vectors import SIGNS

MOST_WORDS = 20


class WatchDialog(ModalScreen[tuple[str, ...] | None]):
    """The watch words in one field, in the order of their lines."""

    HELP_TITLE = "Which words to watch"

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "cancel", "cancel", show=False, id="watch.cancel", priority=True),
        Binding("enter", "enter", "watch these", show=False, id="watch.enter", priority=True),
    ]

    def __init__(self, watched: Sequence[str]) -> None:
        super().__init__()
        self._watched = tuple(watched)

    def compose(self) -> ComposeResult:
        """Yield a field with the words, and how to separate them."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Watch words"
            text = text_of(self._watched)
            yield Field(text, id="words", compact=True, select_on_focus=False)
            note = "separate words by spaces or commas, sums such as king - man + woman by commas"
            yield Static(Text(note, "dim"), id="formats")
            yield Static(Text("enter watch these   esc keep the old list", "dim"))

    async def action_enter(self) -> None:
        """Watch these; an empty field restores the initial words."""
        field = self.query_one(Field)
        await field.all_typed()
        self.dismiss(queries_in(field.value)[:MOST_WORDS])

    def action_cancel(self) -> None:
        """Keep the old list."""
        self.dismiss(None)


def queries_in(text: str) -> tuple[str, ...]:
    """The queries in a text, each once: words split at spaces and commas, sums at commas.

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
    """A text that `queries_in` reads as these queries."""
    return ", ".join(queries)
