"""Conditions on what a run shows: when they hold, how they are written, what they need measured.

`str(condition)` is its canonical text, which `breakpoints.parse` reads back to an equal object.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from w2vtui.training.state.measurements import Probe, has_risen
from w2vtui.training.state.snapshot import Snapshot

Measure = Literal["probe", "loss", "churn", "settled", "pairs", "analogies", "hits"]
Counter = Literal["epoch", "tokens", "minutes"]
Kind = Literal["loss", "probe", "churn", "quality", "words"]
"""What is measured at marks for conditions to see."""
SHARES: tuple[Measure, ...] = ("churn", "settled", "analogies", "hits")
"""Measures that are shares, written in percent."""
_KINDS: dict[Measure, Kind] = {
    "probe": "probe", "loss": "loss", "churn": "churn", "settled": "churn", "pairs": "quality",
    "analogies": "quality", "hits": "quality",
}  # fmt: skip


def measured(shot: Snapshot, measure: Measure) -> float | None:
    """A measure, shares in percent; None while it is not measured."""
    probe, churn, quality = shot.probe, shot.churn, shot.quality
    values: dict[Measure, float | None] = {
        "probe": None if probe is None else probe.loss,
        "loss": shot.losses.now,
        "churn": None if churn is None else churn.churn,
        "settled": None if churn is None else churn.settled,
        "pairs": None if quality is None else quality.value_of("pairs"),
        "analogies": (
            None if quality is None else quality.value_of("total", "semantic", "syntactic")
        ),
        "hits": None if quality is None else quality.value_of("hits"),
    }
    value = values[measure]
    return None if value is None else 100 * value if measure in SHARES else value


def nearest(shot: Snapshot, query: str, n: int) -> tuple[tuple[str, float], ...] | None:
    """The n nearest words of a breakpoint's query with their cosines; None before a look-up.

    Untrained vectors are near each other by chance, so they give no answer either.
    """
    for found in shot.answers:
        if found.query == query and found.tokens:
            return found.words[:n]
    return None


@dataclass(slots=True)
class Memory:
    """What a condition remembers from one look to the next."""

    was_near: bool = False
    probes: list[Probe] = field(default_factory=list)
    """Probes that rose in a row, oldest first; of many, the first and the last."""

    def saved(self) -> NDArray[np.float64]:
        """As numbers, (1 + n, 3): whether it was near; then each probe."""
        rows = [(one.tokens, one.loss, one.standard_error) for one in self.probes]
        return np.array([(self.was_near, 0, 0), *rows], dtype=np.float64)

    @classmethod
    def restored(cls, rows: NDArray[np.float64]) -> Memory:
        """What was saved."""
        probes = [
            Probe(tokens=int(row[0]), loss=row[1], standard_error=row[2])
            for row in rows[1:].tolist()
        ]
        return cls(was_near=bool(rows[0, 0]), probes=probes)


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

    @property
    def kind(self) -> Kind | None:
        """What is measured at marks for it; None for a counter."""
        return None

    def exact_mark(self, tokens_per_epoch: int) -> int | None:
        """The very token at which it comes to hold, if that is known before."""
        return None

    @property
    def by_clock(self) -> bool:
        """Whether it holds from a time on, which is at another token in each run."""
        return False

    @abstractmethod
    def reason(self, shot: Snapshot, memory: Memory) -> str:
        """Why it holds now, with the values it saw; empty when it does not."""


@dataclass(frozen=True, slots=True)
class _OfWord(Condition):
    """Of a word's place among the nearest words of a query."""

    word: str
    n: int
    query: str

    @property
    def kind(self) -> Kind:
        return "words"

    @property
    def queries(self) -> tuple[str, ...]:
        return (self.query,)

    @property
    def top(self) -> int:
        return self.n

    @property
    def words(self) -> tuple[str, ...]:
        return (self.word,)

    def _place(self, shot: Snapshot) -> tuple[int, float] | None:
        """Place, from 1, and cosine; (0, 0) for a word that is not near, None when unknown."""
        near = nearest(shot, self.query, self.n)
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

    def reason(self, shot: Snapshot, memory: Memory) -> str:
        place, cosine = self._place(shot) or (0, 0.0)
        if not place:
            return ""
        where = "first" if place == 1 else f"number {place}"
        return f"{self.word} is {where} of {self.query}: {cosine:.2f}"


class Leaves(_OfWord):
    """A word that was among the n nearest of a query no longer is."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{self.word} leaves top {self.n} of {self.query}"

    def reason(self, shot: Snapshot, memory: Memory) -> str:
        found = self._place(shot)
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

    @property
    def kind(self) -> Kind:
        return _KINDS[self.measure]

    def reason(self, shot: Snapshot, memory: Memory) -> str:
        value = measured(shot, self.measure)
        if value is None or not (value < self.limit if self.sign == "<" else value > self.limit):
            return ""
        unit = " %" if self.measure in SHARES else ""
        side = "below" if self.sign == "<" else "above"
        return f"{self.measure} is {value:.4g}{unit}, {side} {number_text(self.limit)}{unit}"


@dataclass(frozen=True, slots=True)
class Rises(Condition):
    """The probe loss rose `times` measurements in a row, as defined by `has_risen`.

    The rise from untrained vectors, with which many sound runs begin, does not count.
    """

    times: int

    def __str__(self) -> str:
        return f"probe up {self.times} time{'s' * (self.times != 1)}"

    @property
    def needs(self) -> Measure:
        return "probe"

    @property
    def kind(self) -> Kind:
        return "probe"

    def reason(self, shot: Snapshot, memory: Memory) -> str:
        probe, seen = shot.probe, memory.probes
        if probe is None or (seen and probe == seen[-1]):
            return ""
        # Measured again on the same vectors, or on earlier ones: settings changed, or were undone.
        if seen and (probe.tokens <= seen[-1].tokens or probe.loss <= seen[-1].loss):
            seen.clear()
        seen.append(probe)
        del seen[1 : -1 - self.times]
        # A streak that starts at untrained vectors is the hump that a sound run may begin with.
        if seen[0].tokens == 0 or not has_risen(seen, self.times):
            return ""
        before = seen[-1 - self.times].loss
        times = f"{self.times} times in a row" if self.times > 1 else "once"
        return f"the probe rose {times}, from {before:.3f} to {probe.loss:.3f}"


@dataclass(frozen=True, slots=True)
class Reaches(Condition):
    """An epoch begins, or a number of tokens or minutes has been trained."""

    counter: Counter
    value: float
    """Whole for epochs and tokens."""

    def __str__(self) -> str:
        return f"{self.counter} {number_text(self.value)}"

    @property
    def by_clock(self) -> bool:
        return self.counter == "minutes"

    def exact_mark(self, tokens_per_epoch: int) -> int | None:
        if self.by_clock:
            return None
        value = int(self.value)
        return (value - 1) * tokens_per_epoch if self.counter == "epoch" else value

    def reason(self, shot: Snapshot, memory: Memory) -> str:
        progress = shot.progress
        if self.counter == "epoch":
            return f"epoch {progress.epoch} begins" if progress.epoch >= self.value else ""
        if self.counter == "tokens":
            return f"{progress.tokens:,} tokens trained" if progress.tokens >= self.value else ""
        minutes = progress.seconds / 60
        return f"{minutes:.4g} minutes trained" if minutes >= self.value else ""


def number_text(value: float) -> str:
    """A number that reads back exactly: whole ones with commas, others with all their digits."""
    return f"{value:,}" if isinstance(value, int) else repr(value).removesuffix(".0")
