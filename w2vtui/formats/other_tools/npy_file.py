"""A NumPy array of vectors, NAME.npy, and its words in NAME.npy.vocab: `word count` a line where
counts are known, `word` where they are not.

Arrays of Python objects, which are pickles, are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import TooLargeError, lines_of, size_of
from w2vtui.formats.rows.blocks import Block, Shape, rows_a_block
from w2vtui.formats.rows.records import MAX_WORD_BYTES, Source, decode_words, encode_words
from w2vtui.formats.rows.settling import Settler
from w2vtui.formats.vocab_file import vocab_beside

_HEADER_BYTES = 128
_COUNTED = re.compile(rb"\S+[ \t]+[0-9]{1,18}")
_KINDS = "f"
_LONGEST_HEADER = 10_000


class NpyReader:
    """Reads the rows of an array whose words are beside it.

    Raises:
        VectorsError: it is not a matrix of floats, or not as long as it says, or has no words.
    """

    def __init__(self, file: BufferedReader, path: Path, source: Source) -> None:
        self.file, self.source = file, source
        (n_rows, size), self.dtype = _header(file, source)
        self.begin = file.tell()
        expected = n_rows * size * self.dtype.itemsize
        there = size_of(file) - self.begin
        if there != expected:
            raise source.error(
                None,
                f"an array of {n_rows:,} x {size:,} takes {expected:,} bytes, and {there:,} are "
                "there: the file is cut short or damaged",
            )
        self.words, self.counts = _words_of(path, source)
        if len(self.words) != n_rows:
            raise source.error(
                None,
                f"{len(self.words):,} words are in the file beside it, and {n_rows:,} rows here: "
                "they do not belong together",
            )
        most = n_rows if source.limit is None else min(n_rows, source.limit)
        self.shape = Shape(most, size, self.counts is not None)

    def blocks(self) -> Iterator[Block]:
        """Words, vectors and counts.

        Raises:
            VectorsError: a number is not one, or the file became shorter.
        """
        self.source.remarks.clear()
        settler, size = Settler(self.source), self.shape.vector_size
        self.file.seek(self.begin)
        n_rows = rows_a_block(size)
        for start in range(0, self.shape.most_words, n_rows):
            n = min(n_rows, self.shape.most_words - start)
            rows = np.empty((n, size), self.dtype)
            if self.file.readinto(rows.view(np.uint8).reshape(-1).data) < rows.nbytes:
                raise self.source.error(start + 1, "the file became shorter while it was read")
            part = slice(start, start + n)
            counts = None if self.counts is None else self.counts[part]
            with np.errstate(over="ignore"):
                floats = rows.astype(np.float32, copy=False)
            yield settler.settle(self.words[part], floats, range(start + 1, start + 1 + n), counts)
        settler.check_any()


def _header(file: BufferedReader, source: Source) -> tuple[tuple[int, int], np.dtype[Any]]:
    """Shape and type of the numbers of an array."""
    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, is_fortran, dtype = read(file, max_header_size=_LONGEST_HEADER)
    except (ValueError, EOFError, SyntaxError, RecursionError, MemoryError) as error:
        raise source.error(None, f"not a NumPy array ({error})") from error
    if dtype.hasobject:
        raise source.error(
            None, "an array of Python objects is a pickle, which can run code: it is not read"
        )
    if len(shape) != 2 or dtype.kind not in _KINDS or 0 in shape:
        raise source.error(
            None, f"an array of floats with a row a word is expected, got {dtype} of shape {shape}"
        )
    if is_fortran:
        raise source.error(
            None, "the array is stored by columns: save np.ascontiguousarray(array) instead"
        )
    return shape, dtype


def _words_of(path: Path, source: Source) -> tuple[list[str], NDArray[np.int64] | None]:
    """The words of an array, and their counts if they are there too.

    Raises:
        VectorsError: there is no file with them, or a line of it is not a word.
    """
    place = next((one for one in words_beside(path) if one.is_file()), None)
    if place is None:
        raise source.error(
            None,
            f"an array holds no words: write them, a word a line, to {vocab_beside(path).name} "
            "beside it",
        )
    try:
        lines = [line.rstrip(b"\r\n") for line in lines_of(place, MAX_WORD_BYTES + 64)]
    except (OSError, TooLargeError) as error:
        raise VectorsError(f"cannot read {place}: {getattr(error, 'strerror', error)}") from error
    words = Source(str(place), "line", 0, None, source.encoding_errors, remarks=source.remarks)
    if all(map(_COUNTED.fullmatch, lines)):
        pairs = [line.rsplit(None, 1) for line in lines]
        counts = np.array([int(count) for _, count in pairs], dtype=np.int64)
        return decode_words([word for word, _ in pairs], words, 1), counts
    return decode_words(lines, words, 1), None


def words_beside(path: Path) -> list[Path]:
    """Where the words of an array may be, likelier first."""
    return [
        vocab_beside(path),
        path.with_suffix(".vocab"),
        path.with_suffix(".words"),
        path.with_suffix(".words.txt"),
        path.with_suffix(".txt"),
        path.with_name("vocab.txt"),
        path.with_name("words.txt"),
    ]


class NpyWriter:
    """Writes an array, and its words."""

    def __init__(self, file: BinaryIO, words: BinaryIO, shape: Shape) -> None:
        self._file, self._words, self._shape = file, words, shape
        self._n_words = 0
        file.write(self._header(shape.most_words))

    def write(self, block: Block) -> None:
        """Write more rows.

        Raises:
            VectorsError: a word cannot be held.
        """
        words = encode_words(block.words, self._n_words + 1)
        self._n_words += len(words)
        self._file.write(block.vectors.astype("<f4", copy=False).tobytes())
        if block.counts is None:
            self._words.writelines(b"%b\n" % word for word in words)
        else:
            pairs = zip(words, block.counts.tolist(), strict=True)
            self._words.writelines(b"%b %d\n" % pair for pair in pairs)

    def finish(self, n_words: int) -> None:
        """Correct the shape if there were fewer words."""
        if n_words != self._shape.most_words:
            self._file.seek(0)
            self._file.write(self._header(n_words))
            self._file.seek(0, 2)

    def _header(self, n_words: int) -> bytes:
        """As NumPy writes it, always of the same length."""
        shape = (n_words, self._shape.vector_size)
        text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
        length = _HEADER_BYTES - 10
        return b"\x93NUMPY\x01\x00" + length.to_bytes(2, "little") + text.ljust(length - 1) + b"\n"
