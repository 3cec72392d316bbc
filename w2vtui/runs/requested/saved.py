"""saved.json in the folder of a run: the files that its vectors and counts were saved to.

It is written once the files are there. Without it, or where a file is no longer as it says, the
vectors count as not saved.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from w2vtui.errors import DamagedRunError, DiskError
from w2vtui.files.regular_files import opened, size_of
from w2vtui.formats.drafts.atomic import WrittenFile
from w2vtui.formats.drafts.folder_drafts import written_folder
from w2vtui.runs.disk.checked_json import NOT_AS_WRITTEN, read_checked, write_checked
from w2vtui.runs.disk.dataclass_json import from_json

SAVED = "saved.json"
_KIND = "saved vectors"
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedVectors:
    """The vectors of a run that were saved, and their counts."""

    tokens: int
    """Training tokens of the run when they were saved."""
    files: tuple[WrittenFile, ...]
    """The vectors, then the counts."""


def note_saved(folder: Path, tokens: int, files: tuple[WrittenFile, ...]) -> None:
    """Note that the vectors of a run were saved, after `tokens` of its training.

    A run whose folder cannot be written to counts as not saved.
    """
    earlier = [one for one in _noted(folder) if one.files[0].path != files[0].path]
    noted = [*earlier, SavedVectors(tokens=tokens, files=files)]
    with suppress(DiskError):
        write_checked(folder / SAVED, _KIND, {"saved": [dataclasses.asdict(one) for one in noted]})


def is_saved(folder: Path, tokens: int, outputs: Sequence[str]) -> bool:
    """Whether the vectors of a run after `tokens` are in these outputs, which are as they were
    saved.
    """
    places = [os.path.realpath(path) for path in outputs]
    return any(
        one.tokens == tokens
        and [file.path for file in one.files] == places
        and all(_is_as_written(file) for file in one.files)
        for one in _noted(folder)
    )


def _noted(folder: Path) -> list[SavedVectors]:
    """What was saved of a run; nothing if that cannot be read."""
    try:
        found = read_checked(folder / SAVED, _KIND, _MOST_BYTES)["saved"]
        return [one for one in (from_json(SavedVectors, plain) for plain in found) if one.files]
    except (DamagedRunError, *NOT_AS_WRITTEN):
        return []


def _is_as_written(file: WrittenFile) -> bool:
    try:
        if Path(file.path).is_dir():
            return written_folder(Path(file.path)) == file
        with opened(file.path) as there:
            if size_of(there) != file.size:
                return False
            return hashlib.file_digest(there, "sha256").hexdigest() == file.sha256
    except (OSError, ValueError):
        return False
