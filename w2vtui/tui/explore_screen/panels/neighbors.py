"""The neighbors pane: what the query line asks, answered word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp

from w2vtui.display import pad, safe_text, wrapped
from w2vtui.exploring.asking import Asking
from w2vtui.exploring.questions import Question
from w2vtui.exploring.sides import Side
from w2vtui.exploring.subject import View
from w2vtui.tui.explore_screen.answer_lines import Marked, first_shown, head_lines, table_lines
from w2vtui.tui.explore_screen.answer_table import Row, Table, as_tsv
from w2vtui.tui.explore_screen.answering import Answered, Answering
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.explore_screen.rank_history import Moved, RankHistory
from w2vtui.tui.widgets.result_panel import Shape

SIDES: tuple[Side, ...] = ("input", "output", "sum")
SIDE_NAMES: dict[Side, str] = {"input": "input", "output": "output", "sum": "both"}
"""Whose vectors are asked, as the frame names them: `both` is v + u."""


class NeighborsPane(ExplorePane):
    """The words that answer the question; one of them can be followed, pinned or watched."""

    PANE_NAME = "Neighbors"
    HELP = "The words that answer the query, with cosine, change of rank in the last minute, count."
    HELP_TITLE = "Neighbors"
    EXPORTS = (".tsv",)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "follow", "Follow", id="explore.follow",
                tooltip="ask for the word that is pointed at"),
        Binding("up", "point(-1)", "word above", show=False, id="explore.up"),
        Binding("down", "point(1)", "word below", show=False, id="explore.down"),
        Binding("pageup", "point(-10)", "ten words up", show=False, id="explore.page_up"),
        Binding("pagedown", "point(10)", "ten words down", show=False, id="explore.page_down"),
        Binding("k", "more", "More", id="explore.more", tooltip="list more words"),
        Binding("v", "side", "Vectors", id="explore.side",
                tooltip="ask the input vectors, the output vectors, or the sum of both"),
        Binding("p", "pin", "Pin", id="explore.pin",
                tooltip="pin a word below the list, or take it off: its cosine is always shown"),
        Binding("w", "watch", "Watch", id="explore.watch",
                tooltip="add the word to the watch words of the run that trains"),
    ]  # fmt: skip

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.side: Side = "input"
        self._pages = 1
        self._at: int | None = None
        """The row that is pointed at; None for the word that is asked."""
        self._answering = Answering(self.ask_vectors)
        self._ranks = RankHistory()
        self._moved: Moved | None = None
        """How the words that are shown have moved since an earlier look."""

    def compute(self, view: View, question: Question | None, shape: Shape) -> Answered | None:
        """The answer to a question; for an unknown word, words spelled like it."""
        if question is None:
            return None
        n_rows = self._pages * max(shape.height, 1)
        asking = Asking(n=n_rows, method=self.explorer.method)
        return self._answering.answer(view, question, asking, self.side, self.explorer.pins)

    # ---- showing

    def take(self, result: Answered | None) -> None:
        """Show an answer, and how its words moved."""
        before = self.result
        if result is not None:
            self._moved = self._ranks.moved(result)
            is_new = before is None or before.asked != result.asked
            if is_new:
                asks_one = len(self._asked_words(result)) == 1 and not result.unknown
                self._at = None if asks_one else self._first_row(result)
                self._pages = 1
            elif self._at is not None and before is not None:
                self._at = self._row_of(result, self.word)
        super().take(result)
        self.explorer.pick(self.word)

    def refuse(self, problem: str) -> None:
        """Show why there is no answer."""
        self._at = None
        self.write_frame(self.PANE_NAME)
        super().refuse(problem)

    def drawn(self, result: Answered, shape: Shape) -> Text:
        """The rows that fit, the pinned words below them."""
        self._show_titles(result)
        moves = None if self._moved is None else self._moved.ranks
        marked = Marked(at=self._at, moves=moves, glyphs=self.app.glyphs, inks=self.app.inks)
        width, height = shape
        below: list[Text] = []
        if result.pinned:
            pins = Table("", (), ("pinned", *result.pinned))
            below = table_lines(pins, width, max(height // 3, 2), Marked())
        room = max(height - len(below), 1)
        lines = table_lines(result.table, width, room, marked)
        if not result.table.rows and not result.table.head:
            lines = [Text(line) for line in wrapped(self._nothing(), width, room)]
        lines += [Text(pad("", width))] * (room - len(lines))
        return Text("\n", no_wrap=True).join([*lines, *below])

    def _nothing(self) -> str:
        view = self.explorer.view
        n_words = 0 if view is None else len(view.vectors)
        if n_words == 1:
            return "no other word: the vocabulary has one word"
        return "no answer among the words"

    def _show_titles(self, result: Answered) -> None:
        title = self.app.glyphs.spelled(safe_text(result.table.title, 60))
        side = "" if self.side == "input" else f"{SIDE_NAMES[self.side]} vectors"
        moved = "" if self._moved is None else f"Δ in {self._moved.seconds:.0f} s"
        subtitle = self.app.glyphs.spelled(" · ".join(part for part in (side, moved) if part))
        self.write_frame(title, subtitle)

    def exported(self, result: Answered, ending: str) -> bytes:
        """The rows as tab-separated values."""
        return as_tsv(result.table)

    # ---- the word that is pointed at

    @property
    def word(self) -> str:
        """The word that is pointed at, or asked; empty if there is none."""
        result: Answered | None = self.result
        if result is None or result.unknown:
            return ""
        if self._at is None:
            return next(iter(self._asked_words(result)), "")
        row = result.table.rows[self._at]
        return row.word if isinstance(row, Row) else ""

    def _asked_words(self, result: Answered) -> Sequence[str]:
        question = self.explorer.asked
        return () if question is None or question.text != result.asked else question.words

    def _first_row(self, result: Answered) -> int | None:
        rows = result.table.rows
        return next((at for at, row in enumerate(rows) if isinstance(row, Row)), None)

    def _row_of(self, result: Answered, word: str) -> int | None:
        rows = result.table.rows
        found = (at for at, row in enumerate(rows) if isinstance(row, Row) and row.word == word)
        return next(found, self._first_row(result))

    def _point_at(self, at: int) -> None:
        self._at = at
        self.redraw()
        self.explorer.pick(self.word)

    def action_point(self, by: int) -> None:
        """Point at another word."""
        if self.result is None:
            return
        rows = self.result.table.rows
        places = [at for at, row in enumerate(rows) if isinstance(row, Row)]
        if not places:
            return
        here = -1 if self._at is None else places.index(self._at)
        self._point_at(places[min(max(here + by, 0), len(places) - 1)])

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Point at the word above."""
        event.stop()
        self.action_point(-1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Point at the word below."""
        event.stop()
        self.action_point(1)

    def on_click(self, event: Click) -> None:
        """Point at the word under the pointer; follow it on a double click."""
        place = event.get_content_offset(self)
        if place is None or self.result is None:
            return
        table: Table = self.result.table
        below = len(self.result.pinned) + 1 if self.result.pinned else 0
        n_above = len(head_lines(table, self.shape.width))
        room = max(self.shape.height - below - n_above, 1)
        at = place.y - n_above + first_shown(len(table.rows), room, self._at)
        if (
            n_above <= place.y < n_above + room
            and at < len(table.rows)
            and isinstance(table.rows[at], Row)
        ):
            self._point_at(at)
            if event.chain == 2:
                self.action_follow()

    # ---- keys

    def action_follow(self) -> None:
        """Ask for the word that is pointed at; of an unknown word, take the proposed one."""
        result: Answered | None = self.result
        if result is None or self._at is None:
            self.action_point(1)
            return
        row = result.table.rows[self._at]
        if isinstance(row, Row):
            text = self.explorer.text
            self.ask(corrected(text, result.unknown, row.word) if result.unknown else row.word)

    def action_more(self) -> None:
        """List another page of words."""
        self._pages += 1
        self.recompute()

    def action_side(self) -> None:
        """Ask the next kind of vectors."""
        view = self.explorer.view
        if view is not None and view.vectors.output_vectors is None:
            self.side = "input"
            self.app.report("only the input vectors are known: this file or objective has no "
                            "output vectors of words")  # fmt: skip
            return
        self.side = SIDES[(SIDES.index(self.side) + 1) % len(SIDES)]
        self.recompute()

    def action_pin(self) -> None:
        """Pin the word, or take it off."""
        if self.word:
            self.explorer.pin(self.word)

    def action_watch(self) -> None:
        """Add the word, or the sum that is asked, to the watch words of the run."""
        result: Answered | None = self.result
        if result is not None and not result.unknown:
            self.explorer.watch_word(self.word or result.asked)


def corrected(text: str, unknown: str, word: str) -> str:
    """A question with a word in place of the first one that is unknown."""
    apart = r"[\s:|!>+-]"
    pattern = rf"(?:^|(?<={apart})){re.escape(unknown)}(?=$|{apart})"
    return re.sub(pattern, lambda _: word, text, count=1)
