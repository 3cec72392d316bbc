"""word2vec's binary layout: a line `V D`, then a record a word: the word, a space, D float32.

Numbers are little-endian. word2vec.c ends each record with a line end, gensim and GoogleNews do
not; a reader takes both, and leaves out further line ends before a word, as gensim does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from io import BufferedIOBase

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.formats.rows.blocks import Block, Shape, StartOverError
from w2vtui.formats.rows.records import (
    MAX_WORD_BYTES,
    Header,
    Source,
    how_to_read,
    parse_header,
    rows_to_read,
    shown,
)
from w2vtui.formats.rows.settling import Settler
from w2vtui.formats.word2vec.blank_words import (
    BY_CHANCE,
    MOST_BYTES,
    TELLING_SIZE,
    AmbiguousError,
    Records,
    Rows,
    read_carefully,
)

_BLOCK_BYTES = 1 << 22
_LONGEST_HEADER = 64
_ENDS = (b"", b"\n")


class BinaryReader:
    """Reads a file that stands where it begins.

    Raises:
        VectorsError: the header is wrong.
    """

    def __init__(self, file: BufferedIOBase, source: Source) -> None:
        self.file, self.source = file, source
        self.header = parse_header(file.readline(_LONGEST_HEADER), source)
        size = self.header.vector_size
        n_words = rows_to_read(self.header, 4 * size + 1, source)  # a space; a word may lack
        self.shape = Shape(n_words, size)
        self.begin = file.tell()
        """Where the first record stands."""
        self._records: Records | None = None
        """What is known of the records, where a word may hold a blank."""

    def blocks(self) -> Iterator[Block]:
        """Words and vectors.

        Raises:
            VectorsError: the file ends within a record or continues after the last one, a word
                cannot be decoded, or where it ends is not clear.
            StartOverError: a word holds a blank, and may have been read wrongly.
        """
        self.source.remarks.clear()
        settler = Settler(self.source)
        n_done = 0
        self.file.seek(self.begin)
        records = self._quickly() if self._records is None else self._carefully()
        for words, rows in records:
            try:
                block = settler.settle_encoded(words, rows, 1 + n_done)
            except VectorsError:  # a header that is wrong may be the reason
                deque(records, maxlen=0)
                raise
            yield block
            n_done += len(words)
        settler.check_any()

    def _quickly(self) -> Iterator[Rows]:
        reader = _QuickReader(self.file, self.header, self.source)
        try:
            yield from reader.rows(self.shape.most_words)
        except AmbiguousError:
            assert reader.records is not None  # which found the word that is not clear
            self._records = reader.records
            raise StartOverError from None

    def _carefully(self) -> Iterator[Rows]:
        assert self._records is not None
        n_words = self.shape.most_words
        try:
            yield from read_carefully(self.file, self.header, n_words, self._records, self.source)
        except VectorsError:
            # A header that is wrong looks like that too, and is the better reason.
            self.file.seek(self.begin)
            trusting = _QuickReader(self.file, self.header, self.source, trusts=True)
            deque(trusting.rows(n_words), maxlen=0)
            raise


class _QuickReader:
    """Reads records whose words end at the first blank, and notices those whose word does not."""

    def __init__(
        self, file: BufferedIOBase, header: Header, source: Source, *, trusts: bool = False
    ) -> None:
        """trusts: take it that no word holds a blank."""
        self._file, self._header, self._source = file, header, source
        self._trusts = trusts
        self._size = header.vector_size
        self._n = 0
        """How many records were read."""
        self._last = b""
        """The word of the last of them."""
        self.records: Records | None = None
        """What is known of the records, once some are read."""
        self._unclear: list[str] = []
        """Rows that look right but could be read otherwise."""

    def rows(self, n_words: int) -> Iterator[Rows]:
        """The first words and float32 (n, D), some at a time.

        Raises:
            AmbiguousError: a word may hold a blank.
            VectorsError: the file is not as long as its header says.
        """
        n_read = min(n_words + 1, self._header.n_words)  # the next one shows where the last ends
        rest = b""
        while self._n < n_read:
            n_bytes = max(_BLOCK_BYTES, len(rest))  # a header may claim any length
            read = self._file.read(n_bytes)
            n_before = self._n
            words, rows, rest = self._take(rest + read, n_read, len(read) < n_bytes)
            if words and n_before < n_words:
                n = min(len(words), n_words - n_before)
                yield [word.lstrip(b"\n") for word in words[:n]], rows[:n]
            if len(read) < n_bytes and self._n >= n_words:
                break
            self._check_progress(rest, n_read, len(read) < n_bytes)
        if self._source.limit is None or self._source.limit > self._header.n_words:
            self._check_end(rest + self._file.read(MOST_BYTES))
        elif self._last[:1] == b"\n" and rest[:1] not in _ENDS and not self._trusts:
            raise AmbiguousError
        self._note_unclear()

    def _take(
        self, block: bytes, n_read: int, ended: bool
    ) -> tuple[list[bytes], NDArray[np.float32], bytes]:
        """The words and rows of the whole records of a block, and what is left of it.

        ended   nothing follows the block
        """
        vector_bytes = 4 * self._size
        last = len(block) if ended else len(block) - MOST_BYTES
        words: list[bytes] = []
        starts = [0]
        numbers = []
        position = 0
        while self._n + len(words) < n_read:
            start = block.find(b" ", position) + 1
            end = start + vector_bytes
            if start == 0 or end > last:
                break
            words.append(block[position : start - 1])
            numbers.append(block[start:end])
            starts.append(end)
            position = end
        joined = np.frombuffer(b"".join(numbers), dtype="<f4").reshape(-1, self._size)
        rows: NDArray[np.float32] = joined.astype(np.float32, copy=False)
        if self.records is None and len(rows):
            self.records = Records(self._size, rows)
        if not (self._trusts or self._have_line_ends(words)):
            self._check_records(block, starts, words, rows)
        self._n += len(words)
        self._last = words[-1] if words else self._last
        return words, rows, block[position:]

    def _have_line_ends(self, words: Sequence[bytes]) -> bool:
        """Whether a line end stands between any two records of a block.

        Raises:
            AmbiguousError: there are others, or some records only have one.
        """
        words = words if self._n else words[1:]
        n_before = sum(word.startswith(b"\n") for word in words)
        n_line_ends = sum(word.count(b"\n") for word in words)
        if n_line_ends != n_before or n_before not in (0, len(words)):
            raise AmbiguousError
        return n_before > 0

    def _check_records(
        self,
        block: bytes,
        starts: Sequence[int],
        words: Sequence[bytes],
        rows: NDArray[np.float32],
    ) -> None:
        """Look again at records without line ends whose numbers are not like those of vectors.

        Raises:
            AmbiguousError: the word of one may hold a blank.
        """
        if self.records is None:
            return
        doubtful: Sequence[int] = range(len(rows))
        if self._size >= TELLING_SIZE:
            doubtful = np.flatnonzero(self.records.are_odd(rows).any(axis=1)).tolist()
        for row in doubtful:
            try:
                end = self.records.next(block, starts[row])[1]
            except AmbiguousError as error:
                if not error.looks_right:
                    raise
                place = self._source.place(self._n + row + 1)
                self._unclear.append(f"{shown(words[row])}, {place}")
                continue
            if end != starts[row + 1]:
                raise AmbiguousError

    def _note_unclear(self) -> None:
        """Accept a few records that look right.

        Raises:
            AmbiguousError: they are more than there are by chance.
        """
        if len(self._unclear) > BY_CHANCE * self._n:
            raise AmbiguousError
        for place in self._unclear:
            self._source.remarks.add("unclear", place)

    def _check_progress(self, rest: bytes, n_read: int, ended: bool) -> None:
        n_words, header = self._n, self._header
        if n_words < n_read and ended:
            raise self._source.error(
                n_words + 1,
                "the file ends within the record: it is cut short, "
                f"or its header of {header.n_words:,} x {header.vector_size:,} "
                f"is wrong{how_to_read(n_words)}",
            )
        if len(rest) > MAX_WORD_BYTES + 4 * self._size + MOST_BYTES:
            raise self._source.error(
                n_words + 1,
                f"no word ends within {MAX_WORD_BYTES:,} bytes: this is not a vector file",
            )

    def _check_end(self, rest: bytes) -> None:
        if more := rest.removeprefix(b"\n"):
            if len(more) < MOST_BYTES and not self._trusts:
                raise AmbiguousError  # of the last word, a blank may have been taken for the end
            raise self._source.error(
                None,
                f"the file continues after the {self._header.n_words:,} words that its header "
                f"gives, with {shown(more)}{how_to_read(self._header.n_words)}",
            )
