"""Copies of matrices in memory that another process maps: passed by descriptor, only to be read.

The matrices that train stay where they are: memory that is shared has smaller pages on most
systems, which slows random access to rows.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import DiskError, OutOfMemoryError
from w2vtui.trainer_process.messages import Matrices, MatrixPart

_ALIGNED = 64
_SEALS = ("F_SEAL_SHRINK", "F_SEAL_GROW", "F_SEAL_WRITE")


def copy_to_memory(
    matrices: Mapping[str, NDArray[np.float32]], folder: Path | None
) -> tuple[Matrices, int]:
    """A copy of matrices in memory of its own, and the descriptor of that.

    folder   where a file without a name is made if the system has no such memory; None for the
             temporary folder

    Raises:
        OutOfMemoryError: there is no room.
        DiskError: there is none on the disk.
    """
    parts, offset = [], 0
    for name, matrix in matrices.items():
        n_rows, n_columns = matrix.shape
        parts.append(MatrixPart(name=name, offset=offset, n_rows=n_rows, n_columns=n_columns))
        offset += -(-matrix.size * 4 // _ALIGNED) * _ALIGNED
    laid_out = Matrices(parts=tuple(parts), n_bytes=max(offset, _ALIGNED))
    descriptor = _memory(laid_out.n_bytes, folder)
    try:
        _fill(descriptor, laid_out, matrices)
        _seal(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return laid_out, descriptor


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


def _fill(descriptor: int, laid_out: Matrices, matrices: Mapping[str, NDArray[np.float32]]) -> None:
    with mmap.mmap(descriptor, laid_out.n_bytes) as memory:
        for part in laid_out.parts:
            rows = _rows(memory, part)
            np.copyto(rows, matrices[part.name])
            del rows  # it would keep the memory mapped


def _seal(descriptor: int) -> None:
    """Let nobody change it, where that is possible."""
    if hasattr(os, "memfd_create") and hasattr(fcntl, "F_ADD_SEALS"):
        seals = sum(getattr(fcntl, name) for name in _SEALS)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)


def mapped(laid_out: Matrices, descriptor: int) -> dict[str, NDArray[np.float32]]:
    """The matrices of a memory, only to be read; they keep it. Closes the descriptor.

    Raises:
        OutOfMemoryError: it cannot be mapped.
        ValueError: the memory is not as it is said to be.
    """
    try:
        memory = mmap.mmap(descriptor, laid_out.n_bytes, access=mmap.ACCESS_READ)
    except OSError as error:
        raise OutOfMemoryError(
            f"the vectors, {laid_out.n_bytes:,} bytes, cannot be mapped: {error.strerror or error}"
        ) from error
    finally:
        os.close(descriptor)
    return {part.name: _rows(memory, part) for part in laid_out.parts}


def _rows(memory: mmap.mmap, part: MatrixPart) -> NDArray[np.float32]:
    numbers = np.frombuffer(memory, np.float32, part.n_rows * part.n_columns, part.offset)
    return numbers.reshape(part.n_rows, part.n_columns)
