"""word2vec's text layout: a line `V D`, then a line a word: `word x1 ... xD`.

word2vec.c ends each row with a space, gensim and fastText do not; GloVe has no first line. Files
in circulation have words with blanks in them, or a blank for a word: a row's last D fields are its
numbers, and what is before them is its word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import BufferedIOBase
from itertools import islice
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from w2vtui.formats.records import (
    MAX_WORD_BYTES,
    Header,
    Source,
    how_to_read,
    parse_header,
    rows_to_read,
    settled,
    shown,
)
from w2vtui.formats.text_rows import RowParser

_BLOCK_NUMBERS = 1 << 17
_BLOCK_BYTES = 1 << 20
_MOST_BLANK_BLOCKS = 64
_SNIFFED_BYTES = 1 << 16
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
    """Words and float32 (V, D) from a file that stands where it begins.

    A first line of two fields is the header; of more, the first row of a file without one.

    Raises:
        VectorsError: a row is not a word and D numbers, the rows are not as many as announced, or
            the last one is cut short.
    """
    header, is_announced = _header(file, source)
    lines = _lines(file, source)
    if is_announced:
        next(lines)
    size, first = header.vector_size, 1 + is_announced
    n_words = rows_to_read(header, _fewest_bytes(size), source) if is_announced else header.n_words
    vectors = np.empty((n_words, size), dtype=np.float32)
    words: list[bytes] = []
    rows = islice(lines, n_words)
    parser = RowParser(size, source)
    while block := list(islice(rows, max(1, _BLOCK_NUMBERS // size))):
        row = len(words)
        block_words, vectors[row : row + len(block)] = parser.parse(block, first + row)
        words += block_words
    parser.check_size()
    if is_announced and len(words) < n_words:
        raise source.error(
            None,
            f"{len(words):,} rows follow a header that gives {header.n_words:,}: the file is cut "
            f"short, or its header is wrong{how_to_read(len(words))}",
        )
    is_whole = source.limit is None or (is_announced and source.limit > n_words)
    if is_whole and next(lines, None) is not None:
        raise source.error(
            first + n_words,
            f"the file continues after the {n_words:,} words that "
            + ("its header gives" if is_announced else "were counted in it")
            + how_to_read(n_words),
        )
    return settled(words, vectors[: len(words)], source, first)


def _header(file: BufferedIOBase, source: Source) -> tuple[Header, bool]:
    """What the first line announces, and True; of a file without a header what its rows show, at
    most, and False. The file stands where it begins again.

    Raises:
        VectorsError: the first line is neither a header nor a row.
    """
    first_line = next(_lines(file, source), b"")
    file.seek(source.begin)
    n_fields = len(first_line.split())
    if n_fields == 2:
        return parse_header(first_line, source), True
    if n_fields < 2:
        advice = ", separated by blanks and not by commas" if b"," in first_line else ""
        raise source.error(
            None,
            "a vector file starts with the number of words and the length "
            f"of a vector, or with a word and its numbers{advice}, got {shown(first_line)}",
        )
    head = [len(line.split()) for line in file.read(_SNIFFED_BYTES).split(b"\n")[:-1]]
    sizes = Counter(n - 1 for n in head if n > 1)
    size = max(sizes, key=lambda size: (sizes[size], -size), default=n_fields - 1)
    most = source.most_bytes // _fewest_bytes(size) + 1  # a file of line ends has no rows
    file.seek(source.begin)
    n_words = min(_count_rows(file, source), most)
    file.seek(source.begin)
    return Header(n_words, size), False


def _fewest_bytes(size: int) -> int:
    """What a row takes at least: a letter, then a space and a digit a number."""
    return 1 + 2 * size


def _lines(file: BufferedIOBase, source: Source) -> Iterator[bytes]:
    """The lines of a file, without the empty ones at its end.

    Of a last line that does not end in white space, digits may be missing.
    """
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if not line.strip():
            _check_blank(file, source, number)
            return
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            raise source.error(
                number, f"the line has more than {_LONGEST_LINE:,} bytes: this is not a vector file"
            )
        yield line


def _check_blank(file: BufferedIOBase, source: Source, number: int) -> None:
    """Refuse what follows the empty line `number`, unless it is a little white space."""
    for _ in range(_MOST_BLANK_BLOCKS):
        block = file.read(_BLOCK_BYTES)
        if not block:
            return
        if block.strip():
            raise source.error(number, "the line is empty: remove such lines, as with grep . FILE")
    raise source.error(number, "from here on there are only empty lines: remove them")


def _count_rows(file: BufferedIOBase, source: Source) -> int:
    """How many rows a file without a header has at most.

    A block of white space alone ends the count: it holds empty lines, or ends a line.
    """
    n = 0
    while source.limit is None or n < source.limit:
        text = file.read(_BLOCK_BYTES).rstrip()
        if not text:
            break
        n += text.count(b"\n") + 1
    return n if source.limit is None else min(n, source.limit)
