"""A path field that proposes completions from the folder; tab accepts them."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester

from w2vtui.tui.chosen.sources import paths_beginning
from w2vtui.tui.widgets.field import Field


class PathInput(Field):
    """The text to train on, as a path or pattern."""

    HELP_TITLE = "Corpus"
    OTHER_KEYS = (("enter", "go to Start"),)
    HELP = "The text to train on: a file, a folder, or a pattern such as notes/*.txt."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Next", id="path.complete",
                tooltip="accept the suggestion, or move to the next field"),
    ]  # fmt: skip

    def __init__(self, value: str, **options: Any) -> None:
        super().__init__(value, select_on_focus=False, suggester=PathSuggester(), **options)

    def action_complete(self) -> None:
        """Accept the proposal; without one, go to the next field."""
        proposed = self._suggestion
        if self.cursor_at_end and len(proposed) > len(self.value):
            self.action_cursor_right()
        else:
            self.screen.focus_next()


class PathSuggester(Suggester):
    """Proposes the first name in the folder that begins with what is typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The completed text; a folder gets a slash."""
        return await asyncio.to_thread(completion_of, value)


def completion_of(text: str) -> str | None:
    """The text completed to an existing path; None if it is complete or has no completion.

    Hidden names are proposed once their dot is typed.
    """
    found = paths_beginning(text)
    if text.endswith("/") or not text or text in found:
        return None
    return found[0] if found else None
