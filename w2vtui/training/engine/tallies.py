"""The sums that the kernels count while they train, one array for each worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout
from w2v_kernels.sizes import N_TALLIES


@dataclass(frozen=True)
class Tallies:
    """Sums over everything trained so far, all workers together."""

    loss: float = 0.0
    """The loss of all pairs, in nats."""
    pairs: int = 0
    centers: int = 0
    """Tokens that subsampling kept."""
    tokens: int = 0
    saturated: int = 0
    """Scores beyond +-6."""
    not_finite: int = 0
    """Blocks whose loss was not a number."""

    @classmethod
    def summed(cls, arrays: Sequence[NDArray[np.float64]]) -> Tallies:
        """All workers' tallies together, each float64 (8,)."""
        total = np.sum(arrays, axis=0) if arrays else np.zeros(N_TALLIES)
        return cls(
            loss=float(total[layout.LOSS]),
            pairs=int(total[layout.PAIRS]),
            centers=int(total[layout.CENTERS]),
            tokens=int(total[layout.TOKENS]),
            saturated=int(total[layout.SATURATED]),
            not_finite=int(total[layout.NOT_FINITE]),
        )


def empty_tallies() -> NDArray[np.float64]:
    """Zero tallies for one worker: float64 (8,), one whole cache line."""
    memory = np.zeros(2 * N_TALLIES, dtype=np.float64)
    start = (-memory.ctypes.data // memory.itemsize) % N_TALLIES
    return memory[start : start + N_TALLIES]


def tallies_at(tallies: NDArray[np.float64], tokens: int) -> NDArray[np.float64]:
    """The same tallies after another number of tokens: float64 (8,)."""
    moved = tallies.copy()
    moved[layout.TOKENS] = tokens
    return moved
