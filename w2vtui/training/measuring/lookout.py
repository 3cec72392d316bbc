"""Nearest words of the queries that breakpoints wait for, kept apart from what a viewer watches."""

from __future__ import annotations

import time

from w2vtui.errors import UnknownWordError
from w2vtui.training.engine.backend import CpuBackend
from w2vtui.training.live.breakpoints import Breakpoints
from w2vtui.training.live.conditions import Condition
from w2vtui.training.measuring.neighbors import nearest
from w2vtui.training.state.snapshot import Neighbors
from w2vtui.vectors import KeyedVectors, parse_query

COST_SHARE = 0.02
"""Of one core."""
LEAST_SECONDS = 0.5


class Lookout:
    """Looks the queries of breakpoints up, and keeps the last answers."""

    def __init__(self, backend: CpuBackend, words: KeyedVectors, breakpoints: Breakpoints) -> None:
        """words: names the rows of the backend's vectors."""
        self._backend, self._words = backend, words
        self._breakpoints = breakpoints
        self._due = 0.0
        self.found: tuple[Neighbors, ...] = ()

    def unknown(self, condition: Condition) -> str:
        """Which word of a condition has no vector, with suggestions; empty when all have."""
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

    def look(self, tokens: int) -> None:
        """Look them up on the vectors as they are, where that is due."""
        started = time.monotonic()
        if started < self._due:
            return
        wanted: dict[str, int] = {}
        for one in self._breakpoints:
            for query in one.condition.queries:
                wanted[query] = max(wanted.get(query, 0), one.condition.top)
        self.found = tuple(
            nearest(self._backend, self._words, query, n, tokens) for query, n in wanted.items()
        )
        pause = max(LEAST_SECONDS, (time.monotonic() - started) / COST_SHARE)
        self._due = started + pause
