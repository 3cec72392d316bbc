"""A dialog that answers queries with the vectors of a saved run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.runs.agreement import checkpoint_vectors
from w2vtui.training.state.measurements import Neighbors
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.sessions.words import answer_to
from w2vtui.tui.widgets.answer import answer_lines
from w2vtui.tui.widgets.panel import Panel, joined
from w2vtui.tui.widgets.query_field import QueryField

if TYPE_CHECKING:
    from w2vtui.vectors import WordVectors


class RunQueries(ModalScreen[None]):
    """Asks for words, and shows the nearest ones in a saved run."""

    HELP_TITLE = "Queries to a saved run"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "close", "close", show=False, id="queries.close", priority=True),
    ]

    def __init__(self, folder: Path) -> None:
        """folder: of the run"""
        super().__init__()
        self._folder = folder
        self._vectors: WordVectors | None = None
        self._query = ""

    def compose(self) -> ComposeResult:
        """The field, and the answer below it."""
        with Vertical(id="dialog", classes="queries") as dialog:
            name = safe_text(self._folder.name, 40)
            dialog.border_title = Content(f"Neighbors in {name}")
            close = self.app.key_of("queries.close", RunQueries)
            dialog.border_subtitle = f"enter asks   {close} closes"
            field = QueryField(self.app.query_history, self._words, self._ask)
            yield field
            yield Panel(id="nearest")

    def on_mount(self) -> None:
        """Load the vectors."""
        self.query_one(QueryField).focus()
        self._load()

    def _words(self) -> Sequence[str]:
        return [] if self._vectors is None else self._vectors.index_to_key

    @work(exclusive=True)
    async def _load(self) -> None:
        try:
            self._vectors, _, _ = await asyncio.to_thread(checkpoint_vectors, self._folder)
        except W2vtuiError as error:
            self._show(Neighbors(query="", words=(), problem=str(error)))
            return
        self._answer()  # the field may have the next query by now

    def _ask(self, query: str) -> None:
        self._query = query
        self.query_one(QueryField).show_asked(query)
        self._answer()

    def _answer(self) -> None:
        """Show the nearest words of the last query, once the vectors are there."""
        if self._query and self._vectors is not None:
            self._show(answer_to(self._vectors, self._query))

    def _show(self, answer: Neighbors) -> None:
        panel = self.query_one("#nearest", Panel)
        panel.show(joined(answer_lines(answer, *panel.size)))

    def action_close(self) -> None:
        """Return to the list of runs."""
        self.dismiss(None)
