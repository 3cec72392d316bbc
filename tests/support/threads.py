"""The threads of runs that a test has started."""

from __future__ import annotations

import threading

from tests.support.wait import until

_of_others: list[threading.Thread] = []


def note_threads_of_others() -> None:
    """Those that an earlier test left, which is for that test to report."""
    _of_others[:] = threading.enumerate()


def run_threads(prefix: str = "w2vtui") -> list[threading.Thread]:
    """Threads of runs that this test has started and that have not ended, by how they are named."""
    alive = [thread for thread in threading.enumerate() if thread not in _of_others]
    return [thread for thread in alive if thread.name.startswith(prefix)]


def until_threads_end() -> None:
    """Wait until no thread of a run that this test has started is left."""
    until(lambda: not run_threads(), lambda: f"the end of {run_threads()}")
