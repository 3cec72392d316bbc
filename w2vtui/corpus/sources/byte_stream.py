"""The bytes of one source, decompressed."""

from __future__ import annotations

import io
import lzma
import os
import select
import stat
import sys
import threading
import zlib
from pathlib import Path
from typing import IO, cast
from zipfile import BadZipFile

from w2vtui.corpus.progress import check_stop
from w2vtui.corpus.sources.compressed import COMPRESSED, Reader
from w2vtui.corpus.sources.packed import refuse_packed
from w2vtui.display import printable
from w2vtui.errors import CorpusError

SNIFFED_BYTES = 8192
"""The beginning of a file that tells what it is."""
_LOOK_UP_SECONDS = 0.2
_CONTROLS = frozenset(range(0x20)) - frozenset(b"\t\n\v\f\r")
"""Bytes that compressed data hold and text does not."""


class _WaitingReader(io.RawIOBase):
    """A pipe or terminal that may stay silent; a request to stop ends the wait for it.

    Reads are unbuffered: a thread that waits in a buffered read holds a lock that Python needs at
    exit.
    """

    def __init__(self, number: int, stop: threading.Event | None, *, ours: bool = False) -> None:
        """ours: the descriptor is closed with this."""
        self._number = number
        self._stop = stop
        self._ours = ours

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if self._ours and not self.closed:
            os.close(self._number)
        super().close()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not select.select([self._number], [], [], _LOOK_UP_SECONDS)[0]:
            check_stop(self._stop)
        block = os.read(self._number, len(buffer))
        buffer[: len(block)] = block
        return len(block)


class ByteStream:
    """The bytes of a source, decompressed."""

    def __init__(self, path: Path, stop: threading.Event | None = None) -> None:
        """Open a file, or stdin for `-`; waiting for it or a pipe ends in ReadingStopped on a stop.

        Raises:
            CorpusError: it cannot be opened.
        """
        self.is_stdin = path == Path("-")
        self.name = "stdin" if self.is_stdin else printable(path)
        self._n_read = 0
        self._stop = stop
        self._file = self._opened(path)
        self._bytes: Reader = self._file
        try:
            if wrap := COMPRESSED.get(path.suffix.lower()):
                self._bytes = wrap(self._file)
        except CorpusError:  # its library is not installed
            self.close()
            raise

    def _opened(self, path: Path) -> IO[bytes]:
        if self.is_stdin:
            # A program without a console has None, a notebook an object without bytes.
            buffer: IO[bytes] | None = getattr(sys.stdin, "buffer", None)
            if buffer is None:
                raise CorpusError("no standard input: name a file")
            try:
                number = buffer.fileno()
            except OSError:  # a stand-in without a file behind it
                return buffer
            return cast(IO[bytes], _WaitingReader(number, self._stop))
        try:
            mode = path.stat().st_mode
            if _may_never_end(path, mode):
                raise CorpusError(
                    f"{self.name} is a device, which may never end: name a file, or pipe text in"
                )
            if stat.S_ISFIFO(mode):  # it may never get a writer
                number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                return cast(IO[bytes], _WaitingReader(number, self._stop, ours=True))
            return path.open("rb")
        except OSError as error:
            raise CorpusError(f"cannot read {self.name}: {error.strerror}") from error

    def read(self, n_bytes: int) -> bytes:
        """The next `n_bytes` bytes, fewer before the end, none at the end.

        Raises:
            CorpusError: the file cannot be read, is not what its name says, or is packed.
        """
        try:
            block = self._bytes.read(n_bytes)
        except (EOFError, zlib.error, lzma.LZMAError, BadZipFile, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise CorpusError(f"cannot read {self.name}: {error.strerror}") from error
            if not self._n_read:
                self._refuse_plain()
            raise CorpusError(
                f"{self.name} is damaged or cut short after {self._n_read} bytes of text "
                f"({error}): get the file again"
            ) from error
        if not self._n_read:
            refuse_packed(block, self.name)
        self._n_read += len(block)
        return block

    def _refuse_plain(self) -> None:
        """Raise an error that names what a file is whose name alone says that it is compressed.

        Raises:
            CorpusError: it is plain text, or packed in another way.
        """
        if self._bytes is self._file or not self._file.seekable():
            return
        self._file.seek(0)
        head = self._file.read(SNIFFED_BYTES)
        if head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")):
            return
        refuse_packed(head, self.name)
        if head and not _CONTROLS & set(head):
            raise CorpusError(
                f"{self.name} is not compressed, as its name says, but plain text: "
                "let its name end in .txt"
            )

    @property
    def n_done(self) -> int:
        """Bytes of the file read so far, before decompression."""
        return self._file.tell() if self._file.seekable() else self._n_read

    def close(self) -> None:
        """Close what was opened; stdin stays open, it is not ours."""
        if self._bytes is not self._file:
            self._bytes.close()
        if not self.is_stdin:
            self._file.close()

    def __enter__(self) -> ByteStream:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def _may_never_end(path: Path, mode: int) -> bool:
    """Whether this is a device, but neither a terminal nor the null device."""
    if not (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)) or path.samefile(os.devnull):
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return not os.isatty(descriptor)
    finally:
        os.close(descriptor)
