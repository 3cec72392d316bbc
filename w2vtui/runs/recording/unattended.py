"""A run that this process trains to its end, with nobody there to resume it after a pause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from w2vtui.runs.recording.recorder import Recorder
from w2vtui.training.run import Run


@contextmanager
def unattended(run: Run, recorder: Recorder | None) -> Iterator[None]:
    """Start a run for the length of the block, which waits for its end; save it until then.

    An error in the block stops the run. Leaves the block once the run has ended and is saved.
    """
    run.is_attended = False
    if recorder is not None:
        recorder.follow(run.snapshot)
    try:
        run.start()
        yield
    finally:
        if not run.is_over(0):
            run.stop()
        run.is_over(None)
        if recorder is not None:
            recorder.close()
