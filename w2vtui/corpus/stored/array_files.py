"""The arrays of a corpus in files of its draft, written and read piece by piece."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.stored.draft import Draft, FileSum
from w2vtui.files.regular_files import size_of


class ArrayFile:
    """A one-dimensional .npy file, written piece by piece; its header is completed at the end."""

    def __init__(
        self,
        draft: Draft,
        name: str,
        dtype: type[np.generic],
        *,
        sealed: bool = True,
        summing: Executor | None = None,
    ) -> None:
        """
        sealed    whether it stays in the folder
        summing   one thread that computes its sum; values must not change any more then
        """
        self._draft, self._name = draft, name
        self._dtype: np.dtype[Any] = np.dtype(dtype)
        self._n_header = len(npy_header(self._dtype, 0))
        self._length = 0
        self._digest = hashlib.sha256() if sealed else None
        self._summing = summing
        self._summed: Future[None] | None = None
        draft.write(name, 0, npy_header(self._dtype, 0))

    def append(self, values: NDArray[Any]) -> None:
        """Append values.

        Raises:
            DiskError: they cannot be written.
        """
        if not len(values):
            return
        content = np.ascontiguousarray(values, dtype=self._dtype).data.cast("B")
        self._draft.write(self._name, self._n_header + self._length * self._dtype.itemsize, content)
        self._sum(content)
        self._length += len(values)

    def _sum(self, content: memoryview) -> None:
        if self._digest is None:
            return
        if self._summing is None:
            self._digest.update(content)
            return
        if self._summed is not None:
            self._summed.result()
        self._summed = self._summing.submit(self._digest.update, content)

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        if kind is not None:
            return
        self._draft.write(self._name, 0, npy_header(self._dtype, self._length))
        if self._summed is not None:
            self._summed.result()
        if self._digest is not None:
            n_bytes = self._n_header + self._length * self._dtype.itemsize
            self._draft.sums[self._name] = FileSum(n_bytes, self._digest.hexdigest())


class ArrayReader:
    """The values of a file that `ArrayFile` wrote, read piece by piece.

    They are not mapped: that would count as this process's memory until the system reclaims it.
    """

    def __init__(self, draft: Draft, name: str, dtype: type[np.generic]) -> None:
        self._draft, self._name = draft, name
        self._dtype: np.dtype[Any] = np.dtype(dtype)
        with draft.opened(name) as file:
            self.nbytes = size_of(file) - len(npy_header(self._dtype, 0))
            """Bytes of all values."""

    def blocks(self, lengths: Iterable[int]) -> Iterator[NDArray[Any]]:
        """The values in order, in blocks of these lengths; fewer where the file ends."""
        with self._draft.opened(self._name) as file:
            file.seek(len(npy_header(self._dtype, 0)))
            for length in lengths:
                yield np.fromfile(file, self._dtype, length)


def npy_header(dtype: np.dtype[Any], length: int) -> bytes:
    """A .npy header; its size is the same for every length, as NumPy leaves room for growth."""
    buffer = io.BytesIO()
    header = {"descr": dtype.str, "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue()
