"""What this program writes in the folder of a run, and its removal: that, and nothing else."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import RunError
from w2vtui.runs.disk.inside import OpenFolder, open_folder

TEMPORARY = r"\.(?:[a-z]+\.jsonl?\.)?w2vtui-[0-9a-f]+\.tmp"
"""A pattern of the names that files have until they are complete."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Patterns of the names that are written in a folder."""

    files: re.Pattern[str]
    folders: tuple[tuple[re.Pattern[str], Contents], ...] = ()
    """And of the folders in it, with what is written in each."""

    def inner(self, name: str) -> Contents | None:
        """What is written in a folder of that name; None if no folder of ours has it."""
        return next((held for names, held in self.folders if names.fullmatch(name)), None)

    def is_own(self, name: str, mode: int) -> bool:
        """Whether something in the folder has a name of ours; a link may have any of them."""
        is_folder = self.inner(name) is not None
        if stat.S_ISDIR(mode):
            return is_folder
        is_file = self.files.fullmatch(name) is not None
        return is_file or (is_folder and stat.S_ISLNK(mode))


def stranger_in(folder: OpenFolder, contents: Contents) -> str | None:
    """The path, in a folder, of something that this program did not write there; None if all is
    its own.

    Raises:
        OSError: it cannot be looked at.
    """
    for name in folder.names():
        mode = folder.mode(name)
        if not contents.is_own(name, mode):
            return name
        held = contents.inner(name)
        if stat.S_ISDIR(mode) and held is not None:
            with folder.folder(name) as inner:
                found = stranger_in(inner, held)
            if found is not None:
                return f"{name}/{found}"
    return None


def check_own(folder: Path, contents: Contents, name: str, kind: str) -> None:
    """Refuse to remove a folder that holds something which this program did not write there.

    name   of the folder, for the message: `run text-calm-heron`
    kind   what it is that of: `run`

    Raises:
        RunError: names what it holds.
        OSError: it cannot be looked at.
    """
    with open_folder(folder) as within:
        stranger = stranger_in(within, contents)
    if stranger is not None:
        raise RunError(
            f"{name} is not removed: {safe_text(stranger, 80)} in it is not a part of a {kind}: "
            "move it elsewhere first"
        )


def remove_own(parent: OpenFolder, name: str, contents: Contents, last: str = "") -> None:
    """Remove a folder and what this program wrote in it, entry by entry; of a link, only the link.

    last   the entry that is removed last

    Raises:
        OSError: something may not be removed, or is not ours, so that the folder is not empty.
    """
    if not parent.is_folder(name):
        parent.unlink(name)
        return
    with parent.folder(name) as folder:
        for entry in sorted(folder.names(), key=lambda entry: entry == last):
            mode = folder.mode(entry)
            if not contents.is_own(entry, mode):
                continue
            held = contents.inner(entry)
            if stat.S_ISDIR(mode) and held is not None:
                remove_own(folder, entry, held)
            else:
                folder.unlink(entry)
    parent.rmdir(name)
