"""CSV and TSV: rows of fields between commas, semicolons, bars or tabs, which may be quoted."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from w2vtui.corpus.sources.records import (
    MOST_LINE_BYTES,
    Fields,
    RecordProblems,
    missing_field,
)

_DELIMITERS = (",", "\t", ";", "|")
_UNCLOSED = "unexpected end of data"
"""How the library says that a quote is never closed."""
_SAMPLED_ROWS = 200
_PIECES = re.compile("[^\r]*\r\n?|[^\r]+")


def table_records(
    lines: Iterable[str], fields: Fields, problems: RecordProblems, *, ending: str = ""
) -> Iterator[str]:
    """The fields of each row under a heading; or, by the numbers of columns, of each row.

    ending   of the file's name: `.tsv` has tabs, others what splits the first line best

    Raises:
        CorpusError: a row cannot be used, and such rows are not left out; or there is no such
            column.
    """
    rows = _rows(lines, problems, ending)
    number, heading = next(rows, (1, []))
    heading = [name.strip() for name in heading]
    places = fields.chosen_from(heading)
    if places is not None:
        n_columns = len(heading)
    elif all(part.isascii() and part.isdigit() and part != "0" for part in fields.parts):
        places, n_columns = [int(part) - 1 for part in fields.parts], 0
        rows = chain([(number, heading)], rows)
    else:
        unknown = next(part for part in fields.parts if part not in heading)
        raise problems.fatal(number, missing_field(unknown, heading))
    for number, row in rows:
        if n_columns and len(row) != n_columns:
            problems.found(number, f"it has {_columns(len(row))}, the heading {n_columns}")
        elif max(places) >= len(row):
            problems.found(number, f"it has {_columns(len(row))}, not {max(places) + 1}")
        else:
            yield from (row[place] for place in places)


def fields_of_table(lines: Sequence[str], ending: str) -> dict[str, int]:
    """The columns of a table by their headings, and the characters of text in the first rows."""
    reader = _reader(lines, ending)
    found: dict[str, int] = {}
    try:
        heading = [name.strip() for name in next(reader, [])]
        found = dict.fromkeys(heading, 0)
        for row, _ in zip(reader, range(_SAMPLED_ROWS), strict=False):
            for name, value in zip(heading, row, strict=False):
                found[name] += len(value) * (not _is_number(value))
    except csv.Error:  # as where the sample ends within a row
        pass
    return found


def _rows(
    lines: Iterable[str], problems: RecordProblems, ending: str
) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the number of its first line."""
    reader = _reader(lines, ending)
    number = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            if _UNCLOSED in str(error):
                raise problems.fatal(number, "a quote is opened that is never closed") from error
            problems.found(number, f"not a row of a table ({error})")
            row = []
        if row is None:
            return
        if row:
            yield number, row
        number = reader.line_num + 1


def _reader(lines: Iterable[str], ending: str) -> Any:
    lines = iter(lines)
    first = next(lines, "")
    delimiter = "\t" if ending in (".tsv", ".tab") else _delimiter_of(first)
    csv.field_size_limit(MOST_LINE_BYTES)
    pieces = (piece for line in chain([first], lines) for piece in _at_returns(line))
    return csv.reader(pieces, delimiter=delimiter, strict=True)


def _at_returns(line: str) -> Iterable[str]:
    """A line in pieces that end where CR ends a line."""
    return _PIECES.findall(line) if "\r" in line[:-2] else (line,)


def _delimiter_of(line: str) -> str:
    """What splits the heading into the most columns."""

    def n_columns(delimiter: str) -> int:
        try:
            return len(next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=n_columns)


def _columns(n: int) -> str:
    return "1 column" if n == 1 else f"{n} columns"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
