"""Prints why words are near: what they share, and lines of the text."""

from __future__ import annotations

import shutil
import sys

from w2vtui.cli.output import report, show
from w2vtui.display import cell_width, pad, safe_text
from w2vtui.exploring.why_near.concordance import Line, drawn
from w2vtui.exploring.why_near.why import Why
from w2vtui.exploring.why_near.why_text import LONGEST_WORD, basis, findings, times_text
from w2vtui.settings import LiveSettings

PIPED_WIDTH = 100
"""Columns where there is no terminal."""
_LEAST_WIDTH, _MOST_WIDTH = 40, 160


def print_reasons(why: Why, cosine: float | None, settings: LiveSettings) -> None:
    """Print an answer; what it is based on goes to stderr."""
    if cosine is not None and len(why.words) == 2:
        show(f"{_word(why.words[0])} and {_word(why.words[1])} have a cosine of {cosine:.3f}")
    show(*findings(why))
    if why.contexts:
        show("", *_table(why))
        show("", *_lines(why))
    report(*basis(why, settings))


def _table(why: Why) -> list[str]:
    """The contexts, a line each: weight, and times as often as by chance with each word."""
    names = [_word(word) for word in why.words]
    widths = [max(cell_width(name), 6) for name in names]
    width = max(cell_width("context"), *(cell_width(_word(one.word)) for one in why.contexts))
    heads = "  ".join(
        " " * (w - cell_width(name)) + name for w, name in zip(widths, names, strict=True)
    )
    rows = [f"{pad('context', width)}  weight  {heads}"]
    for one in why.contexts:
        times = "  ".join(f"{times_text(t):>{w}}" for w, t in zip(widths, one.times, strict=True))
        rows.append(f"{pad(_word(one.word), width)}  {one.weight:6.3f}  {times}")
    return rows


def _lines(why: Why) -> list[str]:
    """A line of the text for each context and word; first the one with both words."""
    lines: list[Line | None] = [why.line]
    for one in why.contexts:
        lines += one.lines
    width = _width()
    middle = max(cell_width(_word(word)) for word in why.words)
    return [
        "".join(part.text for part in drawn(line, width, middle)).rstrip()
        for line in lines
        if line is not None
    ]


def _width() -> int:
    if not sys.stdout.isatty():
        return PIPED_WIDTH
    return min(max(shutil.get_terminal_size().columns - 1, _LEAST_WIDTH), _MOST_WIDTH)


def _word(word: str) -> str:
    return safe_text(word, LONGEST_WORD)
