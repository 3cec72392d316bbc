"""What a verdict on two runs says, in words and as plain values."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from w2vtui.comparing.judging.yardsticks import Kind
from w2vtui.display import clock_text, short

Call: TypeAlias = Literal["better", "worse", "no difference"]

ERROR_RATE = 0.03
"""Of verdicts on runs that differ by chance alone, the share that is meant to call one better."""

_TITLES: dict[Kind, str] = {
    "probe": "probe",
    "pairs": "word pairs",
    "semantic": "semantic analogies",
    "syntactic": "syntactic analogies",
}
_QUESTIONS: dict[Kind, str] = {
    "probe": "questions",
    "pairs": "pairs",
    "semantic": "analogies",
    "syntactic": "analogies",
}
_OF_SHARES: tuple[Kind, ...] = ("semantic", "syntactic")
"""Kinds whose values are shares of right answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgment:
    """The difference between two runs by one yardstick."""

    name: str
    """`probe`, or the name of a file of questions."""
    kind: Kind
    a: float
    """Of the first run: nats of the probe, a rank correlation, or a share of right answers."""
    b: float
    """Of the second run."""
    low: float
    """The lowest that the difference b - a may be, with the confidence of the verdict."""
    high: float
    """The highest."""
    n_questions: int
    call: Call
    """What the second run is, measured by the first."""
    cost: Literal["tokens", "seconds"] | None = None
    """What both had as much of, the longer run as it was then; None for the vectors of now."""
    place: float | None = None
    """How much of it."""

    @property
    def difference(self) -> float:
        """b - a"""
        return self.b - self.a

    @property
    def title(self) -> str:
        """The yardstick in words: `word pairs atlas-pairs.txt`."""
        title = _TITLES[self.kind] + ("" if self.kind == "probe" else f" {self.name}")
        if self.place is None:
            return title
        spent = f"{short(self.place)} tokens" if self.cost == "tokens" else clock_text(self.place)
        return f"{title} after {spent} of each"

    @property
    def label(self) -> str:
        """The yardstick in nine cells."""
        return {None: self.kind, "tokens": "= tokens", "seconds": "= seconds"}[self.cost]

    def text(self, a: str = "A", b: str = "B") -> str:
        """All of it in a line; a, b: what the runs are called."""
        n = f"{self.n_questions:,} {_QUESTIONS[self.kind]}"
        found = {
            "better": f"{b} is better, {n}",
            "worse": f"{b} is worse, {n}",
            "no difference": f"no difference that {n} can show",
        }[self.call]
        as_text = _number_text(self.kind)
        return (
            f"{self.title}: {a} {as_text(self.a)}, {b} {as_text(self.b)}, "
            f"{b}-{a} {_signed(self.kind, self.difference)}{_unit(self.kind)} "
            f"({_signed(self.kind, self.low)} to {_signed(self.kind, self.high)}): {found}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What can be said of two runs."""

    a: str
    b: str
    """Their names."""
    judgments: tuple[Judgment, ...]
    confidence: float
    """Of each interval."""
    remarks: tuple[str, ...]
    """What could not be compared, and why."""

    @property
    def conclusion(self) -> str:
        """The whole in a sentence."""
        return self._said(lambda one: one.title)

    @property
    def brief(self) -> str:
        """The same without the names of files and places."""
        return self._said(lambda one: one.kind + (f" at equal {one.cost}" if one.cost else ""))

    def _said(self, name_of: Callable[[Judgment], str]) -> str:
        if not self.judgments:
            return f"{self.a} and {self.b} cannot be compared"
        wins = {
            name: [name_of(one) for one in self.judgments if one.call == call]
            for name, call in ((self.b, "better"), (self.a, "worse"))
        }
        found = [
            f"{name} is better by {_listed(titles)}" for name, titles in wins.items() if titles
        ]
        if found:
            return ", ".join(found)
        by_kind = {one.kind: one.n_questions for one in self.judgments}
        numbers: Counter[str] = Counter()
        for kind, n in by_kind.items():
            numbers[_QUESTIONS[kind]] += n
        asked = [f"{n:,} {questions}" for questions, n in numbers.items()]
        return f"no difference that {_listed(asked)} can show"

    def lines(self, a: str = "A", b: str = "B") -> list[str]:
        """All of it as text, the conclusion first; a, b: what the runs are called below it."""
        found = [self.conclusion, *(one.text(a, b) for one in self.judgments)]
        if self.judgments:
            found.append(self.correction)
        return found + list(self.remarks)

    @property
    def correction(self) -> str:
        """What the intervals are corrected for."""
        n = len(self.judgments)
        share = 100 * (1 - ERROR_RATE)
        together = "" if n == 1 else f", so that all {n} hold at once in {share:g} %"
        return (
            f"intervals of {100 * self.confidence:.3g} %{together}; resampled by word, "
            "since questions about one word err together"
        )

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        judgments = [
            dataclasses.asdict(one) | {"difference": one.difference} for one in self.judgments
        ]
        return dataclasses.asdict(self) | {
            "judgments": judgments,
            "remarks": list(self.remarks),
            "conclusion": self.conclusion,
        }


def _number_text(kind: Kind) -> Callable[[float], str]:
    if kind in _OF_SHARES:
        return lambda share: f"{100 * share:.1f} %"
    return lambda value: f"{value:.3f}"


def _signed(kind: Kind, value: float) -> str:
    """A difference; of shares in points."""
    return f"{100 * value:+.1f}" if kind in _OF_SHARES else f"{value:+.3f}"


def _unit(kind: Kind) -> str:
    return " points" if kind in _OF_SHARES else ""


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
