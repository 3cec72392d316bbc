"""The files that a corpus is written to; they move to another disk when their own is full."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from io import BufferedReader, FileIO
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from w2vtui.corpus.progress import check_stop
from w2vtui.display import printable
from w2vtui.errors import DiskError
from w2vtui.files.regular_files import AnyPath, opened, regular_only

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not on Unix: drafts have no locks
    fcntl = None

DRAFT = ".draft-"
"""The names of drafts in the cache begin so."""
LOCK = "lock"
"""A file in a draft in the cache, locked by the process that writes it."""

_COPIED_AT_ONCE = 1 << 22


class FileSum(NamedTuple):
    """What a file was written with."""

    n_bytes: int
    sha256: str


class Draft:
    """New files, removed again if the block that uses them fails.

    They are in a folder beside the saved corpora, so that it can be renamed to one. If they are not
    to be saved, or as soon as the cache cannot be written, they are temporary files without a name:
    the system removes them with the last that uses them, however a process ends.
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
        self._lock: int | None = None
        self._failures: list[str] = []
        self.folder: Path
        """Where the files are; those without a name cannot be found there."""
        try:
            if cache is not None:
                cache.mkdir(parents=True, exist_ok=True)
                self.folder = Path(tempfile.mkdtemp(prefix=DRAFT, dir=cache))
                self.in_cache = True
                self._lock = _locked(self.folder / LOCK)
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
        if self.in_cache:
            (self.folder / name).unlink(missing_ok=True)

    def opened(self, name: str) -> BufferedReader:
        """A file of this draft, opened for reading; wherever it is by then."""
        return opened(self.folder / name, self.opener)

    def opener(self, path: AnyPath, flags: int) -> int:
        """Opens the files of this draft by their paths, as `opened` has it."""
        if self.in_cache:
            return regular_only(path, flags)
        descriptor = os.dup(self._files[os.path.basename(path)].fileno())  # noqa: PTH119
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    def unlock(self) -> None:
        """Take the lock out of the folder, which is complete."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
            (self.folder / LOCK).unlink(missing_ok=True)

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
        if kind is not None and self.in_cache:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, name: str, offset: int, content: bytes | memoryview) -> None:
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = self._new(name)
        file.seek(offset)
        _write_all(file, content)

    def _new(self, name: str) -> FileIO:
        if not self.in_cache:
            return FileIO(_nameless(self.folder), "r+")
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        return FileIO(os.open(self.folder / name, flags, 0o666), "r+")

    def _move(self) -> None:
        """Continue among the temporary files.

        Raises:
            DiskError: it is there already, or they have no room for it.
            ReadingStopped: the event was set.
        """
        if not self.in_cache:
            raise self._error()
        new, old, files = self._temporary_folder(), self.folder, self._files
        self.folder, self._files, self.in_cache = new, {}, False
        try:
            for name, file in files.items():
                self._copy(name, file)
        except OSError as error:
            self._note("write to", self.folder, error)
            raise self._error() from error
        finally:
            for file in files.values():
                file.close()
            shutil.rmtree(old, ignore_errors=True)

    def _copy(self, name: str, source: FileIO) -> None:
        copy = self._files[name] = self._new(name)
        source.seek(0)
        while block := source.read(_COPIED_AT_ONCE):
            check_stop(self._stop)
            _write_all(copy, block)

    def _temporary_folder(self) -> Path:
        try:
            folder = Path(tempfile.gettempdir())
            os.close(_nameless(folder))
        except OSError as error:
            tried = ", nor ".join([*self._failures, f"make a temporary folder: {error}"])
            raise DiskError(f"cannot {tried}; set TMPDIR") from error
        return folder

    def _close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _note(self, what: str, place: Path | None, error: OSError) -> None:
        self.trouble = error.strerror or str(error)
        self._failures.append(f"{what} {printable(place)}: {self.trouble}")

    def _error(self) -> DiskError:
        return DiskError(
            f"cannot {', nor '.join(self._failures)}; make room there, "
            "or name another folder with W2VTUI_CACHE_DIR or TMPDIR"
        )


def is_abandoned(folder: Path) -> bool | None:
    """Whether the process that wrote a draft is gone; None if that is not known."""
    if fcntl is None:
        return None
    try:
        descriptor = regular_only(folder / LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # this disk has no locks
        return None
    finally:
        os.close(descriptor)
    return True


def _locked(path: Path) -> int | None:
    """A new file and a lock on it, held as long as its descriptor is open; None without locks."""
    if fcntl is None:
        return None
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        return None
    return descriptor


def _nameless(folder: Path) -> int:
    """The descriptor of a new file that ends with the last descriptor and mapping of it."""
    with tempfile.TemporaryFile(buffering=0, prefix="w2vtui-", dir=folder) as file:
        return os.dup(file.fileno())


def _write_all(file: FileIO, content: bytes | memoryview) -> None:
    rest = memoryview(content)
    while rest:  # the last bytes that fit are written without an error
        rest = rest[file.write(rest) :]
