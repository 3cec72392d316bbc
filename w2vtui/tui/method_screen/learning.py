"""The run of the lesson: the bundled sample, slow enough to look at while it learns."""

from __future__ import annotations

import dataclasses

from w2vtui.settings import LiveSettings
from w2vtui.training.run import Run
from w2vtui.tui.session import Session, build_run

WORDS_PER_SECOND = 50_000
"""About nine seconds for each pass over the sample."""
EPOCHS = 200
"""Half an hour of it."""


def settings_of_lesson(live: LiveSettings) -> LiveSettings:
    """Live settings for a lesson, where the person chose none: many epochs, one worker."""
    epochs, workers = live.epochs or EPOCHS, live.workers or 1
    return dataclasses.replace(live, epochs=epochs, workers=workers)


def build_slowly(session: Session) -> Run:
    """The run of a session, which leaves time to look."""
    run = build_run(session)
    run.limit_speed(WORDS_PER_SECOND)
    return run
