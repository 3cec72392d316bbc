"""A dialog that asks for one line: a name, a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.widgets.field import Field


class LineDialog(ModalScreen[str | None]):
    """Answers with a line, or None where it was given up."""

    HELP_TITLE = "A line"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "cancel", "cancel", show=False, id="line.cancel", priority=True),
        Binding("enter", "enter", "take the line", show=False, id="line.enter", priority=True),
    ]

    def __init__(self, title: str, line: str, verb: str, check: Callable[[str], object]) -> None:
        """
        line    what stands there at first
        verb    what enter does: `renames`
        check   raises W2vtuiError for a line that cannot be taken
        """
        super().__init__()
        self._title, self._line, self._verb, self._check = title, line, verb, check

    def compose(self) -> ComposeResult:
        """The line, and why it cannot be taken."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = self._title
            yield Field(self._line, id="line", compact=True, select_on_focus=False)
            yield Static("", id="note", markup=False)
            cancel = self.app.key_of("line.cancel", LineDialog)
            yield Static(Text(f"enter {self._verb}   {cancel} cancels", "dim"))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say why the line cannot be taken."""
        self.query_one("#note", Static).update(safe_text(self._problem(event.value)))

    async def action_enter(self) -> None:
        """Take the line, if it can be taken."""
        field = self.query_one(Field)
        await field.all_typed()
        if not self._problem(field.value):
            self.dismiss(field.value.strip())

    def action_cancel(self) -> None:
        """Take none."""
        self.dismiss(None)

    def _problem(self, line: str) -> str:
        try:
            self._check(line.strip())
        except W2vtuiError as error:
            return str(error)
        return ""
