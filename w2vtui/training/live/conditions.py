"""Conditions on what a run shows: when they hold, how they are written, what they need measured.

`str(condition)` is its canonical text, which `breakpoints.parse` reads back to an equal object.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from w2vtui.training.state.snapshot import Neighbors, Probe

Measure = Literal["probe", "loss", "churn", "settled", "pairs", "analogies"]
Counter = Literal["epoch", "tokens", "minutes"]
SHARES: tuple[Measure, ...] = ("churn", "settled", "analogies")
"""Measures that are shares, written in percent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What a condition may look at: a run at one moment. None is what is not measured (yet)."""

    tokens: int = 0
    """Training tokens seen."""
    epoch: int = 0
    """1 in the first pass."""
    seconds: float = 0.0
    """Training time, pauses left out."""
    probe: Probe | None = None
    """The last measurement; its tokens tell it from the one before."""
    loss: float | None = None
    """Objective loss, nats a pair."""
    churn: float | None = None
    """Share of nearest neighbours that changed, 0..1."""
    settled: float | None = None
    """Share of words whose nearest neighbours stay, 0..1."""
    pairs: float | None = None
    """Spearman's correlation on word pairs, -1..1."""
    analogies: float | None = None
    """Share of analogies answered right, 0..1."""
    neighbors: tuple[Neighbors, ...] = ()
    """The answers to the queries that conditions name."""

    def measured(self, measure: Measure) -> float | None:
        """A measure as it is written: shares in percent."""
        values: dict[Measure, float | None] = {
            "probe": None if self.probe is None else self.probe.loss,
            "loss": self.loss,
            "churn": self.churn,
            "settled": self.settled,
            "pairs": self.pairs,
            "analogies": self.analogies,
        }
        value = values[measure]
        return None if value is None else 100 * value if measure in SHARES else value

    def nearest(self, query: str, n: int) -> list[tuple[str, float]] | None:
        """The n nearest words of a query with their cosines; None when nobody has looked.

        Vectors that have not been trained are near by chance: that is no answer.
        """
        for found in self.neighbors:
            if found.query == query and found.tokens:
                return list(found.words[:n])
        return None


@dataclass(slots=True)
class Memory:
    """What a condition keeps from one look to the next."""

    was_near: bool = False
    probes: list[Probe] = field(default_factory=list)
    """Probes that rose in a row, oldest first."""


class Condition(ABC):
    """Something that may come to hold while a run trains."""

    __slots__ = ()

    @property
    def queries(self) -> tuple[str, ...]:
        """Queries whose nearest words it needs."""
        return ()

    @property
    def top(self) -> int:
        """How many nearest words of each query it needs."""
        return 0

    @property
    def words(self) -> tuple[str, ...]:
        """Words that must be in the vocabulary, besides those of the queries."""
        return ()

    @property
    def needs(self) -> Measure | None:
        """What must be measured for it ever to hold."""
        return None

    @abstractmethod
    def reason(self, view: View, memory: Memory) -> str:
        """Why it holds now, with the values it saw; empty when it does not."""


@dataclass(frozen=True, slots=True)
class _OfWord(Condition):
    """Of a word's place among the nearest words of a query."""

    word: str
    n: int
    query: str

    @property
    def queries(self) -> tuple[str, ...]:
        return (self.query,)

    @property
    def top(self) -> int:
        return self.n

    @property
    def words(self) -> tuple[str, ...]:
        return (self.word,)

    def _place(self, view: View) -> tuple[int, float] | None:
        """Place, from 1, and cosine; (0, 0) for a word that is not near, None when unknown."""
        near = view.nearest(self.query, self.n)
        if near is None:
            return None
        places = ((at, cosine) for at, (word, cosine) in enumerate(near, 1) if word == self.word)
        return next(places, (0, 0.0))


class Near(_OfWord):
    """A word is among the n nearest of a query."""

    __slots__ = ()

    def __str__(self) -> str:
        where = "first in" if self.n == 1 else f"in top {self.n} of"
        return f"{self.word} {where} {self.query}"

    def reason(self, view: View, memory: Memory) -> str:
        place, cosine = self._place(view) or (0, 0.0)
        if not place:
            return ""
        where = "first" if place == 1 else f"number {place}"
        return f"{self.word} is {where} of {self.query}: {cosine:.2f}"


class Leaves(_OfWord):
    """A word that was among the n nearest of a query is there no more."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{self.word} leaves top {self.n} of {self.query}"

    def reason(self, view: View, memory: Memory) -> str:
        found = self._place(view)
        if found is None:
            return ""
        was_near, memory.was_near = memory.was_near, found[0] > 0
        if memory.was_near or not was_near:
            return ""
        return f"{self.word} has left the top {self.n} of {self.query}"


@dataclass(frozen=True, slots=True)
class Level(Condition):
    """A measure is below or above a limit."""

    measure: Measure
    sign: Literal["<", ">"]
    limit: float
    """In percent for a share."""

    def __str__(self) -> str:
        unit = " %" if self.measure in SHARES else ""
        return f"{self.measure} {self.sign} {number_text(self.limit)}{unit}"

    @property
    def needs(self) -> Measure:
        return self.measure

    def reason(self, view: View, memory: Memory) -> str:
        value = view.measured(self.measure)
        if value is None or not (value < self.limit if self.sign == "<" else value > self.limit):
            return ""
        unit = " %" if self.measure in SHARES else ""
        side = "below" if self.sign == "<" else "above"
        return f"{self.measure} is {value:.4g}{unit}, {side} {number_text(self.limit)}{unit}"


@dataclass(frozen=True, slots=True)
class Rises(Condition):
    """The probe loss rose so many measurements in a row, as `has_risen` says. The rise from
    untrained vectors, with which many a sound run begins, does not count.
    """

    times: int

    def __str__(self) -> str:
        return f"probe up {self.times} time{'s' * (self.times != 1)}"

    @property
    def needs(self) -> Measure:
        return "probe"

    def reason(self, view: View, memory: Memory) -> str:
        probe, seen = view.probe, memory.probes
        if probe is None or (seen and probe == seen[-1]):
            return ""
        # Measured anew on the same vectors, or on earlier ones: settings changed, or were undone.
        if seen and (probe.tokens <= seen[-1].tokens or probe.loss <= seen[-1].loss):
            seen.clear()
        seen.append(probe)
        # The streak from untrained vectors is the hump that a sound run may begin with.
        if seen[0].tokens == 0 or not has_risen(seen, self.times):
            return ""
        before = seen[-1 - self.times].loss
        times = f"{self.times} times in a row" if self.times > 1 else "once"
        return f"the probe rose {times}, from {before:.3f} to {probe.loss:.3f}"


@dataclass(frozen=True, slots=True)
class Reaches(Condition):
    """An epoch begins, or so many tokens or minutes have been trained."""

    counter: Counter
    value: float
    """Whole for epochs and tokens."""

    def __str__(self) -> str:
        return f"{self.counter} {number_text(self.value)}"

    def reason(self, view: View, memory: Memory) -> str:
        if self.counter == "epoch":
            return f"epoch {view.epoch} begins" if view.epoch >= self.value else ""
        if self.counter == "tokens":
            return f"{view.tokens:,} tokens trained" if view.tokens >= self.value else ""
        minutes = view.seconds / 60
        return f"{minutes:.4g} minutes trained" if minutes >= self.value else ""


RISE_ERRORS = 2.0
"""Standard errors: a text whose parts differ moves the probe of a sound run by more than one."""


def has_risen(probes: Sequence[Probe], times: int) -> bool:
    """Whether each of the last `times` probes is above the one before, and together they rose by
    more than two standard errors.

    The error is of the mean over pairs that stay the same, and so larger than the noise from one
    probe to the next: asked of each single rise it would hold for a collapse only.
    """
    last = probes[-1 - times :]
    if times < 1 or len(last) <= times:
        return False
    rising = all(b.loss > a.loss for a, b in pairwise(last))
    return rising and last[-1].loss - last[0].loss > RISE_ERRORS * last[-1].standard_error


def number_text(value: float) -> str:
    """A number that reads back exactly: whole ones with commas, others with all their digits."""
    return f"{value:,}" if isinstance(value, int) else repr(value).removesuffix(".0")
