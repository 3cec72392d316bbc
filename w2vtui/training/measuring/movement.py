"""How a list of nearest words moved since an earlier look."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple


class Movement(NamedTuple):
    """From one list of words, nearest first, to a later one."""

    moves: tuple[int | None, ...]
    """For each word of the later list, how many ranks it rose, fell if less than 0; None: it is
    new.
    """
    left: tuple[str, ...]
    """Words of the earlier list that are not in the later one."""


def movement(before: Sequence[str], now: Sequence[str]) -> Movement:
    """How words moved from one list to another."""
    rank_before = {word: rank for rank, word in enumerate(before)}
    present = set(now)
    return Movement(
        tuple(
            rank_before[word] - rank if word in rank_before else None
            for rank, word in enumerate(now)
        ),
        tuple(word for word in before if word not in present),
    )


class Past:
    """Earlier lists of the same query, as far back as a horizon."""

    def __init__(self, horizon: float) -> None:
        """horizon: seconds."""
        self._horizon = horizon
        self._looks: deque[tuple[float, tuple[str, ...]]] = deque()

    def earlier(self, seconds: float) -> tuple[float, tuple[str, ...]] | None:
        """The look nearest before the horizon, else the first; None while there is none."""
        while len(self._looks) > 1 and self._looks[1][0] <= seconds - self._horizon:
            self._looks.popleft()
        return self._looks[0] if self._looks else None

    def add(self, seconds: float, words: tuple[str, ...]) -> None:
        """Keep a look for later ones."""
        self._looks.append((seconds, words))
