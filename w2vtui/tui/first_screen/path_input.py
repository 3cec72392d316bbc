"""A field for a path that goes on as the folder's names do; tab takes what it proposes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input

_MOST_NAMES = 5000
"""Names of a folder that are looked at: a proposal may not take long."""


class PathInput(Input):
    """Names one path, or whatever else is typed."""

    HELP = "The text to train on: a file, a folder, or a pattern such as notes/*.txt."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Next", id="path.complete",
                tooltip="take the path proposed, else next field"),
    ]  # fmt: skip

    def __init__(self, value: str, **options: Any) -> None:
        super().__init__(value, select_on_focus=False, suggester=PathSuggester(), **options)
        self.cursor_blink = False

    def action_complete(self) -> None:
        """Take the proposal; without one go on to the next field."""
        proposed = self._suggestion
        if self.cursor_at_end and len(proposed) > len(self.value):
            self.action_cursor_right()
        else:
            self.screen.focus_next()


class PathSuggester(Suggester):
    """Proposes the first name of the folder that begins as what is typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The text with the name that goes on from it, a folder's with a slash."""
        return await asyncio.to_thread(completion_of, value)


def completion_of(text: str) -> str | None:
    """The text, completed to a path that exists; None where it is one, or none goes on from it.

    Hidden names are proposed once their dot is typed.
    """
    folder, _, begun = text.rpartition("/")
    if not begun or "\0" in text:
        return None
    place = folder + "/" if "/" in text else ""
    try:
        parent = Path(place or ".").expanduser()
        found = []
        with os.scandir(parent) as entries:
            for entry, _ in zip(entries, range(_MOST_NAMES), strict=False):
                name = entry.name
                hidden = name.startswith(".") and not begun.startswith(".")
                if name == begun and not entry.is_dir():
                    return None  # it is all there
                if name.startswith(begun) and name.isprintable() and not hidden:
                    found.append((name, entry.is_dir()))
    except (OSError, RuntimeError):  # no such folder, or not ours; ~nobody
        return None
    if not found:
        return None
    name, is_folder = min(found)
    return place + name + "/" * is_folder
