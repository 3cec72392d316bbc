"""Fields that a line is typed in, and the lines that were entered earlier."""

from __future__ import annotations

import asyncio
import unicodedata
from typing import Any

from textual.events import Key, Paste
from textual.widgets import Input

_CONTROLS = ("Cc", "Cs")
"""Unicode's categories of what is not typed: controls, halves of characters."""


class Field(Input):
    """A line that is typed, of any characters but control characters.

    Textual drops a key that cannot be seen by itself, such as the joiners in Persian and Hindi.
    """

    def __init__(self, value: str = "", **options: Any) -> None:
        """options: those of Textual's field"""
        super().__init__(value, **options)
        self.cursor_blink = False

    def on_key(self, event: Key) -> None:
        """Insert a character that Textual would drop."""
        typed = event.character or ""
        if typed.isprintable() or typed_text(typed) != typed:
            return
        event.stop()
        event.prevent_default()
        self.put_in(typed)

    def on_paste(self, event: Paste) -> None:
        """Insert the first line that says something."""
        event.stop()
        event.prevent_default()
        lines = [typed_text(line) for line in event.text.splitlines()]
        self.put_in(next((line for line in lines if line.strip()), ""))

    async def all_typed(self) -> None:
        """Wait until the keys that were pressed before have been handled."""
        handled = asyncio.Event()
        if self.call_later(handled.set):
            await handled.wait()

    def put_in(self, text: str) -> None:
        """Insert a text at the cursor, in place of what is selected."""
        self.replace(text, *self.selection)

    def put(self, line: str) -> None:
        """Replace the whole line, with the cursor at its end."""
        self.value = line
        self.cursor_position = len(line)


def typed_text(text: str) -> str:
    """A text without control characters; a tab becomes a space."""
    kept = text.replace("\t", " ")
    return "".join(char for char in kept if unicodedata.category(char) not in _CONTROLS)


class Recalled:
    """The lines entered earlier, walked through from the line that is being typed."""

    def __init__(self, lines: list[str]) -> None:
        """lines: oldest first; new ones are added"""
        self._lines, self._draft = lines, ""
        self._at = len(lines)

    def begin(self) -> None:
        """Start at a new line."""
        self._at, self._draft = len(self._lines), ""

    def add(self, line: str) -> None:
        """Add a line that was entered, unless it is the last one again; start at a new one."""
        if line and self._lines[-1:] != [line]:
            self._lines.append(line)
        self.begin()

    def step(self, by: int, typed: str) -> str:
        """The line `by` lines later, or earlier if negative; after the last one, what was typed.

        typed   the line in the field now
        """
        if self._at == len(self._lines):
            self._draft = typed
        self._at = min(max(self._at + by, 0), len(self._lines))
        return self._draft if self._at == len(self._lines) else self._lines[self._at]
