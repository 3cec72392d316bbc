"""The help: every key and command, those one needs first at the top, with a filter."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from w2vtui.display import pad
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.widgets.field import Field

_WIDTH, _LEAST_WIDTH = 76, 48
"""Of the help, and what it needs beside the pane that it explains."""
_AROUND = 9
"""Cells of the frame, of the padding and of the scroll bar."""
_KEY_CELLS = 16
"""Width of the column of keys, which begins two cells to the right."""


@dataclass(frozen=True, slots=True)
class Section:
    """Keys under a title, and what they do."""

    title: str
    keys: Sequence[tuple[str, str]]
    about: str = ""
    """A sentence below the title."""


class Help(ModalScreen[None]):
    """Lists every key and command, beside the pane in focus if there is room."""

    AUTO_FOCUS = "VerticalScroll"
    HELP_TITLE = "Help"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape,question_mark,q", "close", "close", show=False, id="help.close",
                priority=True),
        Binding("escape", "all", "show all again", show=False, id="help.all", priority=True),
        Binding("slash", "filter", "filter", show=False, id="help.filter", priority=True,
                tooltip="show only lines with some words"),
    ]  # fmt: skip

    def __init__(self, sections: Sequence[Section], explained: Region | None = None) -> None:
        """explained: where the pane in focus is; None for the whole screen"""
        super().__init__()
        self.sections = sections
        self._explained, self._width = explained, _WIDTH
        # A size may come before they are on the screen.
        self._dialog = Vertical(id="dialog", classes="help")
        self._filter = Field(placeholder="words to look for", id="filter", compact=True)
        self._lines = Static(id="lines")

    def compose(self) -> ComposeResult:
        """A field for the filter, hidden until it is used, and one text that scrolls."""
        with self._dialog as dialog:
            dialog.border_title = "Keys"
            close, choose = (self.app.key_of(f"help.{name}", Help) for name in ("close", "filter"))
            dialog.border_subtitle = f"↑↓ scroll   {choose} filters   {close} closes"
            self._filter.display = False
            yield self._filter
            with VerticalScroll():
                yield self._lines

    def on_resize(self, event: Resize) -> None:
        """Show it beside the pane that it explains, or in the middle."""
        pane, width = self._explained, event.size.width
        room = 0 if pane is None else max(pane.x, width - pane.right)
        is_beside = pane is not None and room >= _LEAST_WIDTH
        self.set_class(is_beside, "beside")
        self.set_class(is_beside and pane is not None and pane.x < room, "right")
        self._width = min(_WIDTH, room if is_beside else width * 95 // 100)
        self._dialog.styles.width = self._width
        self._show()

    # ---- the filter

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a filter is typed, its keys belong to it."""
        if action in ("close", "filter"):
            return not isinstance(self.focused, Input)
        if action == "all":
            return isinstance(self.focused, Input)
        return True

    def action_filter(self) -> None:
        """Go to the filter, before the next key is handled."""
        self._filter.display = True
        self.set_focus(self._filter)

    def action_all(self) -> None:
        """Show all lines again."""
        self._filter.value = ""
        self._filter.display = False
        self.set_focus(self.query_one(VerticalScroll))

    def on_input_changed(self) -> None:
        """Show the lines that have the words."""
        self._show()

    def on_input_submitted(self) -> None:
        """Let the arrows scroll what was found."""
        self.set_focus(self.query_one(VerticalScroll))

    def action_close(self) -> None:
        """Close the help."""
        self.dismiss(None)

    # ---- drawing

    def _show(self) -> None:
        words = self._filter.value.casefold().split()
        found = [one for one in (_with_words(one, words) for one in self.sections) if one.keys]
        cells = max(self._width - _AROUND - _KEY_CELLS - 2, 12)
        text = Text("nothing found") if not found else _text_of(found, cells)
        self._lines.update(text)


def _with_words(section: Section, words: Sequence[str]) -> Section:
    """A section with the lines that have all the words; its title counts to each of them."""
    keys = [
        (key, does)
        for key, does in section.keys
        if all(word in f"{section.title} {key} {does}".casefold() for word in words)
    ]
    return replace(section, keys=keys)


def _text_of(sections: Sequence[Section], cells: int) -> Text:
    """The sections one below the other; cells: the width beside the keys."""
    text = Text()
    for section in sections:
        text.append(f"{section.title}\n", "bold")
        if section.about:
            text.append(f"{section.about}\n", "italic")
        for key, does in section.keys:
            first, *rest = textwrap.wrap(does, cells) or [""]
            text.append(f"  {pad(key, _KEY_CELLS)}", "bold")
            text.append("\n".join([first, *(" " * (_KEY_CELLS + 2) + line for line in rest)]))
            text.append("\n")
        text.append("\n")
    text.rstrip()
    return text
