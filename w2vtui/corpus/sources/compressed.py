"""Readers of compressed files, by the end of the name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

from w2vtui.errors import CorpusError
from w2vtui.extras import is_installed, missing

ARCHIVE = ".zip"
"""The end of the names of archives, which hold texts: archives.py."""
_FED_BYTES = 1 << 12
"""Compressed bytes unpacked at once: a few may stand for 30,000 times as many."""
_SKIPPED_FRAMES = {0x184D2A50 + number for number in range(16)}
"""Zstandard's frames of other data, by their first four bytes."""
_MOST_WINDOW = 1 << 31
_SKIPPED_BYTES = 1 << 20


class Reader(Protocol):
    """A file that is open to be read."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""

    def close(self) -> None:
        """Close what was opened for this."""


class _ZstdFile(io.RawIOBase):
    """What Zstandard's frames hold, one after another.

    The library's own reader ends without an error where a frame is cut short.
    """

    def __init__(self, file: IO[bytes], decompressor: Any) -> None:
        """decompressor: of the library, which makes one for each frame"""
        self._file = file
        self._library = decompressor
        self._frame: Any = None
        self._packed = b""
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._plain:
            self._packed = self._packed or self._file.read(_FED_BYTES)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("a frame ended before its end marker was reached")
                return 0
            self._unpack()
        taken = self._plain[: len(buffer)]
        buffer[: len(taken)] = taken
        self._plain = self._plain[len(taken) :]
        return len(taken)

    def _unpack(self) -> None:
        """Unpack some of what was read."""
        if self._frame is None:
            if self._is_other_data():
                return
            self._frame = self._library.decompressobj()
        try:
            self._plain = memoryview(self._frame.decompress(self._packed))
        except Exception as error:  # of the library's own kind
            raise OSError(str(error)) from error
        self._packed = self._frame.unused_data
        if self._frame.eof:
            self._frame = None

    def _is_other_data(self) -> bool:
        """Pass over a frame that is not data; return whether there was one."""
        while len(self._packed) < 8 and (more := self._file.read(_FED_BYTES)):
            self._packed += more
        if int.from_bytes(self._packed[:4], "little") not in _SKIPPED_FRAMES:
            return False
        n_left = 8 + int.from_bytes(self._packed[4:8], "little")
        while n_left > len(self._packed):
            n_left -= len(self._packed)
            self._packed = self._file.read(_FED_BYTES)
            if not self._packed:
                raise EOFError("a frame ended before its end marker was reached")
        self._packed = self._packed[n_left:]
        return True


class _InPieces(io.RawIOBase):
    """A file in small pieces. A reader that fetches half a megabyte at a time would be far ahead of
    what it has unpacked, and what is estimated from the file's position far too low.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the beginning of a buffer; return how many bytes that are."""
        piece = self._file.read(min(len(buffer), _FED_BYTES))
        buffer[: len(piece)] = piece
        return len(piece)


class _FastGzipFile:
    """gzip by the library isal. Where that fails, the standard library reads from the same place
    on, and says what is wrong in its own words.
    """

    def __init__(self, file: IO[bytes]) -> None:
        """file: seekable"""
        from isal import igzip

        self._file = file
        self._reader: Reader = igzip.IGzipFile(fileobj=_InPieces(file), mode="rb")
        self._is_fast, self._n_read = True, 0

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""
        try:
            block = self._reader.read(size)
        except Exception:  # isal's errors have a kind of their own
            if not self._is_fast:
                raise
            self._continue_slowly()
            block = self._reader.read(size)
        self._n_read += len(block)
        return block

    def close(self) -> None:
        """Close the reader; the file stays open."""
        self._reader.close()

    def _continue_slowly(self) -> None:
        self._reader.close()
        self._file.seek(0)
        self._reader, self._is_fast = _plain_gzip_file(self._file), False
        n_left = self._n_read
        while n_left > 0:
            n_left -= len(self._reader.read(min(n_left, _SKIPPED_BYTES)))


def _plain_gzip_file(file: IO[bytes]) -> Reader:
    reader: Reader = gzip.GzipFile(fileobj=file, mode="rb")
    return reader


def _gzip_file(file: IO[bytes]) -> Reader:
    if is_installed("isal") and file.seekable():
        return _FastGzipFile(file)
    return _plain_gzip_file(file)


def _zstd_file(file: IO[bytes]) -> Reader:
    if sys.version_info >= (3, 14):
        from compression import zstd

        reader: Reader = zstd.ZstdFile(file)
        return reader
    if not is_installed("zstandard"):
        raise CorpusError(missing("reading .zst", "zstd"))
    import zstandard

    return io.BufferedReader(
        _ZstdFile(file, zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW)), 1 << 16
    )


COMPRESSED: dict[str, Callable[[IO[bytes]], Reader]] = {
    ".gz": _gzip_file,
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zst": _zstd_file,
}
"""Readers of compressed files, by the end of the name."""


def is_packed(path: Path) -> bool:
    """Whether a file says by its name that it is compressed, or an archive."""
    ending = path.suffix.lower()
    return ending in COMPRESSED or ending == ARCHIVE


def inner_ending(name: str) -> str:
    """The end of a name without that of a compression: `.csv` of `notes.csv.gz`."""
    path = Path(name.lower())
    return Path(path.stem).suffix if path.suffix in COMPRESSED else path.suffix
