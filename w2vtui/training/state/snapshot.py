"""What a run shows of itself: frozen values that a screen or the command line reads on a timer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from w2vtui.settings import LiveSettings, ResolvedSettings
from w2vtui.training.engine.learning_rate import Schedule

State = Literal[
    "preparing", "training", "paused", "stopping", "finishing", "done", "stopped", "failed"
]
ENDED: tuple[State, ...] = ("done", "stopped", "failed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened, and where on the curve."""

    seconds: float
    """Training time, without pauses."""
    tokens: int
    """Training tokens seen."""
    kind: Literal["change", "note", "error"]
    text: str
    number: int | None = None
    """The number of a change, from 1, which its marker on the curve shows."""
    acknowledged_ms: float | None = None
    """Time from the request of a change to the first span that may use it."""
    settings: ResolvedSettings | None = None
    """Of a change: all settings from there on. Of a note: the present settings, where a condition
    ended a round of deterministic training, which a replay must end there too.
    """
    schedule: Schedule | None = None
    """Of a change: the line of the learning rate from there on."""
    undoes: int | None = None
    """Of a change: the number of the change that it undoes."""
    checks: int | None = None
    """Of a note: the number of the change whose speed was checked."""
    measured: float | None = None
    """Of such a note: words per second, measured."""
    predicted: float | None = None
    """Of such a note: words per second, predicted."""

    @property
    def cuts_round(self) -> bool:
        """Whether it is the note of a condition that ended a round."""
        return self.kind == "note" and self.settings is not None


PROBE_CONTEXTS = 4
"""Words around the center in a question of the probe."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """The probe loss: one yardstick across all settings, on text held out from training."""

    tokens: int
    loss: float
    """nats; log 64 = 4.16 when untrained"""
    standard_error: float
    unscaled_loss: float | None = None
    """nats; with the scores on their own scale, which shows vectors that are sure of wrong words"""
    contexts: int = 1
    """Words around the center in a question; losses of other numbers cannot be compared."""


RISE_ERRORS = 2.0
"""Standard errors: a text whose parts differ moves the probe of a sound run by more than one."""


def has_risen(probes: Sequence[Probe], times: int) -> bool:
    """Whether each of the last `times` probes is above the one before, and together they rose by
    more than two standard errors.

    The pairs stay the same, so the noise from one probe to the next is smaller than the error of
    the mean: requiring two errors of each single rise would detect only a collapse.
    """
    last = probes[-1 - times :]
    if times < 1 or len(last) <= times:
        return False
    rising = all(b.loss > a.loss for a, b in pairwise(last))
    return rising and last[-1].loss - last[0].loss > RISE_ERRORS * last[-1].standard_error


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbors:
    """The nearest words of one query at some moment."""

    query: str
    words: tuple[tuple[str, float], ...]
    """Nearest first, with cosines."""
    problem: str = ""
    """Why there are none: an unknown word, with suggestions."""
    tokens: int = 0
    """Training tokens seen when this was computed."""
    moves: tuple[int | None, ...] = ()
    """For each word, how many ranks it rose since an earlier look, negative if it fell; None if it
    was not among the nearest then. Empty without an earlier look.
    """
    left: tuple[str, ...] = ()
    """Words that were among the nearest at the earlier look and are not now."""
    moved_over: float = 0.0
    """Training seconds since the earlier look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Churn:
    """How much neighborhoods still change; `measuring/churn.py` defines the measures."""

    tokens: int
    churn: float
    """Share of the 10 nearest neighbors that changed over 2 % of the planned tokens, 0..1."""
    settled: float
    """Share of the words that kept at least 9 of the 10, 0..1."""
    n_words: int
    """Words in the sample."""


ScoreKind = Literal[
    "pairs", "semantic", "syntactic", "total",
    "hits", "hits-output", "popular", "ndcg", "ndcg-output", "mrr", "mrr-output",
]  # fmt: skip
"""Word pairs; which of a file's analogies; how the last items of sessions are guessed, by cosines
or by products with output vectors, and how many of them are among the most frequent items.
"""

LEAST_COVERED = 30
"""Fewer covered questions say too little: a correlation of 30 pairs is unsure by 0.18."""


@dataclass(frozen=True, slots=True)
class Score:
    """The score of the vectors on one set of questions."""

    name: str
    """The name of the file."""
    kind: ScoreKind
    value: float
    """Spearman's correlation, the share of right answers or of hits, a mean of gains; NaN where
    nothing is covered.
    """
    covered: int
    """Questions whose words are all known."""
    total: int

    @property
    def key(self) -> tuple[str, str]:
        """Names the curve of this score."""
        return self.name, self.kind

    @property
    def is_telling(self) -> bool:
        """Whether enough questions are covered for the value to mean anything."""
        return self.covered >= LEAST_COVERED


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """The last scores."""

    tokens: int
    scores: tuple[Score, ...]
    took_seconds: float

    def value_of(self, *kinds: ScoreKind) -> float | None:
        """The first score of the first of these kinds that covers enough questions; None if there
        is none.
        """
        telling = [(kinds.index(s.kind), s.value) for s in self.scores if s.kind in kinds
                   and s.is_telling]  # fmt: skip
        return min(telling, key=lambda one: one[0])[1] if telling else None


@dataclass(frozen=True, kw_only=True, slots=True)
class VectorHealth:
    """Signs of health, over the last second or so."""

    tokens: int
    input_norm: float | None
    """Mean length |v| of the input vectors."""
    output_norm: float | None
    """Mean length |u| of the output vectors; None under hierarchical softmax, which has none."""
    saturated: float | None
    """Share of the scores beyond +-6, where the gradient is almost 0; None if unknown."""


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
