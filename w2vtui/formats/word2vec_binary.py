"""word2vec's binary layout: a line `V D`, then a record a word: the word, a space, D float32.

Numbers are little-endian. word2vec.c ends each record with a line end, gensim and GoogleNews do
not; a reader takes both, and leaves out further line ends before a word, as gensim does.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BufferedIOBase
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.formats.blank_words import (
    MOST_BYTES,
    AmbiguousError,
    Records,
    read_carefully,
)
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

_BLOCK_BYTES = 1 << 22
_LONGEST_HEADER = 64
_ENDS = (b"", b"\n")
_BY_CHANCE = 0.03
"""The largest share of rows of a few numbers that could be read in another way by chance."""
_TELLING_SIZE = 8
"""Of that many numbers or more, one is odd where they are read from the wrong place."""


def write_binary(file: BinaryIO, words: list[bytes], vectors: NDArray[np.float32]) -> None:
    """Write the header and a record a word, with the line ends of word2vec.c."""
    file.write(b"%d %d\n" % vectors.shape)
    for word, row in zip(words, vectors, strict=True):
        file.write(b"%b %b\n" % (word, row.astype("<f4").tobytes()))


def read_binary(file: BufferedIOBase, source: Source) -> tuple[list[str], NDArray[np.float32]]:
    """Words and float32 (V, D) from a file that stands where it begins.

    Raises:
        VectorsError: the header is wrong, the file ends within a record or continues after the last
            one, a word cannot be decoded, or where it ends is not clear.
    """
    header = parse_header(file.readline(_LONGEST_HEADER), source)
    n_words = rows_to_read(header, 4 * header.vector_size + 1, source)  # a space; a word may lack
    begin = file.tell()
    reader = _QuickReader(file, header, source)
    try:
        words, vectors = reader.read(n_words)
    except AmbiguousError:
        file.seek(begin)
        assert reader.records is not None  # which found the word that is not clear
        try:
            words, vectors = read_carefully(file, header, n_words, reader.records, source)
        except VectorsError:
            file.seek(begin)  # a header that is wrong looks like that too, and is the better reason
            _QuickReader(file, header, source, trusts=True).read(n_words)
            raise
    return settled(words, vectors, source, 1)


class _QuickReader:
    """Reads records whose words end at the first blank, and notices those whose word does not."""

    def __init__(
        self, file: BufferedIOBase, header: Header, source: Source, *, trusts: bool = False
    ) -> None:
        """trusts: take it that no word holds a blank."""
        self._file, self._header, self._source = file, header, source
        self._trusts = trusts
        self._size = header.vector_size
        self._words: list[bytes] = []
        self._vectors = np.empty((0, self._size), dtype=np.float32)
        self.records: Records | None = None
        """What is known of the records, once some are read."""
        self._unclear: list[int] = []
        """Rows that look right but could be read otherwise."""

    def read(self, n_words: int) -> tuple[list[bytes], NDArray[np.float32]]:
        """The first words and float32 (n, D).

        Raises:
            AmbiguousError: a word may hold a blank.
            VectorsError: the file is not as long as its header says.
        """
        n_read = min(n_words + 1, self._header.n_words)  # the next one shows where the last ends
        self._vectors = np.empty((n_read, self._size), dtype=np.float32)
        rest = b""
        while len(self._words) < n_read:
            n_bytes = max(_BLOCK_BYTES, len(rest))  # a header may claim any length
            read = self._file.read(n_bytes)
            rest = self._take(rest + read, n_read, len(read) < n_bytes)
            if len(read) < n_bytes and len(self._words) >= n_words:
                break
            self._check_progress(rest, n_read, len(read) < n_bytes)
        if self._source.limit is None or self._source.limit > self._header.n_words:
            self._check_end(rest + self._file.read(MOST_BYTES))
        elif self._words[-1][:1] == b"\n" and rest[:1] not in _ENDS and not self._trusts:
            raise AmbiguousError
        self._note_unclear()
        return [word.lstrip(b"\n") for word in self._words[:n_words]], self._vectors[:n_words]

    def _take(self, block: bytes, n_read: int, ended: bool) -> bytes:
        """Read the whole records of a block; return what is left of it.

        ended   nothing follows the block
        """
        vector_bytes = 4 * self._size
        last = len(block) if ended else len(block) - MOST_BYTES
        first, words, starts = len(self._words), self._words, [0]
        numbers = []
        position = 0
        while len(words) < n_read:
            start = block.find(b" ", position) + 1
            end = start + vector_bytes
            if start == 0 or end > last:
                break
            words.append(block[position : start - 1])
            numbers.append(block[start:end])
            starts.append(end)
            position = end
        rows = self._vectors[first : len(words)]
        rows[:] = np.frombuffer(b"".join(numbers), dtype="<f4").reshape(rows.shape)
        if self.records is None and len(rows):
            self.records = Records(self._size, rows)
        if not (self._trusts or self._have_line_ends(first)):
            self._check_records(block, starts, rows)
        return block[position:]

    def _have_line_ends(self, first: int) -> bool:
        """Whether a line end stands between any two records from `first` on.

        Raises:
            AmbiguousError: there are others, or some records only have one.
        """
        words = self._words[max(first, 1) :]
        n_before = sum(word.startswith(b"\n") for word in words)
        n_line_ends = sum(word.count(b"\n") for word in words)
        if n_line_ends != n_before or n_before not in (0, len(words)):
            raise AmbiguousError
        return n_before > 0

    def _check_records(self, block: bytes, starts: list[int], rows: NDArray[np.float32]) -> None:
        """Look again at records without line ends whose numbers are not like those of vectors.

        Raises:
            AmbiguousError: the word of one may hold a blank.
        """
        if self.records is None:
            return
        doubtful: Sequence[int] = range(len(rows))
        if self._size >= _TELLING_SIZE:
            doubtful = np.flatnonzero(self.records.are_odd(rows).any(axis=1)).tolist()
        first = len(self._words) - len(rows)
        for row in doubtful:
            try:
                end = self.records.next(block, starts[row])[1]
            except AmbiguousError as error:
                if not error.looks_right:
                    raise
                self._unclear.append(first + row)
                continue
            if end != starts[row + 1]:
                raise AmbiguousError

    def _note_unclear(self) -> None:
        """Accept a few records that look right.

        Raises:
            AmbiguousError: they are more than there are by chance.
        """
        if len(self._unclear) > _BY_CHANCE * len(self._words):
            raise AmbiguousError
        for row in self._unclear:
            place = f"{shown(self._words[row])}, {self._source.place(row + 1)}"
            self._source.remarks.add("unclear", place)

    def _check_progress(self, rest: bytes, n_read: int, ended: bool) -> None:
        n_words, header = len(self._words), self._header
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
