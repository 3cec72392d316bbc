"""The tensors of a checkpoint or of a past moment on disk: a safetensors file, which is proved when
it is written and when it is read.
"""

from __future__ import annotations

import errno
import hashlib
import math
import os
import re
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from w2vtui.files.regular_files import Opener, mapping, opened, size_of
from w2vtui.formats.drafts.atomic import disk_errors
from w2vtui.runs.disk.checked_json import NOT_AS_WRITTEN, loaded
from w2vtui.runs.disk.inside import unfollowed

NO_TENSORS = (*NOT_AS_WRITTEN, SafetensorError)
"""What reading a file raises that does not hold what was written."""
DEPTH = 3
"""Parts of a path from the folder of the run to a file of a checkpoint."""
_DTYPES = {"F16": np.float16, "F32": np.float32, "F64": np.float64, "I16": np.int16}
_MOST_HEADER_BYTES = 1 << 20
_ROWS_AT_ONCE = 1_024

Tensors = dict[str, NDArray[Any]]


def write_tensors(path: Path, tensors: Tensors, depth: int = DEPTH) -> dict[str, Any]:
    """Write, sync and read back tensors; return the file's size and sha256.

    depth   how many parts at the end of the path must not be links

    The sha256 is that of the file, and shows only later damage: what the file holds now is compared
    with the tensors themselves.

    Raises:
        DiskError: the file cannot be written, or reads back differently.
    """
    with disk_errors(path):
        try:
            save_file(tensors, path)
        except SafetensorError as error:
            raise _as_os_error(error) from error
        opener = unfollowed(depth)
        with opened(path, opener) as file:
            os.fsync(file.fileno())
        facts = _facts(path, opener)
        if not _holds(path, tensors, opener):
            raise OSError(errno.EIO, "the file reads back differently")
        return facts


def _holds(path: Path, tensors: Tensors, opener: Opener) -> bool:
    """Whether a file has these tensors, bit for bit.

    It is read a few rows at a time, which takes little memory and does not block other threads.
    """
    try:
        places = _places(path, opener)
        if places.keys() != tensors.keys():
            return False
        with opened(path, opener) as file:
            return all(_holds_at(file, places[name], tensor) for name, tensor in tensors.items())
    except NO_TENSORS:
        return False


def _holds_at(file: BufferedReader, place: _Place, tensor: NDArray[Any]) -> bool:
    if (place.dtype, place.shape) != (tensor.dtype, tensor.shape):
        return False
    file.seek(place.offset)
    bits = np.dtype(f"u{tensor.itemsize}")
    for first in range(0, len(tensor), _ROWS_AT_ONCE):
        rows = tensor[first : first + _ROWS_AT_ONCE].reshape(-1).view(bits)
        if not np.array_equal(np.frombuffer(file.read(rows.nbytes), bits), rows):
            return False
    return True


def read_tensors(path: Path, promised: dict[str, Any], depth: int = DEPTH) -> Tensors:
    """All tensors of a file, which must have the promised size and sha256.

    depth   as for `write_tensors`

    The numbers are mapped from the file, since the library would block every other thread while it
    copies them.

    Raises:
        One of NO_TENSORS: it has not.
    """
    opener = unfollowed(depth)
    with opened(path, opener) as file:
        size, wanted = size_of(file), promised["bytes"]
        if size != wanted:
            raise ValueError(f"{path.name} has changed: {size:,} bytes, not {wanted:,}")
    if _facts(path, opener) != promised:
        raise ValueError(f"{path.name} has changed: its content has changed")
    places = _places(path, opener)
    with opened(path, opener) as file, mapping():
        return {
            name: (
                np.memmap(file, place.dtype, "r", place.offset, place.shape)
                if math.prod(place.shape)  # nothing cannot be mapped
                else np.zeros(place.shape, place.dtype)
            )
            for name, place in places.items()
        }


class _Place(NamedTuple):
    """Where the numbers of a tensor are in its file."""

    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, ...]


def _places(path: Path, opener: Opener) -> dict[str, _Place]:
    """Where the tensors of a file are; the library checks that its header is sound.

    Raises:
        One of NO_TENSORS: it has none.
    """
    with opened(path, opener) as file:
        n_header = int.from_bytes(file.read(8), "little")
        if not 0 < n_header <= _MOST_HEADER_BYTES:
            raise ValueError(f"{path.name} has a header of {n_header} bytes")
        header = loaded(file.read(n_header))
    with safe_open(path, framework="np") as checked:
        return {
            name: _Place(
                np.dtype(_DTYPES[header[name]["dtype"]]),
                8 + n_header + header[name]["data_offsets"][0],
                tuple(header[name]["shape"]),
            )
            for name in checked.keys()  # noqa: SIM118 (no mapping)
        }


def _facts(path: Path, opener: Opener) -> dict[str, Any]:
    with opened(path, opener) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": file.tell(), "sha256": digest}


def _as_os_error(error: SafetensorError) -> OSError:
    """The library reports a full disk by text alone: `I/O error: No space left (os error 28)`."""
    found = re.search(r"\(os error ([0-9]+)\)", str(error))
    number = int(found[1]) if found else 0
    return OSError(number, os.strerror(number) if number else str(error))
