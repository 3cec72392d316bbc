"""The folder that a corpus is written to; it moves to another disk when its own is full."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from w2vtui.corpus.progress import check_stop
from w2vtui.corpus.streams import printable
from w2vtui.errors import DiskError
from w2vtui.regular_files import opened

DRAFT = ".draft-"
"""The names of drafts in the cache begin so."""

_COPIED_AT_ONCE = 1 << 22


class FileSum(NamedTuple):
    """What a file was written with."""

    n_bytes: int
    sha256: str


class Draft:
    """A new folder of files, removed again if the block that uses it fails.

    It is beside the saved corpora, so that it can be renamed to one. If it is not to be saved, or
    as soon as the cache cannot be written, it is among the temporary files.
    """

    def __init__(self, cache: Path | None, stop: threading.Event | None = None) -> None:
        """
        cache  the folder of saved corpora; None for a corpus that is not to be saved
        stop   ends a move

        Raises:
            DiskError: no folder can be made.
        """
        self.in_cache = False
        """Whether it can be renamed to a saved corpus."""
        self.trouble = ""
        """Why it is not in the cache, or could not be saved there."""
        self.sums: dict[str, FileSum] = {}
        """Of the files that are complete, by name."""
        self._stop = stop
        self._files: dict[str, FileIO] = {}
        self._failures: list[str] = []
        self.folder: Path
        try:
            if cache is not None:
                cache.mkdir(parents=True, exist_ok=True)
                self.folder = Path(tempfile.mkdtemp(prefix=DRAFT, dir=cache))
                self.in_cache = True
                return
        except OSError as error:  # read-only or full: there is another place
            self._note("make a folder in", cache, error)
        self.folder = self._temporary_folder()

    def write(self, name: str, offset: int, content: bytes | memoryview) -> None:
        """Write bytes of a file, which is made if it is not there.

        Raises:
            DiskError: they cannot be written, not among the temporary files either.
            ReadingStopped: the event was set.
        """
        while True:
            try:
                return self._write(name, offset, content)
            except OSError as error:
                self._note("write to", self.folder, error)
            self._move()

    def remove(self, name: str) -> None:
        """Remove a file."""
        if file := self._files.pop(name, None):
            file.close()
        (self.folder / name).unlink(missing_ok=True)

    def sync(self) -> None:
        """Make a draft in the cache last through a power cut.

        Raises:
            DiskError, ReadingStopped: as `write` does.
        """
        if not self.in_cache:
            return
        try:
            for file in self._files.values():
                os.fsync(file.fileno())
        except OSError as error:
            self._note("write to", self.folder, error)
            self._move()

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._close()
        if kind is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, name: str, offset: int, content: bytes | memoryview) -> None:
        file = self._files.get(name)
        if file is None:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            descriptor = os.open(self.folder / name, flags, 0o666)
            file = self._files[name] = FileIO(descriptor, "r+")
        file.seek(offset)
        rest = memoryview(content)
        while rest:  # the last bytes that fit are written without an error
            rest = rest[file.write(rest) :]

    def _move(self) -> None:
        """Continue among the temporary files.

        Raises:
            DiskError: it is there already, or they have no room for it.
            ReadingStopped: the event was set.
        """
        if not self.in_cache:
            raise self._error()
        old, self.in_cache = self.folder, False
        self.folder = self._temporary_folder()
        self._close()
        try:
            for path in old.iterdir():
                self._copy(path)
        except OSError as error:
            self._note("write to", self.folder, error)
            raise self._error() from error
        finally:
            shutil.rmtree(old, ignore_errors=True)

    def _copy(self, path: Path) -> None:
        with opened(path) as source, (self.folder / path.name).open("wb") as copy:
            while block := source.read(_COPIED_AT_ONCE):
                check_stop(self._stop)
                copy.write(block)

    def _temporary_folder(self) -> Path:
        try:
            return Path(tempfile.mkdtemp(prefix="w2vtui-"))
        except OSError as error:
            tried = ", nor ".join([*self._failures, f"make a temporary folder: {error}"])
            raise DiskError(f"cannot {tried}; set TMPDIR") from error

    def _close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _note(self, what: str, place: Path | None, error: OSError) -> None:
        self.trouble = error.strerror or str(error)
        self._failures.append(f"{what} {printable(place)}: {self.trouble}")

    def _error(self) -> DiskError:
        return DiskError(
            f"cannot {', nor '.join(self._failures)}; make room there, "
            "or name another folder with W2VTUI_CACHE_DIR or TMPDIR"
        )
