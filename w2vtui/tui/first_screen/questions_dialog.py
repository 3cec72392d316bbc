"""The dialog that chooses what vectors are scored on while they train."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.evaluation.question_files import QuestionFiles, QuestionKind
from w2vtui.evaluation.questions import read_analogies, read_pairs
from w2vtui.evaluation.sessions import read_sessions
from w2vtui.tui.chosen.sources import field_text, sources_of
from w2vtui.tui.first_screen.path_input import PathInput

_KINDS: dict[QuestionKind, str] = {
    "pairs": "word pairs: two words and a score a line",
    "analogies": "analogies: four words a line",
    "sessions": "sessions: items in order, of which the last is guessed",
}


class QuestionsInput(PathInput):
    """Files of questions, as paths or a pattern."""

    HELP_TITLE = "Files of questions"
    OTHER_KEYS = (("enter", "take these files"),)
    HELP = "Files to score the vectors on: a path, or several, quoted as in a shell."


class QuestionsDialog(ModalScreen[QuestionFiles | None]):
    """A field for each kind of questions; files that cannot be read are not taken."""

    HELP_TITLE = "What to score the vectors on"

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "cancel", "cancel", show=False, id="questions.cancel", priority=True),
        Binding("enter", "enter", "take these files", show=False, id="questions.enter",
                priority=True),
    ]  # fmt: skip

    def __init__(self, files: QuestionFiles) -> None:
        super().__init__()
        self._files = files

    def compose(self) -> ComposeResult:
        """A field for each kind, and what is wrong with the files."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Score the vectors on"
            for kind, what in _KINDS.items():
                paths: tuple[str, ...] = getattr(self._files, kind)
                yield Static(Text(what, "dim"))
                yield QuestionsInput(field_text(paths) if paths else "", id=kind, compact=True)
            yield Static("", id="note", markup=False)
            yield Static(Text("enter takes these   tab next field   esc keeps the old", "dim"))

    async def action_enter(self) -> None:
        """Take the files if they can be read."""
        chosen = {}
        for kind in _KINDS:
            field = self.query_one(f"#{kind}", QuestionsInput)
            await field.all_typed()
            chosen[kind] = tuple(sources_of(field.value)) if field.value.strip() else ()
        files = QuestionFiles(**chosen, options=self._files.options)
        try:
            found = await asyncio.to_thread(_contents, files)
        except W2vtuiError as error:
            self.query_one("#note", Static).update(safe_text(str(error)))
            return
        if found:
            self.app.notify(found, markup=False)
        self.dismiss(files)

    def action_cancel(self) -> None:
        """Keep those that were chosen before."""
        self.dismiss(None)


def _contents(files: QuestionFiles) -> str:
    """What the files hold: `pairs.txt: 368 word pairs`.

    Raises:
        W2vtuiError: one cannot be read.
    """
    options, found = files.options, []
    said: list[str] = []
    skips = options.skip_bad_rows
    for path in files.pairs:
        pairs = read_pairs(path, options.pairs_columns, skip_bad_rows=skips, report=said.append)
        found.append(f"{Path(path).name}: {len(pairs):,} word pairs")
    for path in files.analogies:
        sections = read_analogies(
            path, options.analogies_columns, skip_bad_rows=skips, report=said.append
        )
        found.append(f"{Path(path).name}: {sum(map(len, sections.values())):,} analogies")
    for path in files.sessions:
        sessions = read_sessions(path, report=said.append)
        found.append(f"{Path(path).name}: {len(sessions):,} sessions")
    return safe_text("; ".join([*found, *said]), 400)
