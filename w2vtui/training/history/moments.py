"""One moment of a run in its history, and what stores the vectors of moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from w2vtui.training.history.half import HalfRows

PackedVectors = Mapping[str, HalfRows]
"""`input_vectors` and, where there is room for them, `output_vectors` or `node_vectors`: the
first rows of each.
"""


def bytes_of(vectors: PackedVectors) -> int:
    """The bytes that the vectors of a moment take."""
    return sum(rows.halves.nbytes + rows.exponents.nbytes for rows in vectors.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class PastMoment:
    """A moment whose vectors are stored."""

    number: int
    """From 1 in the order of the moments; names it in its store."""
    tokens: int
    """Training tokens seen, all epochs together."""
    planned: int
    """Training tokens planned then."""
    seconds: float
    """Training time, without pauses."""

    @property
    def fraction(self) -> float:
        """How much of the training planned then was done, 0..1."""
        return self.tokens / self.planned if self.planned else 0.0


class HistoryStore(Protocol):
    """Stores the vectors of moments. `save` and `remove` return at once."""

    @property
    def limit_share(self) -> float:
        """The share of the limit on disk that it may fill."""

    @property
    def ready(self) -> bool:
        """Whether the previous moment was stored, or failed."""

    @property
    def failed(self) -> bool:
        """Whether a moment could not be stored: then no further one is."""

    @property
    def saving_seconds(self) -> float:
        """Processor time that storing the last moment took."""

    def wait(self, timeout: float) -> bool:
        """Wait until it is ready, at most `timeout` seconds; return whether it is."""

    def earlier(self, tokens: int) -> Sequence[PastMoment]:
        """The moments of this run up to where it is resumed; later ones are dropped."""

    def save(self, moment: PastMoment, vectors: PackedVectors) -> None:
        """Store a moment."""

    def remove(self, moments: Sequence[PastMoment]) -> None:
        """Forget moments."""

    def size_of(self, moment: PastMoment) -> int:
        """The bytes that a moment takes; 0 if it is not stored."""

    def read(self, moment: PastMoment) -> PackedVectors:
        """The vectors of a moment.

        Raises:
            LookupError: it is not stored any more.
            W2vtuiError: it cannot be read.
        """

    def close(self) -> None:
        """Store what is left, and wait for that."""


class MemoryHistoryStore:
    """Stores moments in memory: those of a run that is not saved."""

    limit_share = 0.25
    ready = True
    failed = False
    saving_seconds = 0.0

    def __init__(self) -> None:
        self._vectors: dict[int, PackedVectors] = {}

    def wait(self, timeout: float) -> bool:
        """Always: it stores at once."""
        return True

    def earlier(self, tokens: int) -> Sequence[PastMoment]:
        """None: nothing was saved."""
        return ()

    def save(self, moment: PastMoment, vectors: PackedVectors) -> None:
        """Store a moment."""
        self._vectors[moment.number] = vectors

    def remove(self, moments: Sequence[PastMoment]) -> None:
        """Forget moments."""
        for moment in moments:
            self._vectors.pop(moment.number, None)

    def size_of(self, moment: PastMoment) -> int:
        """The bytes that a moment takes; 0 if it is not stored."""
        return bytes_of(self._vectors.get(moment.number, {}))

    def read(self, moment: PastMoment) -> PackedVectors:
        """The vectors of a moment.

        Raises:
            LookupError: it is not stored any more.
        """
        return self._vectors[moment.number]

    def close(self) -> None:
        """Nothing is left."""
