"""Tensors in a safetensors file, written as they come and read or mapped into memory.

A file is the length of its header in 8 bytes, the header as JSON (each tensor's type, shape and
place), then the numbers, little-endian. Nothing in it can be executed.
https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import mapping, opened, size_of
from w2vtui.formats.drafts.atomic import AnyPath

Tensors: TypeAlias = Mapping[str, NDArray[Any]]

_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "BOOL": "?",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1",
}  # fmt: skip
"""NumPy's names of the types; BF16, which it lacks, is the upper half of a float32."""
_NAMES = {np.dtype(numpy_name): name for name, numpy_name in _TYPES.items() if name != "BF16"}
_ALIGNMENT = 8
_MOST_HEADER_BYTES = 100_000_000
_BLOCK_NUMBERS = 1 << 18


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor is in its file."""

    name: str
    type: str
    """As the header names it."""
    shape: tuple[int, ...]
    begin: int
    """Of its numbers, in bytes from the beginning of the file."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's type of the numbers in the file."""
        return np.dtype(_TYPES[self.type])

    @property
    def n_bytes(self) -> int:
        """The bytes of all of its numbers."""
        return math.prod(self.shape) * self.dtype.itemsize


def write_tensors(file: BinaryIO, tensors: Tensors) -> None:
    """Write arrays of any shape, one after the other.

    Raises:
        VectorsError: an array is not of numbers that the format has.
    """
    described = [(name, array.dtype, array.shape) for name, array in tensors.items()]
    order = sorted(described, key=lambda one: -one[1].itemsize)  # so that each is aligned
    file.write(header_of(order))
    for name, dtype, _ in order:
        rows = tensors[name].reshape(-1)
        for start in range(0, len(rows), _BLOCK_NUMBERS):
            block = rows[start : start + _BLOCK_NUMBERS]
            file.write(block.astype(dtype.newbyteorder("<"), copy=False).tobytes())


def header_of(
    described: list[tuple[str, np.dtype[Any], tuple[int, ...]]], n_bytes: int | None = None
) -> bytes:
    """The header of tensors that follow it in this order, with its length before it.

    n_bytes   as long as it is to be, which lets it be written before the shapes are known; None
              for as long as needed

    Raises:
        VectorsError: an array is not of numbers that the format has.
    """
    fields: dict[str, Any] = {}
    at = 0
    for name, dtype, shape in described:
        known = _NAMES.get(dtype.newbyteorder("<"))
        if known is None:
            raise VectorsError(f"{name} is of type {dtype}, which safetensors cannot hold")
        end = at + math.prod(shape) * dtype.itemsize
        fields[name] = {"dtype": known, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(fields, separators=(",", ":")).encode()
    length = len(text) + -len(text) % _ALIGNMENT if n_bytes is None else n_bytes - _ALIGNMENT
    if length < len(text):
        raise ValueError(f"a header of {len(text)} bytes does not fit into {length}")
    return length.to_bytes(_ALIGNMENT, "little") + text.ljust(length)


def tensors_in(file: BufferedReader, name: str) -> dict[str, Tensor]:
    """Where the tensors of an open file are.

    name   the file's, for messages

    Raises:
        VectorsError: the header is not one, or does not fit the size of the file.
    """
    size = size_of(file)
    n_header = int.from_bytes(file.read(_ALIGNMENT), "little")
    if size < _ALIGNMENT or n_header > min(size - _ALIGNMENT, _MOST_HEADER_BYTES):
        raise VectorsError(
            f"{name} is not a safetensors file, or is cut short: its header would have "
            f"{n_header:,} bytes, and the file has {size:,}"
        )
    try:
        fields = json.loads(file.read(n_header))
        fields.pop("__metadata__", None)
        found = {key: _tensor(key, value, _ALIGNMENT + n_header) for key, value in fields.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise VectorsError(f"{name}: the header of the tensors cannot be read") from error
    at = _ALIGNMENT + n_header
    for tensor in sorted(found.values(), key=lambda one: (one.begin, one.n_bytes)):
        if tensor.begin != at or at + tensor.n_bytes > size:
            raise VectorsError(
                f"{name}: the header places {safe_text(tensor.name, 40)} at byte {tensor.begin:,} "
                f"to {tensor.begin + tensor.n_bytes:,} of {size:,}: it is cut short or damaged"
            )
        at += tensor.n_bytes
    if at != size:
        raise VectorsError(
            f"{name}: {size - at:,} bytes follow the last tensor that the header gives: "
            "the file is damaged"
        )
    return found


def _tensor(name: str, fields: dict[str, Any], begin: int) -> Tensor:
    """A tensor from what the header says of it."""
    first, end = fields["data_offsets"]
    numbers = (*fields["shape"], first, end)
    if not all(type(number) is int and 0 <= number < 1 << 60 for number in numbers):
        raise ValueError(f"{name} has impossible sizes")
    tensor = Tensor(name, str(fields["dtype"]), tuple(fields["shape"]), begin + first)
    if first + tensor.n_bytes != end:
        raise ValueError(f"{name} has {end - first} bytes where its shape takes {tensor.n_bytes}")
    return tensor


def read_tensors(path: AnyPath, *, mmap: bool = False) -> dict[str, NDArray[Any]]:
    """The tensors of a file; BF16 as float32.

    mmap   map them into memory read-only, so that only what is used is read

    Raises:
        VectorsError: the file is damaged or cut short.
        OSError: it cannot be read.
    """
    path = Path(path)
    with opened(path) as file:
        places = tensors_in(file, str(path))
        return {
            name: _mapped(file, tensor) if mmap else tensor_values(file, tensor)
            for name, tensor in places.items()
        }


def _mapped(file: BufferedReader, tensor: Tensor) -> NDArray[Any]:
    if tensor.type == "BF16" or not tensor.n_bytes:
        return tensor_values(file, tensor)
    with mapping():
        return np.memmap(file, tensor.dtype, "r", tensor.begin, tensor.shape)


def tensor_values(file: BufferedReader, tensor: Tensor) -> NDArray[Any]:
    """All numbers of a tensor; BF16 as float32.

    Raises:
        VectorsError: the file became shorter.
    """
    array = np.empty(tensor.shape, tensor.dtype)
    file.seek(tensor.begin)
    if tensor.n_bytes and file.readinto(array.reshape(-1).view(np.uint8).data) < tensor.n_bytes:
        raise VectorsError(f"{file.name}: the file became shorter while it was read")
    return _as_floats(array) if tensor.type == "BF16" else array


def rows_of(file: BufferedReader, tensor: Tensor, n_rows: int) -> Iterator[NDArray[np.float32]]:
    """The rows of a matrix as float32, at most n_rows at a time.

    Raises:
        VectorsError: the file became shorter.
    """
    size = tensor.shape[1]
    for start in range(0, tensor.shape[0], n_rows):
        n = min(n_rows, tensor.shape[0] - start)
        n_before = start * size * tensor.dtype.itemsize
        part = Tensor(tensor.name, tensor.type, (n, size), tensor.begin + n_before)
        yield tensor_values(file, part).astype(np.float32, copy=False)


def _as_floats(halves: NDArray[np.uint16]) -> NDArray[np.float32]:
    """float32 of bfloat16."""
    floats: NDArray[np.float32] = (halves.astype(np.uint32) << 16).view(np.float32)
    return floats
