"""The dialog that asks for the words of the two axes of the map."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, W2vtuiError
from w2vtui.exploring.maps.projection import Pair, axes_map, pair_of
from w2vtui.tui.widgets.field import Field
from w2vtui.vectors import WordVectors

EXAMPLE = "man:woman, small:big"


class AxesDialog(ModalScreen[tuple[Pair, Pair] | None]):
    """Two pairs of words in one field."""

    HELP_TITLE = "Axes of the map"

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "cancel", "cancel", show=False, id="axes.cancel", priority=True),
        Binding("enter", "enter", "these axes", show=False, id="axes.enter", priority=True),
    ]

    def __init__(self, axes: tuple[Pair, Pair] | None, vectors: WordVectors | None) -> None:
        """vectors: whose words are asked for; None before there are any"""
        super().__init__()
        self._axes, self._vectors = axes, vectors

    def compose(self) -> ComposeResult:
        """Yield a field with the pairs, and how to write them."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Axes of the map"
            text = "" if self._axes is None else ", ".join(":".join(pair) for pair in self._axes)
            field = Field(text, id="pairs", compact=True, select_on_focus=False)
            field.placeholder = EXAMPLE
            yield field
            yield Static("", id="note", markup=False)
            note = f"x leads along the first pair, y along the second, as {EXAMPLE}"
            yield Static(Text(note, "dim"), id="formats")
            yield Static(Text("enter these axes   esc keep the map", "dim"))

    async def action_enter(self) -> None:
        """Take these, or say what is wrong with them."""
        field = self.query_one(Field)
        await field.all_typed()
        try:
            axes = axes_of(field.value, self._vectors)
            if self._vectors is not None:
                axes_map(self._vectors, axes, n_words=1)
        except W2vtuiError as error:
            self.query_one("#note", Static).update(Text(safe_text(str(error))))
        else:
            self.dismiss(axes)

    def action_cancel(self) -> None:
        """Keep the map as it is."""
        self.dismiss(None)


def axes_of(text: str, vectors: WordVectors | None = None) -> tuple[Pair, Pair]:
    """The two pairs of words in a text, separated by a comma or by blanks.

    Raises:
        SettingsError: there are not two pairs.
    """
    parts = [part for part in (text.split(",") if "," in text else text.split()) if part.strip()]
    if len(parts) != 2:
        raise SettingsError(f"the axes must be two pairs of words, such as {EXAMPLE}, got "
                            f"{len(parts)}")  # fmt: skip
    x, y = (pair_of(part.strip(), vectors) for part in parts)
    return x, y
