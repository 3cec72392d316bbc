"""Sessions of runs that this process trains."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from w2vtui.corpus import EncodedCorpus, ReadingProgress
    from w2vtui.training.watched_run import WatchedRun
    from w2vtui.tui.sessions.session import Session


def build_run(session: Session) -> WatchedRun:
    """The run that a form describes, or the resumed one; imports the engine."""
    resumed = session.resumption
    if resumed is not None:
        read_text, asked = resumed.read, session.request

        def read_again(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
            return session.read_text(asked.checked(read_text(progress, stop)))

        return resumed.run(read_again)

    from w2vtui.runs.opening import open_run  # loads Numba

    request = session.request

    def read(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        return session.read_text(request.read(progress, stop))

    run, session.recorder = open_run(request, session.note, read)
    return run
