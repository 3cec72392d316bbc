"""The first pass: number the distinct runs between white space, the types, and count them.

The text is cut into pieces, which threads number side by side, each with a table of its own. At the
end the tables become one, whose types are in the order in which they first appeared, whoever found
them. Until then a provisional id is a number of the table that its piece was numbered with.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.counting.long_tokens import LongTokens, end_of_tokens, remark
from w2vtui.corpus.counting.side_by_side import in_order
from w2vtui.corpus.counting.type_table import Numbering, Run, TypeTable
from w2vtui.corpus.hints import hints_on
from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.sources.text_stream import Text, decoder_of, not_in_encoding
from w2vtui.corpus.stored.storage import IdSink
from w2vtui.corpus.tokens import split_lines
from w2vtui.corpus.vocab import Census, Split
from w2vtui.settings import CorpusSettings

N_ALONE = 8
"""Pieces that are numbered before threads are started, which a text of 12 MB does not repay."""
MOST_OWN_TYPES = 1 << 19
"""A thread's table is merged with the others once it has as many types: 30 to 90 MB."""
_MOST_WAITING_SECONDS = 0.1
"""Short pieces of a pipe or of small files are joined for so long."""


class _Piece(NamedTuple):
    """Some text, and how far the reading was at its end."""

    text: bytes
    """ends with white space, or with a token that is cut off and belongs to the next piece"""
    n_bytes: int
    """without such a token"""
    base: int
    """offset of its first byte in the text"""
    bytes_done: int


class _Numbered(NamedTuple):
    """A piece, and what was found in it."""

    piece: _Piece
    ids: NDArray[np.int32]
    line_ended: bool
    """whether a line ends after its last token"""
    numbering: Numbering


class _AllTypes:
    """The table that those of the threads are merged into."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numberings: list[Numbering] = []
        self.table: TypeTable | None = None

    def absorb(self, table: TypeTable, numbering: Numbering) -> None:
        """Merge a table, which is not used any more after this; the first is taken as it is."""
        with self._lock:
            if self.table is None:
                self.table = table
            else:
                numbering.numbers = self.table.absorb(table)
            self._numberings.append(numbering)

    def in_order(self) -> TypeTable:
        """All types, in the order in which they first appeared."""
        table = self.table or TypeTable()
        if len(self._numberings) > 1:
            final = table.order()
            for one in self._numberings:
                one.numbers = final if one.numbers is None else final[one.numbers]
        return table


class _Worker:
    """Numbers pieces, later ones after earlier ones, with a table of its own."""

    def __init__(self, all_types: _AllTypes, most_types: int | None) -> None:
        """most_types   its table is merged with the others when it has as many"""
        self._all_types, self._most_types = all_types, most_types
        self._table, self._numbering = TypeTable(), Numbering()

    def __call__(self, piece: _Piece) -> _Numbered:
        table, numbering = self._table, self._numbering
        table.line_ended = False  # who numbers the piece before knows
        ids, _ = table.scan(piece.text, piece.base)
        numbered = _Numbered(piece, ids, table.line_ended, numbering)
        if self._most_types is not None and len(table) >= self._most_types:
            self.finish()
            self._table, self._numbering = TypeTable(), Numbering()
        return numbered

    def finish(self) -> None:
        """Merge the table with the others."""
        if len(self._table):
            self._all_types.absorb(self._table, self._numbering)


class TextCount:
    """The types of one or several sources read one after another."""

    def __init__(self, settings: CorpusSettings, block_bytes: int, n_workers: int = 1) -> None:
        """n_workers: threads that number the types, beside the one that reads if there are several.

        They take, beside the types, at most 2 n_workers + 1 pieces of block_bytes and twice as much
        for their ids, and a table of MOST_OWN_TYPES for each of them.
        """
        self.runs: list[Run] = []
        """which numbers the provisional ids have, in their order"""
        self._settings = settings
        self._block_bytes = block_bytes
        self._n_workers = n_workers
        self._table = TypeTable()
        self._streams: list[Text] = []
        self._begins: list[int] = []
        self._n_bytes = 0
        self._long = LongTokens(settings)

    @property
    def counts(self) -> NDArray[np.int64]:
        """(n_types,) occurrences"""
        return self._table.counts

    def read(
        self,
        texts: Iterable[Text],
        out: IdSink,
        progress: ReadingProgress,
        stop: threading.Event | None,
    ) -> None:
        """Count sources to their end, once, and write their provisional ids.

        Raises:
            CorpusError: one cannot be read, or is not in the encoding.
            ReadingStopped: the event was set.
        """
        all_types = _AllTypes()
        most_types = None if self._n_workers == 1 else MOST_OWN_TYPES
        workers = [_Worker(all_types, most_types) for _ in range(self._n_workers)]
        line_ended = True
        pieces = self._joined(self._pieces(texts, progress, stop))
        with closing(in_order(pieces, workers, n_alone=N_ALONE)) as numbered:
            for piece, ids, ended, numbering in numbered:
                if len(ids):
                    if line_ended and ids[0] >= 0:
                        ids[0] = ~ids[0]
                    line_ended = False
                line_ended = line_ended or ended
                out.append(ids)
                self.runs.append(Run(len(ids), numbering))
                progress.tokens += len(ids)
                progress.bytes_done = piece.bytes_done
        for worker in workers:
            worker.finish()
        self._table = all_types.in_order()

    def _pieces(
        self, texts: Iterable[Text], progress: ReadingProgress, stop: threading.Event | None
    ) -> Iterator[_Piece]:
        """The text in pieces that are cut after white space."""
        bytes_before = 0
        for text in texts:
            progress.file = text.name
            self._streams.append(text)
            self._begins.append(self._n_bytes)
            rest = b""
            at_end = False
            while not at_end:
                check_stop(stop)
                # Twice the token that is cut off, or a long one would be looked at too often.
                block = text.read(max(self._block_bytes, len(rest)))
                at_end = not block
                # The end of a source ends its last line.
                block = self._long.blanked(rest + (block or b"\n"))
                n_whole = end_of_tokens(block)
                rest = block[n_whole:]
                base, self._n_bytes = self._n_bytes, self._n_bytes + n_whole
                yield _Piece(block, n_whole, base, bytes_before + text.n_done)
            bytes_before += text.n_done

    def _joined(self, pieces: Iterable[_Piece]) -> Iterator[_Piece]:
        """Short pieces together, none of them held back for longer than a moment."""
        short: list[_Piece] = []
        n_bytes, since = 0, time.monotonic()
        for piece in pieces:
            short.append(piece)
            n_bytes += piece.n_bytes
            now = time.monotonic()
            if 2 * n_bytes >= self._block_bytes or now - since > _MOST_WAITING_SECONDS:
                yield _together(short)
                short, n_bytes, since = [], 0, now
        if short:
            yield _together(short)

    def splits(self) -> Iterator[Split]:
        """What the types stand for, in batches of types in order.

        Raises:
            CorpusError: a type is not in the encoding.
        """
        for lines in self._lines():
            yield split_lines(lines, self._settings)

    def hints_on(self, census: Census) -> list[str]:
        """Remarks on the tokens of this text."""
        return [*self.left_out, *map(str, hints_on(census, self._settings))]

    @property
    def left_out(self) -> list[str]:
        """A remark on the tokens that were left out, if any were."""
        n = self.n_too_long
        of_sources = [one for text in self._streams for one in text.remarks]
        return [*of_sources, *([remark(n)] if n else [])]

    @property
    def n_too_long(self) -> int:
        """Tokens that were left out for their length."""
        return self._long.n_left_out

    def _lines(self) -> Iterator[str]:
        """The types in batches, as text of one type a line.

        Raises:
            CorpusError: a type is not in the encoding.
        """
        # What was decoded before may hold lone surrogates, but nothing else that is not UTF-8.
        decoded = decoder_of(self._settings) is not None
        errors = "surrogatepass" if decoded else self._settings.encoding_errors
        for in_pool, encoded in self._table.texts():
            try:
                yield encoded.decode("utf-8", errors)
            except UnicodeDecodeError as error:
                # Types stand in order of first appearance: this is the first such byte of all.
                at = self._table.offset_of(in_pool + error.start)
                index = bisect_right(self._begins, at) - 1
                stream = self._streams[index]
                place = at - self._begins[index] + stream.n_skipped
                encoding = self._settings.encoding
                raise not_in_encoding(stream.name, encoding, error, place) from None


def _together(pieces: list[_Piece]) -> _Piece:
    """Pieces in a row as one."""
    if len(pieces) == 1:
        return pieces[0]
    text = b"".join([piece.text[: piece.n_bytes] for piece in pieces])
    return _Piece(text, len(text), pieces[0].base, pieces[-1].bytes_done)
