"""How the ranks of nearest words have changed in the last minute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from w2vtui.exploring.sides import Side
from w2vtui.training.measuring.neighbors import HORIZON_SECONDS, Past, movement
from w2vtui.tui.explore_screen.answering import Answered

_REMEMBERED = 50
"""Questions whose earlier answers are kept."""


class Moved(NamedTuple):
    """How the words of an answer have moved since an earlier look."""

    ranks: Mapping[str, int | None]
    """By how many ranks each word has risen; None for a word that is new."""
    seconds: float
    """Training time since."""


class RankHistory:
    """The nearest words of the latest questions, as they were at earlier looks."""

    def __init__(self) -> None:
        self._pasts: dict[tuple[str, Side], Past] = {}

    def moved(self, answered: Answered) -> Moved | None:
        """Compare the nearest words with those of an earlier look, and keep them for later ones;
        None if there are none to compare.
        """
        if answered.seconds is None or not answered.nearest:
            return None
        past = self._pasts.setdefault((answered.asked, answered.side), Past(HORIZON_SECONDS))
        if len(self._pasts) > _REMEMBERED:
            del self._pasts[next(iter(self._pasts))]
        earlier = past.earlier(answered.seconds)
        past.add(answered.seconds, answered.nearest)
        if earlier is None or answered.seconds <= earlier[0]:
            return None
        moves, _ = movement(earlier[1], answered.nearest)
        ranks = dict(zip(answered.nearest, moves, strict=True))
        return Moved(ranks, answered.seconds - earlier[0])
