"""Parquet: fields of the rows of a table of columns, read in groups of rows."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from w2vtui.corpus.sources.records import (
    Fields,
    RecordProblems,
    joined,
    leaves_of,
    listed,
    missing_field,
)
from w2vtui.display import printable, safe_text
from w2vtui.errors import CorpusError
from w2vtui.extras import is_installed, missing
from w2vtui.files.regular_files import opened
from w2vtui.settings import CorpusSettings

ENDINGS = (".parquet", ".pq")
_ROWS_AT_ONCE = 2048
_SAMPLED_ROWS = 100


class ParquetText:
    """The text in fields of a Parquet file."""

    n_skipped = 0

    def __init__(self, path: Path, settings: CorpusSettings) -> None:
        """Open a file; to be closed afterwards.

        Raises:
            CorpusError: it cannot be read, is damaged or lacks the field; or the library is not
                installed.
        """
        assert settings.field is not None
        self.name = printable(path)
        self._problems = RecordProblems(self.name, settings, unit="row")
        self._fields = Fields(settings.field)
        self._n_rows = 0
        with ExitStack() as opening:
            self._table = _Table(path)
            opening.callback(self._table.close)
            self._records = self._read(self._columns())
            opening.pop_all()

    @property
    def n_done(self) -> int:
        """Bytes of the file read so far, judged by its rows."""
        return round(self._table.n_bytes * self._n_rows / max(self._table.n_rows, 1))

    @property
    def remarks(self) -> list[str]:
        """What was left out."""
        return self._problems.remarks

    def read(self, n_bytes: int) -> bytes:
        """The next rows, about as many bytes as asked for; none at the end.

        Raises:
            CorpusError: the file cannot be read, or a row is not what it should be.
        """
        return joined(self._records, n_bytes)

    def close(self) -> None:
        """Close the file."""
        self._table.close()

    def _columns(self) -> list[str]:
        """The columns that the fields are in, or begin in."""
        names = self._table.names
        if self._fields.name in names:
            return [self._fields.name]
        columns = []
        for part in self._fields.parts:
            column = part if part in names else part.partition(".")[0]
            if column not in names:
                raise CorpusError(f"{self.name}: {missing_field(part, self._table.names)}")
            columns.append(column)
        return list(dict.fromkeys(columns))

    def _read(self, columns: list[str]) -> Iterator[str]:
        for row in self._table.rows(columns):
            self._n_rows += 1
            found, problem = self._fields.of_record(row)
            if problem:
                self._problems.found(self._n_rows, problem)
            yield from found


def parquet_fields(path: Path) -> dict[str, int]:
    """The fields of a Parquet file, and the characters of text in its first rows.

    Raises:
        CorpusError: it cannot be read, or the library is not installed.
    """
    table = _Table(path)
    found = dict.fromkeys(table.names, 0)
    try:
        for row, _ in zip(
            table.rows(table.names, _SAMPLED_ROWS), range(_SAMPLED_ROWS), strict=False
        ):
            for name, n in leaves_of(row).items():
                found[name] = found.get(name, 0) + n
                found.pop(name.partition(".")[0] if "." in name else "", None)
    finally:
        table.close()
    return found


def without_field(path: Path) -> CorpusError:
    """The error for a Parquet file when no field is named, with the fields it has."""
    fields = parquet_fields(path)
    best = max(fields, key=fields.__getitem__, default="NAME")
    return CorpusError(
        f"{printable(path)} is a Parquet file: --field {safe_text(shlex.quote(best))} reads one of "
        f"its fields: {listed(fields)}"
    )


class _Table:
    """An open Parquet file."""

    def __init__(self, path: Path) -> None:
        self._name = printable(path)
        if not is_installed("pyarrow"):
            raise CorpusError(missing("reading Parquet", "parquet"))
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile

        self._failure: type[Exception] = ArrowException
        try:
            self._file = opened(path)
        except OSError as error:
            raise CorpusError(f"cannot read {self._name}: {error.strerror}") from error
        try:
            self._table: Any = ParquetFile(self._file, pre_buffer=False)
        except BaseException as error:
            self._file.close()
            if isinstance(error, (ArrowException, OSError)):
                raise self._damaged(error) from error
            raise
        self.names: list[str] = list(self._table.schema_arrow.names)
        self.n_rows: int = self._table.metadata.num_rows
        self.n_bytes = path.stat().st_size

    def rows(self, columns: list[str], n_at_once: int = _ROWS_AT_ONCE) -> Iterator[Any]:
        """The rows, each with these columns alone."""
        batches = self._table.iter_batches(n_at_once, columns=columns, use_threads=False)
        while True:
            try:
                batch = next(batches, None)
                rows = [] if batch is None else batch.to_pylist()
            except (self._failure, OSError, UnicodeDecodeError) as error:
                raise self._damaged(error) from error
            if batch is None:
                return
            yield from rows

    def close(self) -> None:
        """Close the file."""
        self._table.close()
        self._file.close()

    def _damaged(self, error: Exception) -> CorpusError:
        why = str(error).strip().partition("\n")[0]
        return CorpusError(f"{self._name} is damaged, or not a Parquet file ({why})")
