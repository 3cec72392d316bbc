"""The line of moments, drawn: where changes were made, what is shown, what there is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from w2vtui.display import cell_width, clock_text, safe_text, short
from w2vtui.tui.looks.glyphs import Glyphs
from w2vtui.tui.looks.inks import Inks

if TYPE_CHECKING:  # their packages load Numba
    from w2vtui.training.history.moments import PastMoment
    from w2vtui.training.state.events import Event


class TimeLine(NamedTuple):
    """The moments of a subject, and which of them is shown."""

    moments: Sequence[PastMoment]
    """Oldest first, all before the end."""
    markers: Sequence[Event]
    """The live changes."""
    end: int
    """Tokens of the latest vectors."""
    end_name: str
    """What the latest vectors are: LIVE, END."""
    at: int | None
    """Tokens of what is shown; None at the end."""
    remark: str
    """What is not kept."""

    @property
    def place(self) -> int:
        """The index of the moment that is shown, or of the last one before; their number at the
        end.
        """
        if self.at is None:
            return len(self.moments)
        return max(bisect_right([moment.tokens for moment in self.moments], self.at) - 1, 0)

    def step(self, by: int) -> int:
        """The index `by` moments on, at most the end."""
        return min(max(self.place + by, 0), len(self.moments))

    def to_marker(self, by: int) -> int:
        """The index of the newest moment before the next change, or before the last one with -1;
        the end, or the beginning, without one.
        """
        tokens = [moment.tokens for moment in self.moments]
        before = {max(bisect_right(tokens, one.tokens) - 1, 0) for one in self.markers}
        place = self.place
        if by > 0:
            return min((at for at in before if at > place), default=len(self.moments))
        return max((at for at in before if at < place), default=0)

    def nearest(self, column: int, width: int) -> int:
        """The index of the moment that is drawn nearest to a column; the end at its right."""
        if column >= width - 1 or not self.moments:
            return len(self.moments)
        tokens = max(column, 0) / max(width - 1, 1) * self.end
        return min(range(len(self.moments)), key=lambda at: abs(self.moments[at].tokens - tokens))

    def column(self, tokens: int, width: int) -> int:
        """The column of a number of tokens, from 0."""
        return round(min(tokens / max(self.end, 1), 1.0) * (width - 1))


def drawn_line(line: TimeLine, width: int, height: int, glyphs: Glyphs, inks: Inks) -> list[Text]:
    """The lines of the pane; the line of moments first to stay where few fit."""
    shown = line.moments[line.place] if line.place < len(line.moments) else None
    at = line.column(line.end if shown is None else shown.tokens, width)
    rows = [_moments(line, at, width, inks), _label(line, shown, at, width, inks)]
    if height > len(rows) and line.markers:
        rows.insert(0, _markers(line, width, glyphs))
    if height > len(rows):
        rows.append(_what_there_is(line, width))
    return rows[:height]


def _moments(line: TimeLine, at: int, width: int, inks: Inks) -> Text:
    cells = ["─"] * width
    for moment in line.moments:
        cells[line.column(moment.tokens, width)] = "┴"
    text = Text("".join(cells), "dim", no_wrap=True)
    text = text[:at] + Text("●", inks.good) + text[at + 1 :]
    text.no_wrap = True
    return text


def _markers(line: TimeLine, width: int, glyphs: Glyphs) -> Text:
    """The numbers of the changes above their places; where two meet, the later one is left out."""
    text = Text(no_wrap=True)
    for event in line.markers:
        numeral, column = glyphs.numeral(event.number or 0), line.column(event.tokens, width)
        column = min(column, width - cell_width(numeral))
        if column >= cell_width(text.plain):
            text.append(" " * (column - cell_width(text.plain)) + numeral)
    return text


def _label(line: TimeLine, shown: PastMoment | None, at: int, width: int, inks: Inks) -> Text:
    """What is shown, under its place."""
    if shown is None:
        said = f"{line.end_name} {short(line.end)}"
    else:
        said = f"{short(shown.tokens)} · {shown.fraction:.1%} · {clock_text(shown.seconds)}"
    left = min(max(at - cell_width(said) // 2, 0), max(width - cell_width(said), 0))
    text = Text(" " * left, no_wrap=True)
    text.append(said, inks.good if shown is None else inks.calm)
    if shown is not None and width - cell_width(text.plain) > len(line.end_name) + 8:
        end = f"{line.end_name} {short(line.end)}"
        text.append(" " * (width - cell_width(text.plain) - len(end)) + end, "dim")
    return text


def _what_there_is(line: TimeLine, width: int) -> Text:
    n = len(line.moments)
    said = f"{n} moment{'' if n == 1 else 's'}" if n else "no moments yet"
    if line.remark:
        said += f" · {line.remark}"
    return Text(safe_text(said), "dim", no_wrap=True, overflow="ellipsis")
