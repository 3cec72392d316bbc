"""Tables in text files, as spreadsheets and published sets have them: a row a line, with tabs,
semicolons, commas or blanks between the fields, which may be quoted.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.files.foreign_files import foreign_kind, is_pickle
from w2vtui.files.regular_files import AnyPath, TooLargeError, content_of
from w2vtui.files.reports import Report

BLANKS = " "
"""Any white space separates."""

_MOST_BYTES = 1 << 26
_LONGEST_LINE = 1 << 16
_TRIED_ROWS = 500
_SHEETS = (".xlsx", ".xls", ".ods", ".numbers")
_SEPARATOR_LINE = re.compile(r"sep=(.)")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    number: int
    """From 1."""
    line: str
    fields: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file that hold anything."""

    path: AnyPath
    separator: str
    rows: list[Row]

    def error(self, row: Row, expected: str, advice: str) -> CorpusError:
        """A CorpusError about a row."""
        return CorpusError(
            f"{self.path}, line {row.number}: {expected}, got '{safe_text(row.line, 60)}'{advice}"
        )

    def column(self, name: str) -> int:
        """The place of a column, from 0, by its number, from 1, or its name in the first row.

        Raises:
            SettingsError: there is none.
        """
        names = self.rows[0].fields
        if name.isascii() and name.isdigit():
            width = max(len(row.fields) for row in self.rows)
            if not 0 < int(name) <= width:
                raise SettingsError(f"{self.path} has no column {name}: it has {width}, from 1")
            return int(name) - 1
        folded = [field.casefold() for field in names]
        if name in names:
            return names.index(name)
        if name.casefold() in folded:
            return folded.index(name.casefold())
        there = ", ".join(safe_text(field, 30) for field in names[:20])
        raise SettingsError(
            f"{self.path} has no column '{safe_text(name, 40)}': name its number, from 1, or one "
            f"of the first line: {there}"
        )


def read_table(
    path: AnyPath,
    separators: Sequence[str],
    fits: Callable[[Sequence[str], str], bool],
    report: Report,
    *,
    longest: int = _LONGEST_LINE,
    comments: bool = True,
) -> Table:
    """The rows of a text file, with the separator that gives most rows that fit.

    path        `-` for standard input
    separators  those to try; of equally good ones the first is taken
    fits        whether the fields that a separator gives are those of a row
    report      gets what was left out
    longest     characters of a line
    comments    whether lines that begin with # are left out

    Raises:
        CorpusError: the file cannot be read, or is not one of lines of text.
    """
    text = _text_of(path)
    path = "stdin" if path == "-" else path
    lines, given = _lines_of(text, path, report, longest, comments=comments)
    tried = [line for _, line in lines[:_TRIED_ROWS]]
    n_fitting = {
        one: sum(fits(split(line, one), one) for line in tried) for one in (given or separators)
    }
    if not any(n_fitting.values()):
        n_fitting = {one: tried[0].count(one) for one in n_fitting if tried}
    separator = max(n_fitting, key=lambda one: n_fitting[one], default=BLANKS)
    rows = [Row(number, line.strip(), split(line, separator)) for number, line in lines]
    return Table(path, separator, _with_content(rows, path, report))


def _lines_of(
    text: str, path: AnyPath, report: Report, longest: int, *, comments: bool
) -> tuple[list[tuple[int, str]], str]:
    """The lines that hold anything, with their numbers, and the separator that the first one names;
    empty if it names none.

    Raises:
        CorpusError: a line is too long.
    """
    lines, left_out, given = list[tuple[int, str]](), list[int](), ""
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if len(line) > longest:
            raise CorpusError(
                f"{path}, line {number}: it has {len(line):,} characters, more than a question can "
                "have: name a file with one a line"
            )
        if number == 1 and (marked := _SEPARATOR_LINE.fullmatch(line.strip("\n"))):
            given = marked.group(1)  # a spreadsheet's note to itself
        elif comments and line.startswith("#"):
            left_out.append(number)
        elif line.strip():
            lines.append((number, line.strip("\n")))
    if left_out:
        one = len(left_out) == 1
        report(
            f"{path}: {len(left_out):,} {'line' if one else 'lines'} with # at the beginning "
            f"{'is' if one else 'are'} left out: {'' if one else 'first '}line {left_out[0]:,}"
        )
    return lines, given


def split(line: str, separator: str) -> list[str]:
    """The fields of a line, without quotes and the white space around them."""
    if separator == BLANKS and '"' not in line:
        return line.split()
    try:
        (fields,) = csv.reader([line.strip(" ")], delimiter=separator, skipinitialspace=True,
                               strict=True)  # fmt: skip
    except csv.Error:  # a quote that is a character like others
        fields = line.split(separator)
    return [field.strip() for field in fields]


def joined(fields: Sequence[str], separator: str) -> str:
    """A line that `split` gives these fields of."""
    line = io.StringIO()
    csv.writer(line, delimiter=separator, lineterminator="").writerow(fields)
    return line.getvalue()


def _with_content(rows: Sequence[Row], path: AnyPath, report: Report) -> list[Row]:
    """Rows of which a field is not empty; a spreadsheet may have others at its end."""
    kept = [row for row in rows if any(row.fields)]
    if n_empty := len(rows) - len(kept):
        report(f"{path}: {n_empty:,} {'row' if n_empty == 1 else 'rows'} of empty fields left out")
    return kept


def _stdin() -> bytes:
    """All of standard input.

    Raises:
        TooLargeError: it is larger than a file may be.
    """
    content: bytes = b"" if sys.stdin is None else sys.stdin.buffer.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise TooLargeError(f"stdin has more than {_MOST_BYTES:,} bytes")
    return content


def _text_of(path: AnyPath) -> str:
    try:
        content = _stdin() if path == "-" else content_of(path, _MOST_BYTES)
    except OSError as error:
        raise CorpusError(
            f"cannot read {path}: {(error.strerror or str(error)).lower()}: "
            "check the name and the permissions"
        ) from error
    except TooLargeError as error:
        raise CorpusError(f"{error}: it is not a file of questions") from error
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if Path(path).suffix.lower() in _SHEETS:
        raise CorpusError(f"{path} is a spreadsheet: save it as CSV, and name that")
    if is_pickle(content):
        raise CorpusError(f"{path} is a pickle, Python's own format: write it as text")
    if what := foreign_kind(content):
        raise CorpusError(f"{path} is {what}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path} is not UTF-8 ({error.reason}): convert it, with iconv -f WINDOWS-1252 "
            "-t UTF-8 if a spreadsheet wrote it"
        ) from error
