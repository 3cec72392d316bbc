"""Draws the rows of an answer: place, word, cosine and its bar, change of rank, count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.text import Text

from w2vtui.display import cell_width, pad, safe_text, short, whole_parts, wrapped
from w2vtui.tui.explore_screen.answer_table import Row, Table
from w2vtui.tui.looks.glyphs import BRAILLE, Glyphs
from w2vtui.tui.looks.inks import PLAIN_INKS, Inks
from w2vtui.tui.looks.numbers import meter
from w2vtui.tui.widgets.charts.spark import rank_ink, rank_sign

_LONGEST_WORD, _SHORTEST_WORD = 24, 6
_SCORE_CELLS, _MOVE_CELLS, _COUNT_CELLS = 7, 4, 6
_LEAST_BAR = 4


@dataclass(frozen=True, slots=True)
class Columns:
    """The cells of each column; 0 leaves it out."""

    rank: int
    word: int
    other: int
    bar: int
    move: int
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """What is shown of a table beside its rows."""

    at: int | None = None
    """The row that is pointed at; None for none."""
    moves: Mapping[str, int | None] | None = None
    """How many places a word rose; None for a word that is new. None before an earlier look."""
    glyphs: Glyphs = BRAILLE
    inks: Inks = PLAIN_INKS


def columns_of(table: Table, width: int, *, moves: bool) -> Columns:
    """The columns that fit: first the bar is left out, then the count, then the change of rank."""
    rows = [row for row in table.rows if isinstance(row, Row)]
    rank = len(str(len(rows))) + 1 if table.has_ranks else 0
    longest = max((cell_width(safe_text(row.word, 40)) for row in rows), default=0)
    word = min(max(longest, _SHORTEST_WORD), _LONGEST_WORD)
    has_scores = any(row.score is not None for row in rows)
    other = _SCORE_CELLS if any(row.other is not None for row in rows) else 0
    count = _COUNT_CELLS if any(row.count is not None for row in rows) else 0
    move = _MOVE_CELLS if moves and table.has_ranks else 0
    used = 2 + rank + _SCORE_CELLS * has_scores + other
    for leave_out in ("", "count", "move"):
        count = 0 if leave_out == "count" else count
        move = 0 if leave_out == "move" else move
        if used + min(word, 10) + count + move <= width:
            break
    room = width - used - count - move
    word = min(word, max(room, 1))
    bar = room - word - 1 if has_scores and room - word - 1 >= _LEAST_BAR else 0
    return Columns(rank, word if bar else max(room, 1), other, bar, move, count)


def row_line(row: Row, columns: Columns, marked: Marked, *, pointed: bool) -> Text:
    """A word of an answer in one line."""
    bold = "bold" if pointed else None
    line = Text(no_wrap=True).append("▸ " if pointed else "  ", bold)
    if columns.rank:
        line.append(f"{row.rank:>{columns.rank - 1}} ", "dim")
    line.append(pad(safe_text(row.word, 40), columns.word), bold)
    if row.score is not None:
        line.append(f" {row.score:6.3f}")
    if columns.other:
        line.append(f" {row.other:6.3f}" if row.other is not None else " " * 7)
    if columns.bar:
        line.append(" " + pad(meter(row.score or 0.0, columns.bar)[0], columns.bar))
    if columns.move and marked.moves is not None:
        move = marked.moves.get(row.word)
        sign = pad(rank_sign(move, marked.glyphs), columns.move - 1)
        line.append(" ").append(sign, rank_ink(move, marked.inks))
    if columns.count:
        count = "" if row.count is None else short(row.count)
        line.append(f"{count:>{columns.count}}", "dim")
    return line


def table_lines(table: Table, width: int, height: int, marked: Marked) -> list[Text]:
    """What fits of a table, the pointed row in sight."""
    head = head_lines(table, width)
    columns = columns_of(table, width, moves=marked.moves is not None)
    lines = []
    for at, row in enumerate(table.rows):
        if isinstance(row, str):
            lines.append(Text(pad(whole_parts(safe_text(row), width), width), "dim", no_wrap=True))
        else:
            lines.append(row_line(row, columns, marked, pointed=at == marked.at))
            lines[-1].truncate(width)
    room = max(height - len(head), 1)
    first = first_shown(len(lines), room, marked.at)
    return [*head, *lines[first : first + room]][:height]


def head_lines(table: Table, width: int) -> list[Text]:
    """What stands above the rows, which do not scroll it away."""
    lines = (line for text in table.head for line in wrapped(safe_text(text), width, 2))
    return [Text(line, "bold", no_wrap=True) for line in lines]


def first_shown(n_rows: int, room: int, at: int | None) -> int:
    """The first row in sight, so that the pointed one is."""
    return min(max((at or 0) - room // 2, 0), max(n_rows - room, 0))
