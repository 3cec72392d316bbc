"""Words with blanks in word2vec's binary layout, where a blank ends a word.

A reader that ends such a word at its first blank takes the rest of it for numbers, and the end of
the numbers for the beginning of the next word; from there on it reads rightly again, so nothing but
the numbers themselves shows the mistake. Two signs are looked for:

    the layout of word2vec.c    ends each record with a line end, so one stands within the next
                                word where a record was read wrongly
    that of gensim              has no line ends: numbers that are read from the wrong place are
                                text, or of any size, where those of vectors are of a few sizes
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.formats.records import Header, Source, how_to_read, shown

MOST_BYTES = 256
"""The longest rest of a word, after its first blank, that is looked for."""
_SMALLEST, _LARGEST = 1e-7, 1e4
"""Between these are the numbers of vectors, apart from 0."""
_CLEARLY = 4
"""One reading is taken if any other has more than this many times its odd numbers."""
_BLOCK_BYTES = 1 << 22
_LONGEST_WORD = 1 << 16
_MORE_WORDS = 8
"""Records after those that are wanted, in which line ends are looked for too."""


class AmbiguousError(Exception):
    """Where a word ends is not clear."""

    def __init__(self, words: list[bytes]) -> None:
        """words: what it may be"""
        self.words = words
        super().__init__()


def odd_numbers(rows: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which numbers are not of the size that those of vectors have."""
    sizes = np.abs(rows)
    with np.errstate(invalid="ignore"):
        odd: NDArray[np.bool_] = ~(((sizes >= _SMALLEST) & (sizes <= _LARGEST)) | (sizes == 0))
    return odd


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a record."""

    word: bytes
    end: int
    """Where the numbers end."""
    n_odd: int
    spans_a_record: bool
    """Whether the rest of the word, after its first blank, may well be numbers and a next word."""


def best_end(block: bytes, start: int, size: int) -> tuple[bytes, int]:
    """The word of the record of `size` numbers that starts there, and where its numbers end.

    Raises:
        AmbiguousError: two ways to read it are as good, or there is none.
    """
    blanks = list(_blanks(block, start, size))
    if len(blanks) == 1:
        return block[start : blanks[0]].lstrip(b"\n"), blanks[0] + 1 + 4 * size
    return _best(_readings(block, start, size, blanks))


def _best(readings: Sequence[_Reading]) -> tuple[bytes, int]:
    """The best of several readings, that of the shortest word first."""
    if not readings:
        raise AmbiguousError([])
    best, rivals = min(readings, key=lambda one: one.n_odd), readings
    if best.n_odd * _CLEARLY >= readings[0].n_odd:  # no longer word is clearly better
        best = readings[0]
        rivals = [one for one in readings if best.n_odd or not one.spans_a_record]
    for rival in rivals:
        if rival is not best and best.n_odd * _CLEARLY >= rival.n_odd:
            raise AmbiguousError([best.word, rival.word])
    return best.word, best.end


def _blanks(block: bytes, start: int, size: int) -> Iterator[int]:
    """Where the word that starts there may end."""
    first = at = block.find(b" ", start)
    while 0 <= at <= first + MOST_BYTES and at + 1 + 4 * size <= len(block):
        if b"\n" in block[start:at].lstrip(b"\n"):
            return
        if at == first or _is_text(block[first:at]):
            yield at
        at = block.find(b" ", at + 1)


def _is_text(rest: bytes) -> bool:
    """Whether bytes are UTF-8, the last character of which may be cut."""
    try:
        rest.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True


def _readings(block: bytes, start: int, size: int, blanks: Sequence[int]) -> list[_Reading]:
    readings = []
    for at in blanks:
        numbers = np.frombuffer(block, "<f4", size, at + 1)
        readings.append(
            _Reading(
                block[start:at].lstrip(b"\n"),
                at + 1 + 4 * size,
                int(np.count_nonzero(odd_numbers(numbers))),
                at - blanks[0] > 4 * size > 4,
            )
        )
    return readings


def read_carefully(
    file: BufferedIOBase, header: Header, n_words: int, source: Source
) -> tuple[list[bytes], NDArray[np.float32]]:
    """Words, which may hold blanks, and float32 (n, D) of a file that stands after its header.

    Raises:
        VectorsError: where a word ends is not clear.
    """
    begin = file.tell()
    n_read = min(n_words + _MORE_WORDS, header.n_words)
    try:
        words, vectors = _records(file, header, n_read, source, have_line_ends=True)
    except VectorsError:
        file.seek(begin)
        words, vectors = _records(file, header, n_words, source, have_line_ends=False)
    return words[:n_words], vectors[:n_words]


def _records(
    file: BufferedIOBase, header: Header, n_words: int, source: Source, *, have_line_ends: bool
) -> tuple[list[bytes], NDArray[np.float32]]:
    size = header.vector_size
    words: list[bytes] = []
    vectors = np.empty((n_words, size), dtype=np.float32)
    block, at, ended = b"", 0, False
    needed = _LONGEST_WORD + 4 * size
    while len(words) < n_words:
        if len(block) - at < needed and not ended:
            more = file.read(max(_BLOCK_BYTES, needed))
            ended = len(more) < max(_BLOCK_BYTES, needed)
            block, at = block[at:] + more, 0
        must_end = len(words) == header.n_words - 1
        try:
            word, end = _next(block, at, size, have_line_ends=have_line_ends, must_end=must_end)
        except AmbiguousError as error:
            raise _explained(error, source, len(words) + 1) from error
        vectors[len(words)] = np.frombuffer(block, "<f4", size, end - 4 * size)
        words.append(word)
        at = end
    return words, vectors


def _next(
    block: bytes, start: int, size: int, *, have_line_ends: bool, must_end: bool
) -> tuple[bytes, int]:
    """As `best_end`, of the records that end where they must.

    have_line_ends   a line end follows each but the last
    must_end         this is the last one
    """
    if not (have_line_ends or must_end):
        return best_end(block, start, size)
    blanks = []
    for at in _blanks(block, start, size):
        end = at + 1 + 4 * size
        if block[end:] in (b"", b"\n") if must_end else block[end : end + 1] == b"\n":
            blanks.append(at)
    readings = _readings(block, start, size, blanks)
    return (readings[0].word, readings[0].end) if len(readings) == 1 else _best(readings)


def _explained(error: AmbiguousError, source: Source, record: int) -> VectorsError:
    words = " or ".join(map(shown, error.words))
    return source.error(
        record,
        f"where the word ends is not clear{', it may be ' + words if words else ''}: a binary "
        "file can hold no word with a blank in it: save the vectors as text, or with _ for blanks"
        f"{how_to_read(record - 1)}",
    )
