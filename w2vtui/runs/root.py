"""The folder that holds all runs."""

from __future__ import annotations

import re
from pathlib import Path
from secrets import token_hex

from w2vtui.errors import DiskError, RunError
from w2vtui.formats.drafts.atomic import check_target
from w2vtui.system.resources import from_home, user_folder

_DRAFT = re.compile(r"\.[0-9a-f]{12}\.tmp")


def runs_folder(named: str | None = None) -> Path:
    """Where runs are saved: as named, or in the user's data folder.

    Raises:
        RunError: none is named, and the user has no home folder.
    """
    if named:
        return from_home(named).absolute()
    folder = user_folder("data")
    if folder is None:
        raise RunError("there is no home folder to save runs in: name a folder with --runs-dir")
    return folder / "runs"


def check_root(root: Path) -> None:
    """Check, before training, that runs can be saved in a folder; it need not exist yet.

    Raises:
        DiskError: it is not a folder, or cannot be written to.
    """
    there = next(path for path in (root, *root.parents) if is_there(path))
    if not there.is_dir():
        raise DiskError(f"runs cannot be saved in {root}: {there} is a file: name a folder")
    check_target(draft_beside(there / "run"))


def is_there(path: Path) -> bool:
    """Whether a path exists; one that may not be looked at counts as missing."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def draft_beside(folder: Path) -> Path:
    """A new path for a run that is being created or removed; lists of runs leave it out."""
    return folder.with_name(f".{token_hex(6)}.tmp")


def is_draft(path: Path) -> bool:
    """Whether a path has a name that `draft_beside` makes."""
    return _DRAFT.fullmatch(path.name) is not None
