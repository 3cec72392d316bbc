"""Which run of the pair is better, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.text import Text

from w2vtui.comparing.judging.judgments import Judgment, Verdict
from w2vtui.comparing.judging.verdict import verdict
from w2vtui.comparing.letters import LETTERS
from w2vtui.display import pad, safe_text, wrapped
from w2vtui.tui.compare_screen.pane import Asked, ComparePane
from w2vtui.tui.looks.inks import Inks
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

_TITLE_CELLS, _VALUE_CELLS = 9, 5


class VerdictPane(ComparePane):
    """What can be said of the two runs of the pair."""

    NAME, TITLE = "verdict", "Verdict"
    ABOUT = (
        "Which run of the pair is better by each yardstick; the interval says what the difference "
        "may be by chance."
    )
    IS_SLOW = True

    def compute(self, asked: Asked) -> Iterator[Verdict]:
        """The verdict on the pair, under the letters of its sides."""
        first, second = asked.pair
        for side in asked.pair:
            asked.comparison.place(side)  # raises what is wrong with it
        sides = asked.comparison.sides
        found = verdict(sides[first], sides[second], n_verdicts=len(sides) - 1)
        yield replace(found, a=LETTERS[first], b=LETTERS[second])

    def drawn(self, result: Verdict, shape: Shape) -> Text:
        """The conclusion, and a line for each yardstick."""
        return joined(verdict_lines(result, shape, self.app.inks))


def verdict_lines(found: Verdict, shape: Shape, inks: Inks) -> list[Text]:
    """The conclusion, a table, and what it rests on."""
    width = max(shape.width, 1)
    lines = [Text(line, inks.calm) for line in wrapped(found.brief, width, 4)]
    if found.judgments:
        values = f"{found.a:>{_VALUE_CELLS}} {found.b:>{_VALUE_CELLS}}"
        head = f"{pad('', _TITLE_CELLS)} {values} {found.b} - {found.a}"
        lines.append(Text(head, "dim", no_wrap=True))
        lines += [_line(one, inks) for one in found.judgments]
    correction = [found.correction] * bool(found.judgments)
    room = max(shape.height - len(lines), 0)
    notes = _folded([*correction, *found.remarks], width)
    if len(notes) > room:  # what the intervals hold for goes before why
        notes = _folded([one.partition(";")[0] for one in correction] + [*found.remarks], width)
    if len(notes) > room > 0:
        notes = [*notes[: room - 1], pad(f"{notes[room - 1]} …", width).rstrip()]
    lines += [Text(note, "dim") for note in notes]
    return lines[: shape.height]


def _folded(notes: Sequence[str], width: int) -> list[str]:
    """Texts in lines of at most this many cells, six each at most."""
    return [line for note in notes for line in wrapped(safe_text(note), width, 6)]


def _line(one: Judgment, inks: Inks) -> Text:
    """A yardstick: the values of both, and what their difference may be."""
    share = 100 if one.kind in ("semantic", "syntactic") else 1
    a, b, low, high = (share * value for value in (one.a, one.b, one.low, one.high))
    digits = 1 if share > 1 else 3
    line = Text(pad(one.label, _TITLE_CELLS), no_wrap=True)
    line.append(f" {a:>{_VALUE_CELLS}.{digits}f} {b:>{_VALUE_CELLS}.{digits}f}")
    ink = "" if one.call == "no difference" else inks.warning
    line.append(f" {low:+.{digits}f}..{high:+.{digits}f}", ink)
    return line
