"""The watch pane: nearest words and how they moved, churn, and the answer to a query."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical

from w2vtui.display import cell_width, pad, safe_text, wrapped
from w2vtui.training.state.measurements import Churn, Neighbors
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.looks.glyphs import BRAILLE, Glyphs
from w2vtui.tui.looks.inks import PLAIN_INKS, Inks
from w2vtui.tui.widgets.answer import answer_lines
from w2vtui.tui.widgets.charts.spark import rank_ink, rank_sign, spark, trend, trend_ink
from w2vtui.tui.widgets.panel import Panel, joined
from w2vtui.tui.widgets.query_field import QueryField

QUERY_CELLS = 9
_LABEL_CELLS = 9
_LONGEST_WORD = 24
_ROWS_FOR_CHURN = 4
_ROWS_FOR_LEGEND = 7
_BLOCK_CELLS = 26
"""The least width for a list of the nearest words of one query."""
_LEAST_BLOCK_ROWS = 8
"""A shorter list says less than a line of words."""


class WatchPanel(Vertical):
    """The watch words, one line each; while a query is asked, its answer instead."""

    app: BaseApp
    HELP = "Watch words and their nearest, with signs for how those moved; or a query's answer."

    def __init__(
        self,
        field: QueryField,
        *,
        classes: str,
        when_asking: str,
        else_: str,
        glyphs: Glyphs = BRAILLE,
    ) -> None:
        """
        field                where queries are typed
        when_asking, else_   texts for the frame, which name keys
        """
        super().__init__(id="watch", classes=classes)
        self._field, self._glyphs = field, glyphs
        self._when_asking, self._else = when_asking, else_

    def compose(self) -> ComposeResult:
        """Yield the field, hidden until it is used, and the words."""
        self._field.display = False
        yield self._field
        yield Panel(id="nearest")

    def on_mount(self) -> None:
        """Set the title."""
        self.ask(False)

    def ask(self, on: bool) -> None:
        """Show or hide the field."""
        self._field.display = on
        self.border_title = "Neighbors" if on else "Watch words"
        self.border_subtitle = self._when_asking if on else self._else

    def show_answer(self, answer: Neighbors | None) -> None:
        """Show the answer to the query; None while it is looked up."""
        panel = self.query_one("#nearest", Panel)
        panel.show(joined(answer_lines(answer, *panel.size)))

    def show_watched(
        self,
        watched: Sequence[Neighbors],
        churn: Churn | None,
        curves: tuple[NDArray[np.float64], NDArray[np.float64]],
    ) -> None:
        """Show the watch words; curves: of churn and of settled words, rows (n, 4)."""
        panel = self.query_one("#nearest", Panel)
        inks = self.app.inks
        lines = watch_lines(watched, churn, curves, *panel.size, self._glyphs, inks=inks)
        panel.show(joined(lines))


def watch_lines(
    watched: Sequence[Neighbors],
    churn: Churn | None,
    curves: tuple[NDArray[np.float64], NDArray[np.float64]],
    width: int,
    height: int,
    glyphs: Glyphs = BRAILLE,
    *,
    inks: Inks = PLAIN_INKS,
) -> list[Text]:
    """One line per query, then churn and settled words, then a legend, as far as they fit.

    In a large pane each query has a list of its nearest words.
    """
    below: list[Text] = []
    if height >= _ROWS_FOR_CHURN:
        below = churn_lines(churn, curves, width, inks)
    if height >= _ROWS_FOR_LEGEND:
        up, down, stayed, entered = glyphs.rank_signs
        legend = f"{up}{down} moved rank  {stayed} stayed  {entered} entered"
        below.append(Text(pad(legend, width), "dim"))
    room = max(height - len(below), 1)
    if not watched:
        waiting = "nearest words appear when training starts"
        above = [Text(pad(waiting, width), "dim")]
    else:
        above = watch_table(watched, width, room, glyphs, inks)
        above = above or [watch_line(answer, width, glyphs, inks) for answer in watched[:room]]
    gap = [Text("")] * max(room - len(above), 0)
    return [*above, *gap, *below]


def watch_table(
    watched: Sequence[Neighbors], width: int, height: int, glyphs: Glyphs, inks: Inks
) -> list[Text]:
    """A list of the nearest words for each query, side by side; none where they do not fit."""
    across = max(min(width // _BLOCK_CELLS, len(watched)), 1)
    n_bands = -(-len(watched) // across)
    n_words = min(height // n_bands - 2, max(len(answer.words) for answer in watched))
    if n_words < _LEAST_BLOCK_ROWS:
        return []
    lines = []
    for band in range(n_bands):
        answers = watched[band * across : (band + 1) * across]
        blocks = [_block(answer, width // across, n_words, glyphs, inks) for answer in answers]
        for parts in zip(*blocks, strict=True):
            line = Text(no_wrap=True).join(parts)
            line.append(" " * (width - line.cell_len))
            lines.append(line)
        lines.append(Text())
    return lines[:height]


def _block(answer: Neighbors, width: int, n_words: int, glyphs: Glyphs, inks: Inks) -> list[Text]:
    """A query and its nearest words with cosines and signs, in `n_words + 1` lines."""
    lines = [Text(pad(safe_text(answer.query, 40), width), "bold")]
    if answer.problem:
        lines += [
            Text(pad(line, width)) for line in wrapped(safe_text(answer.problem), width - 1, 4)
        ]
    moves: Sequence[int | None] = answer.moves or (0,) * len(answer.words)
    for (word, cosine), move in zip(answer.words[:n_words], moves, strict=False):
        line = Text(pad(f" {safe_text(word, _LONGEST_WORD)}", width - 11))
        line.append(f" {cosine:5.3f} ", "dim")
        sign = rank_sign(move, glyphs) if answer.moves else ""
        line.append(pad(sign, 4), rank_ink(move, inks))
        lines.append(line)
    blank = [Text(" " * width)] * (n_words + 1)
    return [*lines, *blank][: n_words + 1]


def watch_line(
    answer: Neighbors, width: int, glyphs: Glyphs = BRAILLE, inks: Inks = PLAIN_INKS
) -> Text:
    """A query and its nearest words with their signs, as many as fit."""
    line = Text(no_wrap=True)
    query_cells = min(QUERY_CELLS, width // 3)
    line.append(pad(safe_text(answer.query, 40), query_cells), "bold")
    if answer.problem:
        line.append(" " + pad(safe_text(answer.problem), max(width - query_cells - 1, 1)))
        return line
    moves: Sequence[int | None] = answer.moves or (0,) * len(answer.words)
    for (word, _), move in zip(answer.words, moves, strict=True):
        shown = safe_text(word, _LONGEST_WORD)
        sign = rank_sign(move, glyphs) if answer.moves else ""
        if line.cell_len + 1 + cell_width(shown) + cell_width(sign) > width:
            break
        line.append(" " + shown)
        line.append(sign, rank_ink(move, inks))
    line.append(" " * (width - line.cell_len))
    return line


def churn_lines(
    churn: Churn | None,
    curves: tuple[NDArray[np.float64], NDArray[np.float64]],
    width: int,
    inks: Inks = PLAIN_INKS,
) -> list[Text]:
    """Churn and settled words: spark line, last value and trend of each."""
    changed, settled, of = "    –", "    –", ""
    if churn is not None:
        changed, settled = f"{100 * churn.churn:3.0f} %", f"{100 * churn.settled:3.0f} %"
        of = f" of {churn.n_words}"
    tail_cells = 5 + len(of) + 3
    room = max(width - _LABEL_CELLS - tail_cells - 2, 0)
    lines = []
    for label, text, suffix, rows in (
        ("churn@10", changed, "", curves[0]),
        ("settled", settled, of, curves[1]),
    ):
        line = Text(no_wrap=True)
        line.append(pad(label, _LABEL_CELLS), "dim")
        line.append(" " + spark(rows, room))
        line.append(" " + pad(text + suffix, tail_cells - 3), "bold")
        sign = trend(rows)
        line.append("  " + sign, trend_ink(sign, inks, falling_is_good=label == "churn@10"))
        lines.append(line)
    return lines
