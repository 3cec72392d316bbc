"""How a run that another process trains looks: what needs no answer of its trainer now."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

from w2vtui.settings import TrainingSettings
from w2vtui.trainer_process.remote.remote_history import RemoteHistory
from w2vtui.trainer_process.remote.remote_look import RemoteLook
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.snapshot import Snapshot


class WatchedFromAfar:
    """The looks at a run that another process trains: what needs no answer of the trainer now."""

    trains_apart = True
    """Whether another process trains it."""
    is_attended = True
    """Whether somebody looks at it; the trainer knows that by itself."""

    def __init__(self, look: RemoteLook, process: subprocess.Popen[bytes] | None) -> None:
        self._look, self._process = look, process
        self.gone = threading.Event()
        """Set once the trainer serves this run no more, or this side has left."""

    @property
    def folder(self) -> Path | None:
        """Where the run is saved; None before that is known."""
        return self._look.folder

    def moved_to(self, folder: Path) -> None:
        """Note that the folder of a run that has ended was renamed."""
        self._look.folder = folder

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The process that trains it, if this one started it."""
        return self._process

    @property
    def failed(self) -> bool:
        """Whether the last checkpoint could not be written."""
        return self._look.seen is not None and self._look.seen.failed

    @property
    def is_branch(self) -> bool:
        """Whether this is saved as another run than the one that was resumed."""
        return self._look.seen is not None and self._look.seen.is_branch

    @property
    def training(self) -> TrainingSettings:
        """The settings that are fixed for the run."""
        return self._look.training

    @property
    def curves(self) -> RunCurves:
        """What viewers draw, as it was at the last look."""
        return self._look.curves

    @property
    def history(self) -> RemoteHistory:
        """Its past moments."""
        return self._look.history

    @property
    def breakpoints(self) -> tuple[str, ...]:
        """The conditions still waited for."""
        return () if self._look.seen is None else self._look.seen.breakpoints

    @property
    def n_bytes(self) -> int:
        """The size of everything that is trained; 0 until the text is read."""
        return 0 if self._look.seen is None else self._look.seen.n_bytes

    def snapshot(self) -> Snapshot:
        """The run at the last look."""
        return self._look.shot

    def is_over(self, timeout: float | None) -> bool:
        """Whether the run has ended; waits up to `timeout` seconds for it, or for ever."""
        return self._look.over.wait(timeout)

    @property
    def silent_seconds(self) -> float:
        """How long the trainer has not answered."""
        return time.monotonic() - self._look.heard
