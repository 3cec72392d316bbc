"""The first pass: number the distinct runs between white space, the types, and count them."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import text_to_ids
from w2vtui.corpus.hints import hints_on
from w2vtui.corpus.long_tokens import LongTokens, remark
from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.sources.text_stream import Text, decoder_of, not_in_encoding
from w2vtui.corpus.storage import IdSink
from w2vtui.corpus.tokens import split_lines
from w2vtui.corpus.vocab import Census, Split, check_room
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

_MAX_TYPES = 1 << 31
"""Type ids are int32."""
_TYPES_AT_ONCE = 1 << 15
_TYPE_BYTES_AT_ONCE = 1 << 22
"""The most types, and their bytes, decoded in one call, so that other threads get their turn."""


class TypeTable:
    """Every type found so far, in the arrays that the kernel works on.

    They take 56 bytes per type plus its own bytes; up to twice that, since they double when they
    are full, and three times that while they do.
    """

    def __init__(
        self, n_types: int = 1 << 16, n_pool_bytes: int = 1 << 20, n_at_once: int = 64
    ) -> None:
        """Start with room for this many types, a power of two; the arrays grow when they are full.

        n_at_once: tokens looked up together.
        """
        self._pool = np.empty(n_pool_bytes, dtype=np.uint8)
        self._types = np.empty((n_types, text_to_ids.N_COLUMNS), dtype=np.int64)
        self._slots = np.zeros(2 * n_types, dtype=np.int64)
        self._found = np.empty((n_at_once, text_to_ids.N_FOUND_COLUMNS), dtype=np.int64)
        self._state = text_to_ids.new_scan_state()
        self._ids = np.empty(0, dtype=np.int32)

    def __len__(self) -> int:
        return int(self._state[text_to_ids.N_TYPES])

    @property
    def counts(self) -> NDArray[np.int64]:
        """(n_types,) occurrences"""
        return self._types[: len(self), text_to_ids.COUNT].copy()

    def scan(self, block: bytes, base: int, write: Callable[[NDArray[np.int32]], None]) -> int:
        """Number a block's tokens, write their provisional ids, return where the whole ones end.

        base is the block's offset in the text. The array that `write` gets is reused afterwards.
        """
        if len(self._ids) <= len(block) // 2:
            self._ids = np.empty(len(block) // 2 + 1, dtype=np.int32)
        ids = self._ids
        position, full = 0, True
        while full:
            position, n_ids, full = text_to_ids.scan_block(
                block,
                position,
                base,
                self._pool,
                self._types,
                self._slots,
                self._found,
                ids,
                self._state,
            )
            write(ids[:n_ids])
            if full:
                self._grow(len(block))
        return position

    def texts(self) -> Iterator[tuple[int, bytes]]:
        """The types' bytes in batches, a newline between two, each with its place in the pool.

        Only once all text is scanned.
        """
        starts = self._types[: len(self), text_to_ids.START]
        self._slots = np.zeros(0, dtype=np.int64)  # not needed now, and merging takes room
        first = 0
        while first < len(starts):
            begin = int(starts[first])
            fitting = int(np.searchsorted(starts, begin + _TYPE_BYTES_AT_ONCE))
            last = min(max(first + 1, fitting), first + _TYPES_AT_ONCE, len(starts)) - 1
            end = int(starts[last] + self._types[last, text_to_ids.LENGTH])
            yield begin, self._pool[begin:end].tobytes()
            first = last + 1

    def offset_of(self, in_pool: int) -> int:
        """The offset in the text where the byte at this place of the pool first appeared."""
        starts = self._types[: len(self), text_to_ids.START]
        row = self._types[int(np.searchsorted(starts, in_pool, side="right")) - 1]
        return int(row[text_to_ids.FIRST_AT] + in_pool - row[text_to_ids.START])

    def _grow(self, n_block_bytes: int) -> None:
        """Double the arrays that are full; the pool then has room for any token of the block."""
        if len(self) == len(self._types):
            if 2 * len(self._types) > _MAX_TYPES:
                raise CorpusError(
                    f"the text has more than {len(self)} distinct tokens: is it really text?"
                )
            check_room(len(self), 2 * (self._types[0].nbytes + 2 * self._slots.itemsize))
            self._types = np.concatenate([self._types, np.empty_like(self._types)])
            slots = np.zeros(2 * len(self._slots), dtype=np.int64)
            text_to_ids.move_slots(self._slots, slots)
            self._slots = slots
        else:
            room = np.empty(len(self._pool) + n_block_bytes + 1, dtype=np.uint8)
            self._pool = np.concatenate([self._pool, room])


class TextCount:
    """The types of one or several sources read one after another."""

    def __init__(self, settings: CorpusSettings, block_bytes: int) -> None:
        self._settings = settings
        self._block_bytes = block_bytes
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
        text: Text,
        out: IdSink,
        progress: ReadingProgress,
        stop: threading.Event | None,
    ) -> None:
        """Count one source to its end and write its provisional ids.

        Raises:
            CorpusError: it cannot be read, or is not in the encoding.
            ReadingStopped: the event was set.
        """
        self._streams.append(text)
        self._begins.append(self._n_bytes)
        bytes_before = progress.bytes_done
        progress.file = text.name

        def count(ids: NDArray[np.int32]) -> None:
            out.append(ids)
            progress.tokens += len(ids)

        rest = b""
        at_end = False
        while not at_end:
            check_stop(stop)
            # Twice the token that is cut off, or a long one would be scanned too often.
            block = text.read(max(self._block_bytes, len(rest)))
            at_end = not block
            # The end of a source ends its last line.
            block = self._long.blanked(rest + (block or b"\n"))
            n_whole = self._table.scan(block, self._n_bytes, count)
            rest = block[n_whole:]
            self._n_bytes += n_whole
            progress.bytes_done = bytes_before + text.n_done

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
        n = self._long.n_left_out
        of_sources = [one for text in self._streams for one in text.remarks]
        return [*of_sources, *([remark(n)] if n else [])]

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
