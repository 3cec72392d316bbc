"""Which sweeps are at work, and which one a name means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from w2vtui.display import clock_text
from w2vtui.errors import DamagedRunError, RunError
from w2vtui.runs.disk.lock import in_use
from w2vtui.runs.listed.listing import LAST, find_run, is_full_name, last_written
from w2vtui.runs.record import RunRecord
from w2vtui.sweeping.status import SweepStatus
from w2vtui.sweeping.store import RECORD, SWEEPS, results_in, sweep_folders


def sweeps_at_work(root: Path) -> list[Path]:
    """The folders of the sweeps that some process works on, the newest last.

    root   the folder of all runs

    Raises:
        DiskError: the folder cannot be listed.
    """
    at_work = [folder for folder in sweep_folders(root) if in_use(folder)]
    return sorted(at_work, key=last_written)


def progress_text(folder: Path) -> str:
    """How far a sweep at work is: `is at work, 3 of 20 trials are over`."""
    status = SweepStatus.read(folder)
    if status is None:
        return "is at work"
    n_over = sum(one.state != "started" and not one.is_whole for one in results_in(folder))
    left = "" if status.eta_seconds is None else f", about {clock_text(status.eta_seconds)} left"
    return f"is at work, {n_over} of {status.n_trials} trials are over{left}"


def sweep_of_trial(run: Path) -> Path | None:
    """The sweep at work that trains a run now; None for any other run."""
    if not in_use(run):
        return None
    try:
        name = RunRecord.read(run).request.sweep
    except DamagedRunError:
        return None
    folder = None if name is None else run.parent / SWEEPS / name
    return folder if folder is not None and in_use(folder) else None


def meant_sweep(root: Path, name: str) -> Path | None:
    """The sweep that a name means; None where a run is meant.

    A sweep is meant by its name, by a part of it, by the trial that it trains now, and by `last`
    if it is at work and no run is. What may be another run is one, unless the sweep is at work.

    Raises:
        RunError: there is no such run or sweep, or there are several.
    """
    if name == Path(name).name and (root / SWEEPS / name / RECORD).is_file():
        return root / SWEEPS / name
    at_work = sweeps_at_work(root)
    if not is_full_name(root, name) and (found := _only_one(at_work, name)) is not None:
        return found
    try:
        run = find_run(root, name)
    except RunError:
        found = _only_one(sweep_folders(root), name)
        if found is None:
            raise
        return found
    if name == LAST and at_work and not in_use(run):  # it is between two trials
        return at_work[-1]
    return sweep_of_trial(run)


def _only_one(folders: Sequence[Path], part: str) -> Path | None:
    """The only folder that has a part in its name; None if there are none or several."""
    found = [folder for folder in folders if part and part in folder.name]
    return found[0] if len(found) == 1 else None
