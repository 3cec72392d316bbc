"""Shows a sweep of this process in its folder, and does what viewers wish there."""

from __future__ import annotations

import threading
from contextlib import suppress

from w2vtui.errors import DiskError
from w2vtui.sweeping.setting_up import SetUp
from w2vtui.sweeping.status import GIVE_UP, STOP, SweepStatus, forget_wishes, granted
from w2vtui.sweeping.watched_sweep import WatchedSweep
from w2vtui.trainer_process.failures import failure

SECONDS = 0.5
"""From one status to the next."""


class Publisher:
    """Follows a sweep on a thread of its own."""

    def __init__(self, work: WatchedSweep) -> None:
        """work: its lock is held until `close`"""
        self._work, self._folder = work, work.about.folder
        self._closing = threading.Event()
        self._last: SweepStatus | None = None
        self._thread = threading.Thread(target=self._main, name="w2vtui-sweep-status", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Show the sweep a last time; it has ended."""
        self._closing.set()
        self._thread.join()
        self._write()

    def _main(self) -> None:
        while not self._closing.wait(SECONDS):
            self._grant()
            self._write()

    def _grant(self) -> None:
        if granted(self._folder, STOP) is not None:
            self._work.stop()
        number, current = granted(self._folder, GIVE_UP), self._work.shot().current
        if number is not None and current is not None and current.number == number:
            self._work.give_up()

    def _write(self) -> None:
        status = status_of(self._work)
        if status != self._last:
            with suppress(DiskError):  # viewers see it later; trials say that they cannot be saved
                status.write(self._folder)
                self._last = status


def announce(plan: SetUp) -> None:
    """Show a sweep that is about to begin, and forget what was wished of it before.

    Raises:
        DiskError: its folder cannot be written to.
    """
    forget_wishes(plan.store.folder)
    SweepStatus(
        state="preparing",
        corpus_name=plan.corpus_name,
        n_tokens=plan.n_tokens,
        trial_tokens=plan.trial_tokens,
        n_trials=plan.n_trials,
        seconds=sum(one.seconds for one in plan.store.results() if not one.is_whole),
    ).write(plan.store.folder)


def status_of(work: WatchedSweep) -> SweepStatus:
    """A sweep as it is now."""
    about, shot = work.about, work.shot()
    return SweepStatus(
        state=shot.state,
        corpus_name=about.corpus_name,
        n_tokens=about.n_tokens,
        trial_tokens=about.trial_tokens,
        n_trials=shot.n_trials,
        seconds=round(shot.seconds, 1),
        eta_seconds=None if shot.eta_seconds is None else round(shot.eta_seconds, 1),
        messages=shot.messages,
        failure=None if shot.error is None else failure(shot.error),
        current=shot.current,
    )
