"""word2vec's text layout: a line `V D`, then a line a word: `word x1 ... xD`.

word2vec.c ends each row with a space, gensim and fastText do not; GloVe has no first line. Files
in circulation have words with blanks in them, or a blank for a word: a row's last D fields are its
numbers, and what is before them is its word.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BufferedIOBase
from itertools import islice

from w2vtui.formats.rows.blocks import Block, Shape, rows_a_block
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
from w2vtui.formats.word2vec.text_rows import RowParser, has_numbers

_BLOCK_BYTES = 1 << 20
_MOST_BLANK_BLOCKS = 64
_SNIFFED_BYTES = 1 << 16
_TELLING_LINES = 20
"""A text may have a number in one of its lines, and a file of vectors a bad row."""
_LONGEST_LINE = MAX_WORD_BYTES + (1 << 22)


class TextReader:
    """Reads a file that stands where it begins.

    A first line of two fields is the header; of more, the first row of a file without one.

    Raises:
        VectorsError: the first line is neither.
    """

    def __init__(
        self, file: BufferedIOBase, source: Source, *, has_header: bool | None = None
    ) -> None:
        """has_header: whether the first line is one; None to find that out."""
        self._file, self._source = file, source
        self._header, self._is_announced = _header(file, source, has_header)
        header, size = self._header, self._header.vector_size
        n_words = header.n_words
        if self._is_announced:
            n_words = rows_to_read(header, _fewest_bytes(size), source)
        self.shape = Shape(n_words, size)

    def blocks(self) -> Iterator[Block]:
        """Words and vectors.

        Raises:
            VectorsError: a row is not a word and D numbers, the rows are not as many as announced,
                or the last one is cut short.
        """
        source, size, n_words = self._source, self.shape.vector_size, self.shape.most_words
        source.remarks.clear()
        self._file.seek(source.begin)
        lines = _lines(self._file, source)
        if self._is_announced:
            next(lines)
        first, n_done = 1 + self._is_announced, 0
        rows = islice(lines, n_words)
        parser, settler = RowParser(size, source), Settler(source)
        while block := list(islice(rows, rows_a_block(size))):
            yield settler.settle_encoded(*parser.parse(block, first + n_done), first + n_done)
            n_done += len(block)
        parser.check_size()
        self._check_end(n_done, next(lines, None) is not None)
        settler.check_any()

    def _check_end(self, n_done: int, has_more: bool) -> None:
        """Refuse fewer or more rows than announced."""
        n_words, source = self.shape.most_words, self._source
        if self._is_announced and n_done < n_words:
            raise source.error(
                None,
                f"{n_done:,} rows follow a header that gives {self._header.n_words:,}: the file is "
                f"cut short, or its header is wrong{how_to_read(n_done)}",
            )
        is_whole = source.limit is None or (self._is_announced and source.limit > n_words)
        if is_whole and has_more:
            raise source.error(
                1 + self._is_announced + n_words,
                f"the file continues after the {n_words:,} words that "
                + ("its header gives" if self._is_announced else "were counted in it")
                + how_to_read(n_words),
            )


def _header(file: BufferedIOBase, source: Source, has_header: bool | None) -> tuple[Header, bool]:
    """What the first line announces, and True; of a file without a header what its rows show, at
    most, and False. The file stands where it begins again.

    Raises:
        VectorsError: the first line is neither a header nor a row.
    """
    first_line = next(_lines(file, source), b"")
    file.seek(source.begin)
    n_fields = len(first_line.split())
    if n_fields == 2 if has_header is None else has_header:
        return parse_header(first_line, source), True
    if n_fields < 2:
        advice = ", separated by blanks and not by commas" if b"," in first_line else ""
        raise source.error(
            None,
            "a vector file starts with the number of words and the length "
            f"of a vector, or with a word and its numbers{advice}, got {shown(first_line)}",
        )
    head = file.read(_SNIFFED_BYTES).split(b"\n")[:-1] or [first_line]
    _check_numbers(head, source, has_header)
    sizes = Counter(n - 1 for n in map(len, map(bytes.split, head)) if n > 1)
    size = max(sizes, key=lambda size: (sizes[size], -size), default=n_fields - 1)
    most = source.most_bytes // _fewest_bytes(size) + 1  # a file of line ends has no rows
    file.seek(source.begin)
    n_words = min(_count_rows(file, source), most)
    file.seek(source.begin)
    return Header(n_words, size), False


def _check_numbers(head: Sequence[bytes], source: Source, has_header: bool | None) -> None:
    """Refuse a text: few of its first lines are of numbers, and none says that they should be.

    Raises:
        VectorsError: it is one.
    """
    told = has_header is not None or source.skips_bad_rows
    first = [line for line in head[:_TELLING_LINES] if line.strip()]
    if not told and 2 * sum(map(has_numbers, first)) < len(first):
        if b"\0" in b"".join(head):
            raise source.error(
                None,
                "this is neither vectors nor text, for it holds byte 0 and begins with "
                f"{shown(head[0].strip())}: name a file of vectors",
            )
        raise source.error(
            None,
            f"this is a text, not vectors, for its first line is {shown(head[0].strip())}: train "
            f"vectors on it with w2vtui train {shlex.quote(source.name)} -o vectors.bin",
        )


def _fewest_bytes(size: int) -> int:
    """What a row takes at least: a letter, then a space and a digit a number."""
    return 1 + 2 * size


def _lines(file: BufferedIOBase, source: Source) -> Iterator[bytes]:
    """The lines of a file, without the empty ones at its end.

    Of a last line that does not end in white space, digits may be missing.
    """
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if not line.strip():
            _check_blank(file, source, number)
            return
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            raise source.error(
                number, f"the line has more than {_LONGEST_LINE:,} bytes: this is not a vector file"
            )
        yield line


def _check_blank(file: BufferedIOBase, source: Source, number: int) -> None:
    """Refuse what follows the empty line `number`, unless it is a little white space."""
    for _ in range(_MOST_BLANK_BLOCKS):
        block = file.read(_BLOCK_BYTES)
        if not block:
            return
        if block.strip():
            raise source.error(number, "the line is empty: remove such lines, as with grep . FILE")
    raise source.error(number, "from here on there are only empty lines: remove them")


def _count_rows(file: BufferedIOBase, source: Source) -> int:
    """How many rows a file without a header has at most.

    A block of white space alone ends the count: it holds empty lines, or ends a line.
    """
    n = 0
    while source.limit is None or n < source.limit:
        text = file.read(_BLOCK_BYTES).rstrip()
        if not text:
            break
        n += text.count(b"\n") + 1
    return n if source.limit is None else min(n, source.limit)
