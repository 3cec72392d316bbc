"""A file that is read at any place, by several threads, a block of memory at a time."""

from __future__ import annotations

import os
import weakref
from io import BufferedReader
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.large_files.findings import Stamp, stamp_of

PAGE = 4096
"""Blocks begin at a multiple of this, in the file and in the memory: the system took up to five
times as long to copy others.
"""

Bytes: TypeAlias = NDArray[np.uint8]


def page_buffer(n_bytes: int) -> Bytes:
    """uint8 (n_bytes,): memory that begins at a page, not filled."""
    memory = np.empty(n_bytes + PAGE, dtype=np.uint8)
    return memory[-memory.ctypes.data % PAGE :][:n_bytes]


class OpenFile:
    """A file that is read at any place, by any thread, as it was when it was opened."""

    def __init__(self, file: BufferedReader) -> None:
        """Keeps the file open, also after `file` is closed."""
        self.name = str(file.name)
        self._descriptor = os.dup(file.fileno())
        self._close = weakref.finalize(self, os.close, self._descriptor)
        self._identity = self._current_identity()

    @property
    def n_bytes(self) -> int:
        """Of the file."""
        return self._identity[0]

    @property
    def stamp(self) -> Stamp:
        """What the file system knows of it now."""
        return stamp_of(os.fstat(self._descriptor))

    def check(self) -> None:
        """Refuse a file that was changed since it was opened; one that was replaced is still there.

        Raises:
            VectorsError: it has another size or time.
        """
        if self._current_identity() != self._identity:
            raise self.changed()

    def fill(self, buffer: Bytes, begin: int) -> None:
        """Read as many bytes as the buffer has.

        Raises:
            VectorsError: there are not as many.
            OSError: they cannot be read.
        """
        view, n_done = buffer.data, 0
        while n_done < len(view):
            n_read = _read_into(self._descriptor, view[n_done:], begin + n_done)
            if not n_read:
                raise self.changed()
            n_done += n_read

    def changed(self) -> VectorsError:
        """The error of a file that is not what it was."""
        return VectorsError(f"{self.name} was changed since it was opened: open it again")

    def _current_identity(self) -> tuple[int, int]:
        status = os.fstat(self._descriptor)
        return status.st_size, status.st_mtime_ns


def _read_into(descriptor: int, view: memoryview, begin: int) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(descriptor, [view], begin)
    read = os.pread(descriptor, len(view), begin)
    view[: len(read)] = read
    return len(read)
