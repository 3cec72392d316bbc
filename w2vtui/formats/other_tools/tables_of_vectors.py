"""Vectors as rows of a table: CSV with a column a number, and JSON with an object a line.

word,count,x1,x2,...          {"word": "king", "count": 9, "vector": [0.1, ...]}
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any, BinaryIO, cast

from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.formats.layouts import checked_words
from w2vtui.formats.rows.blocks import Block, Shape
from w2vtui.formats.rows.digits import fewest_digits
from w2vtui.formats.rows.records import Source
from w2vtui.formats.rows.settling import Row, settled_rows
from w2vtui.vector_layouts import LAYOUTS, Layout

_WORDS = ("word", "token", "key", "text", "term", "name", "item")
_VECTORS = ("vector", "embedding", "vec", "values")
_COUNTS = ("count", "counts", "frequency")
_BLOCK_BYTES = 1 << 20
_LONGEST_LINE = 1 << 24


class TableReader:
    """Reads rows of CSV or JSON from a file that stands anywhere.

    Raises:
        VectorsError: the first row is not a word and numbers.
    """

    def __init__(self, file: BufferedIOBase, source: Source, layout: Layout) -> None:
        self._file, self._source = file, source
        self._rows = self._csv_rows if layout.name == "csv" else self._json_rows
        self._file.seek(source.begin)
        n_lines, last = 1, b""
        while block := self._file.read(_BLOCK_BYTES):
            n_lines += block.count(b"\n")
            last = block[-1:]
        self._may_be_cut = layout.name == "csv" and last != b"\n"
        first = next(self._rows(), None)
        if first is None:
            raise source.error(None, "the table has no rows of a word and its numbers")
        self._size = len(first.numbers)
        if not self._size:
            raise source.error(first.number, "the row has no numbers")
        most = min(n_lines, source.most_bytes // (2 * self._size) + 1)
        most = most if source.limit is None else min(most, source.limit)
        self.shape = Shape(most, self._size, first.known_count is not None)
        source.remarks.clear()

    def blocks(self) -> Iterator[Block]:
        """Words, vectors and counts.

        Raises:
            VectorsError: a row is not a word and its numbers.
        """
        self._source.remarks.clear()
        if self._may_be_cut:
            self._source.note_no_line_end("the last line")
        yield from settled_rows(self._checked_rows(), self._source, self._size)

    def _checked_rows(self) -> Iterator[Row]:
        for row in self._rows():
            if len(row.numbers) == self._size:
                yield row
                continue
            self._refuse(
                row.number,
                f"the row of '{safe_text(row.word, 40)}' has {len(row.numbers):,} numbers where "
                f"{self._size:,} are expected",
            )

    def _refuse(self, number: int, fault: str) -> None:
        """Leave a row out, if such rows may be.

        Raises:
            VectorsError: they may not.
        """
        if not self._source.skips_bad_rows:
            raise self._source.error(
                number,
                f"{fault}; --skip-bad-rows (in Python skip_bad_rows=True) leaves such rows out",
            )
        self._source.remarks.add("skipped", f"{self._source.place(number)}, {fault}")

    def _csv_rows(self) -> Iterator[Row]:
        self._file.seek(self._source.begin)
        text = io.TextIOWrapper(
            cast("BinaryIO", self._file), "utf-8", errors=self._source.encoding_errors, newline=""
        )
        try:
            rows = csv.reader(text, strict=True)
            names: list[str] = []
            for row in rows:
                if not row:
                    continue
                if not names:
                    names = [name.strip().lower() for name in row]
                    if any(name in _WORDS for name in names) or not _are_numbers(row[1:]):
                        continue
                    names = ["word"]
                try:
                    yield _csv_row(row, names, rows.line_num)
                except (ValueError, IndexError):
                    self._refuse(rows.line_num, "a word and numbers are expected between commas")
        except UnicodeDecodeError as error:
            raise self._source.error(None, f"not UTF-8 ({error.reason})") from error
        except csv.Error as error:
            raise self._source.error(rows.line_num, f"not CSV ({error})") from error
        finally:
            text.detach()

    def _json_rows(self) -> Iterator[Row]:
        self._file.seek(self._source.begin)
        number = 0
        while line := self._file.readline(_LONGEST_LINE):
            number += 1
            if line.isspace():
                continue
            try:
                row = _json_row(json.loads(line.decode("utf-8", self._source.encoding_errors)))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                self._refuse(
                    number,
                    'an object such as {"word": "king", "vector": [0.1, 0.2]} is expected, '
                    f"got {safe_text(line[:200].decode('utf-8', 'backslashreplace').strip(), 40)}",
                )
                continue
            yield row._replace(number=number)


def _csv_row(row: list[str], names: list[str], number: int) -> Row:
    at = next((names.index(name) for name in _WORDS if name in names), 0)
    counted = next((names.index(name) for name in _COUNTS if name in names), None)
    numbers = [float(text) for column, text in enumerate(row) if column not in (at, counted)]
    return Row(number, row[at], numbers, None if counted is None else _counted(int(row[counted])))


def _json_row(fields: dict[str, Any]) -> Row:
    word = fields[next((name for name in _WORDS if name in fields), _WORDS[0])]
    numbers = fields[next((name for name in _VECTORS if name in fields), _VECTORS[0])]
    count = next((fields[name] for name in _COUNTS if name in fields), None)
    are_right = isinstance(word, str) and all(type(one) in (int, float) for one in numbers)
    if not are_right or (count is not None and type(count) is not int):
        raise ValueError("a word, numbers and a count are expected")
    return Row(0, word, numbers, None if count is None else _counted(count))


def _counted(count: int) -> int:
    """A count that 64 bits hold.

    Raises:
        ValueError: they do not.
    """
    if not 0 <= count < 1 << 63:
        raise ValueError("a count must be a whole number from 0 on")
    return count


def _are_numbers(fields: list[str]) -> bool:
    try:
        list(map(float, fields))
    except ValueError:
        return False
    return bool(fields)


class TableWriter:
    """Writes rows of CSV or JSON, under gzip if asked."""

    def __init__(self, file: BinaryIO, shape: Shape, layout: Layout, *, packed: bool) -> None:
        self._shape, self._layout = shape, layout
        self._file: BinaryIO | gzip.GzipFile = file
        if packed:
            self._file = gzip.GzipFile("", "wb", 6, file, mtime=0)
        self._packed = packed
        self._n_words = 0
        if layout.name == "csv":
            counts = ["count"] if shape.has_counts else []
            numbers = [f"x{number}" for number in range(1, shape.vector_size + 1)]
            self._write_csv([["word", *counts, *numbers]])

    def write(self, block: Block) -> None:
        """Write more rows.

        Raises:
            VectorsError: a word cannot be held, or a count is missing.
        """
        checked_words(block.words, LAYOUTS[self._layout.name], self._n_words + 1)
        self._n_words += len(block.words)
        counts: list[int] | None = None
        if self._shape.has_counts:
            if block.counts is None:
                raise VectorsError("counts are known of some words only")
            counts = block.counts.tolist()
        rows = [[float(f"{x:.9g}") for x in row] for row in fewest_digits(block.vectors).tolist()]
        if self._layout.name == "csv":
            known = [[count] for count in counts] if counts else [[]] * len(rows)
            lines = zip(block.words, known, rows, strict=True)
            self._write_csv([[word, *count, *row] for word, count, row in lines])
            return
        for at, word in enumerate(block.words):
            fields: dict[str, Any] = {"word": word}
            if counts is not None:
                fields["count"] = counts[at]
            line = json.dumps(fields | {"vector": rows[at]}, ensure_ascii=False)
            self._file.write(line.encode() + b"\n")

    def _write_csv(self, rows: list[list[Any]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        self._file.write(text.getvalue().encode())

    def finish(self, n_words: int) -> None:
        """Close the stream under gzip."""
        if self._packed:
            self._file.close()
