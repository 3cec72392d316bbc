"""Nearest words of queries, looked up while the vectors train."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from w2vtui.errors import UnknownWordError
from w2vtui.training.live.conditions import Condition
from w2vtui.training.measuring.budget import Budget
from w2vtui.training.state.measurements import Neighbors
from w2vtui.vectors import NOT_NUMBERS, WordVectors, parse_query
from w2vtui.vectors.similarity import highest

if TYPE_CHECKING:  # these load Numba, for which a screen of vectors need not wait
    from w2vtui.training.engine.backend import Backend
    from w2vtui.training.engine.plan import Moment

COST_SHARE = 0.02
"""Share of one core that looking up the watched queries may take."""
LEAST_SECONDS = 0.5
"""Seconds from one look-up to the next."""
TOP = 10
"""Nearest words shown for each watched query."""
HORIZON_SECONDS = 60.0
"""Moves are counted from a look this many seconds of training ago."""


@dataclass(slots=True)
class WatchList:
    """The queries that viewers watch; replaced whole, by any thread, whenever they like."""

    queries: tuple[str, ...] = ()


class NeighborLookup:
    """Keeps the nearest words of the watched queries up to date, and looks up those of others.

    Only the observer's thread calls `look`; any thread may call the others, and read the list.
    """

    def __init__(self, backend: Backend, watch_list: WatchList) -> None:
        vocab = backend.corpus.vocab
        self._backend = backend
        self._words = WordVectors(vocab.words, backend.input_vectors, counts=vocab.counts)
        self._watch_list = watch_list
        self._past: dict[str, Past] = {}
        self._watched_at = -1  # tokens
        self._watch_budget = Budget(COST_SHARE, least=LEAST_SECONDS)
        self.watched: tuple[Neighbors, ...] = ()
        """The nearest words of each watched query, with how they moved."""

    def unknown(self, condition: Condition) -> str:
        """Which word of a condition has no vector, with suggestions; empty when all have one."""
        named = list(condition.words)
        for query in condition.queries:
            added, taken = parse_query(query)
            named += added + taken
        try:
            for word in named:
                self._words.get_index(word)
        except UnknownWordError as error:
            return str(error)
        return ""

    def look(self, moment: Moment, *, leaving: bool) -> None:
        """Look up the watched queries if that is due, or if they have changed; on leaving, if they
        are not up to date.
        """
        wanted, tokens = self._watch_list.queries, moment.tokens
        answered = tuple(found.query for found in self.watched)
        stale = bool(wanted) and tokens != self._watched_at
        if wanted == answered and not (stale and (leaving or self._watch_budget.is_due)):
            return
        with self._watch_budget.timed():
            found = (self.nearest(query, TOP, tokens) for query in wanted)
            self.watched = tuple(self._moved(one, moment) for one in found)
        self._past = {query: past for query, past in self._past.items() if query in wanted}
        self._watched_at = tokens

    def _moved(self, found: Neighbors, moment: Moment) -> Neighbors:
        """Nearest words, with how they moved since an earlier look added."""
        if not found.words or not moment.tokens:  # untrained vectors are near each other by chance
            return found
        past = self._past.setdefault(found.query, Past(HORIZON_SECONDS))
        earlier = past.earlier(moment.seconds)
        words = tuple(word for word, _ in found.words)
        past.add(moment.seconds, words)
        if earlier is None:
            return found
        seconds, before = earlier
        moves, left = movement(before, words)
        return dataclasses.replace(
            found, moves=moves, left=left, moved_over=moment.seconds - seconds
        )

    def nearest(self, query: str, n: int, tokens: int) -> Neighbors:
        """The n words nearest to a query by the present vectors; for an unknown word, suggestions.

        The cached norms of `words` are not used, since the vectors move.
        """
        added, taken = parse_query(query)
        words, backend = self._words, self._backend
        try:
            places = [(words.get_index(word), 1.0) for word in added]
            places += [(words.get_index(word), -1.0) for word in taken]
        except UnknownWordError as error:
            return Neighbors(query=query, words=(), problem=str(error), tokens=tokens)
        if not places:
            return Neighbors(query=query, words=(), tokens=tokens)
        direction = np.zeros(backend.training.vector_size, dtype=np.float32)
        for place, sign in places:
            vector = backend.input_vectors[place]
            length = float(np.linalg.norm(vector))
            if not np.isfinite(length):  # a training that diverged
                return Neighbors(query=query, words=(), problem=NOT_NUMBERS, tokens=tokens)
            if length > 0:
                direction += np.float32(sign / length) * vector
        cosines = backend.cosines(direction)
        rows = highest(cosines, n, [place for place, _ in places])
        found = tuple((words.index_to_key[row], float(cosines[row])) for row in rows)
        return Neighbors(query=query, words=found, tokens=tokens)


class Movement(NamedTuple):
    """How words moved from one list, nearest first, to a later one."""

    moves: tuple[int | None, ...]
    """For each word of the later list, how many ranks it rose, negative if it fell; None if new."""
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
    """Earlier lists of the same query, back to a horizon."""

    def __init__(self, horizon: float) -> None:
        """horizon: seconds."""
        self._horizon = horizon
        self._looks: deque[tuple[float, tuple[str, ...]]] = deque()

    def earlier(self, seconds: float) -> tuple[float, tuple[str, ...]] | None:
        """The last look before the horizon, else the first look; None if there is none."""
        while len(self._looks) > 1 and self._looks[1][0] <= seconds - self._horizon:
            self._looks.popleft()
        return self._looks[0] if self._looks else None

    def add(self, seconds: float, words: tuple[str, ...]) -> None:
        """Remember a look, to compare later ones with."""
        self._looks.append((seconds, words))
