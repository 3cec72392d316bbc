"""The analogies pane: the person's own questions, answered again with every look."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from weakref import ref

from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.display import cell_width, pad, safe_text, whole_parts
from w2vtui.errors import DiskError
from w2vtui.exploring.answers import Method
from w2vtui.exploring.board import (
    MOST_QUESTIONS,
    Row,
    answer_board,
    edit_board,
    edited,
    read_board,
)
from w2vtui.exploring.forms import Analogy
from w2vtui.exploring.limits import BOARD_WORDS
from w2vtui.exploring.questions import Question
from w2vtui.exploring.subject import View
from w2vtui.exploring.tsv import tsv
from w2vtui.system.resources import user_folder
from w2vtui.tui.explore_screen.analogy_dialog import AnalogyDialog
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape
from w2vtui.vectors import WordVectors

LIVE_SECONDS = 5.0
"""From one look at vectors that train to the next."""
FILE = "analogies.txt"
"""In the person's data folder, beside the saved runs."""


@dataclass(frozen=True, slots=True)
class Board:
    """Every question with its answer."""

    rows: tuple[Row, ...]
    method: Method
    n_words: int
    """Words that may be answers."""
    lines: tuple[str, ...]
    vectors: ref[WordVectors]
    """Those that were asked, not kept for it."""
    made: float
    """time.monotonic()"""


class AnalogiesPane(ExplorePane):
    """A board of questions: a is to b as c is to what?"""

    PANE_NAME = "Analogies"
    HELP = "Your own questions, kept for every run: the answer, and whether it is the expected one."
    HELP_TITLE = "Analogies"
    EXPORTS = (".tsv",)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "follow", "Ask", id="explore.analogy_follow",
                tooltip="ask this question on the query line"),
        Binding("up", "point(-1)", "question above", show=False, id="explore.analogy_up"),
        Binding("down", "point(1)", "question below", show=False, id="explore.analogy_down"),
        Binding("A", "add", "Add", id="explore.analogy_add",
                tooltip="add a question; the one on the query line is proposed"),
        Binding("D", "remove", "Remove", id="explore.analogy_remove",
                tooltip="remove the question that is pointed at"),
        Binding("m", "method", "Method", id="explore.analogy_method",
                tooltip="score the answers by the other of 3CosAdd and 3CosMul"),
    ]  # fmt: skip

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        folder = user_folder("data")
        self._path = None if folder is None else folder / FILE
        self._lines: tuple[str, ...] = ()
        self._unsaved: dict[str, bool] = {}
        """Lines that were added (True) or removed since the file was last written."""
        self._at = 0
        self._board: Board | None = None
        """What was answered last: another question on the query line changes nothing here."""

    def on_mount(self) -> None:
        """Read the questions."""
        try:
            lines = read_board(self._path)
        except DiskError as error:
            self.app.warn(f"{error}: what you add is not saved")
            return
        self._lines = lines[:MOST_QUESTIONS]
        if len(lines) > MOST_QUESTIONS:
            self.app.report(f"your {FILE} has {len(lines):,} questions: {MOST_QUESTIONS} are shown")

    def compute(self, view: View, question: Question | None, shape: Shape) -> Board:
        """The answers among the most frequent words; of vectors that train, seconds old at most."""
        vectors, lines, method, kept = view.vectors, self._lines, self.explorer.method, self._board
        if kept is not None and (kept.lines, kept.method) == (lines, method):
            is_recent = time.monotonic() - kept.made < LIVE_SECONDS
            if kept.vectors() is vectors or (view.kind == "live" and is_recent):
                return kept
        rows = answer_board(vectors, lines, method)
        n_words = min(BOARD_WORDS, len(vectors))
        self._board = Board(rows, method, n_words, lines, ref(vectors), time.monotonic())
        return self._board

    def drawn(self, result: Board, shape: Shape) -> Text:
        """The questions with their answers: beside them, or below them in a narrow pane."""
        width, height = shape
        judged = [row.answer.is_right for row in result.rows if row.answer is not None]
        right, asked = judged.count(True), len(judged) - judged.count(None)
        subtitle = whole_parts(
            f"{right} of {asked} right · {result.method} · {result.n_words:,} words", width - 2
        )
        if self.border_subtitle != subtitle:
            self.border_subtitle = subtitle
        if not result.rows:
            add = self.app.key_of("explore.analogy_add", AnalogiesPane)
            return Text(f"no questions yet: {add} adds one", "dim")
        self._at = min(self._at, len(result.rows) - 1)
        cells = question_cells(result.rows, width)
        room = height if cells is not None else max(height // 2, 1)
        first = min(max(self._at - room // 2, 0), max(len(result.rows) - room, 0))
        shown = list(enumerate(result.rows))[first : first + room]
        drawn = [row_lines(row, cells, width, pointed=at == self._at) for at, row in shown]
        return joined([line for lines in drawn for line in lines])

    def exported(self, result: Board, ending: str) -> bytes:
        """A question a line, as tab-separated values."""
        rows = [["question", "answer", "score", "place of the expected word"]]
        for row in result.rows:
            best = row.answer.words[0] if row.answer is not None and row.answer.words else None
            fields = ["", ""] if best is None else [best.word, f"{best.score:.6f}"]
            place = "" if row.answer is None or row.answer.rank is None else str(row.answer.rank)
            rows.append([row.line, *fields, place])
        return tsv(rows)

    # ---- keys

    def action_point(self, by: int) -> None:
        """Point at another question."""
        self._at = min(max(self._at + by, 0), max(len(self._lines) - 1, 0))
        self.redraw()

    def action_follow(self) -> None:
        """Ask the question on the query line."""
        if self._lines:
            self.ask(self._lines[self._at])

    def action_method(self) -> None:
        """Score by the other method."""
        explorer = self.explorer
        explorer.choose_method("3cosadd" if explorer.method == "3cosmul" else "3cosmul")

    def action_add(self) -> None:
        """Add a question."""
        view, asked = self.explorer.view, self.explorer.question
        if view is None:
            return
        if len(self._lines) >= MOST_QUESTIONS:
            self.app.report(f"the board holds {MOST_QUESTIONS} questions at most: remove one first")
            return
        proposed = asked.text if isinstance(asked, Analogy) else ""
        self.app.push_screen(AnalogyDialog(proposed, view.vectors), self._add)

    def _add(self, line: str | None) -> None:
        if line is None:
            return
        if line not in self._lines:
            self._change(line, is_added=True)
        if line in self._lines:
            self._at = self._lines.index(line)
        self.recompute()

    def action_remove(self) -> None:
        """Remove the question that is pointed at."""
        if self._lines:
            self._change(self._lines[self._at], is_added=False)
            self._at = max(min(self._at, len(self._lines) - 1), 0)
            self.recompute()

    def _change(self, line: str, *, is_added: bool) -> None:
        """Add or remove a line, here and in the file, which may have been written since."""
        self._unsaved[line] = is_added
        lines = edited(self._lines, {line: is_added})
        try:
            if self._path is not None:
                lines = edit_board(self._path, self._unsaved)
                self._unsaved.clear()
        except DiskError as error:
            self.app.warn(f"your analogies are not saved: {error}")
        self._lines = lines[:MOST_QUESTIONS]


def question_cells(rows: Sequence[Row], width: int) -> int | None:
    """The cells of the column of questions; None if an answer has no room beside it."""
    questions = max(cell_width(safe_text(row.line, 80)) for row in rows)
    answers = max((cell_width("".join(_answer(row))) for row in rows if row.answer), default=12)
    return questions if questions + answers + 4 <= width else None


def row_lines(row: Row, cells: int | None, width: int, *, pointed: bool) -> list[Text]:
    """A question, its answer, and whether that is the expected word.

    cells   of the column of questions; None puts the answer below the question
    """
    line = Text("▸ " if pointed else "  ", "bold", no_wrap=True, overflow="ellipsis")
    question_style = "bold" if pointed else "not bold"
    line.append(pad(safe_text(row.line, 80), width - 2 if cells is None else cells), question_style)
    below = Text("  ", "bold", no_wrap=True, overflow="ellipsis")
    lines = [line, below] if cells is None else [line]
    word, end = _answer(row)
    room = max(width - (2 if cells is None else cells) - 4 - cell_width(end), 3)
    style = "not bold" if row.answer is not None else "not bold dim"
    lines[-1].append("  " + (pad(word, room) if cell_width(word) > room else word), style)
    lines[-1].append(end, "not bold")
    for one in lines:
        one.truncate(width)
    return lines


def _answer(row: Row) -> tuple[str, str]:
    """The word that answers a question, or why there is none; and what is said of it."""
    answer = row.answer
    if answer is None:
        return safe_text(row.problem, 60), ""
    if not answer.words:
        return "no other word", ""
    best = answer.words[0]
    mark = {True: " ✓", False: " ✗", None: ""}[answer.is_right]
    place = f" #{answer.rank:,}" if answer.is_right is False and answer.rank else ""
    return safe_text(best.word, 40), f"{mark} {best.score:.2f}{place}"
