"""The Noise tab: P(w) for any exponent, and what the run has drawn of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.text import Text
from textual.binding import Binding, BindingType

from w2v_kernels.formulas import noise_probabilities
from w2vtui.display import number, pad, safe_text, short
from w2vtui.errors import SettingsError
from w2vtui.exploring.subject import Subject
from w2vtui.method.noise import NoiseRecord, record_of
from w2vtui.settings import LiveSettings, field_default, spec_of
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.method_screen.lines import (
    Axes,
    Curve,
    Spot,
    curve_lines,
    cut,
    facts_below,
    share_text,
    times_text,
    whole_clauses,
)
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

STEP = 0.05
"""Of the exponent, a press; five times as much with shift."""
N_PLACES = 240
"""Ranks at which the curves are computed, evenly spaced on a logarithmic axis."""
N_WORDS = 9
"""Words of the table besides those that were asked for, evenly spaced on the same axis."""
N_SPOTS = 12
_RANGE = spec_of(LiveSettings, "ns_exponent")
_PLAIN: float = field_default(LiveSettings, "ns_exponent")
BAD_FIT = 0.001
"""A smaller p says that the words were not drawn as claimed."""
BESIDE_CELLS = 104
"""From this width on the table stands beside the curve."""
_WORD_CELLS, _TABLE_CELLS = 14, 60


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A word of the table."""

    word: str
    count: int
    text: float
    """Its share of the text."""
    noise: float
    """P(w)"""
    drawn: int | None
    expected: float | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Noise:
    """What the tab shows at one moment."""

    exponent: float
    used: float | None
    """The exponent that the run draws with; None if it draws no noise."""
    shot: Snapshot | None
    """The run that trains; None for a file or a saved run."""
    settings: LiveSettings | None
    """What the vectors are trained with; None where that is not known."""
    n_words: int
    vector_size: int
    logs: NDArray[np.float64]
    """(3, N_PLACES): log10 of P(w), of the share of the text, of P(w) as the run uses it"""
    rows: tuple[_Row, ...]
    spots: tuple[tuple[float, float], ...] = ()
    """Where on the axis and at which log10 share words were drawn."""
    record: NoiseRecord | None = None


class NoisePane(MethodPane):
    """The noise distribution."""

    NAME = "noise"
    TITLE = "Noise  P(w) = count(w)^a / sum of counts^a"
    ABOUT = "The noise distribution, and the noise words that this run has drawn."
    ASKS = "words to compare, as: the rome"
    HELP_TITLE = "The noise"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Lower a", id="noise.lower", tooltip="lower the exponent"),
        Binding("right", "turn(1)", "Raise a", id="noise.raise", tooltip="raise the exponent"),
        Binding("shift+left", "turn(-5)", "lower a by 0.25", show=False, id="noise.lower_much"),
        Binding("shift+right", "turn(5)", "raise a by 0.25", show=False, id="noise.raise_much"),
        Binding("backspace", "reset", "The run's", id="noise.reset",
                tooltip="back to the exponent that the run uses"),
        Binding("enter", "apply", "Apply", id="noise.apply",
                tooltip="let the run draw its noise with this exponent from now on"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._exponent: float | None = None
        """What it was turned to; None for that of the run."""
        self._words: tuple[str, ...] = ()
        self._record: tuple[int, NoiseRecord | None] = -1, None
        """The record of the run, and its tokens at that time."""

    # ---- keys

    def action_turn(self, by: int) -> None:
        """Turn the exponent by a number of steps; the run does not notice."""
        now = self._exponent
        if now is None:
            now = self.result.exponent if isinstance(self.result, Noise) else _PLAIN
        turned = round(round(now / STEP) * STEP + by * STEP, 2)
        assert _RANGE.low is not None
        assert _RANGE.high is not None
        self._exponent = min(max(turned, float(_RANGE.low)), float(_RANGE.high))
        self.recompute()

    def action_reset(self) -> None:
        """Follow the run again."""
        self._exponent = None
        self.recompute()

    def action_apply(self) -> None:
        """Let the run draw with this exponent."""
        run = self.subject.run if self.subject is not None else None
        if self._exponent is None or not isinstance(self.result, Noise):
            lower, raise_ = (
                self.app.key_of(name, NoisePane) for name in ("noise.lower", "noise.raise")
            )
            self.app.report(f"the run draws so already: {lower} and {raise_} turn the exponent")
        elif run is None:
            self.app.warn("there is no run to change: the exponent was only looked at")
        else:
            try:
                run.change(ns_exponent=self._exponent)
            except SettingsError as error:
                self.app.warn(str(error))
            else:
                self.app.report(f"noise exponent {number(self._exponent)} from the next span on")

    def asked(self, words: Sequence[str]) -> None:
        """Show these words in the table as well."""
        self._words = tuple(words)
        self.recompute()

    def question(self) -> Any:
        """The exponent and the words."""
        return self._exponent, self._words

    # ---- in the background

    def compute(self, subject: Subject | None, question: Any) -> Iterator[Noise]:
        """The distribution at once, then with what was drawn."""
        view = seen(subject)
        run = subject.run if subject is not None else None
        shot = None if run is None else run.snapshot()
        exponent, words = question
        vectors = view.vectors
        if vectors.counts is None:
            raise SettingsError(
                "these vectors come without the counts of their words, and P(w) is made of counts: "
                "explore a run, or vectors saved with their counts"
            )
        counts = np.maximum(vectors.counts, 1)
        settings = None if subject is None else subject.settings
        used = settings.ns_exponent if settings is not None and settings.draws_noise else None
        exponent = exponent if exponent is not None else _PLAIN if used is None else used
        noise, text = noise_probabilities(counts, exponent), counts / counts.sum()
        at = _ranks(len(counts), N_PLACES)
        in_use = noise if used is None else noise_probabilities(counts, used)
        chosen = [vectors.key_to_index[word] for word in words]
        rows = list(dict.fromkeys([*chosen, *_ranks(len(counts), N_WORDS).tolist()]))
        made = Noise(
            exponent=exponent,
            used=used,
            shot=shot,
            settings=settings,
            n_words=len(counts),
            vector_size=vectors.vector_size,
            logs=np.log10([noise[at], text[at], in_use[at]]),
            rows=tuple(
                _Row(vectors.index_to_key[row], int(counts[row]), text[row], noise[row], None, None)
                for row in rows
            ),
        )
        yield _with_record(made, self._record[1], rows)
        if run is not None:
            text_of_run = run.trained_text()
            if text_of_run.tokens != self._record[0]:
                self._record = text_of_run.tokens, record_of(text_of_run)
            yield _with_record(made, self._record[1], rows)

    # ---- drawing

    def drawn(self, result: Noise, shape: Shape) -> Text:
        """The formula, the curve, the table, and what was drawn."""
        head, foot = self._head(result, shape.width), facts_below(_facts(result), shape)
        room = shape.height - len(head) - len(foot)
        beside = shape.width >= BESIDE_CELLS
        table = _table(result, min(shape.width, _TABLE_CELLS), room if beside else room // 2)
        width = shape.width - _TABLE_CELLS - 2 if beside else shape.width
        curve = self._curve(result, width, room if beside else room - len(table))
        if not beside:
            if not curve:  # too low for one: words fill the room
                table = _table(result, min(shape.width, _TABLE_CELLS), room)
            return joined([*head, *curve, *table, *foot])
        lines = []
        for at in range(room):
            line = curve[at].copy() if at < len(curve) else Text()
            line.append(" " * (width + 2 - line.cell_len))
            line.append_text(table[at] if at < len(table) else Text())
            lines.append(line)
        return joined([*head, *lines, *foot])

    def _head(self, result: Noise, width: int) -> list[Text]:
        line = Text(" a = ", no_wrap=True)
        line.append(f"{result.exponent:.2f}", "bold reverse")
        if result.used is None:
            settings = result.settings
            default = "" if abs(result.exponent - _PLAIN) > 1e-9 else " with the default a"
            trains = "a file has no settings" if settings is None else (
                f"this run trains with {settings.objective.replace('-', ' ')}"
            )  # fmt: skip
            why = f"{trains}: no noise is drawn. This is how it would be{default}"
            line.append(f"  {whole_clauses(why, width - line.cell_len - 2)}")
        elif abs(result.exponent - result.used) < 1e-9:
            line.append("  as this run draws its noise", self.app.inks.good)
        else:
            apply, reset = (
                self.app.key_of(name, NoisePane) for name in ("noise.apply", "noise.reset")
            )
            line.append(f"  looked at only: this run draws with {number(result.used)}",
                        self.app.inks.warning)  # fmt: skip
            keys = f"   {apply} applies  {reset} returns"
            if line.cell_len + len(keys) <= width:
                line.append(keys, "dim")
        low, high = float(_RANGE.low or 0), float(_RANGE.high or 0)
        cells = max(min(width - 16, 60), 10)
        knob = round((result.exponent - low) / (high - low) * (cells - 1))
        slider = Text(f" {low:5.1f} ", "dim", no_wrap=True)
        zero, one = (round((at - low) / (high - low) * (cells - 1)) for at in (0.0, 1.0))
        for at in range(cells):
            sign = "●" if at == knob else "┼" if at in (zero, one) else "─"
            slider.append(sign, "bold" if at == knob else "dim")
        slider.append(f" {high:.1f}", "dim")
        what = "   0 draws all words alike, 1 as often as they occur, below 0 rare words more often"
        if width - slider.cell_len > len(what):
            slider.append(what, "dim")
        return [cut(line, width), cut(slider, width)]

    def _curve(self, result: Noise, width: int, height: int) -> list[Text]:
        low = float(min(result.logs[0].min(), result.logs[1].min()))
        high = float(max(result.logs[0].max(), result.logs[1].max()))
        scale = max(high - low, 1e-9)
        heights = (result.logs - low) / scale
        inks = self.app.inks
        curves = [Curve(heights[1], "dim", faint=True), Curve(heights[0], inks.calm)]
        if result.used is not None and abs(result.used - result.exponent) > 1e-9:
            curves.insert(1, Curve(heights[2], inks.warning, faint=True))
        spots = [Spot(x, (y - low) / scale, "○") for x, y in result.spots]
        axes = Axes(_power(high), _power(low), "1 most frequent",
                    f"rank {short(result.n_words)}")  # fmt: skip
        lines = curve_lines(curves, axes, (width, height - 1), self.app.glyphs, spots)
        if not lines:
            return []
        key = Text(" P(w) over rank, log-log  ", "dim", no_wrap=True)
        key.append("━ P(w)", inks.calm)
        key.append("  ┄ share of the text", "dim")
        if len(curves) > 2:
            key.append("  ┄ as the run draws", inks.warning)
        if spots:
            key.append("  ○ drawn in this run", "bold")
        return [cut(key, width), *lines]


def _with_record(made: Noise, record: NoiseRecord | None, rows: Sequence[int]) -> Noise:
    """The same, with how often each word was drawn."""
    if record is None or len(record.drawn) != made.n_words:
        return made
    filled = [
        replace(row, drawn=int(record.drawn[at]), expected=float(record.expected[at]))
        for row, at in zip(made.rows, rows, strict=True)
    ]
    edges = np.unique(np.concatenate((_ranks(made.n_words, N_SPOTS + 1), [made.n_words])))
    total, spots = record.drawn.sum(), []
    for first, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        share = record.drawn[first:stop].sum() / total / (stop - first)
        middle = np.sqrt((first + 1.0) * stop)
        if share > 0:
            x = np.log(middle) / max(np.log(made.n_words), 1e-9)
            spots.append((float(x), float(np.log10(share))))
    return replace(made, record=record, rows=tuple(filled), spots=tuple(spots))


def _ranks(n_words: int, n: int) -> NDArray[np.int64]:
    """Rows of words at ranks evenly spaced on a logarithmic axis."""
    ranks = np.exp(np.linspace(0, np.log(n_words), n))
    return np.minimum(np.round(ranks).astype(np.int64) - 1, n_words - 1)


def _table(result: Noise, width: int, height: int) -> list[Text]:
    heads = f" {'word':<{_WORD_CELLS}} {'count':>6} {'text':>8} {'P(w)':>8} {'P/text':>6}"
    drawn = f" {'drawn':>6} {'z':>5}" if result.record is not None else ""
    lines = [cut(Text(heads + drawn, "dim", no_wrap=True), width)]
    for row in result.rows:
        line = Text(f" {pad(safe_text(row.word, 40), _WORD_CELLS)} ", no_wrap=True)
        line.append(f"{short(row.count):>6} {share_text(row.text)} ")
        line.append(share_text(row.noise), "bold")
        line.append(f" {times_text(row.noise / row.text):>6}")
        if row.drawn is not None and row.expected:
            z = (row.drawn - row.expected) / np.sqrt(row.expected)
            line.append(f" {short(row.drawn):>6} {z:>+5.1f}")
        lines.append(cut(line, width))
    return lines[: max(height, 0)]


def _facts(result: Noise) -> list[tuple[str, str]]:
    """What was drawn, whether it fits, how often it was the center, and what it costs."""
    facts, record = [], result.record
    if record is not None:
        draws, test = int(record.drawn.sum()), record.test
        used = ", then ".join(number(one) for one in record.exponents)
        sample = (
            "all" if record.tokens == record.of_tokens
            else f"{record.tokens:,} of the {short(record.of_tokens)}"
        )  # fmt: skip
        facts.append((
            "drawn",
            f"with a = {used}: {draws:,} noise words of {record.centers:,} centers; {sample} "
            "tokens trained, every draw of theirs made again",
        ))  # fmt: skip
        p = f"{test.p:.2f}" if test.p >= 0.01 else f"{test.p:.1e}"
        fits = "fits P(w)" if test.p >= BAD_FIT else "does not fit P(w)"
        facts.append((
            "chi-square",
            f"{test.statistic:,.0f} over {test.freedom:,} degrees of freedom (bins of 5 or more "
            f"expected), p about {p}: {fits}; z in the table counts standard errors",
        ))  # fmt: skip
        facts.append((
            "center",
            f"drawn as its own noise, and dropped, {record.dropped:,} times: "
            f"{record.dropped_expected:,.0f} ± {record.dropped_error:,.0f} expected, "
            f"{100 * record.dropped / draws:.2f} % of the draws",
        ))  # fmt: skip
    shot, n_targets = result.shot, 1 + _negative(result.settings)
    speed = 0.0 if shot is None else shot.speed.now or shot.speed.mean
    measured = f"; {short(speed)} words/s measured" if speed and result.used is not None else ""
    facts.append((
        "cost",
        f"O(K): 1 + K = {n_targets} rows of {result.vector_size} numbers a pair, whatever V; the "
        f"exact softmax takes {result.n_words:,}, {times_text(result.n_words / n_targets)} as many"
        f"{measured}",
    ))  # fmt: skip
    return facts


def _negative(settings: LiveSettings | None) -> int:
    return int(field_default(LiveSettings, "negative") if settings is None else settings.negative)


def _power(log: float) -> str:
    return f"{10**log:.0e}".replace("e-0", "e-").replace("e+00", "")
