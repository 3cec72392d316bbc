"""The dialog that adds a question to the board of analogies."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from w2vtui.errors import QuestionError
from w2vtui.exploring.board import analogy_of
from w2vtui.tui.widgets.field import Field
from w2vtui.vectors import WordVectors


class AnalogyDialog(ModalScreen[str | None]):
    """A field for an analogy; it stays until what is typed is one."""

    HELP_TITLE = "Which analogy to add"

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "cancel", "cancel", show=False, id="analogy.cancel", priority=True),
        Binding("enter", "enter", "add it", show=False, id="analogy.enter", priority=True),
    ]

    def __init__(self, proposed: str, vectors: WordVectors) -> None:
        """
        proposed   what is in the field at first
        vectors    whose words may contain the signs of a question
        """
        super().__init__()
        self._proposed, self._vectors = proposed, vectors

    def compose(self) -> ComposeResult:
        """Yield a field, and how an analogy is typed."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Add an analogy"
            yield Field(self._proposed, id="words", compact=True, select_on_focus=False)
            note = "man:king::woman:queen, the last word being the one that is expected, or ?"
            yield Static(Text(note, "dim"), id="formats", markup=False)
            yield Static(Text("enter add it   esc add nothing", "dim"))

    async def action_enter(self) -> None:
        """Add what is typed, if it is an analogy."""
        field = self.query_one(Field)
        await field.all_typed()
        try:
            question = analogy_of(field.value, self._vectors)
        except QuestionError as error:
            self.query_one("#formats", Static).update(Text(str(error)))
            return
        self.dismiss(question.text)

    def action_cancel(self) -> None:
        """Add nothing."""
        self.dismiss(None)
