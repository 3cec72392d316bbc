"""Draws the same token in every mode, side by side."""

from __future__ import annotations

from rich.text import Text

from w2vtui.display import loss_text, pad, whole_parts, wrapped
from w2vtui.method.slow_motion import Step
from w2vtui.tui.method_screen.lines import Pens
from w2vtui.tui.method_screen.microscope.result import Compared
from w2vtui.tui.method_screen.microscope.step_lines import (
    arrow,
    fitting,
    length_text,
    text_around,
    where,
)

_MODE_CELLS = 31
_CELLS = 76
"""In fewer a line has its mode and its loss."""
_LEGEND = (
    "targets: words or nodes that a pair is scored against. moves: the longest step of a context's "
    "v, and of a target's u. In each mode the loss is a sum of other terms: compare the two sides "
    "of an arrow, not the lines."
)


def draw_comparison(compared: Compared, width: int, height: int, pens: Pens) -> Text:
    """The same token in every mode: how many targets, the loss, how far vectors move."""
    shown = compared.shown
    encounter = shown.step.encounters[0]
    lines = [where(shown, width, pens), text_around(shown, encounter, 0, width), Text()]
    is_narrow = width < _CELLS
    moves = "" if is_narrow else f" {'v moves':>8} {'u moves':>8}"
    targets = "" if is_narrow else f"{'targets':>8}"
    lines.append(Text(f"{'mode':<{_MODE_CELLS}}{targets} {'loss, nats':>18}{moves}", "dim"))
    for mode, step in compared.modes:
        line = Text(pad(str(mode), _MODE_CELLS), "bold" if mode == shown.step.mode else "")
        if isinstance(step, str):
            line.append(whole_parts(f"   {step}", width - _MODE_CELLS), "dim")
        else:
            line.append_text(_mode_numbers(step, pens, is_narrow=is_narrow))
        lines.append(line)
    lines += [Text(), *map(Text, wrapped(_LEGEND, min(width, _CELLS), 6))]
    return fitting(lines, width, height)


def _mode_numbers(step: Step, pens: Pens, *, is_narrow: bool) -> Text:
    losses = f"{loss_text(step.loss)} {arrow(pens)} {loss_text(step.loss_after)}"
    if is_narrow:
        return Text(f" {losses:>18}")
    inputs = [move.step for move in step.moves if move.kind == "input"]
    targets = [move.step for move in step.moves if move.kind != "input"]
    n_targets = step.encounters[0].n_targets
    return Text(
        f"{n_targets:>8,} {losses:>18} {length_text(max(inputs)):>8} "
        f"{length_text(max(targets, default=0.0)):>8}"
    )
