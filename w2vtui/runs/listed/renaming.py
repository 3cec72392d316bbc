"""Renames a run. Its old name still finds it, since other runs and scripts may use that."""

from __future__ import annotations

import re
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import RunError
from w2vtui.formats.drafts.atomic import disk_error, sync_folder
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.labels import labels_of, note_name
from w2vtui.runs.listed.listing import LAST, all_runs, damage_of
from w2vtui.runs.record import RunRecord
from w2vtui.runs.root import is_there

MOST_NAME = 100
"""The longest name, in characters."""
_NAME = re.compile(r"\w(?:[\w+=,@-]|\.(?=\d))*")
"""A dot before a letter would make it look like a file: `notes.bin`."""


def check_name(folder: Path, name: str) -> None:
    """Check that a run can be given a name, but not whether another run had it before, for which
    `check_old_names` reads all runs.

    Raises:
        RunError: it is not a name, or it is that of another run.
    """
    if not _NAME.fullmatch(name) or len(name) > MOST_NAME:
        raise RunError(
            f"a run's name has 1 to {MOST_NAME} letters, digits and - _ + = , @, and a dot only "
            f"before a digit, got '{safe_text(name, 80)}'"
        )
    if name == LAST:
        raise RunError(f"'{LAST}' means the newest run: choose another name")
    target = folder.with_name(name)
    if is_there(target) and not (is_there(folder) and target.samefile(folder)):
        raise RunError(f"there is a run '{name}' already: choose another name")


def check_old_names(folder: Path, name: str) -> None:
    """Check that no other run beside this one had a name before.

    Raises:
        RunError: it was the name of another run.
    """
    for other in all_runs(folder.parent):
        if other != folder and name in labels_of(other).names:
            raise RunError(
                f"'{name}' was the name of {other.name}, which it still finds: choose another name"
            )


def rename_run(folder: Path, name: str) -> Path:
    """Give a run another name; returns its folder.

    Raises:
        RunError: the name cannot be given, or another run had it; the folder is not a run's, its
            vectors are saved inside of it, or a process is working on it.
        DiskError: the folder cannot be renamed.
    """
    check_name(folder, name)
    check_old_names(folder, name)
    damage = damage_of(folder)
    if damage is not None:
        raise RunError(f"{folder.name} may not be a run: {damage}")
    target = folder.with_name(name)
    if target == folder:
        return folder
    _check_outputs(folder)
    lock = RunLock(folder)
    try:
        note_name(folder, folder.name)  # first: a name that it still has does no harm there
        folder.rename(target)
    except OSError as error:
        raise disk_error(target, error) from error
    finally:
        lock.release()
    sync_folder(target.parent)
    return target


def _check_outputs(folder: Path) -> None:
    """
    Raises:
        RunError: the vectors of a run, or their counts, go to a file in its own folder.
    """
    for path in RunRecord.read(folder).request.outputs:
        if Path(path).is_relative_to(folder):
            raise RunError(
                f"run {folder.name} saves to {safe_text(path, 80)}, in its own folder, which "
                "would get another name: keep its name"
            )
