"""word2vec's text layout: a line `V D`, then a line a word: `word x1 ... xD`.

word2vec.c ends each row with a space, gensim and fastText do not; GloVe has no first line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedIOBase
from itertools import islice
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.formats.records import (
    MAX_WORD_BYTES,
    Source,
    check_finite,
    decode_words,
    parse_header,
    rows_to_read,
    shown,
)

_BLOCK_NUMBERS = 1 << 17
_BLOCK_BYTES = 1 << 20
_MOST_BLANK_BLOCKS = 64
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_NO_SPACE = (b"\x1c", b"\x1d", b"\x1e", b"\x1f")
"""Separate numbers for NumPy, which takes them for white space, but not in this layout."""
_POWERS_OF_TEN = np.array([float(f"1e{power}") for power in range(23)])
_LONGEST_LINE = MAX_WORD_BYTES + (1 << 22)


def write_text(file: BinaryIO, words: list[bytes], vectors: NDArray[np.float32]) -> None:
    """Write the header and a line a word, each number in the fewest digits that give it back."""
    n_words, size = vectors.shape
    file.write(b"%d %d\n" % (n_words, size))
    line = b"%b" + b" %.9g" * size + b"\n"
    n_rows = max(1, _BLOCK_NUMBERS // size)
    for start in range(0, n_words, n_rows):
        rows = _fewest_digits(vectors[start : start + n_rows]).tolist()
        file.writelines(
            line % (word, *row)
            for word, row in zip(words[start : start + n_rows], rows, strict=True)
        )


def _fewest_digits(numbers: NDArray[np.float32]) -> NDArray[np.float64]:
    """Decimals of 6 to 9 digits, the shortest that float32 rounds to the numbers.

    9 digits always give a float32 back, and `%.9g` leaves out zeros at the end: this does what
    str() of each number would, in half the time. From 1e8 on it leaves the 9 digits.
    """
    exact = numbers.astype(np.float64)
    decimals = exact.copy()
    with np.errstate(divide="ignore"):  # log10(0) is -inf, and any decimal of 0 is 0
        exponents = np.floor(np.log10(np.abs(exact)))
    for digits in (8, 7, 6):
        # Powers of ten up to the 22nd are exact in float64, so that the quotient is the very
        # float64 that the decimal is read as; the comparison then shows how it will be read.
        scales = _POWERS_OF_TEN[np.clip(digits - 1 - exponents, 0, 22).astype(np.intp)]
        shorter = np.rint(exact * scales) / scales
        np.copyto(decimals, shorter, where=shorter.astype(np.float32) == numbers)
    return decimals


def read_text(file: BufferedIOBase, source: Source) -> tuple[list[str], NDArray[np.float32]]:
    """Words and float32 (V, D) from a file read from its start.

    A first line of two fields is the header; of more, the first row of a file without one.

    Raises:
        VectorsError: a row is not a word and D numbers, the rows are not as many as announced, or
            the last one is cut short.
    """
    lines = _lines(file, source)
    first_line = next(lines, b"")
    fields = len(first_line.split())
    if fields == 2:
        header = parse_header(first_line, source)
        first, size, announced = 2, header.vector_size, header.n_words
        n_words = rows_to_read(header, _fewest_bytes(size), source)
    elif fields > 2:
        first, size, announced = 1, fields - 1, None
        most = source.most_bytes // _fewest_bytes(size) + 1  # a file of line ends has no rows
        n_words = min(_count_rows(file, source), most)
        file.seek(0)
        lines = _lines(file, source)
    else:
        raise source.error(
            None,
            "a vector file starts with the number of words and the length "
            f"of a vector, or with a word and its numbers, got {shown(first_line)}",
        )
    vectors = np.empty((n_words, size), dtype=np.float32)
    words: list[bytes] = []
    rows = islice(lines, n_words)
    while block := list(islice(rows, max(1, _BLOCK_NUMBERS // size))):
        row = len(words)
        block_words, vectors[row : row + len(block)] = _parse(block, size, source, first + row)
        words += block_words
    if announced is not None and len(words) < n_words:
        raise source.error(
            None,
            f"{len(words):,} rows follow a header that gives "
            f"{announced:,}: the file is cut short, or its header is wrong",
        )
    is_complete = n_words == announced if announced is not None else source.limit is None
    if is_complete and next(lines, None) is not None:
        raise source.error(
            first + n_words,
            f"the file continues after the {n_words:,} words that "
            + ("its header gives" if announced is not None else "were counted in it"),
        )
    return decode_words(words, source, first), vectors[: len(words)]


def _fewest_bytes(size: int) -> int:
    """What a row takes at least: a letter, then a space and a digit a number."""
    return 1 + 2 * size


def _lines(file: BufferedIOBase, source: Source) -> Iterator[bytes]:
    """The lines of a file, without the empty ones at its end.

    A line must end in white space: of a last line without, digits may be missing.
    """
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if not line.strip():
            _check_blank(file, source, number)
            return
        if not line[-1:].isspace():
            raise source.error(
                number,
                "the line does not end in a newline, so digits may be missing: the file is "
                "cut short; if it is complete, add one",
            )
        yield line


def _check_blank(file: BufferedIOBase, source: Source, number: int) -> None:
    """Refuse what follows the empty line `number`, unless it is a little white space."""
    for _ in range(_MOST_BLANK_BLOCKS):
        block = file.read(_BLOCK_BYTES)
        if not block:
            return
        if block.strip():
            raise source.error(number, "the line is empty")
    raise source.error(number, "from here on there are only empty lines: remove them")


def _count_rows(file: BufferedIOBase, source: Source) -> int:
    """How many rows a file without a header has at most, once its first line is read.

    A block of white space alone ends the count: it holds empty lines, or ends a line.
    """
    n = 1
    while source.limit is None or n < source.limit:
        text = file.read(_BLOCK_BYTES).rstrip()
        if not text:
            break
        n += text.count(b"\n") + 1
    return n if source.limit is None else min(n, source.limit)


def _parse(
    lines: list[bytes], size: int, source: Source, first: int
) -> tuple[list[bytes], NDArray[np.float32]]:
    """Words and float32 (n, D) of n lines, the first of which is line `first`."""
    parts = [line.split(None, 1) for line in lines]
    if any(len(part) != 2 for part in parts):
        raise _explained(lines, size, source, first, "a row is not a word and numbers")
    if any(char in part[1] for part in parts for char in _NO_SPACE):
        raise _explained(lines, size, source, first, "a row holds control characters")
    try:
        rows = np.loadtxt(
            [part[1] for part in parts], np.float32, comments=None, encoding="ascii", ndmin=2
        )
    except ValueError as error:
        raise _explained(lines, size, source, first, str(error)) from error
    if rows.shape != (len(lines), size):
        raise _explained(lines, size, source, first, f"rows have {rows.shape[1]} numbers")
    check_finite(rows, source, first)
    return [part[0] for part in parts], rows


def _explained(
    lines: list[bytes], size: int, source: Source, first: int, reason: str
) -> VectorsError:
    """The error for the first bad one of `lines`; `reason` is that of all of them together."""
    for number, line in enumerate(lines, start=first):
        word, *numbers = line.split()
        if len(numbers) != size:
            return source.error(
                number,
                f"the row of {shown(word)} has {len(numbers):,} numbers "
                f"where {size:,} are expected",
            )
        for text in numbers:
            if not _NUMBER.fullmatch(text):
                return source.error(
                    number,
                    f"{shown(text)} is not a number: digits with a point for decimals are expected",
                )
    return source.error(first, f"the rows from here on cannot be read: {reason}")
