"""The pieces of a text that a sample is taken from, and how they are read and counted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from w2vtui.corpus.counting.long_tokens import LongTokens
from w2vtui.corpus.progress import check_stop
from w2vtui.corpus.sources.compressed import is_packed
from w2vtui.corpus.sources.opening import opened_texts
from w2vtui.corpus.sources.segmenting import Segment, segment_of
from w2vtui.corpus.sources.text_stream import Text, decoder_of, not_in_encoding
from w2vtui.display import printable
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

PIECE_BYTES = 1 << 16
"""Bytes read in one place: enough for many lines, few enough for many places."""

_WHITE = (b"\n", b" ", b"\t", b"\r", b"\v", b"\f")
_MARK = "\ufeff".encode()


def is_read_in_order(path: Path, settings: CorpusSettings) -> bool:
    """Whether a file cannot be entered in the middle."""
    read_whole = settings.field is not None or decoder_of(settings) is not None
    return read_whole or is_packed(path)


class Tally:
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


def pieces_of(sizes: Sequence[int], n_bytes: int) -> dict[int, list[tuple[int, int]]]:
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


class PieceReader:
    """Counts pieces of a file of UTF-8."""

    def __init__(self, path: Path, size: int, settings: CorpusSettings, tally: Tally) -> None:
        self._path, self._size, self._tally = path, size, tally
        self._settings = settings
        self._segment = segment_of(settings)

    def __call__(self, first: int, past: int, stop: threading.Event | None) -> int:
        """Count the whole lines of a piece, or its whole tokens if it has no whole line; return
        how many bytes they have.
        """
        check_stop(stop)
        try:
            with self._path.open("rb") as file:
                file.seek(first)
                text = file.read(past - first)
        except OSError as error:
            raise CorpusError(f"cannot read {printable(self._path)}: {error.strerror}") from error
        begin, end = 0, len(text)
        if first > 0:
            begin = text.find(b"\n") + 1 or _first_white(text)
        if past < self._size:
            end = max(text.rfind(b"\n") + 1, 0)
            if end <= begin:
                end = _last_white(text) + 1
        text = text[begin:end].removeprefix(_MARK if first == 0 else b"")
        self._tally.add(text if self._segment is None else self._segmented(text, self._segment))
        self._tally.end()
        return len(text)

    def _segmented(self, text: bytes, segment: Segment) -> bytes:
        try:
            decoded = text.decode("utf-8", self._settings.encoding_errors)
        except UnicodeDecodeError as error:
            raise not_in_encoding(printable(self._path), self._settings.encoding, error) from None
        return segment(decoded).encode()


def read_head(
    path: Path,
    size: int,
    room: int,
    settings: CorpusSettings,
    tally: Tally,
    stop: threading.Event | None,
) -> tuple[int, float]:
    """Count a file from its beginning; bytes of text read, and about how many it holds."""
    n_read, n_done = 0, 0
    with closing(opened_texts(path, settings, stop)) as texts:
        for text in texts:
            n_here, at_end = _read_text(text, room - n_read, settings, tally, stop)
            n_read += n_here
            n_done += text.n_done
            if not at_end:
                return n_read, max(n_read * size / max(n_done, 1), n_read + 1)
    return n_read, n_read


def _read_text(
    text: Text,
    room: int,
    settings: CorpusSettings,
    tally: Tally,
    stop: threading.Event | None,
) -> tuple[int, bool]:
    """Count a text from its beginning; bytes read, and whether they are all."""
    n_read, rest, long = 0, b"", LongTokens(settings)
    while n_read < room:
        check_stop(stop)
        block = text.read(PIECE_BYTES)
        n_read += len(block)
        if not block:
            tally.add(rest)
            tally.end()
            return n_read, True
        block = long.blanked(rest + block)
        whole = _last_white(block) + 1
        tally.add(block[:whole])
        rest = block[whole:]
    at_end = not text.read(1)
    if at_end:
        tally.add(rest)
    tally.end()
    return n_read, at_end


def _first_white(text: bytes) -> int:
    """The place of the first white space; the end where there is none."""
    return min((at for white in _WHITE if (at := text.find(white)) >= 0), default=len(text))


def _last_white(text: bytes) -> int:
    """The place of the last white space; -1 where there is none."""
    return max(text.rfind(white) for white in _WHITE)
