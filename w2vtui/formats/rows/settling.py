"""What a reader does with rows once it has them: words that are blank, or were there before, are
left out, and numbers that are not finite are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.formats.rows.blocks import Block, rows_a_block
from w2vtui.formats.rows.records import LEFT_OUT, SEPARATOR, WHITE, Source, decode_words

_SEPARATOR_BYTE = re.compile(rb"[ \t\v\f\r]")
_ROWS_SHOWN = 1_000
"""Bad rows that are looked at together."""


class Rows(Protocol):
    """A matrix of vectors, in the memory or in a file."""

    def __getitem__(self, rows: NDArray[np.intp], /) -> NDArray[np.float32]:
        """Some rows."""


class Settler:
    """Settles the rows of one file, block by block; counts what it leaves out."""

    def __init__(self, source: Source, *, keeps_blank: bool = False) -> None:
        """keeps_blank: whether blanks are words, as in a layout that can hold them."""
        self._source, self._keeps_blank = source, keeps_blank
        self._seen: set[str] = set()

    def settle_encoded(
        self, encoded: Sequence[bytes], vectors: NDArray[np.float32], first: int
    ) -> Block:
        """A block of words as they are in the file, LEFT_OUT for a row that is left out.

        vectors   float32 (n, D)
        first     the number of the first record

        Raises:
            VectorsError: a word is not UTF-8, or a number is not one.
        """
        words = decode_words(encoded, self._source, first)
        records = range(first, first + len(words))
        block, rows = self._settled(words, vectors, None, records)
        if _SEPARATOR_BYTE.search(b"".join(encoded)):
            for row, word in zip(rows, block.words, strict=True):
                if SEPARATOR.search(word):
                    place = self._source.place(records[row])
                    self._source.remarks.add("spaced", f"'{safe_text(word, 40)}' in {place}")
        return block

    def settle(
        self,
        words: Sequence[str],
        vectors: NDArray[np.float32],
        records: Sequence[int],
        counts: NDArray[np.int64] | None = None,
    ) -> Block:
        """A block of words that are decoded.

        records   the number of each

        Raises:
            VectorsError: a number is not one.
        """
        return self._settled(words, vectors, counts, records)[0]

    def check_any(self) -> None:
        """Refuse a file of which no row was left.

        Raises:
            VectorsError: there was none.
        """
        if not self._seen:
            raise self._source.error(
                None, "no row holds a word with a vector: this is not a vector file"
            )

    def _settled(
        self,
        words: Sequence[str],
        vectors: NDArray[np.float32],
        counts: NDArray[np.int64] | None,
        records: Sequence[int],
    ) -> tuple[Block, Sequence[int]]:
        """A block, and its rows among those that were given."""
        rows = self._kept(words, records)
        rows = self._finite(words, vectors, rows, records)
        if len(rows) < len(words):
            words = [words[row] for row in rows]
            chosen = np.array(rows, dtype=np.intp)
            vectors = vectors[chosen]
            counts = None if counts is None else counts[chosen]
        return Block(list(words), vectors, counts), rows

    def _kept(self, words: Sequence[str], records: Sequence[int]) -> Sequence[int]:
        """The rows of words that are not blank and were not there before."""
        seen = self._seen
        fresh = set(words)
        are_plain = self._keeps_blank or ("" not in fresh and not any(map(str.isspace, fresh)))
        if len(fresh) == len(words) and are_plain and seen.isdisjoint(fresh):
            seen |= fresh
            return range(len(words))
        rows = []
        for row, word in enumerate(words):
            place = self._source.place(records[row])
            if word == LEFT_OUT.decode() and not self._keeps_blank:
                continue
            if not (self._keeps_blank or word.strip(WHITE)):
                self._source.remarks.add("blank", place)
            elif word in seen:
                self._source.remarks.add("repeated", f"'{safe_text(word, 40)}' in {place}")
            else:
                seen.add(word)
                rows.append(row)
        return rows

    def _finite(
        self,
        words: Sequence[str],
        vectors: NDArray[np.float32],
        rows: Sequence[int],
        records: Sequence[int],
    ) -> Sequence[int]:
        """The rows without those that hold NaN or infinity, which are refused unless they are to be
        skipped.
        """
        finite = np.logical_and.reduce(np.isfinite(vectors), axis=1)
        if finite.all():
            return rows
        left = []
        for row in rows:
            if finite[row]:
                left.append(row)
                continue
            value = vectors[row][~np.isfinite(vectors[row])][0]
            fault = f"the vector of '{safe_text(words[row], 40)}' holds {value}"
            if not self._source.skips_bad_rows:
                raise self._source.error(
                    records[row],
                    f"{fault}, which is not a number to compare with: --skip-bad-rows (in Python "
                    "skip_bad_rows=True) leaves such rows out",
                )
            self._source.remarks.add("skipped", f"{self._source.place(records[row])}, {fault}")
            self._seen.discard(words[row])
        return left


def refuse_bad_rows(
    words: Sequence[str],
    vectors: Rows,
    bad: NDArray[np.bool_],
    source: Source,
    *,
    keeps_blank: bool = False,
) -> None:
    """Refuse the vectors that hold NaN or infinity, or count them where they are to be skipped.

    bad   bool (V,): which they are

    Raises:
        VectorsError: there are some and they are not to be skipped, or there are no others.
    """
    settler, numbers = Settler(source, keeps_blank=keeps_blank), np.flatnonzero(bad)
    for start in range(0, len(numbers), _ROWS_SHOWN):
        part = numbers[start : start + _ROWS_SHOWN]
        listed = part.tolist()
        settler.settle([words[row] for row in listed], vectors[part], (part + 1).tolist())
    if bad.all():
        settler.check_any()


class Row(NamedTuple):
    """A row of a table of vectors."""

    number: int
    """Of its line, from 1."""
    word: str
    numbers: Sequence[float]
    known_count: int | None = None


def settled_rows(rows: Iterable[Row], source: Source, size: int) -> Iterator[Block]:
    """Blocks of rows of a table, whose numbers in a row were counted.

    Raises:
        VectorsError: a number is not one, or no row is left.
    """
    settler = Settler(source)
    rows = iter(rows if source.limit is None else islice(rows, source.limit))
    while part := list(islice(rows, rows_a_block(size))):
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused as infinite
            vectors = np.array([row.numbers for row in part], dtype=np.float64).astype(np.float32)
        known = [row.known_count for row in part if row.known_count is not None]
        counts = np.array(known, dtype=np.int64) if len(known) == len(part) else None
        numbers = [row.number for row in part]
        yield settler.settle([row.word for row in part], vectors, numbers, counts)
    settler.check_any()
