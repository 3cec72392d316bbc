"""Which of two runs is better, by each yardstick, and how sure that is.

    found = verdict(open_side("brisk-otter"), open_side("calm-fox"))
    found.conclusion      # "calm-fox is better by the probe"
    found.lines()         # a line for each yardstick, and what could not be compared

Of runs that differ by their seed alone, at most 5 % of verdicts call one better. Each of m
intervals has a confidence of 1 - 0.03 / m (Bonferroni), so that many yardsticks do not make many
chances to win; 0.03 leaves room, as how sure a difference is is estimated, too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from w2vtui.comparing.paired import interval_of
from w2vtui.comparing.probing import SharedProbe
from w2vtui.comparing.same_cost import answers_at_same_cost
from w2vtui.comparing.shared import shared_vectors
from w2vtui.comparing.sides import Side
from w2vtui.comparing.yardsticks import (
    ROOM,
    Answers,
    Kind,
    analogy_answers,
    pairs_answers,
)
from w2vtui.display import clock_text, short
from w2vtui.errors import RunError, VectorsError, W2vtuiError
from w2vtui.exploring.subject import View
from w2vtui.runs.record import RunRecord
from w2vtui.settings import LiveSettings
from w2vtui.training.measuring.known_questions import MAX_QUESTIONS, thinned
from w2vtui.training.measuring.question_sets import QualitySets

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
        return self._said(lambda one: one.label)

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
        numbers = {
            one.kind: f"{one.n_questions:,} {_QUESTIONS[one.kind]}" for one in self.judgments
        }
        return f"no difference that {_listed(list(numbers.values()))} can show"

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
        together = "" if n == 1 else f", so that all {n} hold at once in {1 - ERROR_RATE:.0%}"
        return (
            f"intervals of {100 * self.confidence:.3g} %{together}; resampled by word, "
            "since the vectors of a word are unsure together"
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


def verdict(
    a: Side,
    b: Side,
    *,
    samples: int = 1_000,
    seed: int = 1,
    sets: QualitySets | None = None,
    n_verdicts: int = 1,
) -> Verdict:
    """Compare the vectors of two runs, or files, as they are now.

    samples      of questions, drawn with replacement
    sets         word pairs and analogies; None for those that the runs were trained with
    n_verdicts   verdicts that are given at once, as on all pairs of several runs

    May read the text that they were trained on: not for a thread that draws.

    Raises:
        RunError: a run has no vectors yet.
        W2vtuiError: vectors cannot be read.
    """
    views = _view(a), _view(b)
    remarks: list[str] = []
    answers = list(_answers(a, b, views, sets, remarks))
    confidence = _confidence(len(answers) * n_verdicts)
    return Verdict(
        a=a.name,
        b=b.name,
        judgments=judged(answers, confidence, samples=samples, seed=seed),
        confidence=confidence,
        remarks=tuple(remarks),
    )


def _confidence(n_intervals: int) -> float:
    """Of each of several intervals, so that they hold together."""
    return 1 - ERROR_RATE / max(n_intervals, 1)


def judged(
    answers: Sequence[Answers],
    confidence: float | None = None,
    *,
    samples: int = 1_000,
    seed: int = 1,
) -> tuple[Judgment, ...]:
    """What the second run is by each yardstick.

    confidence   of each interval; None for one by which all of them hold together
    """
    confidence = _confidence(len(answers)) if confidence is None else confidence
    return tuple(_judged(one, confidence, samples, seed) for one in answers)


def _view(side: Side) -> View:
    view = side.subject.view()
    if view is None:
        raise RunError(f"{side.name} has no vectors yet: its text is still being read")
    return view


def _answers(
    a: Side,
    b: Side,
    views: tuple[View, View],
    sets: QualitySets | None,
    remarks: list[str],
) -> Iterator[Answers]:
    try:
        probe = SharedProbe(a, b, remarks.append)
        losses = probe.losses(views[0], _settings(a)), probe.losses(views[1], _settings(b))
        yield probe.answers(*losses)
        yield from answers_at_same_cost(probe, (a, b), views, losses, remarks.append)
    except W2vtuiError as error:
        remarks.append(f"the probe cannot be compared: {error}")
    sets = _sets_of(a, b, remarks) if sets is None else sets
    if not sets:
        return
    try:
        shared = shared_vectors([view.vectors for view in views])
    except VectorsError as error:
        remarks.append(str(error))
        return
    if shared.remark:
        remarks.append(f"word pairs and analogies {shared.remark}")
    for name, pairs in sets.pairs.items():
        found = pairs_answers(name, pairs, shared)
        if found is None:
            remarks.append(f"{name} has too few pairs of words that both know")
        else:
            yield found
    for name, sections in sets.analogies.items():
        of_file = analogy_answers(name, thinned(sections, MAX_QUESTIONS), shared)
        if not of_file:
            remarks.append(f"{name} has too few analogies of words that both know")
        yield from of_file


def _settings(side: Side) -> LiveSettings:
    settings = side.subject.settings
    if settings is None:
        raise RunError(f"the settings of {side.name} are not known")
    return settings


def _sets_of(a: Side, b: Side, remarks: list[str]) -> QualitySets:
    """The word pairs and analogies that the runs were trained with, those of both."""
    sets = QualitySets()
    for side in (a, b):
        if side.folder is None:
            continue
        try:
            asked = RunRecord.read(side.folder).request
            of_side = QualitySets.for_corpus(asked.sources, asked.question_files.still_there())
        except W2vtuiError as error:
            remarks.append(f"the questions of {side.name} cannot be read: {error}")
            continue
        sets = QualitySets({**sets.pairs, **of_side.pairs}, {**sets.analogies, **of_side.analogies})
    return sets


def _judged(answers: Answers, confidence: float, samples: int, seed: int) -> Judgment:
    found = [
        interval_of(
            differences,
            answers.units,
            confidence=confidence,
            room=ROOM[answers.kind],
            samples=samples,
            seed=seed,
        )
        for differences in (answers.differences, *answers.alternatives)
    ]
    low, high = min(one.low for one in found), max(one.high for one in found)
    call: Call = "no difference"
    if low > 0 or high < 0:
        call = "better" if (high < 0) is answers.lower_is_better else "worse"
    return Judgment(
        name=answers.name,
        kind=answers.kind,
        a=answers.values[0],
        b=answers.values[1],
        low=low,
        high=high,
        n_questions=len(answers.differences),
        call=call,
        cost=answers.cost,
        place=answers.place,
    )


# ---- text

_OF_SHARES: tuple[Kind, ...] = ("semantic", "syntactic")
"""Kinds whose values are shares of right answers."""


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
