"""Draws one training step: who meets whom, how sure the model was, who moves how far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.style import Style
from rich.text import Text

from w2vtui.display import cell_width, loss_text, pad, safe_text, whole_parts
from w2vtui.method.slow_motion import Encounter, Move, Step
from w2vtui.method.step_formulas import Exact
from w2vtui.tui.looks.numbers import meter
from w2vtui.tui.method_screen.lines import Pens, whole_clauses
from w2vtui.tui.method_screen.microscope.result import Shown, pairs_of
from w2vtui.tui.method_screen.microscope.step_lines import (
    LONGEST_WORD,
    arrow,
    fitting,
    length_text,
    text_around,
    where,
)
from w2vtui.tui.widgets.charts.spark import LEVELS

_LEAST_NAME, _USUAL_NAME, _MOST_NAME = 8, 14, 26
_NUMBERS = 44
"""Cells of a row of the table without its name and bars."""


def draw_step(shown: Shown, context: int, width: int, height: int, pens: Pens) -> Text:
    """The step of one of its context words, or of their mean, in as many cells.

    context   which one; beyond the last the first again
    """
    step = shown.step
    encounter, row, label = pairs_of(step)[context % len(pairs_of(step))]
    head = [where(shown, width, pens), text_around(shown, encounter, row, width)]
    below = _below(shown, encounter, row, width, pens)
    spare = height - len(head) - len(below) - 2 - len(encounter.targets)
    if spare > 0:
        head.append(Text())
    if spare > 1:
        below.insert(0, Text())
    room = max(height - len(head) - len(below) - 2, 1)
    lines = [*head, _input_line(shown, encounter, row, label, width, pens)]
    lines += _table(shown, encounter, row, room, width, pens)
    return fitting([*lines, *below], width, height)


# ---- above the table


def _input_line(
    shown: Shown, encounter: Encounter, row: int, label: str, width: int, pens: Pens
) -> Text:
    """The input row: which one it is, and how far it moves."""
    moves = {move.row: move for move in shown.step.moves if move.kind == "input"}
    line = Text(no_wrap=True)
    if encounter.is_mean:
        names = [safe_text(shown.words[word], LONGEST_WORD) for word in encounter.inputs]
        longest = max((moves[int(word)] for word in encounter.inputs), key=lambda one: one.step)
        moved = f"   each moves up to {length_text(longest.step)}"
        room = max(width - len(moved), 20)
        line.append(_first_of("mean v of ", names, room), pens.inks.calm)
        return line.append(moved)
    move = moves[int(encounter.inputs[row])]
    name = safe_text(shown.words[encounter.inputs[row]], LONGEST_WORD)
    line.append(f"v {name}", pens.inks.calm)
    about = f" · context {label} · length {length_text(move.before)} · {_moved(move)}"
    line.append(whole_parts(about, max(width - line.cell_len, 0)))
    return line


def _first_of(start: str, names: Sequence[str], width: int) -> str:
    """As many names as fit behind a start, at least one, and how many more there are."""
    text = start
    for n in range(len(names), 0, -1):
        more = f" and {len(names) - n} more" if n < len(names) else ""
        text = start + ", ".join(names[:n]) + more
        if cell_width(text) <= width:
            return text
    return pad(text, width)


# ---- the table


def _table(
    shown: Shown, encounter: Encounter, row: int, room: int, width: int, pens: Pens
) -> list[Text]:
    """A line for each target, and a heading."""
    most = width - _NUMBERS
    name_width = min(max(most // 3, min(_USUAL_NAME, most), _LEAST_NAME), _MOST_NAME)
    bar = max((width - _NUMBERS - name_width) // 2, 0)
    what = "word"
    if shown.step.moves[-1].kind == "node":
        what = "node, turn" if name_width > len("node, turn") + 2 else "node"
    predicted = "softmax" if shown.step.mode.objective == "softmax" else "sigmoid"
    predicted = predicted if bar else "prob"
    heading = (
        f"{pad('   u  ' + what, name_width + 3)}{'u.v':>7} {pad(predicted, bar + 6)} label error "
        f"{pad('after', bar + 6)}{'moves':>8}"
    )
    lines = [Text(heading[:width], "dim", no_wrap=True)]
    moves = {move.row: move for move in shown.step.moves if move.kind != "input"}
    n_rows = len(encounter.targets)
    listed = n_rows if n_rows <= room else max(room - 1, 1)
    for t in range(listed):
        is_last = t == listed - 1
        line = Text("└▶ " if is_last else "├▶ ", "dim", no_wrap=True)
        line.append(pad(_target(shown, encounter, t), name_width), "bold" if t == 0 else "")
        _append_numbers(line, encounter, row, t, bar, pens)
        line.append(f" {length_text(moves[int(encounter.targets[t])].step):>7}")
        lines.append(line)
    left = encounter.n_targets - listed
    if left and room > 1:
        lines.append(Text(f"   and {left:,} more", "dim"))
    return lines


def _append_numbers(
    line: Text, encounter: Encounter, row: int, t: int, bar: int, pens: Pens
) -> None:
    before, after = encounter.predicted[row, t], encounter.predicted_after[row, t]
    error, label = encounter.errors[row, t], int(encounter.labels[t])
    line.append(_score(encounter.scores[row, t]))
    line.append_text(_bar(before, bar, pens.inks.calm))
    line.append(f"  {label}   ")
    line.append(f"{error:>+6.3f}", pens.inks.good if error >= 0 else pens.inks.bad)
    line.append_text(_bar(after, bar, pens.inks.calm))


def _bar(value: float, width: int, ink: Style) -> Text:
    """A probability: its number and a bar."""
    done, rest = meter(value if np.isfinite(value) else 0.0, width)
    return Text(f" {value:>5.3f} ").append(done, ink).append(rest, "dim")


def _target(shown: Shown, encounter: Encounter, t: int) -> str:
    """The name of a target: a word, `x2` if it was drawn twice; or a node, its turn, its code."""
    row, times = int(encounter.targets[t]), int(encounter.times[t])
    if shown.step.moves[-1].kind == "node":
        turn = "left 0" if encounter.labels[t] else "right 1"
        return f"{'root' if row == 0 else row} {turn}"
    name = safe_text(shown.words[row], LONGEST_WORD)
    return f"{name} x{times}" if times > 1 else name


# ---- below the table


def _below(shown: Shown, encounter: Encounter, row: int, width: int, pens: Pens) -> list[Text]:
    """The loss, what became nearer, the noise, and how exact all of this is."""
    step = shown.step
    pairs = "1 pair" if step.n_pairs == 1 else f"{step.n_pairs} pairs"
    line = Text("loss ", no_wrap=True)
    line.append(f"{loss_text(step.loss)} {arrow(pens)} {loss_text(step.loss_after)}", "bold")
    line.append(f" nats, {pairs}")
    if step.repeats > 1:
        spark = Text(losses_spark(step.losses, 24), pens.inks.calm)
        times = f"   the same step {step.repeats} times"
        whole = Text(f"{times}, from {loss_text(step.losses[0])} ") + spark
        forms = (whole, Text(times), Text(f"   {step.repeats} times"))
        line.append_text(
            next((one for one in forms if line.cell_len + one.cell_len <= width), forms[-1])
        )
    lines = [line]
    if len(encounter.drawn):
        lines.append(_drawn(shown, encounter))
    elif step.mode.objective != "negative-sampling":
        lines.append(_probability(shown, encounter, row, width, pens))
    if step.approaches:
        lines.append(_approaches(shown, width, pens))
    exact = (
        f"the loop's vectors are within {step.difference:.0e} of the formulas; its loss is "
        f"{loss_text(step.loss_of_loop)}"
    )
    lines.append(Text(whole_clauses(exact, width), "dim"))
    for one in lines:
        one.truncate(width, overflow="ellipsis")
    return lines


def _drawn(shown: Shown, encounter: Encounter) -> Text:
    """The noise words in the order in which they were drawn."""
    line, center = Text("drawn ", no_wrap=True), shown.step.chosen.center
    for at, word in enumerate(encounter.drawn.tolist()):
        name = safe_text(shown.words[word], LONGEST_WORD)
        line.append(", " if at else "")
        line.append(f"({name}: the center, dropped)" if word == center else name)
    return line


def _probability(shown: Shown, encounter: Encounter, row: int, width: int, pens: Pens) -> Text:
    """P(center | context) before and after: the product along the path, or the softmax."""
    words, step = shown.words, shown.step
    center = safe_text(words[step.chosen.center], LONGEST_WORD)
    given = "mean" if encounter.is_mean else safe_text(words[encounter.inputs[row]], LONGEST_WORD)
    before, after = (
        _of_center(step, encounter, predicted[row])
        for predicted in (encounter.predicted, encounter.predicted_after)
    )
    line = Text(f"P({center} | {given}) ", no_wrap=True)
    numbers, how = f"{before:.3g} {arrow(pens)} {after:.3g}", "product along the path "
    if step.mode.objective != "softmax" and line.cell_len + len(how + numbers) <= width:
        line.append(how, "dim")
    return line.append(numbers, "bold")


def _of_center(step: Step, encounter: Encounter, predicted: Exact) -> float:
    """The probability of the center for one input row, (T,)."""
    if step.mode.objective == "softmax":
        return float(predicted[0])
    return float(np.where(encounter.labels == 1, predicted, 1 - predicted).prod())


def _approaches(shown: Shown, width: int, pens: Pens) -> Text:
    """As many of the context words whose cosine with the center changed as fit."""
    center = safe_text(shown.words[shown.step.chosen.center], LONGEST_WORD)
    line = Text(f"cosine with {center}: ", no_wrap=True)
    for at, one in enumerate(shown.step.approaches):
        word = Text(", " if at else "")
        word.append(safe_text(shown.words[one.word], LONGEST_WORD), "bold")
        word.append(f" {one.before:.4f} {arrow(pens)} {one.after:.4f}")
        if at and line.cell_len + word.cell_len > width:
            break
        line.append_text(word)
    return line


# ---- numbers


def losses_spark(losses: Sequence[float], width: int) -> str:
    """The last losses as bars from 0."""
    values = np.asarray(losses[-width:])
    top = np.nanmax(values, initial=0.0)
    if not np.isfinite(top) or top <= 0:
        return ""
    steps = np.ceil(np.nan_to_num(values) / top * len(LEVELS) - 1e-9).astype(int) - 1
    return "".join(LEVELS[max(step, 0)] for step in steps)


def _score(value: float) -> str:
    """A score in 7 cells."""
    if abs(value) < 100 or not np.isfinite(value):
        return f"{value:>7.3f}"
    return f"{value:>7.1f}" if abs(value) < 1e4 else f"{value:>7.0e}"


def _moved(move: Move) -> str:
    turned = "" if move.angle is None else f" · turns {move.angle:.2f} deg"
    return f"moves {length_text(move.step)}{turned}"
