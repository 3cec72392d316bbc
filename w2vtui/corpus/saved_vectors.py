"""Distinguish files of word vectors and word counts from text, by their content.

Only the beginning of a file is read. A file that could be either is taken for text: that mistake
costs a question, the other one costs somebody's writing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from contextlib import nullcontext
from gzip import GzipFile
from itertools import pairwise
from pathlib import Path

import numpy as np

from w2vtui.files.regular_files import opened

_GZIP = b"\x1f\x8b"
_READ_BYTES = 1 << 20
_MOST_ROWS = 200
"""Lines of a text layout that are looked at."""
_LARGEST = 1e6
"""Numbers of trained vectors are smaller; four letters read as a float32 give 1e20 and more."""
_IN_TEXT = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_VECTOR_TABLE = re.compile(
    rb'word(,count)?,x1(,x[0-9]+)*\r?\n|\{"word": "[^\n]*", ("count": [0-9]+, )?"vector": \['
)
_WHOLE_NUMBER = re.compile(rb"[0-9]{1,18}")
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def is_vector_file(path: Path, *, tables: bool = False) -> bool:
    """Whether a file holds word vectors: word2vec's text or binary layout, or GloVe's, or one of
    them under gzip.

    tables   or CSV or JSON lines of words and vectors, as `w2vtui convert` writes them
    """
    head, complete = _beginning(path)
    if tables and _VECTOR_TABLE.match(head):
        return True
    first_line, line_end, rest = head.partition(b"\n")
    fields = first_line.split()
    if len(fields) != 2:
        may_be = len(fields) > 2 and all(map(_NUMBER.fullmatch, fields[1:]))
        return may_be and _is_glove(_rows(head, complete))  # most texts are not split for it
    if not line_end or not all(_WHOLE_NUMBER.fullmatch(field) for field in fields):
        return False
    n_words, size = map(int, fields)
    if n_words < 1 or size < 1:
        return False
    if _holds_text_rows(_rows(rest, complete), n_words, size, complete):
        return True
    return _holds_binary_rows(rest, n_words, size, complete)


def is_vocab_file(path: Path) -> bool:
    """Whether a file holds words and their counts, as word2vec's -save-vocab: most frequent first,
    `</s>` before all others.
    """
    head, complete = _beginning(path)
    if complete and not head.endswith(b"\n"):
        return False
    rows = _rows(head, complete)
    if not all(len(row) == 2 and _WHOLE_NUMBER.fullmatch(row[1]) for row in rows):
        return False
    counts = [int(count) for word, count in rows if word != b"</s>"]
    falling = all(count >= next_count for count, next_count in pairwise(counts))
    return bool(rows) and falling and _differ(rows)


def _beginning(path: Path) -> tuple[bytes, bool]:
    """The first bytes of a file, decompressed, and whether they are all; nothing of a file that
    cannot be read.
    """
    try:
        with opened(path) as plain:
            packed = plain.read(len(_GZIP)) == _GZIP
            plain.seek(0)
            with GzipFile(fileobj=plain) if packed else nullcontext(plain) as file:
                head = file.read(_READ_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        return b"", True
    return head[:_READ_BYTES], len(head) <= _READ_BYTES


def _rows(text: bytes, complete: bool) -> list[list[bytes]]:
    """The fields of each line, without a last line that may be cut and empty ones at the end."""
    lines = text.rstrip().split(b"\n") if complete else text.split(b"\n")[:-1]
    return [line.split() for line in lines]


def _differ(rows: Sequence[Sequence[bytes]]) -> bool:
    return len({row[0] for row in rows}) == len(rows)


def _are_vectors(rows: Sequence[Sequence[bytes]], size: int) -> bool:
    """Whether each row is a word and the same number of numbers, and all words differ."""
    rows = rows[:_MOST_ROWS]
    if not rows or not all(len(row) == 1 + size for row in rows) or not _differ(rows):
        return False
    return all(_NUMBER.fullmatch(number) for row in rows for number in row[1:])


def _are_decimals(rows: Sequence[Sequence[bytes]]) -> bool:
    """Whether most numbers are fractions, as those of vectors are and those of lists are not."""
    numbers = [number for row in rows[:_MOST_ROWS] for number in row[1:]]
    return sum(b"." in number or b"e" in number for number in numbers) > len(numbers) / 2


def _is_glove(rows: Sequence[Sequence[bytes]]) -> bool:
    """Whether rows without a header are vectors: not one number, not a table of numbers alone."""
    size = len(rows[0]) - 1 if rows else 0
    if size < 2 or not _are_vectors(rows, size) or not _are_decimals(rows):
        return False
    seen = rows[:_MOST_ROWS]
    return sum(_NUMBER.fullmatch(row[0]) is None for row in seen) > len(seen) / 2


def _holds_text_rows(
    rows: Sequence[Sequence[bytes]], n_words: int, size: int, complete: bool
) -> bool:
    fits = len(rows) == n_words if complete else len(rows) <= n_words
    return fits and _are_vectors(rows, size) and (size > 1 or _are_decimals(rows))


def _holds_binary_rows(records: bytes, n_words: int, size: int, complete: bool) -> bool:
    """Whether bytes are records of a word, a space and float32 numbers, of a plausible size."""
    at = 0
    words: list[list[bytes]] = []
    seen: list[bytes] = []
    while len(words) < n_words:
        space = records.find(b" ", at)
        end = space + 1 + 4 * size
        if space < 0 or end > len(records):
            break
        word = records[at:space].lstrip(b"\n")  # word2vec.c ends each record with a line
        numbers = np.frombuffer(records, "<f4", size, space + 1)
        with np.errstate(invalid="ignore"):  # text may read as NaN
            plausible = bool((np.abs(numbers) < _LARGEST).all())
        if len(word.split()) != 1 or not plausible:
            return False
        words.append([word])
        seen.append(records[space + 1 : end])
        at = end
    if not words or not _differ(words) or not b"".join(seen).translate(None, _IN_TEXT):
        return False
    return not complete or (len(words) == n_words and not records[at:].strip())
