"""word2vec's binary layout, left in its file."""

from __future__ import annotations

from collections.abc import Sequence
from io import BufferedReader
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.files.regular_files import TooLargeError, lines_of
from w2vtui.formats.rows.blocks import Progress
from w2vtui.formats.rows.records import MAX_WORD_BYTES
from w2vtui.formats.vocab_file import vocab_beside
from w2vtui.formats.word2vec.blank_words import TELLING_SIZE
from w2vtui.formats.word2vec.word2vec_binary import BinaryReader
from w2vtui.large_files.open_file import OpenFile
from w2vtui.large_files.records import UnusualError, scan
from w2vtui.large_files.rows import FileRows
from w2vtui.large_files.vectors import FileVectors
from w2vtui.large_files.words import StoredWords

_LINES_A_BLOCK = 50_000


def binary_vectors(
    reader: BinaryReader, file: BufferedReader, path: Path, progress: Progress
) -> FileVectors | None:
    """The vectors of a file; None if they must be read into the memory.

    Raises:
        VectorsError: a word or a number is refused.
    """
    size = reader.shape.vector_size
    if size < TELLING_SIZE:  # any number may be one that was read from the wrong place
        return None
    opened, source = OpenFile(file), reader.source
    try:
        found = scan(opened, reader.begin, reader.header, source, progress)
    except UnusualError:
        source.remarks.clear()
        return None
    counts = None if source.remarks else _counts_beside(path, found.words)
    matrix = FileRows(opened, found.places, size)
    return FileVectors(found.words, found.rows, matrix, counts, norms=found.norms)


def _counts_beside(path: Path, words: StoredWords) -> NDArray[np.int64] | None:
    """The counts (V,) in the file beside the vectors; None if its lines are not their words."""
    beside = vocab_beside(path)
    if not beside.is_file():
        return None
    counts = np.empty(len(words), dtype=np.int64)
    n_done = 0
    try:
        lines = lines_of(beside, MAX_WORD_BYTES + 64)
        while part := list(islice(lines, _LINES_A_BLOCK)):
            end = n_done + len(part)
            if end > len(words) or not _read_counts(part, words, counts[n_done:end], n_done):
                return None
            n_done = end
    except (OSError, TooLargeError):
        return None
    return counts if n_done == len(words) else None


def _read_counts(
    lines: Sequence[bytes], words: StoredWords, counts: NDArray[np.int64], first: int
) -> bool:
    """Fill in the counts of some lines; whether these are words from the first on, and numbers."""
    fields = [line.split() for line in lines]
    if not all(len(field) == 2 and field[1].isdigit() and len(field[1]) < 19 for field in fields):
        return False
    starts = words.starts[first : first + len(fields) + 1]
    lengths = [len(field[0]) for field in fields]
    letters = b"".join(field[0] for field in fields)
    if lengths != np.diff(starts).tolist() or letters != words.letters[starts[0] : starts[-1]]:
        return False
    counts[:] = [int(field[1]) for field in fields]
    return True
