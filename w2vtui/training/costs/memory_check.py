"""Whether a run fits in the available memory, and if not, what would."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import size_text
from w2vtui.errors import OutOfMemoryError
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.system.resources import available_memory, held_memory
from w2vtui.training.costs.estimate import Memory, estimate_memory

SPARE = 0.05
"""The share of the memory that a proposal leaves free, since less may soon be available."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortfall:
    """A run that does not fit in memory, and for each setting the nearest value that would."""

    n_words: int
    vector_size: int
    needed: int
    """bytes"""
    available: int
    """bytes, including what this process already holds of the run"""
    max_final_vocab: int | None
    """None where not even one word fits"""
    min_count: int | None
    """leaves at most `max_final_vocab` words; None if no word is so frequent, or counts are unknown
    """
    smaller_size: int | None
    """None where not even vectors of one number fit"""

    @property
    def advice(self) -> str:
        """As `max_final_vocab 120000 or min_count 17, or vector_size 48, would fit`."""
        words = [
            f"{name} {value}"
            for name, value in (
                ("max_final_vocab", self.max_final_vocab),
                ("min_count", self.min_count),
            )
            if value is not None
        ]
        ways = [" or ".join(words)] if words else []
        if self.smaller_size is not None:
            ways.append(f"vector_size {self.smaller_size}")
        if not ways:
            return "no such run would fit: end other programs, or use another machine"
        return f"{', or '.join(ways)}{',' * (len(ways) > 1)} would fit"

    def __str__(self) -> str:
        return (
            f"{self.n_words:,} vectors of {self.vector_size:,} numbers need about "
            f"{size_text(self.needed)} of memory; {size_text(self.available)} is available: "
            f"{self.advice}"
        )


def check_fits(
    counts: NDArray[np.int64], training: TrainingSettings, live: LiveSettings, **how: int
) -> None:
    """Refuse a run that would not fit in memory, before it takes any.

    counts   (V,) of the vocabulary, most frequent first
    how      `checkpoints`, `history`, as of `estimate_memory`

    Raises:
        OutOfMemoryError: it does not fit; says what would.
    """
    found = shortfall(len(counts), counts, training, live, **how)
    if found is not None:
        raise OutOfMemoryError(str(found))


def shortfall(
    n_words: int,
    counts: NDArray[np.int64],
    training: TrainingSettings,
    live: LiveSettings,
    **how: int,
) -> Shortfall | None:
    """What a run lacks; None if it fits, or if the system does not report available memory.

    n_words   the size of the vocabulary
    counts    of those of its words whose counts are known, most frequent first
    how       `screen`, `checkpoints`, `history`, as of `estimate_memory`
    """

    def memory(words: int, size: int) -> Memory:
        sized = dataclasses.replace(training, vector_size=size)
        return estimate_memory(words, 0, sized, live, **how)

    vector_size = training.vector_size
    free, held = available_memory(), held_memory()
    if free is None:
        return None
    predicted = memory(n_words, vector_size)
    room = free + min(held, _held_before(predicted))
    if predicted.needed <= room:
        return None

    def fits(smaller: Memory) -> bool:
        return smaller.needed <= (1 - SPARE) * (free + min(held, _held_before(smaller)))

    fitting = _largest(n_words, lambda words: fits(memory(words, vector_size)))
    # min_count drops all words of one count: every word as rare as the first that does not fit.
    least = int(counts[fitting]) + 1 if 0 < fitting < len(counts) else None
    is_met = least is not None and least <= counts[0]
    return Shortfall(
        n_words=n_words,
        vector_size=vector_size,
        needed=predicted.needed,
        available=room,
        max_final_vocab=fitting or None,
        min_count=least if is_met else None,
        smaller_size=_largest(vector_size, lambda size: fits(memory(n_words, size))) or None,
    )


def _held_before(predicted: Memory) -> int:
    """What the process already holds of the run, at least, before the training: words and modules.

    Anything else that it holds may belong to an earlier run.
    """
    return predicted.program // 2 + predicted.words // 4


def _largest(below: int, fits: Callable[[int], bool]) -> int:
    """The largest whole number from 1 to below - 1 that fits, else 0; all smaller ones fit too."""
    low, high = 0, below
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
