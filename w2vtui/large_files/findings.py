"""What opening large vectors found out, kept in the cache: the next opening does not read them all.

A file for each set of vectors, named by the stamps of their files and by how these are read, so
that other files, or other content, do not find it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.formats.drafts.file_drafts import open_draft, remove_dead_drafts
from w2vtui.formats.drafts.folder_drafts import CONFIG
from w2vtui.formats.other_tools.npy_file import words_beside
from w2vtui.formats.vector_folders.safetensors_file import read_tensors, write_tensors
from w2vtui.formats.vector_folders.vector_folder import TENSORS, WORDS
from w2vtui.system.resources import user_cache

KEPT_FILES = 4
"""Most files in the cache; the one used longest ago is removed first."""
_VERSION = 1
_NAME = re.compile(r"[0-9a-f]{32}\.found")
_SUM, _LINES = "crc32", "lines"
_TICK_NS = 50_000_000
"""A file that was changed in this time may change again and have the same times."""
_COARSE_TICK_NS = 2_050_000_000
"""The same where times are whole seconds, or every other one."""

Arrays: TypeAlias = Mapping[str, NDArray[Any]]


class Stamp(NamedTuple):
    """What the file system knows of a file; another stamp means other content."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int
    device: int

    @property
    def is_settled(self) -> bool:
        """Whether every change from now on must show in it."""
        changed = max(self.modified_ns, self.changed_ns)
        return time.time_ns() - changed > (_TICK_NS if changed % 10**9 else _COARSE_TICK_NS)


class Found(NamedTuple):
    """What opening has found out."""

    arrays: Arrays
    lines: list[str]
    """What is to be said of the vectors."""


class Findings:
    """The place in the cache of what opening some vectors found out."""

    def __init__(self, place: Path, *how: object) -> None:
        """
        place  the file or folder of vectors, as it is now
        how    they are read
        """
        self._files = _files_of(place)
        self._stamps = _stamps_of(self._files)
        self.main = self._files[0]
        """The file that holds the numbers."""
        folder = user_cache("vectors")
        self._is_settled = all(one is None or one.is_settled for one in self._stamps)
        key = json.dumps([_VERSION, how, self._stamps])
        name = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
        self.kept = None if folder is None else folder / f"{name}.found"
        """Where they are in the cache; None without one."""

    @property
    def stamp(self) -> Stamp | None:
        """Of the file that holds the numbers, before it was opened."""
        return self._stamps[0]

    def recall(self) -> Found | None:
        """What an earlier opening kept; None where there is nothing, or it is damaged."""
        if self.kept is None or self._stamps[0] is None or not self.kept.is_file():
            return None
        try:
            arrays = read_tensors(self.kept)
            is_whole = arrays.pop(_SUM).tolist() == [_sum_of(arrays)]
            lines = json.loads(arrays.pop(_LINES).tobytes()) if is_whole else None
        except (OSError, VectorsError, KeyError, ValueError):
            lines = None
        with suppress(OSError):  # another user's cache, or another process has removed it
            if lines is None:
                self.kept.unlink()
            else:
                os.utime(self.kept)
        return None if lines is None else Found(arrays, lines)

    def keep(self, found: Found, stamp: Stamp) -> None:
        """Keep what was found for the next opening, unless a file may have changed in that time.

        stamp   of the file that was read

        Raises:
            OSError: the cache cannot be written.
        """
        is_same = [stamp, *self._stamps[1:]] == self._stamps == _stamps_of(self._files)
        if self.kept is None or not self._is_settled or not is_same:
            return
        lines = np.frombuffer(json.dumps(found.lines).encode(), dtype=np.uint8)
        arrays = {**found.arrays, _LINES: lines}
        arrays[_SUM] = np.array([_sum_of(arrays)], dtype=np.uint32)
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        remove_dead_drafts(self.kept)
        draft, descriptor = open_draft(self.kept)
        try:  # it is not synced: its sum shows what a power cut leaves of it
            with os.fdopen(descriptor, "wb") as file:
                write_tensors(file, arrays)
                draft.replace(self.kept)
        finally:
            draft.unlink(missing_ok=True)
        _prune(self.kept.parent)


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file with this status."""
    return Stamp(
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev
    )


def _files_of(place: Path) -> list[Path]:
    """The files that vectors may be read from, the one with the numbers first."""
    if place.is_dir():
        return [place / TENSORS, place / WORDS, place / CONFIG]
    return [place, *words_beside(place)]


def _stamps_of(files: Iterable[Path]) -> list[Stamp | None]:
    stamps: list[Stamp | None] = []
    for file in files:
        try:
            stamps.append(stamp_of(file.stat()))
        except OSError:  # there need not be one
            stamps.append(None)
    return stamps


def _sum_of(arrays: Arrays) -> int:
    """One number for all names, types, shapes and numbers."""
    total = 0
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        described = f"{name} {array.dtype.str} {array.shape}"
        total = zlib.crc32(array.data, zlib.crc32(described.encode(), total))
    return total


def _prune(folder: Path) -> None:
    """Remove what was used longest ago."""
    with suppress(OSError):  # another process may be pruning too
        kept = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
        for path in sorted(kept, key=lambda path: path.stat().st_mtime)[:-KEPT_FILES]:
            path.unlink()
