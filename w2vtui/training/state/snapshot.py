"""What a run shows of itself: frozen values that a screen or the command line reads on a timer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from w2vtui.settings import LiveSettings
from w2vtui.training.state.events import Event
from w2vtui.training.state.measurements import Churn, Neighbors, Probe, Quality, VectorHealth

State = Literal[
    "preparing", "training", "paused", "stopping", "finishing", "done", "stopped", "failed"
]
ENDED: tuple[State, ...] = ("done", "stopped", "failed")


def state_text(state: State) -> str:
    """A state as a sentence says it of a run: `is paused`, `has failed`."""
    return "has failed" if state == "failed" else f"is {state}"


Urgency = Literal[1, 2, 3, 4]

ALARM: Urgency = 3
"""The least urgency of a remark that a run without a screen ends with."""
WORTHLESS: Urgency = 4
"""The urgency of a remark on vectors that hold nothing."""


class Remark(NamedTuple):
    """One remark of the word doctor on a run."""

    name: str
    """The name of the rule, which stays the same while the numbers in the text change."""
    text: str
    urgency: Urgency
    """4: the vectors hold nothing; 3: the run is being spoiled; 2: it gives less than it could; 1:
    good to know
    """

    @property
    def line(self) -> str:
        """The text with its signs of urgency: `!! the loss rose`."""
        return f"{'!' * min(self.urgency - 1, 2)} {self.text}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far the training has come."""

    tokens: int = 0
    """Training tokens seen, all epochs together."""
    tokens_planned: int = 0
    """Training tokens at the planned end, all epochs together; 0 until the corpus is read."""
    tokens_per_epoch: int = 0
    epoch: int = 0
    """1 in the first pass."""
    seconds: float = 0.0
    """Training time, without pauses."""
    eta_seconds: float | None = None
    """Until the planned end at the present speed; None while nothing trains."""
    kept_share: float | None = None
    """Share of the tokens seen that subsampling kept, 0..1."""

    @property
    def fraction(self) -> float:
        """How much of the planned training is done, 0..1."""
        return self.tokens / self.tokens_planned if self.tokens_planned else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Speed:
    """Words per second, which means training tokens per second."""

    now: float = 0.0
    """Over the last second or so; 0 while nothing trains."""
    mean: float = 0.0
    """Over the whole training time."""
    peak: float = 0.0
    by_thread: tuple[float, ...] = ()
    """The present speed of each thread that the current settings ask for; none on a GPU."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Losses:
    """The objective's loss, in nats a pair."""

    now: float | None = None
    """Since the last tick that trained anything; None before the first."""
    mean: float | None = None
    """Over the whole run; None before the first pair."""
    pairs: int = 0
    """Pairs trained."""
    not_finite: int = 0
    """Center words whose loss was not a finite number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointStatus:
    """The last checkpoint of a run."""

    tokens: int | None = None
    """Training tokens seen when it was taken; None without a checkpoint."""
    age_seconds: float | None = None
    """Seconds since it was taken; None without a checkpoint."""
    failed: bool = False
    """Whether the last checkpoint could not be written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """Everything a viewer may show of a run at one moment. Cheap to make; never changes."""

    state: State
    activity: str = ""
    """What is being prepared: `reading atlas.txt`, `compiling kernels (first time on this
    machine)`.
    """
    activity_fraction: float | None = None
    """How much of the preparation is done, 0..1; None if unknown."""
    pause_reason: str = ""
    """What a breakpoint saw that paused the run; empty unless one did."""

    corpus_name: str = ""
    n_words: int = 0
    """V"""
    vector_size: int = 0
    """D"""
    gpu: str = ""
    """What the GPU that trains is called; empty where the processor does, and before."""
    settings: LiveSettings
    """As requested until the corpus is read, then with every `auto` resolved, then as changed
    live.
    """
    rate: float = 0.0
    """Learning rate now."""
    applying: bool = False
    """Whether a change was requested and has not been applied yet."""

    progress: Progress = Progress()
    speed: Speed = Speed()
    losses: Losses = Losses()
    probe: Probe | None = None
    probe_reason: str = ""
    """Why there is no probe loss; empty when there is or will be one."""
    churn: Churn | None = None
    quality: Quality | None = None
    quality_wanted: bool = False
    """Whether there are questions to score the vectors on."""
    health: VectorHealth | None = None
    neighbors: tuple[Neighbors, ...] = ()
    """The nearest words of each watched query."""
    answers: tuple[Neighbors, ...] = ()
    """The nearest words of each query that a breakpoint names; only where its condition is looked
    at.
    """
    remarks: tuple[Remark, ...] = ()
    """The word doctor's remarks, most urgent first."""
    checkpoint: CheckpointStatus = CheckpointStatus()
    events: tuple[Event, ...] = ()
    error: BaseException | None = None

    @property
    def ended(self) -> bool:
        """Whether the run is over, in whatever way."""
        return self.state in ENDED

    @property
    def last_change(self) -> Event | None:
        """The last change of settings, which can be undone; None if there is none, or if that was
        an undo.
        """
        changes = (event for event in reversed(self.events) if event.kind == "change")
        last = next(changes, None)
        return last if last is not None and last.undoes is None else None

    def as_json(self) -> dict[str, Any]:
        """Progress, speed, losses and scores as plain values; None for what is unknown."""
        probe, churn = self.probe, self.churn
        return {
            "epoch": self.progress.epoch,
            "epochs": self.settings.epochs,
            "tokens": self.progress.tokens,
            "tokens_planned": self.progress.tokens_planned,
            "fraction": round(self.progress.fraction, 6),
            "seconds": round(self.progress.seconds, 3),
            "eta_seconds": _rounded(self.progress.eta_seconds, 1),
            "words_per_second": round(self.speed.now),
            "mean_words_per_second": round(self.speed.mean),
            "alpha": _rounded(self.rate, 8),
            "loss": _rounded(self.losses.now, 6),
            "mean_loss": _rounded(self.losses.mean, 6),
            "probe_loss": _rounded(probe.loss, 6) if probe else None,
            "probe_standard_error": _rounded(probe.standard_error, 6) if probe else None,
            "churn": _rounded(churn.churn, 4) if churn else None,
            "settled": _rounded(churn.settled, 4) if churn else None,
            "quality": _scores(self.quality),
        }


def _scores(quality: Quality | None) -> list[dict[str, object]] | None:
    if quality is None:
        return None
    return [
        {
            "set": score.name,
            "kind": score.kind,
            "value": _rounded(score.value, 6),
            "covered": score.covered,
            "total": score.total,
            "tokens": quality.tokens,
        }
        for score in quality.scores
    ]


def _rounded(value: float | None, digits: int) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(value, digits)
