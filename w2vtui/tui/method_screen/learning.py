"""The run of the lesson: slow enough to look at while it learns."""

from __future__ import annotations

from w2vtui.training.run import Run
from w2vtui.tui.session import Session, build_run

WORDS_PER_SECOND = 50_000
"""About nine seconds for each pass over the bundled sample."""


def build_slowly(session: Session) -> Run:
    """The run of a session, which leaves time to look."""
    run = build_run(session)
    run.limit_speed(WORDS_PER_SECOND)
    return run
