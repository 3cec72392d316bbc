"""Draws the same token in every mode, side by side."""

from __future__ import annotations

from rich.text import Text

from w2vtui.display import loss_text, pad
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


def draw_comparison(compared: Compared, width: int, height: int, pens: Pens) -> Text:
    """The same token in every mode: how many targets, the loss, how far vectors move."""
    shown = compared.shown
    encounter = shown.step.encounters[0]
    lines = [where(shown, width, pens), text_around(shown, encounter, 0, width), Text()]
    heading = f"{'mode':<31}{'targets':>8} {'loss, nats':>18} {'v moves':>8} {'u moves':>8}"
    lines.append(Text(heading[:width], "dim"))
    for mode, step in compared.modes:
        line = Text(pad(str(mode), 31), "bold" if mode == shown.step.mode else "")
        if isinstance(step, str):
            line.append(f"   {step}", "dim")
        else:
            line.append_text(_mode_numbers(step, pens))
        line.truncate(width, overflow="ellipsis")
        lines.append(line)
    lines += [
        Text(),
        Text("targets: words or nodes that a pair is scored against. moves: the longest"),
        Text("step of a context's v, and of a target's u. In each mode the loss is a sum"),
        Text("of other terms: compare the two sides of an arrow, not the lines."),
    ]
    return fitting(lines, width, height)


def _mode_numbers(step: Step, pens: Pens) -> Text:
    losses = f"{loss_text(step.loss)} {arrow(pens)} {loss_text(step.loss_after)}"
    inputs = [move.step for move in step.moves if move.kind == "input"]
    targets = [move.step for move in step.moves if move.kind != "input"]
    n_targets = step.encounters[0].n_targets
    return Text(
        f"{n_targets:>8,} {losses:>18} {length_text(max(inputs)):>8} "
        f"{length_text(max(targets, default=0.0)):>8}"
    )
