"""What is measured of the vectors while a run trains: frozen values, each as of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

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
