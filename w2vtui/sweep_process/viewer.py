"""A sweep that another process works on, as its folder shows it."""

from __future__ import annotations

import dataclasses
import subprocess
import threading
from pathlib import Path

from w2vtui.errors import RunError
from w2vtui.runs.disk.lock import in_use
from w2vtui.sweeping.outcome.results import TrialResult
from w2vtui.sweeping.status import GIVE_UP, STOP, SweepStatus, wish
from w2vtui.sweeping.store import TRIALS, SavedSweep, results_in
from w2vtui.sweeping.watched_sweep import OVER, About, SweepShot
from w2vtui.trainer_process.failures import error_of

LOOK_SECONDS = 0.2
"""From one look at the folder to the next."""


class SweepViewer:
    """Watches a sweep on a thread of its own, since a disk may keep it waiting."""

    is_apart = True

    def __init__(self, about: About, process: subprocess.Popen[bytes] | None = None) -> None:
        """process: that was started to work on it, and may not have begun

        Raises:
            RunError: it has not been at work in a process that shows it.
        """
        self._about, self._process = about, process
        self._trials: tuple[object, tuple[TrialResult, ...]] = (None, ())
        self._status = _status_in(about.folder)
        self._is_stopping = False
        self._ended, self._left = threading.Event(), threading.Event()
        self._shot = self._look()
        threading.Thread(target=self._main, name="w2vtui-sweep-viewer", daemon=True).start()

    @property
    def is_attached(self) -> bool:
        """Whether it was at work before."""
        return self._process is None

    @property
    def about(self) -> About:
        """What stays the same of it."""
        return self._about

    def shot(self) -> SweepShot:
        """What it looked like a moment ago."""
        return self._shot

    def stop(self) -> None:
        """Ask for its end in good order.

        Raises:
            DiskError: its folder cannot be written to.
        """
        wish(self._about.folder, STOP)
        self._is_stopping = True

    def give_up(self) -> None:
        """Ask for the end of the trial at work.

        Raises:
            DiskError: its folder cannot be written to.
        """
        current = self._shot.current
        if current is not None:
            wish(self._about.folder, GIVE_UP, current.number)

    def is_over(self, timeout: float | None) -> bool:
        """Whether it has ended; waits up to `timeout` seconds for it, or for ever."""
        return self._ended.wait(timeout)

    def wait(self) -> None:
        """Wait for its end. Raises the error that ended it."""
        self._ended.wait()
        if self._shot.error is not None:
            raise self._shot.error

    def leave(self) -> None:
        """Look no more."""
        self._left.set()

    # ---- the thread

    def _main(self) -> None:
        while self._is_at_work() and not self._left.is_set():
            self._shot = self._look()
            self._left.wait(LOOK_SECONDS)
        if not self._left.is_set():
            self._shot = self._last_look()
            self._ended.set()

    def _is_at_work(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return in_use(self._about.folder)

    def _look(self) -> SweepShot:
        """What the folder shows now; what it showed before, where that cannot be read."""
        self._status = status = SweepStatus.read(self._about.folder) or self._status
        is_stopping = self._is_stopping and status.state not in OVER
        results, current = self._results(), status.current
        if current is not None and (current.number, current.is_whole) in {
            (one.number, one.is_whole) for one in results
        }:
            current = None  # it was over when the trials were read
        return SweepShot(
            state="stopping" if is_stopping else status.state,
            results=results,
            current=current,
            n_trials=status.n_trials,
            seconds=status.seconds,
            eta_seconds=status.eta_seconds,
            messages=status.messages,
            error=None if status.failure is None else error_of(status.failure),
        )

    def _last_look(self) -> SweepShot:
        """What it looks like at its end, which it may not have lived to show."""
        shot = self._look()
        if shot.ended:
            return shot
        name = self._about.name
        error = RunError(
            f"the process that worked on sweep {name} has ended before it: "
            f"w2vtui sweep --resume {name} continues it"
        )
        return dataclasses.replace(
            shot, state="failed", current=None, eta_seconds=None, error=error
        )

    def _results(self) -> tuple[TrialResult, ...]:
        """The trials that are over, read again where their file has changed."""
        folder = self._about.folder
        try:
            found = (folder / TRIALS).stat()
        except OSError:
            return self._trials[1]
        mark = found.st_mtime_ns, found.st_size, found.st_ino
        if mark != self._trials[0]:
            over = tuple(one for one in results_in(folder) if one.state != "started")
            self._trials = mark, over
        return self._trials[1]


def watch_sweep(folder: Path) -> SweepViewer:
    """The sweep of a folder, at work in another process or over.

    Raises:
        DamagedRunError: what it was asked for cannot be read.
        RunError: it has not been at work in a process that shows it.
    """
    saved, status = SavedSweep.read(folder), _status_in(folder)
    about = About(
        request=saved.request,
        folder=folder,
        corpus_name=status.corpus_name,
        n_tokens=status.n_tokens,
        trial_tokens=status.trial_tokens,
    )
    return SweepViewer(about)


def _status_in(folder: Path) -> SweepStatus:
    status = SweepStatus.read(folder)
    if status is None:
        raise RunError(
            f"nothing shows what sweep {folder.name} looks like: "
            f"w2vtui sweep --resume {folder.name} continues it"
        )
    return status
