"""The run of the lesson: slow enough to look at while it learns."""

from __future__ import annotations

from w2vtui.training.watched_run import WatchedRun
from w2vtui.tui.sessions.session import Build, Session

WORDS_PER_SECOND = 50_000
"""About nine seconds for each pass over the bundled sample."""


def built_slowly(build: Build) -> Build:
    """What makes the run of a session, and leaves time to look at it."""

    def built(session: Session) -> WatchedRun:
        run = build(session)
        run.limit_speed(WORDS_PER_SECOND)
        return run

    return built
