"""What the panes of the train screen say: a snapshot as lines of text."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.text import Text

from w2vtui.display import cell_width, clock_text, loss_text, number, pad, safe_text, short
from w2vtui.training.state.snapshot import ALARM, WORTHLESS, Event, Snapshot, State, VectorHealth
from w2vtui.tui.glyphs import BRAILLE, Glyphs
from w2vtui.tui.numbers import meter, round_up

STATES: dict[State, tuple[str, str]] = {
    "preparing": ("◌", "PREPARING"),
    "training": ("●", "TRAINING"),
    "paused": ("‖", "PAUSED"),
    "stopping": ("◐", "STOPPING"),
    "finishing": ("◐", "FINISHING"),
    "done": ("✓", "DONE"),
    "stopped": ("■", "STOPPED"),
    "failed": ("✗", "FAILED"),
}
"""A glyph and a word for each state, so that none is shown by color alone."""

RECENT_SHARE = 0.2
"""Share of the tokens trained that counts as the recent part of a curve."""

ACCENT, DIM, STRONG = "bold", "dim", "bold"


class BusyMeter:
    """Measures the share of one core that the thread of the screen uses."""

    def __init__(self) -> None:
        self._wall, self._own, self._share = time.monotonic(), time.thread_time(), 0.0

    def share(self) -> float:
        """The share over the last second or so."""
        wall, own = time.monotonic(), time.thread_time()
        if wall - self._wall >= 1.0:
            self._share = (own - self._own) / (wall - self._wall)
            self._wall, self._own = wall, own
        return self._share


class Part(NamedTuple):
    """A piece of a line, which is left out when there is no room."""

    text: str
    style: str
    rank: int
    """Parts of the highest rank are left out first."""


def fitted(left: Sequence[Part], right: Sequence[Part], width: int) -> Text:
    """Fit parts into one line of `width` cells, some at its left end and some at its right."""
    parts = [part for part in (*left, *right) if part.text]
    while parts and sum(cell_width(part.text) + 2 for part in parts) > width:
        parts.remove(max(parts, key=lambda part: part.rank))
    line = Text(" "[:width], no_wrap=True)
    tail = Text(no_wrap=True)
    for part in parts:
        if any(part is one for one in right):
            tail.append("  " * bool(tail.plain) + part.text, part.style)
        else:
            line.append(part.text + "  ", part.style)
    line.append(" " * (width - line.cell_len - tail.cell_len - 1))
    line.append_text(tail)
    line.append(" " * (width - line.cell_len))
    line.truncate(width)
    return line


def header(shot: Snapshot, width: int, *, frozen: bool, tiny: bool, busy: float) -> Text:
    """State, corpus, position, times, speed; on a tiny terminal this is the whole screen."""
    glyph, word = STATES[shot.state]
    done = shot.progress
    percent = f"{100 * done.fraction:5.1f} %" if done.tokens_planned else ""
    words = shot.speed.mean if shot.ended else shot.speed.now
    speed = f"{short(words):>5} words/s" if done.tokens else ""
    eta = f"ETA {clock_text(done.eta_seconds)}" if not shot.ended and done.tokens else ""
    lost = Part("✗ not saved" if shot.checkpoint.failed else "", "bold reverse", 2)
    if tiny:
        probe = f"probe {shot.probe.loss:.2f}" if shot.probe is not None else ""
        tiny_speed = f"{short(shot.speed.now)} w/s" if done.tokens else ""
        what = shot.activity or word.lower()
        parts = [
            Part(glyph, ACCENT, 1),
            Part("" if shot.state == "training" else what, ACCENT, 6),
            Part(percent.strip(), "", 2), lost, Part(tiny_speed, "", 4),
            Part(probe, "", 3), Part(eta, "", 5),
        ]  # fmt: skip
        return fitted(parts, (), width)
    settings = shot.settings
    epoch = f"epoch {done.epoch}/{settings.epochs}" if done.epoch else ""
    threads = f"{settings.workers} thread{'s' * (settings.workers != 1)}" if done.epoch else ""
    left = [
        Part("w2vtui", DIM, 9),
        Part(f"{glyph} {word:<9}", ACCENT, 1),
        Part("display frozen" if frozen else "", "reverse", 2), lost,
        Part(safe_text(shot.corpus_name, 24), STRONG, 6),
        Part(epoch, "", 5), Part(percent, STRONG, 2),
        Part(clock_text(done.seconds) if done.tokens else "", "", 7), Part(eta, "", 3),
    ]  # fmt: skip
    right = [
        Part(speed, "", 4), Part(threads, "", 8),
        Part(f"UI {100 * busy:2.0f} %" if busy else "", DIM, 10),
    ]  # fmt: skip
    return fitted(left, right, width)


def progress(shot: Snapshot, width: int, waited: float) -> Text:
    """A bar with tokens done and planned; while preparing, with the current activity."""
    if shot.state == "preparing":
        fraction, text = shot.activity_fraction, shot.activity or "starting"
        if fraction is None:
            text += f" · {waited:.0f} s"
        else:
            text += f" {100 * fraction:3.0f} %"
    else:
        fraction = shot.progress.fraction
        text = f"{short(shot.progress.tokens):>5} / {short(shot.progress.tokens_planned)} tokens"
    room = max(width - cell_width(text) - 3, 4)
    done, rest = meter(fraction or 0.0, room)
    line = Text(" ", no_wrap=True)
    line.append(done, "bold")
    line.append(rest, DIM)
    line.append("  " + text)
    return line


def x_range(shot: Snapshot) -> float:
    """Tokens at the right end of the curve: the plan, halved while less than half is trained.

    The scale changes only when the range doubles.
    """
    if shot.ended or not shot.progress.tokens_planned:
        return max(shot.progress.tokens, 1)
    high = float(shot.progress.tokens_planned)
    while high / 2 >= max(shot.progress.tokens, 1) and high > 1000:
        high /= 2
    return high


def recent_range(shot: Snapshot) -> tuple[float, float]:
    """Tokens at both ends of the last fifth trained, rounded so that the scale seldom changes."""
    tokens = float(max(shot.progress.tokens, 1))
    low = (1 - RECENT_SHARE) * tokens
    if shot.ended:
        return low, tokens
    step = round_up(RECENT_SHARE * tokens / 20)
    return math.floor(low / step) * step, math.ceil(tokens / step) * step


def waiting_text(shot: Snapshot) -> str:
    """What the chart shows before there is a curve."""
    if shot.state == "preparing":
        return shot.activity or "starting"
    return "" if shot.ended else "waiting for the first numbers"


def run_lines(shot: Snapshot, width: int, glyphs: Glyphs = BRAILLE) -> list[Text]:
    """The counters, one line each."""
    pairs, kept, probe, loss = f"{short(shot.losses.pairs):<7}", "–", "–", "–"
    if shot.progress.tokens:
        pairs += f"  {shot.losses.pairs / shot.progress.tokens:.2f} per token"
    if shot.progress.kept_share is not None:
        kept = f"{100 * shot.progress.kept_share:.1f} % of tokens"
    if shot.probe is not None:
        probe = f"{shot.probe.loss:.3f} ± {shot.probe.standard_error:.3f}"
    elif shot.probe_reason:
        probe = f"none: {shot.probe_reason}"
    if shot.losses.now is not None:
        loss = f"{loss_text(shot.losses.now):<7}"
    if shot.losses.mean is not None:
        loss += f"  mean {loss_text(shot.losses.mean)}"
    values = [
        ("tokens", f"{shot.progress.tokens:,}"),
        ("pairs", pairs),
        ("kept", kept),
        ("learning rate", f"{number(shot.rate):<7}  to {number(shot.settings.min_alpha)}"),
        ("objective loss", loss),
        ("probe loss", probe),
        ("not finite", f"{shot.losses.not_finite:<7}{saturated_text(shot.health)}"),
        ("mean length", norms_text(shot.health)),
        ("vectors", f"{shot.n_words:,} × {shot.vector_size}" if shot.n_words else "–"),
    ]
    return [_pair(label, glyphs.spelled(value), width) for label, value in values]


def norms_text(health: VectorHealth | None) -> str:
    """Mean norms of the input and output vectors: `|v| 2.31   |u| 0.88`."""
    if health is None:
        return "–"
    parts = [("v", health.input_norm), ("u", health.output_norm)]
    return "   ".join(f"|{name}| {value:.2f}" for name, value in parts if value is not None)


def saturated_text(health: VectorHealth | None) -> str:
    """The share of saturated scores, to append to another value: `  |x|>6 0.7 %`."""
    if health is None or health.saturated is None:
        return ""
    return f"  |x|>6 {100 * health.saturated:.1f} %"


def checkpoint_text(shot: Snapshot) -> str:
    """The age of the last checkpoint; empty while there is none."""
    if shot.checkpoint.failed:
        return "✗ checkpoints cannot be written"
    if shot.checkpoint.age_seconds is None:
        return ""
    return "saved" if shot.ended else f"saved {clock_text(shot.checkpoint.age_seconds)} ago"


def _pair(label: str, value: str, width: int) -> Text:
    line = Text(no_wrap=True)
    line.append(pad(label, 16), DIM)
    line.append(pad(value, max(width - 16, 1)))
    return line


def loss_labels(shot: Snapshot) -> tuple[str, str]:
    """Names and last values of the two curves, probe and objective."""
    probe, loss = shot.probe, shot.losses.now
    return (
        "probe loss" if probe is None else f"probe loss {loss_text(probe.loss)}",
        "objective loss" if loss is None else f"objective loss {loss_text(loss)}",
    )


def event_lines(
    events: Sequence[Event], width: int, height: int, glyphs: Glyphs = BRAILLE
) -> list[Text]:
    """One line per event, newest first."""
    lines, sign_cells = [], cell_width(glyphs.numeral(1)) + 1
    for event in list(reversed(events))[:height]:
        line = Text(f"{clock_text(event.seconds)} ", DIM, no_wrap=True)
        sign = glyphs.numeral(event.number) + " " if event.number is not None else ""
        sign = "✗" if event.kind == "error" else sign
        line.append(f"{sign:<{sign_cells}}", ACCENT)
        text = glyphs.spelled(safe_text(event.text))
        if event.kind == "change":
            text += f"  at {short(event.tokens)}"
        if event.acknowledged_ms is not None:
            text += f", acknowledged in {event.acknowledged_ms:.0f} ms"
        line.append(pad(text, max(width - cell_width(line.plain), 1)))
        lines.append(line)
    return lines


def hint(shot: Snapshot, saved_to: str | None, key: Callable[[str], str]) -> str:
    """One thing to know or do now.

    key   the key of a binding, by its id
    """
    saves = f"{key('train.save')} save the vectors"
    saved = f"saved to {safe_text(saved_to, 24)}" if saved_to else saves
    new, leaves = key("train.new"), f"{key('app.quit')} quit"
    if shot.state == "preparing":
        return "training starts as soon as the text is read and the kernels are compiled"
    if shot.state == "failed":
        return f"{new} return to the first screen with the same choices · {leaves}"
    if shot.checkpoint.failed:
        problem = "checkpoints cannot be written, see the events"
        return f"!! {problem} · {saved}" + (f" · {new} new run · {leaves}" if shot.ended else "")
    if shot.ended and shot.remarks and shot.remarks[0].urgency == WORTHLESS:
        return f"{shot.remarks[0].line} · {saved} · {new} new run"
    if shot.ended:
        ask = f"{key('train.query')} ask for neighbors"
        return f"{shot.state}: {saved} · {ask} · {new} new run · {leaves}"
    urgent = any(remark.urgency >= ALARM for remark in shot.remarks)
    if shot.state == "paused" and not urgent:
        return f"paused: settings can be changed; {key('train.pause')} resumes"
    if shot.remarks:
        first, *others = shot.remarks
        return first.line + (f" · :doctor lists {len(others)} more" if others else "")
    if shot.probe_reason:
        return f"no probe loss: {shot.probe_reason}"
    return "judge a change by the probe loss: its yardstick stays the same"
