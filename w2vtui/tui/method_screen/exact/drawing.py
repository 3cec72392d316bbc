"""Draws each approximation beside the softmax: probabilities of words, gradients for each K."""

from __future__ import annotations

import numpy as np
from rich.text import Text

from w2vtui.display import pad, safe_text, short
from w2vtui.method import exact
from w2vtui.method.exact import Estimate
from w2vtui.tui.looks.numbers import meter
from w2vtui.tui.method_screen.exact.result import Approximations
from w2vtui.tui.method_screen.lines import (
    BESIDE_CELLS,
    Pens,
    beside,
    cut,
    facts_below,
    width_beside,
)
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

ROWS_FOR_BARS = 26
_ROWS_FOR_FACTS = 16
"""In fewer rows the gradients have the room of all facts but the last ones."""
_WORDS_CELLS, _NAME_CELLS = 46, 15
_ESTIMATE_CELLS = 12
"""Of a figure and its error, without the sign between them."""
_HEADINGS = 3
"""Lines above the gradients."""


def draw_approximations(made: Approximations, shape: Shape, pens: Pens) -> Text:
    """The words, the gradients for each K, and what both mean."""
    known = facts(made)
    if shape.height < _ROWS_FOR_FACTS:
        known = [fact for fact in known if fact[0] in ("K", "cost")]
    foot = facts_below(known, shape)
    head, room = _head(made, shape.width), shape.height - len(foot) - 1
    if shape.width >= BESIDE_CELLS:
        near = _near_lines(made, width_beside(shape.width, _WORDS_CELLS), pens, bars=True)
        words = _word_lines(made, _WORDS_CELLS)
        lines = beside(words, near, _WORDS_CELLS, max(len(words), len(near)))
    else:
        bars, rows = room > ROWS_FOR_BARS, max(room - 2 - _HEADINGS, 1)
        near = _near_lines(made, shape.width, pens, bars=bars, rows=rows)
        words = _word_lines(made, shape.width)
        lines = [*words[: max(room - len(near), 2)], *near]
    lines = [*lines, *[Text()] * max(room - len(lines), 0)][: max(room, 0)]
    return joined([head, *lines, *foot])


def _head(made: Approximations, width: int) -> Text:
    line = Text(" context word ", "dim", no_wrap=True)
    line.append(safe_text(made.context, 24), "not dim bold")
    line.append(" predicts ")
    line.append(safe_text(made.word, 24), "not dim bold")
    frequent = f"   the {made.n_compared:,} most frequent"
    ways = (
        [f"   all {made.n_words:,} words"] if made.n_compared == made.n_words
        else [f"{frequent} of {made.n_words:,} words, as if they were all", frequent]
    )  # fmt: skip
    line.append(next((way for way in ways if line.cell_len + len(way) <= width), ""))
    return cut(line, width)


def _near_lines(
    made: Approximations, width: int, pens: Pens, *, bars: bool, rows: int = 100
) -> list[Text]:
    """The gradients for each K and for all noise there is; of fewer rows the smallest K, the
    largest, and some between.
    """
    inks, shown, sign = pens.inks, made.at, pens.glyphs.spelled("±")
    cells = _ESTIMATE_CELLS + len(sign)
    if len(shown) + 1 > rows:
        places = np.linspace(0, len(made.at) - 1, rows).round().astype(int)
        shown = tuple(made.at[i] for i in places)
    lines = [
        Text(" gradient of negative sampling against the exact one", "bold", no_wrap=True),
        Text(f" {'':>3} {' same probabilities ':─^{2 * cells + 8}} {'same scores':>{cells}}",
             "dim", no_wrap=True),
        Text(f" {'K':>3} {'1 step':>6} {'cosine':>{cells}} {'distance':>{cells}} "
             f"{'cosine':>{cells}}", "dim", no_wrap=True),
    ]  # fmt: skip
    for one in shown:
        fair = one.same_probabilities
        line = Text(f" {one.negative:>3} {one.one_step:>6.3f} ", no_wrap=True)
        line.append(f"{_estimate(fair.cosine, sign)} ")
        line.append(f"{_estimate(fair.distance, sign)} ", inks.calm)
        line.append(_estimate(one.same_scores.cosine, sign), "dim")
        lines.append(line)
    if not made.at:
        lines.append(Text(" drawing noise …", "dim"))
    line = Text(f" {'inf':>3} {'':>6} {'':>{cells}} ", no_wrap=True)
    line.append(f"{made.limit:>6.3f} in closed form", inks.calm)
    if len(shown) < rows:
        lines.append(line)
    if not (made.at and bars):
        return [cut(line, width) for line in lines]
    lines += [Text(), Text(" distance as K grows", "dim", no_wrap=True)]
    top = max(one.same_probabilities.distance.value for one in made.at) or 1.0
    for one in made.at:
        share = one.same_probabilities.distance.value / top
        line = Text(f" {one.negative:>3} ", no_wrap=True)
        line.append(meter(share, max(min(width - 8, 44), 4))[0], inks.calm)
        lines.append(line)
    return [cut(line, width) for line in lines]


def _word_lines(made: Approximations, width: int) -> list[Text]:
    has_tree = made.rows[0].tree is not None
    title = f" {'P(o | c)':<{_NAME_CELLS}} {'softmax':>9} {'neg.samp':>9}"
    title += f" {'tree':>9}" if has_tree else ""
    lines = [cut(Text(title, "dim", no_wrap=True), width)]
    for at, row in enumerate(made.rows):
        style = "bold" if at == 0 else ""
        line = Text(f" {pad(safe_text(row.word, 40), _NAME_CELLS)} ", style, no_wrap=True)
        line.append(f"{row.exact:>9.6f} {row.noise:>9.6f}")
        line.append("" if row.tree is None else f" {row.tree:>9.6f}")
        lines.append(cut(line, width))
    return lines


def facts(made: Approximations) -> list[tuple[str, str]]:
    """What the probabilities and the gradients mean, and what each costs."""
    at = "" if made.tokens is None else f" at {made.tokens:,} tokens"
    default = " (the default, since a file has no settings)" if made.is_default else ""
    facts = [
        (
            "softmax",
            f"exp(u.v) in shares{at}. Negative sampling stands for exp(u.v) P_noise(o), a = "
            f"{made.exponent:.3g}{default}: {made.noise_from_exact:.3f} nats from it",
        ),
        (
            "K",
            f"means of {exact.N_STEPS:,} real steps with their standard errors. For "
            "the same probabilities scores are lowered by log K, the same scores are as they are; "
            f"the distance tends to {made.limit:.4f}, the center's own share, which noise drops",
        ),
    ]
    if made.tree_cosine is None:
        facts.append((
            "tree",
            "no vectors of its nodes in this run: it has not trained with hierarchical softmax",
        ))  # fmt: skip
    else:
        facts.append((
            "tree",
            f"exact for its own probabilities, {made.tree_from_noise:.3f} nats from those of "
            f"negative sampling; cosine of its gradient with the exact {made.tree_cosine:+.3f}",
        ))  # fmt: skip
    facts.append((
        "cost",
        f"rows a pair: softmax {short(made.n_words)}, negative sampling 1 + K, tree one a turn; "
        f"a row is {made.vector_size} numbers",
    ))  # fmt: skip
    return facts


def _estimate(one: Estimate, sign: str) -> str:
    return f"{one.value:>6.3f} {sign}{one.error:.3f}"
