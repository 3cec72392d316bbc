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

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.formats.rows.blocks import rows_a_block
from w2vtui.formats.rows.records import Header, Source, how_to_read, shown

Rows: TypeAlias = tuple[list[bytes], NDArray[np.float32]]
"""Words as they are in a file, and float32 (n, D)."""

MOST_BYTES = 256
"""The longest rest of a word, after its first blank, that is looked for."""
BY_CHANCE = 0.03
"""The largest share of rows of a few numbers that could be read in another way by chance."""
TELLING_SIZE = 8
"""Of that many numbers or more, one is odd where they are read from the wrong place."""
_USUAL = (1e-3, 10.0)
"""Between these is the middle one of the numbers of most vectors."""
_BELOW, _ABOVE = 1e-6, 1e5
"""Numbers of vectors are between these times the middle one, apart from 0."""
_FEW_NUMBERS = 2000
_SHARE = 0.9
"""Numbers that are read from the wrong place are never that alike in size."""
_CLEARLY = 4
"""One reading is taken if any other has more than this many times its odd numbers."""
_BLOCK_BYTES = 1 << 22
_LONGEST_WORD = 1 << 16
_MORE_WORDS = 8
"""Records after those that are wanted, in which line ends are looked for too."""


class AmbiguousError(Exception):
    """Where a word ends is not clear."""

    def __init__(self, words: Sequence[bytes] = (), *, looks_right: bool = False) -> None:
        """
        words        what it may be
        looks_right  nothing speaks against the first of them, but neither against another
        """
        self.words, self.looks_right = words, looks_right
        super().__init__()


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a record."""

    word: bytes
    end: int
    """Where the numbers end."""
    n_odd: int
    spans_a_record: bool
    """Whether the rest of the word, after its first blank, may well be numbers and a next word."""


class Records:
    """Records of a word, a blank and numbers, of which a word may hold blanks too."""

    def __init__(self, size: int, some_rows: NDArray[np.float32]) -> None:
        """
        size        the numbers of a record
        some_rows   float32 (n, D), most of which are read rightly
        """
        self._size = size
        sizes = np.abs(some_rows[np.isfinite(some_rows) & (some_rows != 0)])
        middle = float(np.median(sizes)) if len(sizes) >= _FEW_NUMBERS else 1.0
        near = (sizes >= middle / 1e4) & (sizes <= middle * 1e4)
        if _USUAL[0] <= middle <= _USUAL[1] or np.count_nonzero(near) < _SHARE * len(sizes):
            middle = 0.1
        self.usual = _BELOW * middle, _ABOVE * middle
        """Between these are the numbers of vectors, apart from 0."""

    def are_odd(self, rows: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which numbers are not of the size that those of vectors have."""
        sizes = np.abs(rows)
        smallest, largest = self.usual
        with np.errstate(invalid="ignore"):
            odd: NDArray[np.bool_] = ~(((sizes >= smallest) & (sizes <= largest)) | (sizes == 0))
        return odd

    def next(self, block: bytes, start: int, follows: tuple[bytes, ...] = ()) -> tuple[bytes, int]:
        """The word of the record that starts there, and where its numbers end.

        follows   what may come after it, likelier first: nothing, as the block ends, or a line
                  end, with which it ends if nothing may come; () for anything

        Raises:
            AmbiguousError: two ways to read it are as good, or there is none.
        """
        blanks = list(self._blanks(block, start))
        if follows:
            ends = {at: at + 1 + 4 * self._size for at in blanks}
            n = 1 + (b"" in follows)
            rests = {at: block[ends[at] : ends[at] + n] for at in blanks}
            blanks = next(
                (fit for one in follows if (fit := [at for at in blanks if rests[at] == one])), []
            )
        if len(blanks) == 1:
            return block[start : blanks[0]].lstrip(b"\n"), blanks[0] + 1 + 4 * self._size
        return _best([self._reading(block, start, at, blanks[0]) for at in blanks])

    def _blanks(self, block: bytes, start: int) -> Iterator[int]:
        """Where the word that starts there may end."""
        first = at = block.find(b" ", start)
        while 0 <= at <= first + MOST_BYTES and at + 1 + 4 * self._size <= len(block):
            if b"\n" in block[start:at].lstrip(b"\n"):
                return
            try:
                block[first:at].decode()
            except UnicodeDecodeError as error:
                if error.reason == "unexpected end of data":  # word2vec.c cuts characters
                    yield at
                return
            yield at
            at = block.find(b" ", at + 1)

    def _reading(self, block: bytes, start: int, at: int, first: int) -> _Reading:
        numbers = np.frombuffer(block, "<f4", self._size, at + 1)
        return _Reading(
            block[start:at].lstrip(b"\n"),
            at + 1 + 4 * self._size,
            int(np.count_nonzero(self.are_odd(numbers))),
            at - first > 4 * self._size > 4,
        )


def _best(readings: Sequence[_Reading]) -> tuple[bytes, int]:
    """The best of several readings, that of the shortest word first."""
    if not readings:
        raise AmbiguousError
    best, rivals = min(readings, key=lambda one: one.n_odd), readings
    if best.n_odd * _CLEARLY >= readings[0].n_odd:  # no longer word is clearly better
        best = readings[0]
        rivals = [one for one in readings if best.n_odd or not one.spans_a_record]
    for rival in rivals:
        if rival is not best and best.n_odd * _CLEARLY >= rival.n_odd:
            looks_right = best is readings[0] and not best.n_odd
            raise AmbiguousError([best.word, rival.word], looks_right=looks_right)
    return best.word, best.end


def read_carefully(
    file: BufferedIOBase, header: Header, n_words: int, records: Records, source: Source
) -> Iterator[Rows]:
    """Words, which may hold blanks, and float32 (n, D) of a file that stands after its header.

    Raises:
        VectorsError: where a word ends is not clear.
    """
    begin = file.tell()
    n_read = min(n_words + _MORE_WORDS, header.n_words)
    have_line_ends = True
    try:
        deque(_rows(file, header, n_read, records, source, have_line_ends=True), maxlen=0)
    except VectorsError:
        have_line_ends = False
    file.seek(begin)
    yield from _rows(file, header, n_words, records, source, have_line_ends=have_line_ends)


def _rows(
    file: BufferedIOBase,
    header: Header,
    n_words: int,
    records: Records,
    source: Source,
    *,
    have_line_ends: bool,
) -> Iterator[Rows]:
    """The same of a file in which a line end follows each record but the last, or none."""
    size = header.vector_size
    n_done = 0
    block, at, ended = b"", 0, False
    needed = _LONGEST_WORD + 4 * size
    while n_done < n_words:
        words: list[bytes] = []
        vectors = np.empty((min(rows_a_block(size), n_words - n_done), size), dtype=np.float32)
        for row in vectors:
            if len(block) - at < needed and not ended:
                more = file.read(max(_BLOCK_BYTES, needed))
                ended = len(more) < max(_BLOCK_BYTES, needed)
                block, at = block[at:] + more, 0
            is_last = n_done + len(words) == header.n_words - 1
            try:
                word, end = records.next(block, at, _what_follows(is_last, have_line_ends))
            except AmbiguousError as error:
                raise _explained(error, source, n_done + len(words) + 1) from error
            row[:] = np.frombuffer(block, "<f4", size, end - 4 * size)
            words.append(word)
            at = end
        yield words, vectors
        n_done += len(words)


def _what_follows(is_last: bool, have_line_ends: bool) -> tuple[bytes, ...]:
    """What may come after a record, likelier first; () for anything."""
    if is_last:
        return (b"\n", b"") if have_line_ends else (b"", b"\n")
    return (b"\n",) if have_line_ends else ()


def _explained(error: AmbiguousError, source: Source, record: int) -> VectorsError:
    words = " or ".join(map(shown, error.words))
    return source.error(
        record,
        f"where the word ends is not clear{', it may be ' + words if words else ''}: a binary "
        "file can hold no word with a blank in it: save the vectors as text, or with _ for blanks"
        f"{how_to_read(record - 1)}",
    )
