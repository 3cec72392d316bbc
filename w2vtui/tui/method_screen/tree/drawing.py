"""Draws the path of a word, the curve of code lengths, the likely words, the sum and the cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.text import Text

from w2vtui.display import pad, safe_text, short
from w2vtui.method.tree import Leaves
from w2vtui.tui.method_screen.lines import (
    BESIDE_CELLS,
    Axes,
    Curve,
    Named,
    Pens,
    Spot,
    beside,
    curve_lines,
    cut,
    facts_below,
    key_line,
    share_text,
    times_text,
    width_beside,
)
from w2vtui.tui.method_screen.tree.result import Path
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

_PATH_CELLS, _WORD_CELLS = 62, 16
_TABLE_CELLS = 60
"""Across a turn with its scores and the words below its node."""


def draw_path(path: Path, shape: Shape, pens: Pens, how_to: str) -> Text:
    """The path, the curve of code lengths, the likely words, the sum and the cost.

    how_to   what sets the objective of the run that trains
    """
    foot = facts_below(facts(path, how_to), shape)
    room = shape.height - len(foot)
    lines = _path_lines(path, min(shape.width, _PATH_CELLS), room, pens)
    if shape.width >= BESIDE_CELLS:
        width = width_beside(shape.width, _PATH_CELLS)
        likely = _likely_lines(path, width)
        right = [*_curve(path, width, room - len(likely), pens), *likely]
        return joined([*beside(lines, right, _PATH_CELLS, room), *foot])
    curve = _curve(path, shape.width, room - len(lines), pens)
    return joined([*lines, *curve, *foot][: shape.height])


def _path_lines(path: Path, width: int, height: int, pens: Pens) -> list[Text]:
    head = Text(" from ", "dim", no_wrap=True)
    head.append(safe_text(path.context, 30), "not dim bold")
    head.append(" to ")
    head.append(safe_text(path.word, 30), "not dim bold")
    head.append(f"   count {path.count:,}, rank {path.rank:,}")
    code = "".join(str(turn.bit) for turn in path.turns)
    codes = Text(" code ", "dim", no_wrap=True)
    codes.append(code or "empty: it is the only word", "not dim bold")
    codes.append(f"  {len(code)} turns")
    has_scores = path.leaves is not None
    below = path.below if width >= _TABLE_CELLS or not has_scores else ()
    title = f" {'node':>9} {'turn':<7}"
    title += f" {'u.v':>8} {'sigmoid':>9} {'product':>9}" if has_scores else ""
    title += f" {'words below':>12}" if below else ""
    lines = [head, codes, Text(title, "dim", no_wrap=True)]
    room = max(height - len(lines), 3)
    shown = list(range(len(path.turns)))
    if len(shown) > room:  # the root, and the end of the path
        first = room // 2
        shown = [*shown[:first], -1, *shown[len(shown) - (room - first - 1) :]]
    lines += [_turn_line(path, at, below, pens) for at in shown]
    return [cut(line, width) for line in lines][: max(height, 0)]


def _turn_line(path: Path, at: int, below: Sequence[int], pens: Pens) -> Text:
    if at < 0:
        return Text(f" {'…':>9}", "dim", no_wrap=True)
    turn = path.turns[at]
    name = "root" if turn.node == 0 else f"{turn.node:,}"
    line = Text(f" {name:>9} ", no_wrap=True)
    line.append(f"{turn.bit} {'right' if turn.bit else 'left':<5}",
                pens.inks.warning if turn.bit else pens.inks.calm)  # fmt: skip
    if turn.score is not None:
        line.append(f" {turn.score:>+8.3f} {turn.factor:>9.6f} ")
        line.append(_probability(turn.product), "bold")
    if below:
        line.append(f" {below[at]:>12,}", "dim")
    return line


def _curve(path: Path, width: int, height: int, pens: Pens) -> list[Text]:
    top = max(float(path.lengths.max()), float(path.ideal.max()), 1.0)
    rank = np.log(path.rank) / max(np.log(path.n_words), 1e-9)
    curves = [
        Curve(path.ideal / top, "dim", faint=True),
        Curve(path.lengths / top, pens.inks.calm),
    ]
    axes = Axes(f"{top:.0f}", "0", "1 most frequent", f"rank {short(path.n_words)}")
    spots = [Spot(float(rank), len(path.turns) / top, "○")]
    lines = curve_lines(curves, axes, (width, height - 1), pens.glyphs, spots)
    if not lines:
        return []
    named = (
        Named(pens.glyphs.curve_sign, "turns", "turns", pens.inks.calm),
        Named(pens.glyphs.band_sign, "-log2 share", "-log2 share", "dim"),
        Named("○", "this word", "word", "bold"),
    )
    return [key_line("code length", named, width), *lines]


def _likely_lines(path: Path, width: int) -> list[Text]:
    if not path.likely:
        return []
    head = f" most probable given {safe_text(path.context, 20)}"
    lines = [cut(Text(head, "dim", no_wrap=True), width)]
    half = -(-len(path.likely) // 2)
    cells = min(_WORD_CELLS, width // 2 - 11)  # 11: a probability, and a space before each
    columns = path.likely[:half], path.likely[half:]
    for row in range(half):
        line = Text(no_wrap=True)
        for column in columns:
            if row < len(column):
                word, probability = column[row]
                line.append(f" {pad(safe_text(word, 40), cells)}")
                line.append(f" {_probability(probability)}", "bold")
        lines.append(cut(line, width))
    return lines


def facts(path: Path, how_to: str) -> list[tuple[str, str]]:
    """The probability of the word, the sum over all words, and the cost."""
    leaves = path.leaves
    if leaves is None:
        known = [("no product", _why_no_product(path, how_to))]
    elif not np.isfinite(leaves.total):
        known = [("no product", "the vectors are not numbers: the run has diverged")]
    else:
        known = _product_and_sum(path, leaves)
    return [*known, ("cost", _cost(path))]


def _given(path: Path) -> str:
    return f"P({safe_text(path.word, 20)} | {safe_text(path.context, 20)})"


def _why_no_product(path: Path, how_to: str) -> str:
    trains, ways = "a file", "explore a run that is trained"
    if path.objective:
        trains = f"this run trains with {path.objective}"
        ways = f"{how_to}, or train" if path.can_change else "train one"
    return (
        f"{trains}: inner nodes have no vectors u_n. To see {_given(path)} and the sum over all "
        f"leaves, {ways} with --objective hierarchical-softmax"
    )


def _product_and_sum(path: Path, leaves: Leaves) -> list[tuple[str, str]]:
    product = path.turns[-1].product if path.turns else 1.0
    at = "" if path.tokens is None else f", for the vectors at {path.tokens:,} tokens"
    return [
        (
            _given(path),
            f"{_probability(product).strip()}, rank {path.better + 1:,} of {path.n_words:,}; "
            f"{share_text(2.0 ** -len(path.turns)).strip()} if every turn were even",
        ),
        (
            f"{leaves.total:.6f}",
            f"is the sum over all {path.n_words:,} leaves, {leaves.error:.0e} "
            f"from 1 in float64{at}: at every node sigmoid(x) + sigmoid(-x) = 1",
        ),
    ]


def _cost(path: Path) -> str:
    cost = path.cost
    times = path.n_words / max(cost.mean, 1e-9)
    return (
        f"O(log V): {cost.mean:.1f} rows a pair; softmax O(V) {path.n_words:,}, "
        f"{times_text(times)} as many; a row is {path.vector_size} numbers (the mean of codes "
        f"of {cost.shortest} to {cost.longest} turns, by how often words are trained with "
        f"subsample {path.sample}). Over the text "
        f"{cost.mean_of_text:.2f} turns; no code has fewer than {cost.least:.2f}, the entropy"
    )


def _probability(value: float | None) -> str:
    """Nine characters: `0.002345`, `3.2e-09`."""
    if value is None:
        return " " * 9
    return f"{value:>9.6f}" if value >= 1e-4 else f"{value:>9.2e}"
