"""Saved runs of this process that let viewers in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.wait import DEADLINE, until
from w2vtui.errors import RunError
from w2vtui.runs.opening import open_run
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import LiveSettings, RunSettings, TrainingSettings
from w2vtui.trainer_process.attaching import attach
from w2vtui.trainer_process.remote.remote_run import RemoteRun
from w2vtui.trainer_process.server import serving
from w2vtui.training.run import Run


@contextmanager
def served_run(text: Path, runs: Path) -> Iterator[tuple[Run, Recorder]]:
    """A run that trains for as long as the test takes, and what saves it; its door is open."""
    request = RunRequest(
        sources=(str(text),),
        training=TrainingSettings(vector_size=8),
        live=LiveSettings(epochs=100_000, workers=1, objective="hierarchical-softmax"),
        run_settings=RunSettings(runs_dir=str(runs), checkpoint_seconds=1000),
    )
    run, recorder = open_run(request)
    assert recorder is not None
    recorder.follow(run.snapshot)
    with serving(run, recorder):
        run.start()
        try:
            until(lambda: run.history.moments and run.snapshot().progress.tokens > 0)
            yield run, recorder
        finally:
            run.stop()
            run.is_over(DEADLINE)
            recorder.close()


def viewer_of(recorder: Recorder) -> RemoteRun:
    """A viewer of a run, once its door is open."""
    viewer = until(lambda: attached(recorder.folder))
    assert viewer is not None
    return viewer


def attached(folder: Path | None, *, attends: bool = True) -> RemoteRun | None:
    """A viewer of a run; None while its door is closed."""
    try:
        return None if folder is None else attach(folder, attends=attends)
    except RunError:
        return None
