"""labels.json in the folder of a run: a note, a star, and the names that it had before.

A run can be labeled while it trains: who writes this file waits for others that do. One that is
damaged counts as missing, and the next label replaces it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from w2vtui.errors import DamagedRunError, SettingsError
from w2vtui.formats.drafts.atomic import disk_error
from w2vtui.runs.disk.checked_json import NOT_AS_WRITTEN, read_checked, write_checked
from w2vtui.runs.disk.dataclass_json import from_json
from w2vtui.runs.disk.lock import taking_turns

LABELS = "labels.json"
MOST_NOTE = 1_000
"""The longest note, in characters."""
_KIND = "labels"
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """What a person wrote on a run."""

    note: str = ""
    starred: bool = False
    names: tuple[str, ...] = ()
    """Those that it had before, which others may still use for it."""


def labels_of(folder: Path) -> Labels:
    """The labels of a run; none where they cannot be read."""
    try:
        return from_json(Labels, read_checked(folder / LABELS, _KIND, _MOST_BYTES))
    except (DamagedRunError, *NOT_AS_WRITTEN):
        return Labels()


def note_run(folder: Path, note: str) -> str:
    """Write a note on a run, in place of the one before; an empty one removes it.

    Returns the note as it is kept: one line.

    Raises:
        SettingsError: it is too long.
        DiskError: it cannot be written.
    """
    line = " ".join(note.split())
    check_note(line)
    _change(folder, lambda before: dataclasses.replace(before, note=line))
    return line


def check_note(note: str) -> None:
    """
    Raises:
        SettingsError: a note is too long.
    """
    if len(note) > MOST_NOTE:
        raise SettingsError(f"a note has at most {MOST_NOTE:,} characters, got {len(note):,}")


def star_run(folder: Path, *, starred: bool) -> None:
    """Give a run its star, or take it away.

    Raises:
        DiskError: it cannot be written.
    """
    _change(folder, lambda before: dataclasses.replace(before, starred=starred))


def note_name(folder: Path, name: str) -> None:
    """Note a name that a run had.

    Raises:
        DiskError: it cannot be written.
    """

    def named(before: Labels) -> Labels:
        names = (*(one for one in before.names if one != name), name)
        return dataclasses.replace(before, names=names)

    _change(folder, named)


def _change(folder: Path, changed: Callable[[Labels], Labels]) -> None:
    """Write other labels in place of those of a run, which nobody else changes in that time."""
    try:
        with taking_turns(folder):
            write_checked(folder / LABELS, _KIND, dataclasses.asdict(changed(labels_of(folder))))
    except OSError as error:
        raise disk_error(folder, error) from error
