"""Removes runs, and what killed processes left of them: what is ours, and nothing else."""

from __future__ import annotations

import errno
import os
import re
from contextlib import suppress
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import RunError
from w2vtui.formats.drafts.atomic import disk_error
from w2vtui.runs.disk.checkpoint_files import CHECKPOINTS, FOLDER
from w2vtui.runs.disk.door import DOOR_FILES
from w2vtui.runs.disk.history_files import HISTORY, HISTORY_FILES
from w2vtui.runs.disk.inside import open_folder
from w2vtui.runs.disk.journal import EVENTS, METRICS
from w2vtui.runs.disk.lock import NAME as LOCK
from w2vtui.runs.disk.lock import RunLock, in_use
from w2vtui.runs.disk.own_files import TEMPORARY, Contents, check_own, remove_own, stranger_in
from w2vtui.runs.labels import LABELS
from w2vtui.runs.listed.listing import damage_of, find_run
from w2vtui.runs.measured import SCORES
from w2vtui.runs.record import RECORD, STATUS
from w2vtui.runs.requested.saved import SAVED
from w2vtui.runs.root import draft_beside, is_draft
from w2vtui.runs.words import VOCAB

_FILES = (RECORD, VOCAB, EVENTS, METRICS, STATUS, SAVED, LABELS, SCORES, LOCK, *DOOR_FILES)
_RUN = Contents(
    re.compile("|".join([*map(re.escape, _FILES), TEMPORARY])),
    ((re.compile(FOLDER), CHECKPOINTS), (re.compile(HISTORY), HISTORY_FILES)),
)
"""What is written in the folder of a run; nothing else is ever removed."""


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
    check_own(folder, _RUN, f"run {folder.name}", "run")


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
