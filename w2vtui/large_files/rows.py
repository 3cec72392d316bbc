"""Rows of float32 that stay in a file: what is asked for is read, a few megabytes at a time.

A file that another process writes again does not bring wrong answers: it is looked at before each
pass, and a file that has another size or time is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.raw_rows import measure_rows, multiply_rows
from w2vtui.large_files.open_file import PAGE, Bytes, OpenFile, page_buffer
from w2vtui.system.cores import free_cores
from w2vtui.vectors.similarity import Floats, Lengths, norms_of

BLOCK_BYTES = 1 << 22
"""About as many bytes are read at once, by each thread."""

MOST_READ = 1 << 26
"""Bytes of a slice that is read into the memory."""

Places: TypeAlias = NDArray[np.int64]
Work: TypeAlias = Callable[[Bytes, Places, slice], None]
"""Takes bytes of the file, where in them rows begin, and which rows these are."""


class FileRows:
    """A matrix float32 (V, D) in a file, with those operations of an array that searching needs:
    rows by number, slice or list of numbers, which are read, and `@`.
    """

    dtype = np.dtype(np.float32)
    ndim = 2
    __array_ufunc__ = None  # so that array @ rows does not read them all

    def __init__(self, file: OpenFile, places: Places, size: int) -> None:
        """
        places  int64 (V,), the byte of the file at which each row begins; rising
        size    D
        """
        self.file, self.places = file, places
        self.shape = (len(places), size)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.shape[0] * self.shape[1]

    @property
    def nbytes(self) -> int:
        """How many bytes the numbers take in the file."""
        return 4 * self.size

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, rows: int | slice | Sequence[int] | NDArray[Any]) -> Floats:
        """A row (D,), or several (n, D), read into the memory; a slice of more than that may take
        stays in the file, as FileRows.

        Raises:
            VectorsError: the file was changed.
        """
        self.file.check()
        places = self.places[rows]
        if isinstance(rows, slice) and 4 * self.shape[1] * len(places) > MOST_READ:
            return cast("Floats", FileRows(self.file, places, self.shape[1]))
        if np.ndim(places) == 0:
            row: Floats = self._read(np.atleast_1d(places))[0]
            return row
        if isinstance(rows, slice):
            return np.asarray(FileRows(self.file, places, self.shape[1]))
        return self._read(places)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All rows, in the memory."""
        if copy is False:
            raise ValueError("rows of a file cannot be had without copying them")
        read = np.empty(self.shape, dtype=np.float32)

        def take(block: Bytes, places: Places, rows: slice) -> None:
            read[rows] = rows_in(block, places, self.shape[1])

        self.each_block(take)
        return read.astype(dtype or np.float32, copy=False)

    def __matmul__(self, query: NDArray[np.floating]) -> Floats:
        """float32 (V,): the products of all rows with a vector (D,), or (V, n) with n of them.

        Raises:
            VectorsError: the file was changed.
        """
        columns = np.asarray(query, dtype=np.float32)
        wanted = np.ascontiguousarray(np.atleast_2d(columns.T))
        products = np.empty((len(wanted), len(self)), dtype=np.float32)

        def multiply(block: Bytes, places: Places, rows: slice) -> None:
            for one, product in zip(wanted, products, strict=True):
                multiply_rows(block, places, one, product[rows])

        self.each_block(multiply)
        return products[0] if columns.ndim == 1 else products.T

    def __add__(self, other: FileRows) -> RowSums:
        """The sums of the rows of two matrices, which are computed as they are asked for."""
        return RowSums(self, other)

    def only(self, rows: NDArray[np.bool_]) -> FileRows:
        """Some rows, bool (V,), left in the file."""
        return FileRows(self.file, self.places[rows], self.shape[1])

    def run_of(self, rows: slice) -> Floats:
        """Rows one after the other, (n, D), read by this thread alone."""
        places, row_bytes = self.places[rows], 4 * self.shape[1]
        begin = int(places[0]) // PAGE * PAGE
        raw = page_buffer(int(places[-1]) + row_bytes - begin)
        self.file.fill(raw, begin)
        return rows_in(raw, places - begin, self.shape[1])

    def norms(self) -> Lengths:
        """float64 (V,): the length of each row.

        Raises:
            VectorsError: the file was changed.
        """
        norms, n_odd = np.empty(len(self)), np.empty(len(self), dtype=np.int32)

        def measure(block: Bytes, places: Places, rows: slice) -> None:
            measure_rows(block, places, self.shape[1], 0.0, np.inf, norms[rows], n_odd[rows])

        self.each_block(measure)
        return norms

    def each_block(self, work: Work) -> None:
        """Read all rows once, on all cores that are free.

        Raises:
            VectorsError: the file was changed.
        """
        self.file.check()
        waiting = deque(self._blocks())
        n_workers = min(free_cores(), len(waiting))
        if n_workers < 2:
            self._work(waiting, work)
            return
        with ThreadPoolExecutor(n_workers, "w2vtui-rows") as pool:
            for done in [pool.submit(self._work, waiting, work) for _ in range(n_workers)]:
                done.result()

    def _work(self, waiting: deque[slice], work: Work) -> None:
        """Take blocks until none is left."""
        row_bytes, buffer = 4 * self.shape[1], np.empty(0, dtype=np.uint8)
        try:
            while waiting:
                try:
                    rows = waiting.popleft()
                except IndexError:  # another thread took it
                    return
                places = self.places[rows]
                begin, end = int(places[0]) // PAGE * PAGE, int(places[-1]) + row_bytes
                if end - begin > len(buffer):
                    buffer = page_buffer(end - begin + row_bytes)
                block = buffer[: end - begin]
                self.file.fill(block, begin)
                work(block, places - begin, rows)
        except BaseException:
            waiting.clear()  # the other threads need not go on
            raise

    def _blocks(self) -> list[slice]:
        """Runs of rows that are about a block long, also where rows between them are left out."""
        if not len(self):
            return []
        numbers = (self.places - self.places[0]) // BLOCK_BYTES
        bounds = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(self)]
        return [slice(a, b) for a, b in pairwise(bounds)]

    def _read(self, places: Places) -> Floats:
        """Rows that may be anywhere."""
        rows = np.empty((len(places), self.shape[1]), dtype="<f4")
        for row, place in zip(rows, places.tolist(), strict=True):
            self.file.fill(row.view(np.uint8), place)
        return rows.astype(np.float32, copy=False)


class RowSums:
    """The sums of the rows of two matrices (V, D) in files, as FileRows are used: what is asked for
    is read of both and added, so the memory need not hold either.
    """

    dtype = np.dtype(np.float32)
    ndim = 2
    __array_ufunc__ = None

    def __init__(self, first: FileRows, second: FileRows) -> None:
        self._first, self._second = first, second
        self.shape, self.size, self.nbytes = first.shape, first.size, first.nbytes

    def __len__(self) -> int:
        return len(self._first)

    def __getitem__(self, rows: int | slice | Sequence[int] | NDArray[Any]) -> Floats:
        """As of FileRows."""
        return self._first[rows] + self._second[rows]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All rows, in the memory."""
        if copy is False:
            raise ValueError("rows of a file cannot be had without copying them")
        sums = np.empty(self.shape, dtype=np.float32)
        self._each(sums.__setitem__)
        return sums.astype(dtype or np.float32, copy=False)

    def __matmul__(self, query: NDArray[np.floating]) -> Floats:
        """float32 (V,), or (V, n): the sums of the products of both."""
        products = self._first @ query
        products += self._second @ query
        return products

    def norms(self) -> Lengths:
        """float64 (V,): the length of each sum."""
        norms = np.empty(len(self))

        def measure(rows: slice, sums: Floats) -> None:
            norms[rows] = norms_of(sums)

        self._each(measure)
        return norms

    def _each(self, work: Callable[[slice, Floats], None]) -> None:
        """Compute all sums once, a block at a time, on all cores that are free."""

        def add(block: Bytes, places: Places, rows: slice) -> None:
            sums = rows_in(block, places, self.shape[1])
            sums += self._second.run_of(rows)
            work(rows, sums)

        self._first.each_block(add)


def rows_in(block: Bytes, places: Places, size: int) -> Floats:
    """The rows, float32 (n, D), that begin at some places of a block, in new memory."""
    raw = np.lib.stride_tricks.sliding_window_view(block, 4 * size)[places]
    return raw.view("<f4").astype(np.float32, copy=False)
