"""What the panes of the train screen say: a snapshot as lines of text."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

from rich.text import Text

from w2vtui import display
from w2vtui.display import ago_text, loss_text, number, pad, safe_text, short
from w2vtui.training.state.measurements import Score, VectorHealth
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.looks.glyphs import BRAILLE, Glyphs
from w2vtui.tui.looks.inks import PLAIN_INKS, Inks
from w2vtui.tui.looks.numbers import round_up

RECENT_SHARE = 0.2
"""Share of the tokens trained that counts as the recent part of a curve."""


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


class Reading(NamedTuple):
    """One line of the run pane."""

    label: str
    value: str
    """What matters."""
    more: str = ""
    """What explains it."""


_LABEL_CELLS = 16


def run_lines(
    shot: Snapshot,
    width: int,
    height: int,
    glyphs: Glyphs = BRAILLE,
    inks: Inks = PLAIN_INKS,
) -> list[Text]:
    """The counters, one line each, those that decide first; with more room the rest as well."""
    lines = [_line(reading, width, glyphs) for reading in _main_readings(shot)]
    if shot.losses.not_finite:
        bad = Reading("NaN/Inf losses", f"{shot.losses.not_finite:,}")
        lines.insert(2, _line(bad, width, glyphs, inks))
    others = [_line(reading, width, glyphs) for reading in _other_readings(shot)]
    if len(lines) + len(others) < height:
        lines += [Text(), *others]
    return lines[:height]


def _main_readings(shot: Snapshot) -> list[Reading]:
    progress, losses = shot.progress, shot.losses
    probe, loss, mean, per_token, kept = "–", "–", "", "", "–"
    if shot.probe is not None:
        probe = loss_text(shot.probe.loss)
        mean = f"± {loss_text(shot.probe.standard_error)}"
    elif shot.probe_reason:
        probe, mean = "none:", shot.probe_reason
    if losses.now is not None:
        loss = loss_text(losses.now)
    if progress.tokens:
        per_token = f"{losses.pairs / progress.tokens:.2f} per token"
    if progress.kept_share is not None:
        kept = f"{100 * progress.kept_share:.1f} %"
    of_all = "" if losses.mean is None else f"mean {loss_text(losses.mean)}"
    return [
        Reading("probe loss", probe, mean),
        Reading("objective loss", loss, of_all),
        Reading("learning rate", number(shot.rate), f"to {number(shot.settings.min_alpha)}"),
        Reading("tokens", f"{progress.tokens:,}"),
        Reading("pairs", short(losses.pairs), per_token),
        Reading("subsampling", kept, "of tokens kept" if progress.kept_share is not None else ""),
        Reading("vocabulary", f"{shot.n_words:,}" if shot.n_words else "–", "words"),
    ]


def _other_readings(shot: Snapshot) -> list[Reading]:
    """Signs of health, for who looks closely."""
    health, speed = shot.health, shot.speed
    lost = shot.checkpoint.tokens
    return [
        Reading("vectors", f"{shot.n_words:,} × {shot.vector_size}" if shot.n_words else "–"),
        Reading("mean length", norms_text(health), "of input |v| and output vectors |u|"),
        Reading("saturated", saturated_text(health), "of the scores are beyond ±6"),
        Reading("NaN/Inf losses", f"{shot.losses.not_finite:,}"),
        Reading("words/s", short(speed.mean), f"mean, peak {short(speed.peak)}"),
        Reading("per epoch", f"{shot.progress.tokens_per_epoch:,}", "tokens"),
        Reading("checkpoint", "–" if lost is None else f"{lost:,}", "tokens"),
    ]


def norms_text(health: VectorHealth | None) -> str:
    """Mean norms of the input and output vectors: `|v| 2.31   |u| 0.88`."""
    if health is None:
        return "–"
    parts = [("v", health.input_norm), ("u", health.output_norm)]
    return "   ".join(f"|{name}| {value:.2f}" for name, value in parts if value is not None)


def saturated_text(health: VectorHealth | None) -> str:
    """The share of saturated scores: `0.7 %`."""
    if health is None or health.saturated is None:
        return "–"
    return f"{100 * health.saturated:.1f} %"


def checkpoint_text(shot: Snapshot) -> str:
    """The age of the last checkpoint; empty while there is none."""
    if shot.checkpoint.failed:
        return "✗ checkpoints cannot be written"
    age = shot.checkpoint.age_seconds
    if age is None:
        return ""
    if shot.ended:
        return "saved"
    return f"saved {age:.0f} s ago" if age < 60 else f"saved {ago_text(age)}"


def _line(reading: Reading, width: int, glyphs: Glyphs, inks: Inks | None = None) -> Text:
    """A reading in `width` cells; with inks it is bad news."""
    line = Text(no_wrap=True)
    line.append(pad(reading.label, _LABEL_CELLS), inks.bad if inks else "dim")
    line.append(glyphs.spelled(reading.value), inks.bad if inks else "bold")
    if reading.more:
        line.append(f" {glyphs.spelled(safe_text(reading.more))}", "dim")
    line.truncate(width, overflow="ellipsis", pad=True)
    return line


def loss_labels(shot: Snapshot) -> tuple[str, str]:
    """Names and last values of the two curves, probe and objective."""
    probe, loss = shot.probe, shot.losses.now
    return (
        "probe loss" if probe is None else f"probe loss {loss_text(probe.loss)}",
        "objective loss" if loss is None else f"objective loss {loss_text(loss)}",
    )


SCORE_LABELS = {
    "pairs": "word pairs",
    "semantic": "semantic",
    "syntactic": "syntactic",
    "total": "analogies",
    "hits": "hits cosine",
    "hits-output": "hits output",
    "popular": "most popular",
    "ndcg": "NDCG cosine",
    "ndcg-output": "NDCG output",
    "mrr": "MRR cosine",
    "mrr-output": "MRR output",
}
"""What scores are called, in 12 cells; those from `hits` on are of sessions."""


def score_text(score: Score) -> str:
    """A score: a correlation, a share of right answers or hits, a mean of gains."""
    return "–" if math.isnan(score.value) else display.score_text(score.kind, score.value)
