"""Nearest words of what a viewer watches, computed on the vectors while they train."""

from __future__ import annotations

import dataclasses

import numpy as np

from w2vtui.errors import UnknownWordError
from w2vtui.training.engine.backend import CpuBackend
from w2vtui.training.engine.moment import Moment
from w2vtui.training.measuring.budget import Budget
from w2vtui.training.measuring.movement import Past, movement
from w2vtui.training.state.snapshot import Neighbors
from w2vtui.vectors import NOT_NUMBERS, KeyedVectors, highest, parse_query

COST_SHARE = 0.02
"""Of one core."""
LEAST_SECONDS = 0.5
TOP = 10
HORIZON_SECONDS = 60.0
"""Words are said to have moved since so much training time ago."""


class WatchList:
    """Keeps the nearest words of some queries up to date, and how they moved."""

    def __init__(self, backend: CpuBackend, words: KeyedVectors) -> None:
        """words: names the rows of the backend's vectors."""
        self._backend, self._words = backend, words
        self._wanted: tuple[str, ...] = ()
        self._past: dict[str, Past] = {}
        self.clock = Budget(COST_SHARE, least=LEAST_SECONDS)
        self.neighbors: tuple[Neighbors, ...] = ()
        self._tokens = -1

    def want(self, queries: tuple[str, ...]) -> None:
        """Name the queries; from any thread."""
        self._wanted = queries

    def look(self, moment: Moment, *, leaving: bool) -> None:
        """Look the words up where that is due, or other queries are wanted."""
        wanted, tokens = self._wanted, moment.tokens
        answered = tuple(found.query for found in self.neighbors)
        stale = bool(wanted) and tokens != self._tokens
        if wanted == answered and not (stale and (leaving or self.clock.is_due)):
            return
        with self.clock.timed():
            found = (nearest(self._backend, self._words, query, TOP, tokens) for query in wanted)
            self.neighbors = tuple(self._moved(one, moment) for one in found)
        self._past = {query: past for query, past in self._past.items() if query in wanted}
        self._tokens = tokens

    def _moved(self, found: Neighbors, moment: Moment) -> Neighbors:
        """The same words, with how they moved since an earlier look."""
        if not found.words or not moment.tokens:  # near by chance is no place to move from
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


def nearest(backend: CpuBackend, words: KeyedVectors, query: str, n: int, tokens: int) -> Neighbors:
    """The n words nearest to a query as the vectors stand; for an unknown word, suggestions
    instead.

    words   names the rows of the backend's vectors; its cached norms are not used, as vectors move
    """
    added, taken = parse_query(query)
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
