"""The folder of all runs: found by name, listed, removed."""

from __future__ import annotations

import difflib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import RunError
from w2vtui.formats.atomic import disk_error
from w2vtui.runs.disk.checkpoint_files import FOLDER
from w2vtui.runs.disk.journal import EVENTS, METRICS
from w2vtui.runs.disk.lock import NAME as LOCK
from w2vtui.runs.disk.lock import RunLock, in_use
from w2vtui.runs.record import RECORD, STATUS
from w2vtui.runs.root import DRAFT, draft_beside


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
    """The run that a name means: a run's name, a part of only that name, `last`, or a path.

    Raises:
        RunError: there is none, or several.
    """
    runs = all_runs(root)
    named = {path.name: path for path in runs}
    if name == "last" and runs:
        return runs[0]
    if name in named:
        return named[name]
    path = Path(name).expanduser()
    if os.sep in name and _is_run(path):
        return path.absolute()
    parts = [path for path in runs if name and name in path.name]
    if len(parts) == 1:
        return parts[0]
    shown = safe_text(name, 80)
    if parts:
        several = ", ".join(path.name for path in parts[:5]) + (", ..." if parts[5:] else "")
        raise RunError(f"'{shown}' may be {several}: give more of the name")
    near = difflib.get_close_matches(name, list(named), n=1, cutoff=0.4)
    hint = f": did you mean {near[0]}?" if near else f": w2vtui runs lists those in {root}"
    raise RunError(f"there is no run '{shown}'{hint}")


def remove_run(folder: Path) -> None:
    """Remove a run and everything that was saved of it.

    Raises:
        RunError: a process is working on it.
        DiskError: it cannot be removed.
    """
    lock = RunLock(folder)
    try:
        draft = folder.rename(draft_beside(folder))  # out of sight at once, then file by file
        try:
            (draft / RECORD).unlink(missing_ok=True)
        except OSError:  # nothing may be removed
            draft.rename(folder)
            raise
        _remove_draft(draft)
    except OSError as error:
        raise disk_error(folder, error) from error
    finally:
        lock.release()


def sweep(root: Path, run: Path) -> None:
    """Remove what killed processes left half written or half removed, beside a run and in it.

    What cannot be removed stays.
    """
    for draft in root.glob(f".*{DRAFT}"):
        with suppress(OSError):  # another user's, or another process was faster
            if (draft / LOCK).exists() and not in_use(draft):
                _remove_draft(draft)
    for temporary in run.glob(f".w2vtui-*{DRAFT}"):
        with suppress(OSError):
            temporary.unlink()


def _remove_draft(draft: Path) -> None:
    """Remove a draft, its lock last: it marks a draft that no process is working on."""
    for path in draft.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()
    shutil.rmtree(draft)


def last_written(folder: Path) -> float:
    """When something of a run was last written, in seconds since 1970."""
    times = [0.0]
    for name in (RECORD, EVENTS, METRICS, STATUS, FOLDER):
        try:
            times.append((folder / name).stat().st_mtime)
        except OSError:
            continue
    return max(times)
