"""The folder of all runs: found by name, listed, removed."""

from __future__ import annotations

import difflib
import errno
import os
import re
from contextlib import suppress
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import DamagedRunError, RunError
from w2vtui.formats.atomic import disk_error
from w2vtui.resources import from_home
from w2vtui.runs.disk.checked_json import read_checked
from w2vtui.runs.disk.checkpoint_files import CHECKPOINTS, FOLDER
from w2vtui.runs.disk.door import DOOR_FILES
from w2vtui.runs.disk.history_files import HISTORY, HISTORY_FILES
from w2vtui.runs.disk.inside import open_folder
from w2vtui.runs.disk.journal import EVENTS, METRICS
from w2vtui.runs.disk.lock import NAME as LOCK
from w2vtui.runs.disk.lock import RunLock, in_use
from w2vtui.runs.disk.own_files import TEMPORARY, Contents, remove_own, stranger_in
from w2vtui.runs.labels import LABELS, labels_of
from w2vtui.runs.measured import SCORES
from w2vtui.runs.record import RECORD, STATUS, VOCAB
from w2vtui.runs.root import draft_beside, is_draft
from w2vtui.runs.saved import SAVED

LAST = "last"
"""Means the newest run."""
_FILES = (RECORD, VOCAB, EVENTS, METRICS, STATUS, SAVED, LABELS, SCORES, LOCK, *DOOR_FILES)
_RUN = Contents(
    re.compile("|".join([*map(re.escape, _FILES), TEMPORARY])),
    ((re.compile(FOLDER), CHECKPOINTS), (re.compile(HISTORY), HISTORY_FILES)),
)
"""What is written in the folder of a run; nothing else is ever removed."""


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
    near = difflib.get_close_matches(name, list(named), n=1, cutoff=0.4)
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


def run_to_remove(root: Path, name: str) -> tuple[Path, str | None]:
    """The run that a name means, and what to ask before it is removed; None if nothing.

    Raises:
        RunError: there is none, or several; the name is a path; a damaged run is not named in full.
    """
    if os.sep in name or (os.altsep or os.sep) in name:
        raise RunError(
            f"a run is removed by its name, not by a path, got '{safe_text(name, 80)}': "
            f"w2vtui runs --remove NAME removes a run in {root}, --runs-dir names another folder"
        )
    folder = find_run(root, name)
    damage = damage_of(folder)
    if damage is None:
        return folder, None if name == folder.name else f"'{name}' means {folder.name}"
    if name != folder.name:
        raise RunError(f"{folder.name} may not be a run, {damage}: give its full name to remove it")
    return folder, f"{folder.name} may not be a run: {damage}"


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


def remove_run(folder: Path, *, damaged: bool = False) -> None:
    """Remove a run and everything that was saved of it; of a link to a run, the link alone.

    damaged   whether to remove what is left of a run, too: a folder that does not prove to be one

    Raises:
        RunError: it is not a run, something else is in it, or a process is working on it.
        DiskError: it cannot be removed.
    """
    damage = damage_of(folder)
    if damage is not None and not damaged:
        raise RunError(f"{folder.name} may not be a run: {damage}")
    try:
        if folder.is_symlink():
            folder.unlink()
            return
        _check_own(folder)
    except OSError as error:
        raise disk_error(folder, error) from error
    lock = RunLock(folder)
    try:
        _remove_aside(folder)
    except OSError as error:
        raise disk_error(folder, error) from error
    finally:
        lock.release()


def _check_own(folder: Path) -> None:
    """
    Raises:
        RunError: something else than a run is in the folder of a run.
    """
    with open_folder(folder) as within:
        stranger = stranger_in(within, _RUN)
    if stranger is not None:
        raise RunError(
            f"run {folder.name} is not removed: {stranger} in it is not a part of a run: "
            "move it elsewhere first"
        )


def _remove_aside(folder: Path) -> None:
    """Remove a run: out of sight at once, then file by file."""
    draft = folder.rename(draft_beside(folder))
    try:
        (draft / RECORD).unlink(missing_ok=True)
    except OSError:  # nothing may be removed
        draft.rename(folder)
        raise
    try:
        _remove_draft(draft)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # something has appeared in it
            draft.rename(folder)
            _check_own(folder)
        raise


def remove_drafts(root: Path, run: Path) -> None:
    """Remove what killed processes left half written or half removed, beside a run and in it.

    What is not ours and what cannot be removed stays.
    """
    for draft in filter(is_draft, root.glob(".*.tmp")):
        with suppress(OSError):  # another user's, or another process was faster
            if _is_left(draft):
                _remove_draft(draft)
    with open_folder(run) as folder:
        for name in folder.names():
            if re.fullmatch(TEMPORARY, name):
                with suppress(OSError):
                    folder.unlink(name)


def _is_left(draft: Path) -> bool:
    """Whether a draft is all of a run, and no process is working on it."""
    with open_folder(draft, 1) as folder:
        if LOCK not in folder.names() or stranger_in(folder, _RUN) is not None:
            return False
    return not in_use(draft)


def _remove_draft(draft: Path) -> None:
    """Remove a draft, its lock last: it marks a draft that no process is working on."""
    with open_folder(draft.parent) as root:
        remove_own(root, draft.name, _RUN, last=LOCK)


def last_written(folder: Path) -> float:
    """When something of a run was last written, in seconds since 1970."""
    times, within = [0.0], str(folder)
    for name in (RECORD, EVENTS, METRICS, STATUS, FOLDER):
        try:
            times.append(os.stat(f"{within}/{name}").st_mtime)  # noqa: PTH116 (half the time)
        except OSError:
            continue
    return max(times)
