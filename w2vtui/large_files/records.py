"""One pass over word2vec's binary layout that finds every word and measures every row.

Records are of different lengths, so where one begins is known only once the one before it was
found. That is quick; what takes time is done for several blocks at once: to read them, and to look
at their numbers.

What is not plain raises UnusualError, and is left to w2vtui.formats, which reads any such file and
says what is wrong with it: a word with a blank in it, a file cut short.
"""

from __future__ import annotations

import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.raw_rows import find_records, measure_rows
from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.formats.rows.blocks import Progress
from w2vtui.formats.rows.records import Header, Source, shown
from w2vtui.formats.rows.settling import Settler
from w2vtui.formats.word2vec.blank_words import BY_CHANCE, MOST_BYTES, AmbiguousError, Records
from w2vtui.large_files.open_file import Bytes, OpenFile, page_buffer
from w2vtui.large_files.rows import BLOCK_BYTES
from w2vtui.large_files.words import StoredRows, StoredWords, starts_of, stored
from w2vtui.system.cores import free_cores
from w2vtui.vectors.similarity import Floats, Lengths

_LONGEST_WORD = 4096
_BUFFERS = 5
_CONTROLS = bytes([*range(0x0A), *range(0x0B, 0x21), 0x7F])
_WHITE = re.compile(r"[^\S\n]")


class UnusualError(Exception):
    """The file must be read more carefully."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one pass has found: V words, and their rows."""

    words: StoredWords
    rows: StoredRows
    places: NDArray[np.int64]
    """int64 (V,), the byte at which each row begins."""
    norms: Lengths
    """float64 (V,)"""


@dataclass(frozen=True, slots=True)
class _Block:
    """Some records, and the bytes of the file that hold them."""

    buffer: Bytes
    raw: Bytes
    """The part of the buffer that was read."""
    begin: int
    """Of these bytes in the file."""
    first: int
    """The number of the first record, from 0."""
    places: NDArray[np.int64]
    """In these bytes."""
    lengths: NDArray[np.int64]
    letters: bytes
    """The words, a newline after each."""
    has_line_ends: bool
    norms: Lengths
    n_odd: NDArray[np.int32]


class _Words(NamedTuple):
    """Words of a block that are kept."""

    letters: bytes
    lengths: NDArray[np.int64]
    rows: NDArray[np.intp]
    """Of the block."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of each block."""

    letters: list[bytes] = field(default_factory=list)
    lengths: list[NDArray[np.int64]] = field(default_factory=list)
    places: list[NDArray[np.int64]] = field(default_factory=list)
    norms: list[Lengths] = field(default_factory=list)
    records: list[NDArray[np.int32]] = field(default_factory=list)
    """The number of each in the file, from 1."""


def scan(file: OpenFile, begin: int, header: Header, source: Source, progress: Progress) -> Scanned:
    """Find all records of a file.

    begin   where the first record stands

    Raises:
        UnusualError: it is not plain.
        VectorsError: a number or a word is refused.
    """
    return _Scan(file, begin, header, source).run(progress)


class _Scan:
    def __init__(self, file: OpenFile, begin: int, header: Header, source: Source) -> None:
        self._file, self._source = file, source
        self._n_words, self._size = header.n_words, header.vector_size
        self._step = max(BLOCK_BYTES, 8 * self._size)
        self._tail = 4 * self._size + _LONGEST_WORD
        self._letters = np.empty(self._step + self._tail, dtype=np.uint8)
        """Of one block."""
        self._n_found, self._at = 0, begin
        """Records so far, and where the next one begins."""
        self._records: Records | None = None
        self._n_unclear = 0
        self._kept = _Kept()
        self._refusal: VectorsError | None = None

    def run(self, progress: Progress) -> Scanned:
        n_blocks = -(-self._file.n_bytes // self._step)
        free = [page_buffer(self._step + self._tail) for _ in range(_BUFFERS)]
        reading: deque[Future[tuple[Bytes, Bytes, int]]] = deque()
        measuring: deque[Future[_Block]] = deque()
        n_asked = 0
        with ThreadPoolExecutor(free_cores(), "w2vtui-scan") as pool:
            while reading or measuring or n_asked < n_blocks:
                while free and n_asked < n_blocks:
                    reading.append(pool.submit(self._read, n_asked, free.pop()))
                    n_asked += 1
                if reading:
                    block = self._found(*reading.popleft().result())
                    measuring.append(pool.submit(self._measured, block))
                if len(measuring) > 1 or not reading:
                    block = measuring.popleft().result()
                    try:
                        self._take(block)
                    except VectorsError as error:  # a header that is wrong may be the reason
                        self._refusal = self._refusal or error
                    free.append(block.buffer)
                    progress(min((block.begin + self._step) / self._file.n_bytes, 1.0))
        self._check_end()
        if self._refusal is not None:
            raise self._refusal
        return self._settled()

    def _read(self, number: int, buffer: Bytes) -> tuple[Bytes, Bytes, int]:
        begin = number * self._step
        raw = buffer[: min(len(buffer), self._file.n_bytes - begin)]
        self._file.fill(raw, begin)
        return buffer, raw, begin

    def _found(self, buffer: Bytes, raw: Bytes, begin: int) -> _Block:
        """The records that begin in a block; they are not measured yet."""
        most = min(self._step // (4 * self._size + 1) + 2, self._n_words - self._n_found)
        places, lengths = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
        end = min(self._step, len(raw))
        n, at, n_letters, n_ends, n_led = find_records(
            raw, self._at - begin, end, self._size, places, lengths, self._letters
        )
        is_whole = at >= end or self._n_found + n == self._n_words
        n_expected = n - (self._n_found == 0)  # nothing stands before the first record
        if not is_whole or n_ends != n_led or n_led not in (0, n_expected, n):
            raise UnusualError
        block = _Block(
            buffer, raw, begin, self._n_found, places[:n], lengths[:n],
            self._letters[:n_letters].tobytes(), n_led >= max(n_expected, 1), np.empty(n),
            np.empty(n, dtype=np.int32),
        )  # fmt: skip
        if self._records is None and n:
            self._records = Records(self._size, _rows_of(block, slice(None), self._size))
        self._n_found, self._at = self._n_found + n, begin + at
        return block

    def _measured(self, block: _Block) -> _Block:
        if self._records is not None:
            measure_rows(
                block.raw, block.places, self._size, *self._records.usual, block.norms, block.n_odd
            )
        return block

    def _take(self, block: _Block) -> None:
        """Keep what was found in a block, once it is known to be right."""
        if not block.has_line_ends:
            self._check_odd(block)
        words, kept = self._without_bad(block, self._words_of(block)), self._kept
        kept.letters.append(words.letters)
        kept.lengths.append(words.lengths)
        kept.places.append(block.places[words.rows] + block.begin)
        kept.norms.append(block.norms[words.rows])
        kept.records.append((words.rows + block.first + 1).astype(np.int32))

    def _check_odd(self, block: _Block) -> None:
        """Look again at records whose numbers are not like those of vectors: as BinaryReader does.

        Raises:
            UnusualError: the word of one may hold a blank.
        """
        for row in np.flatnonzero(block.n_odd).tolist():
            assert self._records is not None  # which has found it odd
            start = int(block.places[row] - block.lengths[row] - 1)
            end = int(block.places[row]) + 4 * self._size
            try:
                found = self._records.next(block.raw[start : end + MOST_BYTES].tobytes(), 0)[1]
            except AmbiguousError as error:
                if not error.looks_right:
                    raise UnusualError from error
                word = shown(block.raw[start : block.places[row] - 1].tobytes())
                place = self._source.place(block.first + row + 1)
                self._source.remarks.add("unclear", f"{word}, {place}")
                self._n_unclear += 1
                continue
            if start + found != end:
                raise UnusualError

    def _words_of(self, block: _Block) -> _Words:
        """The words of a block as they are kept."""
        n = len(block.lengths)
        if n and block.lengths.min() and _is_plain(block.letters):
            return _Words(block.letters.replace(b"\n", b""), block.lengths, np.arange(n))
        # A column of numbers in place of the vectors shows which rows the settler keeps.
        numbers = np.arange(n, dtype=np.float32)[:, None]
        encoded = block.letters.split(b"\n")[:-1]
        kept = Settler(self._source).settle_encoded(encoded, numbers, block.first + 1)
        return _Words(*stored(kept.words), kept.vectors[:, 0].astype(np.intp))

    def _without_bad(self, block: _Block, words: _Words) -> _Words:
        """Words without those whose vectors hold NaN or infinity.

        Raises:
            VectorsError: there are some, and such rows are not to be skipped.
        """
        bad = ~np.isfinite(block.norms[words.rows])
        if not bad.any():
            return words
        held = StoredWords(words.letters, starts_of(words.lengths))
        rows = words.rows[bad]
        Settler(self._source).settle(
            [held[number] for number in np.flatnonzero(bad).tolist()],
            _rows_of(block, rows, self._size),
            (rows + block.first + 1).tolist(),
        )
        left = held.without(bad)
        return _Words(left.letters, words.lengths[~bad], words.rows[~bad])

    def _check_end(self) -> None:
        """Raises UnusualError if the file is not as long as its header says, or is unclear."""
        n_left = min(self._file.n_bytes - self._at, MOST_BYTES)
        rest = np.empty(max(n_left, 0), dtype=np.uint8)
        self._file.fill(rest, self._at)
        is_whole = self._n_found == self._n_words and rest.tobytes() in (b"", b"\n")
        if not is_whole or self._n_unclear > BY_CHANCE * self._n_found:
            raise UnusualError
        self._file.check()

    def _settled(self) -> Scanned:
        """What is kept, without words that were there before."""
        kept = self._kept
        words = StoredWords(b"".join(kept.letters), starts_of(np.concatenate(kept.lengths)))
        places, norms = np.concatenate(kept.places), np.concatenate(kept.norms)
        rows = StoredRows(words)
        if rows.n_repeated:
            record = np.concatenate(kept.records)
            for row in np.flatnonzero(rows.repeated).tolist():
                place = self._source.place(int(record[row]))
                self._source.remarks.add("repeated", f"'{safe_text(words[row], 40)}' in {place}")
            fresh = ~rows.repeated
            words, places, norms = words.without(rows.repeated), places[fresh], norms[fresh]
            rows = StoredRows(words)
        if not len(words):
            raise UnusualError
        return Scanned(words, rows, places, norms)


def _is_plain(letters: bytes) -> bool:
    """Whether words between newlines are UTF-8 without white space or control characters."""
    if len(letters.translate(None, _CONTROLS)) != len(letters):
        return False
    if letters.isascii():
        return True
    try:
        return not _WHITE.search(letters.decode())
    except UnicodeDecodeError:
        return False


def _rows_of(block: _Block, rows: NDArray[np.intp] | slice, size: int) -> Floats:
    """Some rows of a block: float32 (n, D)."""
    raw = block.raw.data
    numbers = [raw[place : place + 4 * size] for place in block.places[rows].tolist()]
    joined = np.frombuffer(b"".join(numbers), dtype="<f4").reshape(-1, size)
    return joined.astype(np.float32, copy=False)
