"""A sample of a text, read in a moment: all of a small text, pieces of a large one.

It consists of the distinct runs between white space, the types of counting.py, and their counts. So
a change of settings does not need to read the text again.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.files import status_of
from w2vtui.corpus.long_tokens import LongTokens
from w2vtui.corpus.progress import check_stop
from w2vtui.corpus.streams import (
    COMPRESSED,
    ByteStream,
    TextStream,
    decoder_of,
    not_in_encoding,
    printable,
)
from w2vtui.corpus.tokens import split_lines
from w2vtui.corpus.vocab import Census
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

SAMPLE_BYTES = 4 << 20
"""The most bytes of text that are read."""
PIECE_BYTES = 1 << 16
"""Bytes read in one place: enough for many lines, few enough for many places."""

_WHITE = (b"\n", b" ", b"\t", b"\r", b"\v", b"\f")
_MARK = "\ufeff".encode()
_TYPES_AT_ONCE = 1 << 12
"""The most types split in one call, so that other threads get their turn."""


@dataclass(frozen=True, eq=False)
class TextSample:
    """A sample of a text."""

    types: list[bytes]
    """UTF-8, in order of first appearance"""
    type_counts: NDArray[np.int64]
    n_lines: int
    """lines that hold anything"""
    share: float
    """how much of the text this is, above 0 to 1"""
    exact: bool
    """whether it is all of the text"""
    _kept: dict[tuple[object, ...], Census] = field(default_factory=dict)

    def census(self, settings: CorpusSettings, stop: threading.Event | None = None) -> Census:
        """The distinct tokens of the sample; cached until the settings split it differently.

        Raises:
            CorpusError: a type is not in the encoding.
            ReadingStopped: the event was set.
        """
        key = (settings.lowercase, settings.tokenizer, settings.encoding_errors)
        census = self._kept.get(key)
        if census is None:
            splits = (split_lines(lines, settings) for lines in self._lines(settings, stop))
            census = Census.take(splits, self.type_counts)
            self._kept.clear()
            self._kept[key] = census
        return census

    def _lines(self, settings: CorpusSettings, stop: threading.Event | None) -> Iterator[str]:
        """The types in batches, as text of one type a line."""
        decoded = decoder_of(settings) is not None
        errors = "surrogatepass" if decoded else settings.encoding_errors
        for first in range(0, len(self.types), _TYPES_AT_ONCE):
            check_stop(stop)
            encoded = b"\n".join(self.types[first : first + _TYPES_AT_ONCE])
            try:
                yield encoded.decode("utf-8", errors)
            except UnicodeDecodeError as error:
                raise not_in_encoding("the text", settings.encoding, error) from None


def take_sample(
    files: Sequence[Path],
    settings: CorpusSettings,
    *,
    n_bytes: int = SAMPLE_BYTES,
    stop: threading.Event | None = None,
) -> TextSample:
    """Read about `n_bytes` of regular files, in pieces evenly spread over all of them.

    A file that cannot be entered in the middle, since it is compressed or not UTF-8, is read from
    its beginning instead.

    Raises:
        CorpusError: a file cannot be read.
        ReadingStopped: the event was set.
    """
    sizes = [status_of(path).st_size for path in files]
    total = sum(sizes)
    tally = _Tally()
    n_read, n_text, n_covered = 0.0, 0.0, 0
    """bytes read; bytes of text in the files looked into; their size on disk"""
    for index, pieces in _pieces(sizes, n_bytes).items():
        path, size = files[index], sizes[index]
        packed = path.suffix.lower() in COMPRESSED
        if pieces == [(0, size)] or packed or decoder_of(settings) is not None:
            room = max(sum(past - first for first, past in pieces), n_bytes * size // total)
            n_here, n_in_file = _read_head(path, size, room, settings, tally, stop)
        else:
            n_here = sum(_read_piece(path, size, *piece, tally, stop) for piece in pieces)
            n_in_file = size
        n_read, n_text, n_covered = n_read + n_here, n_text + n_in_file, n_covered + size
    exact = n_read == n_text and n_covered == total
    share = n_read / n_text * n_covered / total if n_read else 1.0
    return TextSample(
        types=list(tally.counts),
        type_counts=np.fromiter(tally.counts.values(), np.int64, len(tally.counts)),
        n_lines=tally.n_lines,
        share=1.0 if exact else share,
        exact=exact,
    )


class _Tally:
    """Types and lines found so far."""

    def __init__(self) -> None:
        self.counts: Counter[bytes] = Counter()
        self.n_lines = 0
        self._holds_anything = False

    def add(self, text: bytes) -> None:
        """Count text that ends where a token does; its last line may continue in the next."""
        self.counts.update(text.split())
        lines = [bool(line.strip()) for line in text.split(b"\n")]
        lines[0] |= self._holds_anything
        self.n_lines += sum(lines[:-1])
        self._holds_anything = lines[-1]

    def end(self) -> None:
        """The last line ends here."""
        self.n_lines += self._holds_anything
        self._holds_anything = False


def _pieces(sizes: Sequence[int], n_bytes: int) -> dict[int, list[tuple[int, int]]]:
    """Which bytes of which files to read: all, or pieces evenly spread over them together."""
    total = sum(sizes)
    if total <= n_bytes:
        return {index: [(0, size)] for index, size in enumerate(sizes) if size}
    n_pieces = max(n_bytes // PIECE_BYTES, 2)
    length = min(PIECE_BYTES, n_bytes // n_pieces)
    ends = np.cumsum(sizes)
    found: dict[int, list[tuple[int, int]]] = {}
    for number in range(n_pieces):
        first = (total - length) * number // (n_pieces - 1)
        past = first + length
        index = int(np.searchsorted(ends, first, side="right"))
        while first < past:
            begin, end = int(ends[index]) - sizes[index], int(ends[index])
            if end > first:
                found.setdefault(index, []).append((first - begin, min(past, end) - begin))
            first = max(first, end)
            index += 1
    return found


def _read_piece(
    path: Path, size: int, first: int, past: int, tally: _Tally, stop: threading.Event | None
) -> int:
    """Count the whole lines of a piece of UTF-8, or its whole tokens if it has no whole line."""
    check_stop(stop)
    try:
        with path.open("rb") as file:
            file.seek(first)
            text = file.read(past - first)
    except OSError as error:
        raise CorpusError(f"cannot read {printable(path)}: {error.strerror}") from error
    begin, end = 0, len(text)
    if first > 0:
        begin = text.find(b"\n") + 1 or _first_white(text)
    if past < size:
        end = max(text.rfind(b"\n") + 1, 0)
        if end <= begin:
            end = _last_white(text) + 1
    text = text[begin:end].removeprefix(_MARK if first == 0 else b"")
    tally.add(text)
    tally.end()
    return len(text)


def _read_head(
    path: Path,
    size: int,
    room: int,
    settings: CorpusSettings,
    tally: _Tally,
    stop: threading.Event | None,
) -> tuple[int, float]:
    """Count a file from its beginning; bytes of text read, and about how many it holds."""
    n_read, rest, long = 0, b"", LongTokens(settings)
    with ByteStream(path) as source:
        text = TextStream(source, settings)
        while n_read < room:
            check_stop(stop)
            block = text.read(PIECE_BYTES)
            n_read += len(block)
            if not block:
                tally.add(rest)
                tally.end()
                return n_read, n_read
            block = long.blanked(rest + block)
            whole = _last_white(block) + 1
            tally.add(block[:whole])
            rest = block[whole:]
        at_end = not text.read(1)
        if at_end:
            tally.add(rest)
        tally.end()
        return n_read, n_read if at_end else max(n_read * size / source.n_done, n_read + 1)


def _first_white(text: bytes) -> int:
    """The place of the first white space; the end where there is none."""
    return min((at for white in _WHITE if (at := text.find(white)) >= 0), default=len(text))


def _last_white(text: bytes) -> int:
    """The place of the last white space; -1 where there is none."""
    return max(text.rfind(white) for white in _WHITE)
