"""Folders of vectors that appear whole or not at all.

A folder is written under a temporary name beside its place, each file is brought to the disk, and
then the two are exchanged. Only a folder that this program wrote, and to which nobody added
anything, is ever replaced.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError
from w2vtui.files.regular_files import content_of, opened
from w2vtui.formats.drafts.atomic import AnyPath, WrittenFile, disk_errors, sync_folder
from w2vtui.formats.drafts.file_drafts import alone_in, lock, new_draft, stem_of
from w2vtui.version import VERSION

CONFIG = "config.json"
MARK = "w2vtui"
"""A key of config.json in each folder that this program writes; its value is the version."""
FILES = frozenset((CONFIG, "model.safetensors", "words.jsonl", "tokenizer.json", "modules.json"))
"""What such a folder may hold."""
MOST_CONFIG_BYTES = 1 << 26
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


class FolderDraft:
    """A folder that is being written under a temporary name."""

    def __init__(self, path: AnyPath) -> None:
        self.target = Path(os.path.realpath(path))
        """What it becomes: links are followed."""
        with alone_in(self.target.parent):
            put_back(self.target)
        _remove_dead(self.target)
        check_replaceable(path)
        self.place = new_draft(self.target)
        self.place.mkdir()
        self._lock = os.open(self.place, os.O_RDONLY)
        lock(self._lock, shared=False)
        self._files: list[BinaryIO] = []

    def create(self, name: str) -> BinaryIO:
        """A new file in it, to be read and written; it is closed with the folder."""
        file = (self.place / name).open("x+b")
        self._files.append(file)
        return file

    def write_json(self, name: str, content: Any) -> None:
        """Write a file of JSON."""
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        self.create(name).write(text.encode("utf-8", "surrogatepass") + b"\n")

    def clear(self) -> None:
        """Remove what was written so far."""
        for file in self._files:
            file.close()
            Path(file.name).unlink()
        self._files.clear()

    def publish(self) -> WrittenFile:
        """Become the folder, in place of the old one; return what it holds."""
        for file in self._files:
            file.flush()
            os.fsync(file.fileno())
            file.close()
        sync_folder(self.place)
        written = written_folder(self.place)
        with alone_in(self.target.parent):
            check_replaceable(self.target)
            with suppress(FileNotFoundError):
                self.place.chmod(stat.S_IMODE(self.target.stat().st_mode))
            if not (self.target.exists() and _exchange(self.place, self.target)):
                self._rename()
        sync_folder(self.target.parent)
        return WrittenFile(path=str(self.target), size=written.size, sha256=written.sha256)

    def _rename(self) -> None:
        """Become the folder where two names cannot be exchanged at once.

        A process that is killed between the two steps leaves the old folder under another name,
        from which `put_back` fetches it.
        """
        aside = self.place.with_suffix(".old")
        if self.target.exists():
            self.target.rename(aside)
        try:
            self.place.rename(self.target)
        except OSError:
            if aside.exists():
                aside.rename(self.target)
            raise
        _remove(aside)

    def close(self) -> None:
        """Remove what is under the temporary name: the draft, or the folder that it replaced."""
        for file in self._files:
            with suppress(OSError):
                file.close()
        os.close(self._lock)
        _remove(self.place)


@contextmanager
def folder_draft(path: AnyPath) -> Iterator[FolderDraft]:
    """A draft of a folder, which is removed at the end of the block if it was not published.

    Raises:
        SettingsError: something is there that is not a folder of vectors.
        DiskError: it cannot be written; any OSError of the block becomes one.
    """
    with disk_errors(path):
        draft = FolderDraft(path)
        try:
            yield draft
        finally:
            draft.close()


def check_folder(path: AnyPath) -> None:
    """Check that a folder of vectors can be written to `path`, which is not touched.

    Raises:
        SettingsError: something is there that is not a folder of vectors.
        DiskError: the folder around it is missing or not writable.
    """
    with folder_draft(path):
        pass


def check_replaceable(path: AnyPath) -> None:
    """Refuse a place where there is something that is not a folder of vectors of this program.

    Raises:
        SettingsError: there is.
    """
    place = Path(path)
    if not os.path.lexists(place):
        return
    if not place.is_dir():
        raise SettingsError(f"{place} is a file, and these vectors are a folder: name another")
    stranger = stranger_in(place)
    if stranger:
        raise SettingsError(
            f"{place} is a folder with {safe_text(stranger, 40)} in it, which is not of vectors "
            "that w2vtui saved: name a new folder"
        )


def stranger_in(folder: Path) -> str:
    """A name in a folder that this program did not write; empty if there is none."""
    names = sorted(entry.name for entry in os.scandir(folder))
    for name in names:
        if name not in FILES or not stat.S_ISREG((folder / name).lstat().st_mode):
            return name
    return "" if not names or is_ours(folder) else names[0]


def is_ours(folder: Path) -> bool:
    """Whether a folder has the mark of this program."""
    try:
        return MARK in config_of(folder)
    except (OSError, ValueError):
        return False


def config_of(folder: Path) -> dict[str, Any]:
    """What config.json in a folder holds.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not an object of JSON.
    """
    try:
        content = json.loads(content_of(folder / CONFIG, MOST_CONFIG_BYTES))
    except RecursionError as error:
        raise ValueError("too deeply nested") from error
    if not isinstance(content, dict):
        raise ValueError("not an object")
    return content


def mark() -> dict[str, str]:
    """What config.json says of the program that wrote it."""
    return {MARK: VERSION}


def written_folder(folder: Path) -> WrittenFile:
    """What a folder holds: the bytes of its files, and one checksum of all.

    Raises:
        OSError: a file cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    for name in sorted(entry.name for entry in os.scandir(folder)):
        with opened(folder / name) as file:
            digest.update(f"{name}\0".encode() + hashlib.file_digest(file, "sha256").digest())
            size += file.tell()
    return WrittenFile(path=str(folder), size=size, sha256=digest.hexdigest())


def put_back(target: Path) -> None:
    """Fetch the old folder, where a process was killed between its removal and the new one."""
    if os.path.lexists(target):
        return
    with suppress(OSError):
        old = max(_beside(target, "old"), key=lambda place: place.stat().st_mtime_ns, default=None)
        if old is not None:
            old.rename(target)


def _remove_dead(target: Path) -> None:
    """Remove what killed processes left; what is being written, or cannot be removed, stays."""
    with suppress(OSError):
        for place in _beside(target, "tmp|old"):
            descriptor = os.open(place, os.O_RDONLY)
            try:
                if lock(descriptor, shared=False):
                    _remove(place)
            finally:
                os.close(descriptor)


def _beside(target: Path, endings: str) -> list[Path]:
    """The drafts of a target."""
    name = rf"\.{re.escape(stem_of(target))}\.w2vtui-[0-9a-f]+\.({endings})"
    with os.scandir(target.parent) as entries:
        return [
            Path(entry.path)
            for entry in entries
            if re.fullmatch(name, entry.name) and entry.is_dir(follow_symlinks=False)
        ]


def _remove(folder: Path) -> None:
    """Remove the files of a folder that are of vectors, and the folder if it is empty then."""
    with suppress(OSError):
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names at once; whether the system and the disk can."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    paths = os.fsencode(one), os.fsencode(other)
    if rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number))
