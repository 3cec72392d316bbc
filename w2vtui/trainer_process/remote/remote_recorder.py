"""What saves a run that another process trains, as far as this process knows of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from w2vtui.runs.recording.remains import how_to_resume
from w2vtui.trainer_process.remote.remote_run import RemoteRun
from w2vtui.training.state.snapshot import Snapshot

_LOOK_SECONDS = 0.05


class RemoteRecorder:
    """In place of a `Recorder`."""

    def __init__(self, run: RemoteRun) -> None:
        self._run = run

    @property
    def folder(self) -> Path | None:
        """Where the run is saved; None until that folder is created."""
        return self._run.folder

    @property
    def failed(self) -> bool:
        """Whether the last checkpoint could not be written."""
        return self._run.failed

    @property
    def is_branch(self) -> bool:
        """Whether this is saved as another run than the one that was resumed."""
        return self._run.is_branch

    def how_to_resume(self, shot: Snapshot, *, saved: bool) -> str:
        """The command that resumes the run, or saves its vectors; empty if there is none."""
        return "" if self.failed else how_to_resume(self.folder, shot, saved=saved)

    def moved_to(self, folder: Path) -> None:
        """Note that the folder of a run that has ended was renamed."""
        self._run.moved_to(folder)

    def follow(self, snapshot: Callable[[], Snapshot]) -> None:
        """The trainer's recorder does."""

    def close(self) -> None:
        """Wait until the trainer has written what is left, and released the folder.

        One whose disk failed keeps the vectors, and waits in its turn until nobody looks.
        """
        while not self._run.gone.wait(_LOOK_SECONDS):
            if self._run.snapshot().ended and (self.failed or self.folder is None):
                return
