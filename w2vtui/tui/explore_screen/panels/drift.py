"""The drift pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from w2vtui.display import cell_width, pad, safe_text, short
from w2vtui.errors import RunError
from w2vtui.exploring.drift import Drift, DriftFinder, DriftRow
from w2vtui.exploring.questions import Question
from w2vtui.exploring.subject import View
from w2vtui.exploring.tsv import tsv
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.looks.glyphs import Glyphs
from w2vtui.tui.looks.inks import Inks
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

if TYPE_CHECKING:  # its package loads Numba
    from w2vtui.training.history.moments import PastMoment

_RANK_CELLS = 3
_SIGN_CELLS = 2
_LEAST_WORD, _MOST_WORD = 8, 20
_MOST_COLUMNS = 8
_LEFT_SHARE = 4
"""Words that have left get one line in four where the others need more."""


class DriftPane(ExplorePane):
    """How the ranks of the nearest words have changed while it trained."""

    PANE_NAME = "Drift"
    HELP = "Ranks of the nearest words over the training; signs mark new words and those that left."
    EXPORTS = (".tsv",)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._finder = DriftFinder(self._view_at, self.ask_vectors)

    def _view_at(self, moment: PastMoment) -> View:
        return self.subject.view_at(moment)

    def compute(self, view: View, question: Question | None, shape: Shape) -> Drift | None:
        """The ranks up to what is shown."""
        if question is None:
            return None
        if not self.subject.moments:
            raise RunError(self.subject.past_remark or "no past moment is kept yet")
        room = shape.width - _LEAST_WORD - _SIGN_CELLS
        n_columns = min(max(room // _RANK_CELLS, 1), _MOST_COLUMNS)
        return self._finder.find(view, question, self.subject.moments, n_columns)

    def take(self, result: Drift | None) -> None:
        """Show the ranks found so far, and look for the others."""
        super().take(result)
        if result is not None and not result.is_whole:
            self.recompute()

    def drawn(self, result: Drift, shape: Shape) -> Text:
        """A line for each word, and the tokens below."""
        return joined(drift_lines(result, *shape, self.app.glyphs, self.app.inks))

    def exported(self, result: Drift, ending: str) -> bytes:
        """A table of the ranks: a column for each moment, named by its tokens."""
        head = ["word", *map(str, result.tokens)]
        rows = [
            [row.word, *("" if rank is None else str(rank) for rank in row.ranks)]
            for row in result.rows
        ]
        return tsv([head, *rows])


def drift_lines(drift: Drift, width: int, height: int, glyphs: Glyphs, inks: Inks) -> list[Text]:
    """The lines of the pane."""
    there = [row for row in drift.rows if row.is_there]
    left = [row for row in drift.rows if not row.is_there]
    room = max(height - 1, 1)
    n_left = min(len(left), max(room - len(there), room // _LEFT_SHARE))
    rows = [*there[: room - n_left], *left[:n_left]]
    longest = max((cell_width(safe_text(row.word)) for row in rows), default=0)
    free = width - _RANK_CELLS * len(drift.tokens) - _SIGN_CELLS
    cells = max(min(longest, free, _MOST_WORD), 1)
    lines = [_line(row, cells, glyphs, inks) for row in rows]
    if height > len(lines):
        span = f"tokens {short(drift.tokens[0])} → {short(drift.tokens[-1])}"
        lines.append(Text(glyphs.spelled(span), "dim", no_wrap=True))
    return lines


def _line(row: DriftRow, cells: int, glyphs: Glyphs, inks: Inks) -> Text:
    line = Text(pad(safe_text(row.word, cells), cells), no_wrap=True)
    for rank in row.ranks:
        line.append(
            f"{'─' if rank is None else rank:>{_RANK_CELLS}}", "dim" if rank is None else ""
        )
    if row.is_new:
        line.append(f" {glyphs.rank_signs[3]}", inks.good)
    elif not row.is_there:
        line.append(" ✗", inks.bad)
    return line
