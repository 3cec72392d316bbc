"""The TensorFlow Embedding Projector's pair: vectors.tsv, numbers between tabs, and metadata.tsv,
the words.

Metadata of one column have no header, of several they have one: the Projector counts on that.
https://projector.tensorflow.org
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedIOBase
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import TooLargeError, lines_of
from w2vtui.formats.layouts import checked_words, metadata_beside
from w2vtui.formats.rows.blocks import Block, Shape, rows_a_block
from w2vtui.formats.rows.digits import rows_as_text
from w2vtui.formats.rows.records import MAX_WORD_BYTES, Source, decode_words, shown
from w2vtui.formats.rows.settling import Settler
from w2vtui.vector_layouts import LAYOUTS

_LONGEST_LINE = 1 << 24
_WORDS = ("word", "words", "token", "name", "label")
_COUNTS = ("count", "counts", "frequency")
_BOM = b"\xef\xbb\xbf"


class ProjectorReader:
    """Reads the numbers of an open file, and the words from the file beside it.

    Raises:
        VectorsError: the metadata are missing or not as many, or the first line is not numbers.
    """

    def __init__(self, file: BufferedIOBase, path: Path, source: Source) -> None:
        self._file, self._source = file, source
        self._words, self._counts = _metadata(path, source)
        file.seek(source.begin)
        size = len(file.readline(_LONGEST_LINE).split(b"\t"))
        n_words = len(self._words)
        if n_words * 2 * size > source.most_bytes + 1:
            raise source.error(
                None, f"{n_words:,} words of {size:,} numbers are more than the file can hold"
            )
        most = n_words if source.limit is None else min(n_words, source.limit)
        self.shape = Shape(most, size, self._counts is not None)

    def blocks(self) -> Iterator[Block]:
        """Words, vectors and counts.

        Raises:
            VectorsError: a line is not numbers, or they are not as many as the words.
        """
        source, size = self._source, self.shape.vector_size
        source.remarks.clear()
        settler = Settler(source)
        self._file.seek(source.begin)
        lines = iter(lambda: self._file.readline(_LONGEST_LINE), b"")
        n_done = 0
        rows = islice(lines, self.shape.most_words)
        while part := list(islice(rows, rows_a_block(size))):
            at = slice(n_done, n_done + len(part))
            counts = None if self._counts is None else self._counts[at]
            vectors = self._parsed(part, n_done + 1)
            if not part[-1].endswith(b"\n"):
                source.note_no_line_end(source.place(n_done + len(part)))
            yield settler.settle(
                self._words[at], vectors, range(n_done + 1, n_done + 1 + len(part)), counts
            )
            n_done += len(part)
        more = b"" if self.shape.most_words < len(self._words) else next(lines, b"").strip()
        if n_done < self.shape.most_words or more:
            raise source.error(
                None,
                f"{'more' if more else f'{n_done:,}'} lines of numbers belong to "
                f"{len(self._words):,} words: the two files do not belong together",
            )
        settler.check_any()

    def _parsed(self, lines: list[bytes], first: int) -> NDArray[np.float32]:
        try:
            rows = np.loadtxt(
                lines, np.float32, comments=None, delimiter="\t", encoding="ascii", ndmin=2
            )
            if rows.shape == (len(lines), self.shape.vector_size):
                return rows
        except ValueError:
            pass
        for number, line in enumerate(lines, start=first):
            fields = line.strip(b"\r\n").split(b"\t")
            if len(fields) != self.shape.vector_size:
                raise self._source.error(
                    number,
                    f"{len(fields):,} numbers where {self.shape.vector_size:,} are expected, "
                    "between tabs",
                )
            for field in fields:
                try:
                    float(field)
                except ValueError:
                    raise self._source.error(number, f"{shown(field)} is not a number") from None
        raise self._source.error(first, "these lines are not numbers between tabs")


def _metadata(path: Path, source: Source) -> tuple[list[str], NDArray[np.int64] | None]:
    """The words of the Projector's vectors, and their counts if there is a column of them.

    Raises:
        VectorsError: there are none, or a line has other columns than its header.
    """
    place = metadata_beside(path)
    if not place.is_file():
        place = path.with_name("metadata.tsv")
    try:
        lines = [line.rstrip(b"\r\n") for line in lines_of(place, MAX_WORD_BYTES)]
    except (OSError, TooLargeError) as error:
        raise source.error(
            None,
            f"its words are missing: {metadata_beside(path).name} beside it cannot be read",
        ) from error
    about = Source(str(place), "line", 0, None, source.encoding_errors, remarks=source.remarks)
    if lines:
        lines[0] = lines[0].removeprefix(_BOM)
    if not lines or b"\t" not in lines[0]:
        return decode_words(lines, about, 1), None
    heads = [head.strip().lower().decode("utf-8", "replace") for head in lines[0].split(b"\t")]
    rows = [line.split(b"\t") for line in lines[1:]]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(heads):
            raise about.error(number, f"{len(row)} columns where the header has {len(heads)}")
    column = next((heads.index(name) for name in _WORDS if name in heads), 0)
    words = decode_words([row[column] for row in rows], about, 2)
    counted = next((heads.index(name) for name in _COUNTS if name in heads), None)
    if counted is None or not all(row[counted].isdigit() for row in rows):
        return words, None
    return words, np.array([int(row[counted][:18]) for row in rows], dtype=np.int64)


class ProjectorWriter:
    """Writes the numbers and the words."""

    def __init__(self, file: BinaryIO, metadata: BinaryIO, shape: Shape) -> None:
        self._file, self._metadata, self._shape = file, metadata, shape
        self._n_words = 0
        if shape.has_counts:
            metadata.write(b"word\tcount\n")

    def write(self, block: Block) -> None:
        """Write more rows.

        Raises:
            VectorsError: a word cannot be held.
        """
        checked_words(block.words, LAYOUTS["projector"], self._n_words + 1)
        self._n_words += len(block.words)
        self._file.writelines(b"%b\n" % row for row in rows_as_text(block.vectors, b"\t"))
        if not self._shape.has_counts:
            self._metadata.writelines(f"{word}\n".encode() for word in block.words)
            return
        if block.counts is None:
            raise VectorsError("counts are known of some words only")
        for word, count in zip(block.words, block.counts.tolist(), strict=True):
            self._metadata.write(f"{word}\t{count}\n".encode())

    def finish(self, n_words: int) -> None:
        """Nothing is left to write."""
