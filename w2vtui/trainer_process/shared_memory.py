"""Copies of matrices in memory that another process maps: passed by descriptor, only to be read.

The matrices that train stay where they are: memory that is shared has smaller pages on most
systems, which slows random access to rows.
"""

from __future__ import annotations

import fcntl
import itertools
import mmap
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import DiskError, OutOfMemoryError
from w2vtui.system import spare_memory
from w2vtui.trainer_process.messages import Matrices, MatrixPart

_ALIGNED = 64
_MOST_KEPT = 3
"""Memories of copies that are kept, to serve again: what is shown, the next one, and another."""
_IDLE_SECONDS = 10.0
"""After the last copy, how long they are."""


class SharedCopies:
    """Copies for another process; the memory of one serves again once that process has done with
    it: new memory of this kind takes ten times as long. Any thread may ask.
    """

    def __init__(self) -> None:
        self._memories: dict[int, mmap.mmap] = {}
        """By number, the oldest first."""
        self._numbers = itertools.count(1)
        self._used = time.monotonic()
        self._lock = threading.Lock()

    def copy(
        self, matrices: Mapping[str, NDArray[np.float32]], spare: int, folder: Path | None
    ) -> tuple[Matrices, tuple[int, ...]]:
        """A copy of matrices, and the descriptor of its memory if that is new.

        spare    the number of a copy that nobody uses any more; 0 if there is none
        folder   where a file without a name is made if the system has no such memory; None for the
                 temporary folder

        Raises:
            OutOfMemoryError: there is no room.
            DiskError: there is none on the disk.
        """
        busy = time.thread_time()
        descriptors: tuple[int, ...] = ()
        parts, n_bytes = _laid_out(matrices)
        with self._lock:
            self._used = time.monotonic()
            number, memory = spare, self._memories.get(spare)
            if memory is not None and len(memory) == n_bytes:
                _fill(memory, parts, matrices)
            else:
                number, descriptors = self._in_new_memory(parts, n_bytes, matrices, folder)
        seconds = time.thread_time() - busy
        copied = Matrices(number=number, seconds=seconds, parts=parts, n_bytes=n_bytes)
        return copied, descriptors

    def _in_new_memory(
        self,
        parts: Sequence[MatrixPart],
        n_bytes: int,
        matrices: Mapping[str, NDArray[np.float32]],
        folder: Path | None,
    ) -> tuple[int, tuple[int, ...]]:
        descriptor = _memory(n_bytes, folder)
        try:
            memory = mmap.mmap(descriptor, n_bytes)
            _fill(memory, parts, matrices)
            _seal(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        number = next(self._numbers)
        if n_bytes <= spare_memory.MOST_BYTES:
            self._memories[number] = memory
        if len(self._memories) > _MOST_KEPT:
            del self._memories[next(iter(self._memories))]
        return number, (descriptor,)

    def forget_idle(self) -> None:
        """Keep no memory if no copy was made for a while."""
        if self._memories and time.monotonic() - self._used > _IDLE_SECONDS:
            self.forget()

    def forget(self) -> None:
        """Keep no memory; who has mapped some keeps that."""
        with self._lock:
            self._memories.clear()


def _laid_out(matrices: Mapping[str, NDArray[np.float32]]) -> tuple[tuple[MatrixPart, ...], int]:
    """Where each matrix lies in a memory, and the bytes of that."""
    parts, offset = [], 0
    for name, matrix in matrices.items():
        n_rows, n_columns = matrix.shape
        parts.append(MatrixPart(name=name, offset=offset, n_rows=n_rows, n_columns=n_columns))
        offset += -(-matrix.size * 4 // _ALIGNED) * _ALIGNED
    return tuple(parts), max(offset, _ALIGNED)


def _memory(n_bytes: int, folder: Path | None) -> int:
    """The descriptor of as many bytes."""
    try:
        if hasattr(os, "memfd_create"):
            descriptor = os.memfd_create("w2vtui", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        else:
            with tempfile.TemporaryFile(buffering=0, prefix=".w2vtui-", dir=folder) as file:
                descriptor = os.dup(file.fileno())
    except OSError as error:
        raise DiskError(f"no memory can be shared: {error.strerror or error}") from error
    try:
        if hasattr(os, "posix_fallocate"):  # now, since a page that is missing later is a crash
            os.posix_fallocate(descriptor, 0, n_bytes)
        else:
            os.ftruncate(descriptor, n_bytes)
    except OSError as error:
        os.close(descriptor)
        raise OutOfMemoryError(
            f"there is no room for a copy of the vectors, {n_bytes:,} bytes: "
            f"{error.strerror or error}"
        ) from error
    return descriptor


def _fill(
    memory: mmap.mmap, parts: Sequence[MatrixPart], matrices: Mapping[str, NDArray[np.float32]]
) -> None:
    numbers = np.frombuffer(memory, np.uint8)
    for part in parts:
        np.copyto(_rows(numbers, part), matrices[part.name])


def _seal(descriptor: int) -> None:
    """Let nobody change its size, where that is possible: what is missing later is a crash."""
    if hasattr(os, "memfd_create") and hasattr(fcntl, "F_ADD_SEALS"):
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)


class MappedCopies:
    """The other side: maps copies, and knows which of them nobody uses any more."""

    def __init__(self) -> None:
        self._spare: deque[tuple[int, mmap.mmap]] = deque(maxlen=_MOST_KEPT)

    def take_spare(self) -> tuple[int, mmap.mmap | None]:
        """A copy that nobody uses: its number, 0 if there is none, and its memory."""
        try:
            return self._spare.pop()
        except IndexError:
            return 0, None

    def mapped(
        self, laid_out: Matrices, memory: mmap.mmap | None, descriptors: Sequence[int]
    ) -> dict[str, NDArray[np.float32]]:
        """The matrices of a copy, only to be read. Closes the descriptors.

        memory        that of the spare copy that was offered for it
        descriptors   that of its memory, if it is in new memory

        Raises:
            OutOfMemoryError: it cannot be mapped.
            ValueError: the memory is not as it is said to be.
        """
        if descriptors:
            memory = _mapped(laid_out, descriptors[0])
        if memory is None:
            raise ValueError("a copy without its memory")
        # What is sliced from a matrix keeps this array, which is not made of another one.
        numbers = np.frombuffer(memory, np.uint8)
        if laid_out.n_bytes <= spare_memory.MOST_BYTES:
            finalize(numbers, self._spare.append, (laid_out.number, memory)).atexit = False
        return {part.name: _rows(numbers, part) for part in laid_out.parts}

    def forget(self) -> None:
        """Keep no memory of earlier copies, nor later that of copies still in use."""
        self._spare = deque(maxlen=_MOST_KEPT)


def _mapped(laid_out: Matrices, descriptor: int) -> mmap.mmap:
    """A memory, only to be read. Closes the descriptor.

    Raises:
        OutOfMemoryError: it cannot be mapped.
    """
    try:
        return mmap.mmap(descriptor, laid_out.n_bytes, access=mmap.ACCESS_READ)
    except OSError as error:
        raise OutOfMemoryError(
            f"the vectors, {laid_out.n_bytes:,} bytes, cannot be mapped: {error.strerror or error}"
        ) from error
    finally:
        os.close(descriptor)


def _rows(numbers: NDArray[np.uint8], part: MatrixPart) -> NDArray[np.float32]:
    """A matrix in the bytes of a memory (n,)."""
    end = part.offset + part.n_rows * part.n_columns * 4
    return numbers[part.offset : end].view(np.float32).reshape(part.n_rows, part.n_columns)
