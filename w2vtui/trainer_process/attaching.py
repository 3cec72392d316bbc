"""Attaches to the run that some process trains, by the door of its folder."""

from __future__ import annotations

from pathlib import Path

from w2vtui.errors import RunError
from w2vtui.runs.disk.lock import in_use
from w2vtui.trainer_process.connection import ConnectionLostError
from w2vtui.trainer_process.remote.remote_run import RemoteRun


def attach(folder: Path, *, attends: bool = True) -> RemoteRun:
    """The run that some process trains, watched from here.

    attends   whether somebody is here who can resume it after a pause

    Raises:
        RunError: no process trains it, or it lets nobody in.
    """
    run = RemoteRun(folder=folder, attends=attends)
    try:
        run.look()
    except (ConnectionLostError, TimeoutError) as error:
        run.leave()
        raise RunError(_nobody(folder, error)) from error
    run.start()
    return run


def _nobody(folder: Path, error: Exception) -> str:
    """Why nobody lets this process in."""
    if not in_use(folder):
        return f"nothing trains run {folder.name}: w2vtui resume {folder.name} resumes it"
    return (
        f"run {folder.name} is at work, but its process lets nobody in ({error}): it may run on "
        "another machine, or be of another user or an earlier version of w2vtui"
    )
