"""Rows of vectors as text: a word, which may hold blanks, and its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from w2vtui.formats.rows.records import LEFT_OUT, Source, shown

_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_DIGITS = re.compile(rb"\d+")
_NO_SPACE = (b"\x1c", b"\x1d", b"\x1e", b"\x1f")
"""Separate numbers for NumPy, which takes them for white space, but not in this layout."""


def is_text_row(line: bytes, size: int) -> bool:
    """Whether the beginning of a file's second line is a word and numbers in digits.

    size   the numbers that the header announces: a whole line has them all, where in a binary row
           a newline may follow what looks like a digit
    """
    numbers = line.split()[1:] if not line[:1].isspace() else line.split()
    is_whole = line.endswith(b"\n")
    numbers = numbers[-size:] if is_whole else numbers[:-1]
    if is_whole and len(numbers) < size:
        return False
    return bool(numbers) and all(_NUMBER.fullmatch(number) for number in numbers)


def has_numbers(line: bytes) -> bool:
    """Whether most of a line's fields are numbers, as those of a row are."""
    fields = line.split()
    n_numbers = sum(_NUMBER.fullmatch(field) is not None for field in fields)
    return 2 * n_numbers >= max(len(fields) - 1, 1)


class RowParser:
    """Words and numbers from the lines of one file."""

    def __init__(self, size: int, source: Source) -> None:
        """size: the numbers of a row."""
        self._size, self._source = size, source
        self._n_plain = 0
        self._n_spaced = 0

    def parse(self, lines: Sequence[bytes], first: int) -> tuple[list[bytes], NDArray[np.float32]]:
        """Words and float32 (n, D) of n lines, the first of which is line `first`; LEFT_OUT for
        the word of a row that is left out.

        Raises:
            VectorsError: a line is not a word and its numbers.
        """
        if not lines[-1][-1:].isspace():
            source = self._source
            source.note_no_line_end(source.place(first + len(lines) - 1))
        parts = [line.split(None, 1) for line in lines]
        if all(len(part) == 2 for part in parts) and not any(
            char in part[1] for part in parts for char in _NO_SPACE
        ):
            try:
                rows = _numbers([part[1] for part in parts])
            except ValueError:
                pass
            else:
                if rows.shape == (len(lines), self._size):
                    self._n_plain += len(lines)
                    return [part[0] for part in parts], rows
        return self._parse_one_by_one(lines, first)

    def check_size(self) -> None:
        """Refuse a length of the vectors that no row has.

        Raises:
            VectorsError: all rows have more fields than that.
        """
        if self._n_spaced and not self._n_plain:
            raise self._source.error(
                None, f"no row is one word and {self._size:,} numbers: the header is wrong"
            )

    def _parse_one_by_one(
        self, lines: Sequence[bytes], first: int
    ) -> tuple[list[bytes], NDArray[np.float32]]:
        words: list[bytes] = []
        numbers: list[bytes] = []
        for number, line in enumerate(lines, start=first):
            fault = self._fault(line)
            if not fault:
                word, *found = line.rsplit(None, self._size)
                if len(found) < self._size:  # a blank stands for the word
                    word, found = b"", [word, *found]
                n_pieces = len(word.split())
                self._n_plain += n_pieces == 1
                self._n_spaced += n_pieces > 1
                words.append(word.strip())
                numbers.append(b" ".join(found))
            elif self._source.skips_bad_rows:
                self._source.remarks.add("skipped", f"{self._source.place(number)}, {fault}")
                words.append(LEFT_OUT)
                numbers.append(b"0 " * self._size)
            else:
                only = ": this is not a vector file, or it has bad rows" if number == 1 else ""
                raise self._source.error(
                    number,
                    f"{fault}{only}; --skip-bad-rows (in Python skip_bad_rows=True) leaves such "
                    "rows out",
                )
        return words, _numbers(numbers)

    def _fault(self, line: bytes) -> str:
        """What is wrong with a line; empty if it is a word, which may hold blanks, and numbers."""
        fields = line.split()
        n_pieces = len(fields) - self._size
        if n_pieces < 0 or (n_pieces == 0 and not line[:1].isspace()) or self._has_more(fields):
            return (
                f"the row of {shown(fields[0])} has {len(fields) - 1:,} numbers "
                f"where {self._size:,} are expected"
            )
        for text in fields[n_pieces:]:
            if not _NUMBER.fullmatch(text):
                return (
                    f"{shown(text)} is not a number: digits with a point for decimals are expected"
                )
        return ""

    def _has_more(self, fields: Sequence[bytes]) -> bool:
        """Whether the last field before the numbers is one too, not the end of a word such as
        `Boeing 747`.
        """
        n_pieces = len(fields) - self._size
        if n_pieces < 2 or not _NUMBER.fullmatch(fields[n_pieces - 1]):
            return False
        has_decimals = any(b"." in number for number in fields[n_pieces:])
        return not (_DIGITS.fullmatch(fields[n_pieces - 1]) and has_decimals)


def _numbers(rows: Sequence[bytes]) -> NDArray[np.float32]:
    """float32 (n, D) of rows of numbers."""
    return np.loadtxt(rows, np.float32, comments=None, encoding="ascii", ndmin=2)
