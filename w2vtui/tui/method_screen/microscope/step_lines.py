"""Lines and numbers that the diagram of a step and the table of modes have in common."""

from __future__ import annotations

import numpy as np
from rich.text import Text

from w2vtui.display import cell_width, number, safe_text, whole_parts
from w2vtui.method.slow_motion import Encounter
from w2vtui.tui.method_screen.lines import Pens
from w2vtui.tui.method_screen.microscope.result import Shown
from w2vtui.tui.widgets.panel import joined

LONGEST_WORD = 24


def where(shown: Shown, width: int, pens: Pens) -> Text:
    """How and where the token is trained, as much of it as fits."""
    step = shown.step
    text = f"{step.mode} · {shown.place} · rate {number(step.rate)}"
    line = Text(whole_parts(text, width), no_wrap=True)
    line.stylize("bold", 0, len(str(step.mode)))
    note = f"   {shown.note}" if shown.note else ""
    if line.cell_len + cell_width(note) <= width:
        line.append(note, pens.inks.warning)
    return line


def text_around(shown: Shown, encounter: Encounter, row: int, width: int) -> Text:
    """The text: the center in brackets, context words bold, what subsampling dropped in
    parentheses, all of it about the center.
    """
    chosen = shown.step.chosen
    kept = set(chosen.positions.tolist())
    inner = range(min(kept), max(kept) + 1) if kept else range(0)
    is_input = set(encounter.inputs.tolist() if encounter.is_mean else [encounter.inputs[row]])
    before, after = Text(no_wrap=True), Text(no_wrap=True)
    for position, word in shown.around:
        name, style = safe_text(shown.words[word], LONGEST_WORD), "dim"
        if position == chosen.span.first:
            continue
        if position in kept:
            style = "bold underline" if word in is_input else "bold"
        elif position in inner:
            name = f"({name})"
        (before if position < chosen.span.first else after).append(f"{name} ", style)
    center = f"[{safe_text(shown.words[chosen.center], LONGEST_WORD)}] "
    line = Text(no_wrap=True)
    room = max((width - len(center)) // 2, 0)
    if before.cell_len > room:
        before = before[max(len(before.plain) - room + 1, 0) :]
        line.append("…", "dim")
    line.append_text(before)
    line.append(center, "bold reverse")
    line.append_text(after)
    line.truncate(width, overflow="ellipsis")
    return line


def fitting(lines: list[Text], width: int, height: int) -> Text:
    """As many lines as there is room for, cut where they are too long."""
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return joined(lines[:height])


def arrow(pens: Pens) -> str:
    """An arrow of the terminal."""
    return pens.glyphs.spelled("→")


def length_text(value: float) -> str:
    """A length in at most 7 characters."""
    if not np.isfinite(value):
        return "nan"
    if value == 0 or 0.00005 <= value < 100:
        return f"{value:.4f}"
    return f"{value:.1f}" if 100 <= value < 1e5 else f"{value:.0e}"
