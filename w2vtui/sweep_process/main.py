"""The process that works on a sweep for others to watch; `starting.py` starts it.

It ends with the sweep; SIGTERM ends that in good order. No terminal is its own, so that it outlives
all of them.
"""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from w2vtui.errors import DiskError, W2vtuiError
from w2vtui.runs.disk.dataclass_json import from_json
from w2vtui.runs.disk.lock import in_use
from w2vtui.sweep_process.starting import SweepOrder
from w2vtui.sweeping.setting_up import SetUp, set_up
from w2vtui.sweeping.status import SweepStatus
from w2vtui.sweeping.store import SavedSweep
from w2vtui.sweeping.sweep import Sweep
from w2vtui.system.signals import handling
from w2vtui.trainer_process.failures import failure


def main() -> None:
    """Read an order from stdin, and carry it out."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    order = from_json(SweepOrder, json.loads(sys.stdin.readline()))
    try:
        plan = _set_up(order)
    except Exception as error:
        show_failure(Path(order.folder), error)
        if isinstance(error, W2vtuiError):
            sys.exit(error.exit_code)
        raise
    carry_out(plan)


def _set_up(order: SweepOrder) -> SetUp:
    """The sweep, whose text is read again; its hints and costs were reported.

    Raises:
        W2vtuiError: it cannot begin.
    """
    saved = SavedSweep.read(Path(order.folder))
    return set_up(saved.request, order.run_settings, lambda text: None, saved=saved)


def show_failure(folder: Path, error: Exception) -> None:
    """Show in the folder of a sweep why it cannot begin, unless another process works on it."""
    status = SweepStatus.read(folder)
    if status is not None and not in_use(folder):
        with suppress(DiskError):  # viewers see that the process has ended
            dataclasses.replace(status, state="failed", failure=failure(error)).write(folder)


def carry_out(plan: SetUp) -> None:
    """Sweep to the end; an error that ends the sweep is in its status.

    Raises:
        BaseException: any error that ended it.
    """
    work = Sweep(plan)

    def stop(number: int, frame: FrameType | None) -> None:
        work.stop()

    with handling({"SIGTERM": stop, "SIGINT": stop}):
        work.start()
        work.wait()
