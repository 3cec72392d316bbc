"""How far each side is, and how good it is by its own measurements."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from w2vtui.comparing.curves import score_names
from w2vtui.comparing.sides import Side
from w2vtui.display import short
from w2vtui.exploring.subject import View
from w2vtui.runs.listed.status import ACTIVE

FILE = "file"
"""The state of a side that is a file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SideFacts:
    """What is known of a side."""

    state: str
    """As `RunStatus.state`, or `file`."""
    fraction: float | None = None
    """Of the planned training, 0..1; None for a file."""
    tokens: int | None = None
    seconds: float | None = None
    words_per_second: float | None = None
    """Over the training time."""
    probe: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    """The last of each, by the name of its curve, `pairs atlas-pairs.txt`: 0..1."""


def facts_of(side: Side) -> SideFacts:
    """What is known of a side: of this moment if it trains here, else what its folder says."""
    scores = {name: _last(side, name) for name in score_names([side])}
    known = {name: value for name, value in scores.items() if math.isfinite(value)}
    run, status = side.subject.run, side.status
    if run is not None:
        shot = run.snapshot()
        done, probe = shot.progress, shot.probe
        return SideFacts(
            state=shot.state, fraction=done.fraction, tokens=done.tokens, seconds=done.seconds,
            words_per_second=shot.speed.mean, probe=None if probe is None else probe.loss,
            scores=known,
        )  # fmt: skip
    if status is None:
        return SideFacts(state=FILE)
    return SideFacts(
        state=status.state, fraction=status.fraction, tokens=status.tokens, seconds=status.seconds,
        words_per_second=status.mean_words_per_second, probe=status.probe_loss, scores=known,
    )  # fmt: skip


def progress_text(side: Side, facts: SideFacts, view: View | None) -> str:
    """How far a run is that is not done, and which of its moments is compared, if it is not that:
    `training, 42.0 %: shown at its checkpoint of 1.2M tokens`; empty for others.
    """
    if facts.state in ("done", FILE) or facts.fraction is None:
        return ""
    text = f"{facts.state}, {100 * facts.fraction:.1f} %"
    if facts.state not in ACTIVE or side.subject.run is not None:
        return text
    if view is None or view.tokens is None:
        return f"{text}: shown once it has a checkpoint"
    return f"{text}: shown at its checkpoint of {short(view.tokens)} tokens"


def _last(side: Side, name: str) -> float:
    """The last value of a curve; NaN where it has none."""
    curve = side.subject.curves.get(name)
    return math.nan if curve is None or not len(curve.rows) else float(curve.rows[-1, 2])
