"""The folder of a sweep, as a process that works on it leaves it for viewers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from tests.support.sweeps import over, space_of
from w2vtui.sweeping.status import SweepStatus
from w2vtui.sweeping.store import SWEEPS, SweepStore
from w2vtui.sweeping.sweep_request import Limits, SweepRequest
from w2vtui.sweeping.yardstick import Yardstick

NAME = "notes-calm-heron"
AT_WORK = SweepStatus(
    state="training", corpus_name="notes.txt", n_tokens=900, trial_tokens=300, n_trials=4,
    seconds=7.0, eta_seconds=21.0,
)  # fmt: skip


class ShownSweep:
    """A sweep at work, whose process this test plays."""

    def __init__(self, root: Path, name: str = NAME) -> None:
        """root: the folder of all runs"""
        self.folder = root / SWEEPS / name
        self.folder.mkdir(parents=True)
        self.store = SweepStore(self.folder)
        request = SweepRequest(
            sources=(str(root / "notes.txt"),),
            space=space_of(window="3,10", negative="5,15"),
            yardstick=Yardstick(kind="scores"),
            limits=Limits(trials=4),
        )
        self.store.write_request(request, "fingerprint", 0)
        AT_WORK.write(self.folder)

    def end_trial(self, number: int, value: float) -> None:
        """A trial is over."""
        self.store.note(over(number, {"window": 3, "negative": 5 * number}, value))

    def end(self, **changes: object) -> None:
        """The process shows its last status, and ends."""
        dataclasses.replace(AT_WORK, **changes).write(self.folder)  # type: ignore[arg-type]
        self.store.release()
