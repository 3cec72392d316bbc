"""When something costly is next due, so that it takes no more than its share of a core."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

MULTIPLY_ADDS_A_SECOND = 2e10
"""What one core does at least, in a product of matrices."""


class Budget:
    """Says when to do something again: the longer it took, the later."""

    def __init__(self, share: float, *, least: float, most: float = math.inf) -> None:
        """share: of one core; least, most: seconds from one time to the next."""
        self._share, self._least, self._most = share, least, most
        self.due = 0.0
        """On the monotonic clock."""

    @property
    def is_due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self.due

    def expect(self, multiply_adds: float) -> None:
        """Let the first time, too, come no earlier than its share allows, as far as can be told."""
        pause = max(multiply_adds / MULTIPLY_ADDS_A_SECOND / self._share, self._least)
        self.due = time.monotonic() + pause

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Do it within this; what came before its time is made up for by a longer pause.

        What counts is the processor time of this thread: that is what others go without.
        """
        started, busy = time.monotonic(), time.thread_time()
        yield
        pause = max((time.thread_time() - busy) / self._share, self._least)
        self.due = min(max(self.due, started) + pause, started + self._most)
