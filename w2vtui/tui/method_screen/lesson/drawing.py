"""Draws a page of the lesson."""

from __future__ import annotations

from rich.text import Text

from w2vtui.display import cell_width, safe_text, wrapped
from w2vtui.tui.looks.inks import Inks
from w2vtui.tui.method_screen.lesson.formulas import ASCII_SIGNS, UNICODE_SIGNS, laid_out
from w2vtui.tui.method_screen.lesson.pages import Page
from w2vtui.tui.method_screen.lines import Pens

WIDEST = 100
"""Cells of a line of prose; longer ones are hard to read."""
_INDENT = 4
"""Of a formula."""


def page_lines(page: Page, seen: tuple[str, ...], shape: tuple[int, int], pens: Pens) -> list[Text]:
    """A page; where there is little room, without blank lines.

    seen   paragraphs of what the run shows
    shape  cells across and down; there may be more lines
    """
    (across, down), (glyphs, inks) = shape, pens
    width = min(across, WIDEST)
    title = Text(page.title, "bold").append(f"   {page.source}", "dim")
    signs = ASCII_SIGNS if glyphs.is_ascii else UNICODE_SIGNS
    formulas = [
        [
            Text(" " * _INDENT + line.rstrip(), inks.calm)
            for block in laid_out(formula, across - _INDENT)
            for line in block.lines
        ]
        for formula in page.formulas(signs)
    ]
    prose = [
        [Text(line) for line in _wrapped(page.says, width)],
        _led("Try", page.try_this, width, inks),
        [
            line
            for n, part in enumerate(seen)
            for line in _led("" if n else "See", part, width, inks)
        ],
    ]
    parts = [[title], *formulas, *prose]
    n_lines = sum(map(len, parts))
    lines: list[Text] = []
    for number, part in enumerate(parts):
        if lines and part and n_lines + len(parts) - number - 1 <= down:
            lines.append(Text())
            n_lines += 1
        lines += part
    for line in lines:
        line.truncate(across, overflow="ellipsis")
    return lines


def _led(lead: str, text: str, width: int, inks: Inks) -> list[Text]:
    """A paragraph with a word before it."""
    lines = _wrapped(text, width - 5)
    first = Text(f"{lead:<5}", inks.good).append(lines[0])
    return [first, *(Text(" " * 5 + line) for line in lines[1:])]


def _wrapped(text: str, width: int) -> list[str]:
    return wrapped(safe_text(text), max(width, 1), max(cell_width(text), 1))
