"""A Parquet table of words, counts and vectors (lists of a fixed length), as DuckDB, Polars, pandas
and Embedding Atlas read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.extras import missing
from w2vtui.files.regular_files import opened
from w2vtui.formats.layouts import checked_words
from w2vtui.formats.rows.blocks import Block, Shape, rows_a_block
from w2vtui.formats.rows.records import Source
from w2vtui.formats.rows.settling import Settler
from w2vtui.vector_layouts import LAYOUTS

if TYPE_CHECKING:
    import pyarrow as pa

_WORDS = ("word", "token", "key", "text", "term", "name", "item")
_COUNTS = ("count", "counts", "frequency", "n")
_BUFFER_BYTES = 1 << 20
_GROUP_NUMBERS = 1 << 22
"""About as many numbers are in a group of rows."""


def library() -> Any:
    """The library that reads and writes Parquet.

    Raises:
        VectorsError: it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError as error:
        raise VectorsError(missing("reading and writing .parquet", "parquet")) from error
    return pyarrow


class ParquetReader:
    """Reads a table with a column of words, one of lists of numbers, and perhaps one of counts.

    Raises:
        VectorsError: it is damaged, or has no such columns.
    """

    def __init__(self, file: BufferedReader, source: Source) -> None:
        self._source, self._pa = source, library()
        try:
            self._table = self._pa.parquet.ParquetFile(
                file, buffer_size=_BUFFER_BYTES, pre_buffer=False
            )
            self._columns = _columns(self._table.schema_arrow, self._pa, source)
            n_rows = self._table.metadata.num_rows
            first = next(self._table.iter_batches(1, columns=[self._columns[1]]), None)
        except (self._pa.ArrowException, OSError) as error:
            raise _damaged(source, error) from error
        if first is None or not first.num_rows:
            raise source.error(None, "the table has no rows")
        size = len(first.column(0)[0].as_py() or ())
        if not size:
            raise source.error(1, "the vector is empty")
        most = n_rows if source.limit is None else min(n_rows, source.limit)
        self.shape = Shape(most, size, len(self._columns) > 2)

    def blocks(self) -> Iterator[Block]:
        """Words, vectors and counts.

        Raises:
            VectorsError: a row has no word, or not as many numbers, or the file is damaged.
        """
        self._source.remarks.clear()
        settler, n_left, first = Settler(self._source), self.shape.most_words, 1
        batches = self._table.iter_batches(
            rows_a_block(self.shape.vector_size), columns=list(self._columns), use_threads=False
        )
        while n_left:
            try:
                batch = next(batches)
            except StopIteration:
                raise self._source.error(None, "the file has fewer rows than it says") from None
            except (self._pa.ArrowException, OSError) as error:
                raise _damaged(self._source, error) from error
            batch = batch.slice(0, n_left)
            yield self._block(batch, settler, first)
            n_left -= batch.num_rows
            first += batch.num_rows
        settler.check_any()

    def _block(self, batch: pa.RecordBatch, settler: Settler, first: int) -> Block:
        words = batch.column(self._columns[0]).to_pylist()
        if None in words:
            raise self._source.error(first + words.index(None), "the word is missing")
        counts = None
        if len(self._columns) > 2:
            known = batch.column(self._columns[2])
            counts = known.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        rows = self._rows(batch.column(self._columns[1]), first)
        return settler.settle(words, rows, range(first, first + len(words)), counts)

    def _rows(self, lists: pa.Array, first: int) -> NDArray[np.float32]:
        """float32 (n, D) of lists of numbers."""
        size = self.shape.vector_size
        lengths = (
            self._pa.compute.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False)
        )
        odd = np.flatnonzero(lengths != size)
        if len(odd):
            row = int(odd[0])
            raise self._source.error(
                first + row, f"{lengths[row]:,} numbers where {size:,} are expected"
            )
        with np.errstate(over="ignore"):
            numbers = lists.flatten().to_numpy(zero_copy_only=False)
            floats: NDArray[np.float32] = numbers.astype(np.float32)
        return floats.reshape(-1, size)


def _columns(schema: Any, pa: Any, source: Source) -> tuple[str, ...]:
    """The names of the columns of words, of vectors, and of counts if there is one.

    Raises:
        VectorsError: there are none of words or vectors.
    """
    types = pa.types
    texts = [
        one.name for one in schema if types.is_string(one.type) or types.is_large_string(one.type)
    ]
    lists = [
        one.name
        for one in schema
        if (types.is_fixed_size_list(one.type) or types.is_list(one.type))
        and types.is_floating(one.type.value_type)
    ]
    if not texts or not lists:
        names = ", ".join(schema.names[:8])
        raise source.error(
            None, f"a column of words and one of lists of numbers are expected, got {names}"
        )
    word = next((name for name in texts if name.lower() in _WORDS), texts[0])
    whole = [one.name for one in schema if types.is_integer(one.type)]
    count = [name for name in whole if name.lower() in _COUNTS][:1]
    return word, lists[0], *count


def has_own_columns(path: Path) -> bool:
    """Whether a table has the columns that this program writes, and no others.

    Raises:
        VectorsError: the library is not installed.
        OSError: it cannot be read.
    """
    pa = library()
    try:
        with opened(path) as file:
            names = pa.parquet.ParquetFile(file).schema_arrow.names
    except pa.ArrowException:
        return False
    return [name for name in names if name != "count"] == ["word", "vector"]


def _damaged(source: Source, error: Exception) -> VectorsError:
    return source.error(None, f"not a Parquet table, or damaged ({error})")


class ParquetWriter:
    """Writes a table, some rows at a time.

    Raises:
        VectorsError: the library is not installed.
    """

    def __init__(self, file: BinaryIO, shape: Shape) -> None:
        self._pa = pa = library()
        self._shape = shape
        vector = pa.list_(pa.float32(), shape.vector_size)
        counts = [("count", pa.int64())] if shape.has_counts else []
        self._schema = pa.schema([("word", pa.string()), *counts, ("vector", vector)])
        self._table = pa.parquet.ParquetWriter(
            file, self._schema, compression="zstd", use_dictionary=False, write_statistics=False
        )
        self._waiting: list[Any] = []
        self._n_waiting = self._n_words = 0

    def write(self, block: Block) -> None:
        """Write more rows.

        Raises:
            VectorsError: a word cannot be held.
        """
        pa = self._pa
        checked_words(block.words, LAYOUTS["parquet"], self._n_words + 1)
        numbers = pa.array(np.ascontiguousarray(block.vectors).reshape(-1), pa.float32())
        columns = [
            pa.array(block.words, pa.string()),
            *([pa.array(block.counts, pa.int64())] if self._shape.has_counts else []),
            pa.FixedSizeListArray.from_arrays(numbers, self._shape.vector_size),
        ]
        self._waiting.append(pa.record_batch(columns, schema=self._schema))
        self._n_words += len(block.words)
        self._n_waiting += len(block.words)
        if self._n_waiting * self._shape.vector_size >= _GROUP_NUMBERS:
            self._write_group()

    def _write_group(self) -> None:
        if self._waiting:
            table = self._pa.Table.from_batches(self._waiting)
            self._table.write_table(table, row_group_size=max(self._n_waiting, 1))
        self._waiting, self._n_waiting = [], 0

    def finish(self, n_words: int) -> None:
        """Write the end of the table; the file stays open."""
        self._write_group()
        self._table.close()
