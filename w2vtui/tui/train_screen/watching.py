"""Which queries are followed: the watch words, and what was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from w2vtui.training.state.measurements import Neighbors
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.sessions.session import Session
from w2vtui.tui.sessions.words import answer_to
from w2vtui.vectors import WordVectors


class Watching:
    """Has the run follow queries, and looks them up after its end."""

    def __init__(self, session: Session) -> None:
        self.query = ""
        """The query whose answer is shown; empty while the watch words are."""
        self._session = session
        self._followed: tuple[str, ...] = ()
        """The queries that the run was last asked to follow, or that were looked up."""
        self._late_answers: tuple[Neighbors, ...] = ()
        """Answers looked up after the end of the run."""
        self._vectors: WordVectors | None = None
        """Those of the run that has ended, and its observer with it."""

    def answers(self, shot: Snapshot) -> dict[str, Neighbors]:
        """The nearest words known for each query."""
        return {one.query: one for one in (*shot.neighbors, *self._late_answers)}

    def follow(self, shot: Snapshot) -> tuple[str, ...]:
        """Have the run follow the queries; return those that must be looked up instead."""
        run, query = self._session.run, (self.query,) if self.query else ()
        wanted = tuple(dict.fromkeys((*self._session.words.watched, *query)))
        if run is None or wanted == self._followed:
            return ()
        self._followed = wanted
        if not shot.ended:
            run.watch(wanted)
            return ()
        if not shot.progress.tokens_planned:  # it ended before there were vectors
            return ()
        return tuple(one for one in wanted if one not in self.answers(shot))

    def run_ended(self) -> None:
        """Have what the run left unanswered looked up from now on."""
        self._followed = ()

    async def look_up(self, queries: Sequence[str]) -> None:
        """Look queries up in a thread, one after the other."""
        for query in queries:
            answer = await asyncio.to_thread(self._answer, query)
            self._late_answers = (*self._late_answers, answer)

    def _answer(self, query: str) -> Neighbors:
        run = self._session.run
        assert run is not None
        if self._vectors is None:
            self._vectors = run.trained.vectors()
        return answer_to(self._vectors, query)
