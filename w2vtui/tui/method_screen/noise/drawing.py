"""Draws the noise distribution: its curve, some of its words, what was drawn, what it costs."""

from __future__ import annotations

import numpy as np
from rich.text import Text

from w2vtui.display import number, pad, safe_text, short
from w2vtui.method.noise import NoiseRecord
from w2vtui.settings import LiveSettings, field_default, spec_of
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
    whole_clauses,
    width_beside,
)
from w2vtui.tui.method_screen.noise.result import DEFAULT_EXPONENT, Noise
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

EXPONENTS = spec_of(LiveSettings, "ns_exponent")
BAD_FIT = 0.001
"""A smaller p says that the words were not drawn as claimed."""
_WORD_CELLS, _TABLE_CELLS = 14, 60


def draw_noise(noise: Noise, shape: Shape, pens: Pens, keys: str) -> Text:
    """The formula, the curve, the table, and what was drawn.

    keys   what keys do with an exponent that is looked at only, `enter applies`
    """
    told = [(label, pens.glyphs.spelled(text)) for label, text in facts(noise)]
    head, foot = head_lines(noise, shape.width, pens, keys), facts_below(told, shape)
    room, table_cells = shape.height - len(head) - len(foot), min(shape.width, _TABLE_CELLS)
    if shape.width >= BESIDE_CELLS:
        width = width_beside(shape.width, _TABLE_CELLS)
        curve = _curve(noise, width, room, pens)
        table = _table(noise, table_cells, room)
        return joined([*head, *beside(curve, table, width, room), *foot])
    table = _table(noise, table_cells, room // 2)
    curve = _curve(noise, shape.width, room - len(table), pens)
    if not curve:  # too low for one: words fill the room
        table = _table(noise, table_cells, room)
    return joined([*head, *curve, *table, *foot])


def head_lines(noise: Noise, width: int, pens: Pens, keys: str) -> list[Text]:
    """The exponent, whether it is the run's, and where it is between the least and the greatest."""
    line = Text(" a = ", no_wrap=True)
    line.append(f"{noise.exponent:.2f}", "bold reverse")
    if noise.used is None:
        line.append(f"  {whole_clauses(_why_none_is_drawn(noise), width - line.cell_len - 2)}")
    elif abs(noise.exponent - noise.used) < 1e-9:
        line.append("  as this run draws its noise", pens.inks.good)
    else:
        line.append(f"  looked at only: this run draws with {number(noise.used)}",
                    pens.inks.warning)  # fmt: skip
        if line.cell_len + 3 + len(keys) <= width:
            line.append(f"   {keys}", "dim")
    return [cut(line, width), cut(_slider(noise.exponent, width), width)]


def _why_none_is_drawn(noise: Noise) -> str:
    settings = noise.settings
    trains = "a file has no settings"
    if settings is not None:
        trains = f"this run trains with {settings.objective.replace('-', ' ')}"
    default = "" if abs(noise.exponent - DEFAULT_EXPONENT) > 1e-9 else " with the default a"
    return f"{trains}: no noise is drawn. This is how it would be{default}"


def _slider(exponent: float, width: int) -> Text:
    low, high = float(EXPONENTS.low or 0), float(EXPONENTS.high or 0)
    cells = max(min(width - 16, 60), 10)
    knob, zero, one = (
        round((at - low) / (high - low) * (cells - 1)) for at in (exponent, 0.0, 1.0)
    )
    slider = Text(f" {low:5.1f} ", "dim", no_wrap=True)
    for at in range(cells):
        sign = "●" if at == knob else "┼" if at in (zero, one) else "─"
        slider.append(sign, "bold" if at == knob else "dim")
    slider.append(f" {high:.1f}", "dim")
    what = "   0 draws all words alike, 1 as often as they occur, below 0 rare words more often"
    if width - slider.cell_len > len(what):
        slider.append(what, "dim")
    return slider


def _curve(noise: Noise, width: int, height: int, pens: Pens) -> list[Text]:
    low = float(min(noise.logs[0].min(), noise.logs[1].min()))
    high = float(max(noise.logs[0].max(), noise.logs[1].max()))
    scale = max(high - low, 1e-9)
    heights = (noise.logs - low) / scale
    glyphs, inks = pens
    curves = [Curve(heights[1], "dim", faint=True), Curve(heights[0], inks.calm)]
    if noise.used is not None and abs(noise.used - noise.exponent) > 1e-9:
        curves.insert(1, Curve(heights[2], inks.warning, faint=True, dotted=True))
    spots = [Spot(x, (y - low) / scale, "○") for x, y in noise.spots]
    axes = Axes(_power(high), _power(low), "1 most frequent",
                f"rank {short(noise.n_words)}")  # fmt: skip
    lines = curve_lines(curves, axes, (width, height - 1), glyphs, spots)
    if not lines:
        return []
    named = [
        Named(glyphs.curve_sign, "P(w)", "P(w)", inks.calm),
        Named(glyphs.band_sign, "share of the text", "text", "dim"),
    ]
    if len(curves) > 2:
        named.append(Named(glyphs.dots_sign, "as the run draws", "the run's", inks.warning))
    if spots:
        named.append(Named("○", "drawn in this run", "drawn", "bold"))
    return [key_line("P(w) over rank, log-log", named, width), *lines]


def _power(log: float) -> str:
    return f"{10**log:.0e}".replace("e-0", "e-").replace("e+00", "")


def _table(noise: Noise, width: int, height: int) -> list[Text]:
    cells = min(_WORD_CELLS, max(width - (_TABLE_CELLS - _WORD_CELLS), 6))
    heads = f" {'word':<{cells}} {'count':>6} {'text':>8} {'P(w)':>8} {'P/text':>6}"
    drawn = f" {'drawn':>6} {'z':>5}" if noise.record is not None else ""
    lines = [cut(Text(heads + drawn, "dim", no_wrap=True), width)]
    for row in noise.rows:
        line = Text(f" {pad(safe_text(row.word, 40), cells)} ", no_wrap=True)
        line.append(f"{short(row.count):>6} {share_text(row.text)} ")
        line.append(share_text(row.noise), "bold")
        line.append(f" {times_text(row.noise / row.text):>6}")
        if row.drawn is not None and row.expected:
            z = (row.drawn - row.expected) / np.sqrt(row.expected)
            line.append(f" {short(row.drawn):>6} {z:>+5.1f}")
        lines.append(cut(line, width))
    return lines[: max(height, 0)]


def facts(noise: Noise) -> list[tuple[str, str]]:
    """What was drawn, whether it fits, how often it was the center, and what it costs."""
    if noise.record is not None:
        drawn = _facts_of_record(noise.record)
    else:
        drawn = [("drawn", f"not known: {safe_text(noise.problem)}")] if noise.problem else []
    return [*drawn, ("cost", _cost(noise))]


def _facts_of_record(record: NoiseRecord) -> list[tuple[str, str]]:
    draws, test = int(record.drawn.sum()), record.test
    used = ", then ".join(number(one) for one in record.exponents)
    sample = (
        "all" if record.tokens == record.of_tokens
        else f"{record.tokens:,} of the {short(record.of_tokens)}"
    )  # fmt: skip
    p = f"{test.p:.2f}" if test.p >= 0.01 else f"{test.p:.1e}"
    fits = "fits P(w)" if test.p >= BAD_FIT else "does not fit P(w)"
    return [
        (
            "drawn",
            f"with a = {used}: {draws:,} noise words; {record.centers:,} centers met "
            f"{record.met:,}; {sample} tokens trained, every draw of theirs made again",
        ),
        (
            "chi-square",
            f"{fits}, p about {p}; {test.statistic:,.0f} over {test.freedom:,} degrees of freedom "
            "(bins of 5 or more expected); z in the table counts standard errors",
        ),
        (
            "center",
            f"met as its own noise {record.dropped:,} times, and dropped: "
            f"{record.dropped_expected:,.0f} ± {record.dropped_error:,.0f} expected, "
            f"{100 * record.dropped / record.met:.2f} % of the words met",
        ),
    ]


def _cost(noise: Noise) -> str:
    shot, settings = noise.shot, noise.settings
    negative = field_default(LiveSettings, "negative") if settings is None else settings.negative
    n_targets = 1 + int(negative)
    speed = 0.0 if shot is None else shot.speed.now or shot.speed.mean
    measured = f"; {short(speed)} words/s measured" if speed and noise.used is not None else ""
    return (
        f"O(K): 1 + K = {n_targets} rows of {noise.vector_size} numbers a pair, whatever V; the "
        f"exact softmax takes {noise.n_words:,}, {times_text(noise.n_words / n_targets)} as many"
        f"{measured}"
    )
