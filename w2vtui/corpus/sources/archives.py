"""The texts in a zip archive, in the order of their names.

Members stream, so that what a few bytes unpack to needs no room of its own.
"""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from w2vtui.corpus.sources.byte_stream import SNIFFED_BYTES, ByteStream
from w2vtui.corpus.sources.packed import PackedError
from w2vtui.display import printable
from w2vtui.errors import CorpusError
from w2vtui.files.regular_files import opened

_ENCRYPTED = 1
"""The bit of a member's flags that says so."""
_NOT_MEANT = "__MACOSX"
"""A folder that macOS adds to archives."""


class Member(NamedTuple):
    """A file in an archive, and how it begins."""

    name: str
    head: bytes
    """Empty if it is packed once more, or is something else by its first bytes."""


def members_of(path: Path) -> Iterator[Member]:
    """The files in an archive but hidden ones, in the order of their names.

    Raises:
        CorpusError: it cannot be read, is not an archive, or is encrypted.
    """
    with _archive(path) as archive:
        for info in _files_in(archive, path):
            with _MemberStream(archive, info, path) as source:
                try:
                    head = source.read(SNIFFED_BYTES)
                except PackedError:
                    head = b""
                yield Member(info.filename, head)


def opened_members(
    path: Path, names: frozenset[str], stop: threading.Event | None = None
) -> Generator[ByteStream, None, None]:
    """The bytes of some files in an archive, each open until the next one is asked for.

    Raises:
        CorpusError: as `members_of` does.
    """
    with _archive(path) as archive:
        for info in _files_in(archive, path):
            if info.filename in names:
                with _MemberStream(archive, info, path, stop) as source:
                    yield source


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    name = printable(path)
    try:
        with opened(path) as file, _central_directory(file, name) as archive:
            yield archive
    except OSError as error:
        raise CorpusError(f"cannot read {name}: {error.strerror or error}") from error


def _central_directory(file: IO[bytes], name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        file.seek(0)
        cut = file.read(4) == b"PK\3\4"
        what = "is damaged or cut short" if cut else "is not a zip archive, as its name says"
        raise CorpusError(f"{name} {what} ({error}): get the file again") from error


def _files_in(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    """The members that may be texts."""
    name = printable(path)
    if sum(info.compress_size for info in archive.infolist()) > path.stat().st_size:
        raise CorpusError(f"{name} holds files that overlap: it was made to be harmful")
    files = [info for info in archive.infolist() if not info.is_dir() and _is_meant(info)]
    if locked := next((info for info in files if info.flag_bits & _ENCRYPTED), None):
        inside = printable(locked.filename)
        raise CorpusError(f"{name} is encrypted ({inside}): unpack it, and name its files")
    return sorted(files, key=lambda info: info.filename)


def _is_meant(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    return not any(part.startswith(".") or part == _NOT_MEANT for part in parts)


class _MemberStream(ByteStream):
    """The bytes of a file in an archive, decompressed."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        info: zipfile.ZipInfo,
        path: Path,
        stop: threading.Event | None = None,
    ) -> None:
        self._archive = archive
        self._info = info
        super().__init__(path / info.filename, stop)

    def _opened(self, path: Path) -> IO[bytes]:
        try:
            return self._archive.open(self._info)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
            raise CorpusError(f"cannot read {self.name}: {error}") from error

    @property
    def n_done(self) -> int:
        """Bytes of the archive that have been read for this file."""
        share = self._file.tell() / max(self._info.file_size, 1)
        return round(min(share, 1.0) * self._info.compress_size)
