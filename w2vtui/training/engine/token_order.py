"""The order in which tokens are trained: the corpus from front to back, epoch after epoch.

Workers take the next span from one shared clock, so each token is trained exactly once per epoch
by any number of workers, which may come and go. Text held out for the probe is skipped, and no
window reaches into it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Span(NamedTuple):
    """Consecutive tokens of one epoch, all of them trained on."""

    epoch: int
    """0 in the first pass."""
    first: int
    stop: int
    visible: tuple[int, int]
    """Contexts may come from here: the tokens between two held-out blocks."""
    clock: int
    """Training tokens, all epochs together, before `first`."""


class TokenOrder:
    """Turns the clock, training tokens seen since the start, into places in the corpus."""

    def __init__(self, n_tokens: int, held_out: NDArray[np.int64] | None = None) -> None:
        """held_out int64 (B, 2): disjoint, ascending blocks [first, stop), never trained on."""
        inner = np.zeros(0, dtype=np.int64) if held_out is None else held_out.ravel()
        edges = np.concatenate(([0], inner, [n_tokens])).reshape(-1, 2)
        self._open = edges[edges[:, 0] < edges[:, 1]]
        lengths = self._open[:, 1] - self._open[:, 0]
        self._clock_at = np.concatenate(([0], np.cumsum(lengths)))

    @property
    def open_blocks(self) -> NDArray[np.int64]:
        """int64 (B, 2): the blocks [first, stop) that are trained on, in order."""
        return self._open

    @property
    def tokens_per_epoch(self) -> int:
        """Tokens trained on in one pass."""
        return int(self._clock_at[-1])

    def span(self, clock: int, most: int, planned: int) -> Span:
        """The tokens that follow a clock below `planned`: up to `most`, within one epoch and
        between two blocks.
        """
        epoch, within = divmod(clock, self.tokens_per_epoch)
        place = int(np.searchsorted(self._clock_at, within, side="right")) - 1
        opened, closed = (int(edge) for edge in self._open[place])
        first = opened + within - int(self._clock_at[place])
        stop = min(first + most, closed, first + planned - clock)
        return Span(epoch, first, stop, (opened, closed), clock)

    def clock_of(self, position: int, epoch: int) -> int | None:
        """The clock at which an epoch trains the token at a position; None if it is held out."""
        place = int(np.searchsorted(self._open[:, 0], position, side="right")) - 1
        if place < 0 or position >= self._open[place, 1]:
            return None
        within = int(self._clock_at[place]) + position - int(self._open[place, 0])
        return epoch * self.tokens_per_epoch + within
