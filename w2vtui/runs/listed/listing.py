"""The folder of all runs: listed, found by name."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import DamagedRunError, RunError
from w2vtui.runs.disk.checked_json import read_checked
from w2vtui.runs.disk.checkpoint_files import FOLDER
from w2vtui.runs.disk.journal import EVENTS, METRICS
from w2vtui.runs.labels import labels_of
from w2vtui.runs.record import RECORD, STATUS
from w2vtui.system.resources import from_home

LAST = "last"
"""Means the newest run."""


class NoRunError(RunError):
    """No run has this name."""


def all_runs(root: Path) -> list[Path]:
    """The folders of all runs, damaged ones too, newest first.

    Raises:
        RunError: the folder of all runs cannot be read.
    """
    try:
        found = [path for path in root.iterdir() if path.name[0] != "." and _is_run(path)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunError(f"cannot list the runs in {root}: {error.strerror}") from error
    return sorted(found, key=last_written, reverse=True)


def _is_run(path: Path) -> bool:
    """Whether a folder is that of a run, or what is left of one."""
    try:
        return path.is_dir() and any((path / name).exists() for name in (RECORD, FOLDER, EVENTS))
    except OSError:  # it may be one: report what can be read
        return True


def find_run(root: Path, name: str) -> Path:
    """The run that a name means: a run's name, now or before it was renamed, a part of only one
    run's name, `last`, or a path.

    Raises:
        NoRunError: there is none.
        RunError: there are several.
    """
    runs = all_runs(root)
    named = {path.name: path for path in runs}
    if name == LAST and runs:
        return runs[0]
    if name in named:
        return named[name]
    path = from_home(name)
    if os.sep in name and _is_run(path):
        return path.absolute()
    for path in runs:
        if name in labels_of(path).names:
            return path
    parts = [path for path in runs if name and name in path.name]
    if len(parts) == 1:
        return parts[0]
    shown = safe_text(name, 80)
    if parts:
        several = ", ".join(path.name for path in parts[:5]) + (", ..." if parts[5:] else "")
        raise RunError(f"'{shown}' may be {several}: give more of the name")
    near = difflib.get_close_matches(name, list(named), n=1)
    hint = f": did you mean {near[0]}?" if near else f": w2vtui runs lists those in {root}"
    raise NoRunError(f"there is no run '{shown}'{hint}")


def is_full_name(root: Path, name: str) -> bool:
    """Whether a name is the whole of a run's, or `last` where there are runs: it then means the
    run, though a file may have it too.
    """
    runs = all_runs(root)
    return name in {run.name for run in runs} or (name == LAST and bool(runs))


def run_not_file(name: str) -> str:
    """Says that a name was taken for a run's, though there is a file of that name."""
    shown = safe_text(name, 80)
    return f"{shown} is the run of that name: .{os.sep}{shown} is the file"


def damage_of(folder: Path) -> str | None:
    """Why a folder does not prove to be that of a run; None if it does.

    A run.json of ours proves it, with its checksum. What a link leads to is not removed with it.
    """
    if folder.is_symlink():
        return None
    try:
        read_checked(folder / RECORD, "run")
    except DamagedRunError as error:
        return str(error)
    return None


def last_written(folder: Path) -> float:
    """When something of a run was last written, in seconds since 1970."""
    times, within = [0.0], str(folder)
    for name in (RECORD, EVENTS, METRICS, STATUS, FOLDER):
        try:
            times.append(os.stat(f"{within}/{name}").st_mtime)  # noqa: PTH116 (half the time)
        except OSError:
            continue
    return max(times)
