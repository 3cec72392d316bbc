"""The removal of a sweep as a whole: its runs, and the folder that it is resumed from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from w2vtui.errors import RunError
from w2vtui.formats.drafts.atomic import disk_error
from w2vtui.runs.disk.inside import open_folder
from w2vtui.runs.disk.lock import NAME as LOCK
from w2vtui.runs.disk.lock import in_use
from w2vtui.runs.disk.own_files import TEMPORARY, Contents, check_own, remove_own
from w2vtui.runs.listed.removing import remove_run
from w2vtui.runs.listed.status import RunStatus
from w2vtui.runs.listed.statuses import Statuses
from w2vtui.sweeping.status import STATUS_FILES
from w2vtui.sweeping.store import RECORD, SWEEPS, TRIALS, SweepStore
from w2vtui.sweeping.text_part import PART

_FILES = (RECORD, TRIALS, PART, *STATUS_FILES, LOCK)
_SWEEP = Contents(re.compile("|".join([*map(re.escape, _FILES), TEMPORARY])))
"""What is written in the folder of a sweep; nothing else is ever removed."""


@dataclass(frozen=True, slots=True)
class WholeSweep:
    """All that is there of a sweep."""

    name: str
    folder: Path
    """That it is resumed from, which may be gone."""
    runs: Sequence[RunStatus]
    """Its trials, renamed ones too; damaged ones, which do not say whose they are, are left out."""

    @property
    def text(self) -> str:
        """What is removed with it: `sweep atlas-calm-heron has 12 runs, 1 with a star`."""
        n_runs, n_starred = len(self.runs), sum(run.starred for run in self.runs)
        star = f", {n_starred:,} with a star" if n_starred else ""
        return f"sweep {self.name} has {n_runs:,} run{'s' * (n_runs != 1)}{star}"


def whole_sweep(root: Path, name: str) -> WholeSweep | None:
    """The sweep of a full name; None if none has it.

    root   the folder of all runs

    Raises:
        RunError: the folder of all runs cannot be read.
    """
    if name != Path(name).name:
        return None
    folder = root / SWEEPS / name
    runs = [run for run in Statuses(root).read() if run.sweep == name]
    return WholeSweep(name, folder, runs) if runs or (folder / RECORD).exists() else None


def remove_sweep(sweep: WholeSweep) -> None:
    """Remove the runs of a sweep, and its folder.

    Raises:
        RunError: a process works on the sweep or on one of its runs, which leaves all of it; or
            something that is not ours is among them, which stays.
        DiskError: something cannot be removed.
    """
    store = SweepStore(sweep.folder) if sweep.folder.is_dir() else None
    try:
        for run in sweep.runs:
            if in_use(Path(run.folder)):
                raise RunError(f"sweep {sweep.name} is not removed: its run {run.name} is in use")
        for run in sweep.runs:
            remove_run(Path(run.folder))
        if store is not None:
            _remove_folder(sweep.folder)
    finally:
        if store is not None:
            store.release()


def _remove_folder(folder: Path) -> None:
    try:
        check_own(folder, _SWEEP, f"the folder of sweep {folder.name}", "sweep")
        with open_folder(folder.parent) as sweeps:
            remove_own(sweeps, folder.name, _SWEEP, last=LOCK)
    except OSError as error:
        raise disk_error(folder, error) from error
