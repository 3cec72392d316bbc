"""Asks how many more epochs to train a run that has ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, value_from_text
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.widgets.field import Field

PROPOSED = 5
"""More epochs that are proposed."""


class MoreEpochs(ModalScreen[int | None]):
    """Answers with the number of all epochs, those that are trained included."""

    HELP_TITLE = "More epochs"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "cancel", "cancel", show=False, id="epochs.cancel", priority=True),
        Binding("enter", "enter", "train them", show=False, id="epochs.enter", priority=True),
    ]

    def __init__(self, epochs: int, cost: Callable[[int], str] = lambda epochs: "") -> None:
        """
        epochs   that the run was planned for
        cost     says what it takes to train it to a number of epochs
        """
        super().__init__()
        self._epochs, self._cost = epochs, cost

    def compose(self) -> ComposeResult:
        """A number, and what it leads to."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Train more epochs"
            yield Static(f"This run was planned for {self._epochs:,} epochs. Train how many more?")
            yield Field(str(PROPOSED), id="more", compact=True)
            yield Static("", id="note", markup=False)
            cancel = self.app.key_of("epochs.cancel", MoreEpochs)
            yield Static(Text(f"enter trains on   {cancel} cancels", "dim"))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what the number leads to."""
        try:
            epochs = self._all(event.value)
            note = "\n".join(filter(None, [f"{epochs:,} epochs in all", self._cost(epochs)]))
        except SettingsError as error:
            note = str(error)
        self.query_one("#note", Static).update(note)

    async def action_enter(self) -> None:
        """Answer, unless it is not a number of epochs."""
        field = self.query_one(Field)
        await field.all_typed()
        try:
            self.dismiss(self._all(field.value))
        except SettingsError as error:
            self.query_one("#note", Static).update(str(error))

    def action_cancel(self) -> None:
        """Train no more."""
        self.dismiss(None)

    def _all(self, text: str) -> int:
        """
        Raises:
            SettingsError: the text is not a number, or not one of epochs.
        """
        if not text.strip().isdecimal() or not int(text):
            raise SettingsError(f"a number of epochs is 1 or more, got {text!r}")
        epochs: int = value_from_text(LiveSettings, "epochs", str(self._epochs + int(text)))
        return epochs
