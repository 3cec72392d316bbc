"""The types of a text, or of some pieces of it, in the arrays that the kernels work on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import text_to_ids, type_tables
from w2v_kernels.layout import whole_lines
from w2vtui.corpus.vocab import check_room
from w2vtui.errors import CorpusError

_MAX_TYPES = 1 << 31
"""Type ids are int32."""
_LENGTH = (1 << type_tables.LENGTH_BITS) - 1
_TYPES_AT_ONCE = 1 << 15
_TYPE_BYTES_AT_ONCE = 1 << 22
"""The most types, and their bytes, decoded in one call, so that other threads get their turn."""


@dataclass
class Numbering:
    """A table's numbers for types, and what they are in the table of all types."""

    numbers: NDArray[np.int32] | None = None
    """(types of the table,); None while they are the same"""


class Run(NamedTuple):
    """Provisional ids in a row that have the numbers of one table."""

    n_ids: int
    numbering: Numbering


class Scanned(NamedTuple):
    """What was found in a block of text."""

    ids: NDArray[np.int32]
    """provisional: the number of each token's type, ~number where it begins a sentence"""
    n_bytes: int
    """where the last whole token ends, or the white space after it"""


def _rows(n_types: int) -> NDArray[np.int64]:
    """Room for types, none of them in two cache lines."""
    columns = type_tables.N_COLUMNS
    rows: NDArray[np.int64] = whole_lines(columns * n_types, np.int64).reshape(n_types, columns)
    return rows


class TypeTable:
    """Every type found so far, numbered from 0.

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
        self._types = _rows(n_types)
        self._first_at = np.empty(n_types, dtype=np.int64)
        self._slots = np.zeros(2 * n_types, dtype=np.int64)
        self._found = np.empty((n_at_once, type_tables.N_FOUND_COLUMNS), dtype=np.int64)
        self._state = text_to_ids.new_scan_state()

    def __len__(self) -> int:
        return int(self._state[type_tables.N_TYPES])

    @property
    def counts(self) -> NDArray[np.int64]:
        """(n_types,) occurrences"""
        return self._types[: len(self), type_tables.COUNT].copy()

    @property
    def line_ended(self) -> bool:
        """Whether the next token begins a sentence."""
        return bool(self._state[type_tables.LINE_ENDED])

    @line_ended.setter
    def line_ended(self, ended: bool) -> None:
        self._state[type_tables.LINE_ENDED] = ended

    def scan(self, block: bytes, base: int) -> Scanned:
        """Number the whole tokens of a block, the one after what was scanned last.

        base   the block's offset in the text, larger than those before

        Raises:
            CorpusError: there are too many types, for their numbers or for the memory.
        """
        ids = np.empty(len(block) // 2 + 1, dtype=np.int32)
        position, n_ids, full = 0, 0, True
        while full:
            position, n_more, full = text_to_ids.scan_block(
                block, position, base, self._pool, self._types, self._first_at, self._slots,
                self._found, ids[n_ids:], self._state,
            )  # fmt: skip
            n_ids += n_more
            if full:
                self._grow(len(block))
        return Scanned(ids[:n_ids], position)

    def absorb(self, other: TypeTable) -> NDArray[np.int32]:
        """Enter the types of another table; return the number here of each of them.

        New types are numbered as they come; `order` finds the order of the text once all are here.

        Raises:
            CorpusError: as `scan` does.
        """
        numbers = np.empty(len(other), dtype=np.int32)
        token = np.empty(type_tables.N_FOUND_COLUMNS, dtype=np.int64)
        places = other._types[: len(other), type_tables.PLACE]
        longest = int((places & _LENGTH).max(initial=0))
        place, full = 0, True
        while full:
            place, full = type_tables.absorb_types(
                other._pool, other._types, other._first_at, other._slots, place,
                self._pool, self._types, self._first_at, self._slots, token, numbers, self._state,
            )  # fmt: skip
            if full:
                self._grow(max(longest, int(other._state[type_tables.POOL_USED])))
        return numbers

    def order(self) -> NDArray[np.int32]:
        """Number the types in the order in which they first appeared; return the number that each
        has now by the one that it had. Nothing can be scanned or entered after this.

        Raises:
            CorpusError: there is no memory for a second table.
        """
        n_types, n_pool = len(self), int(self._state[type_tables.POOL_USED])
        check_room(n_types, self._types[0].nbytes + n_pool // max(n_types, 1) + 28)
        self._slots = np.zeros(0, dtype=np.int64)
        order = np.argsort(self._first_at[:n_types])
        pool, types = np.empty(n_pool, dtype=np.uint8), _rows(n_types)
        type_tables.reorder_types(order, self._pool, self._types, pool, types)
        self._pool, self._types, self._first_at = pool, types, self._first_at[order]
        numbers = np.empty(n_types, dtype=np.int32)
        numbers[order] = np.arange(n_types, dtype=np.int32)
        return numbers

    def texts(self) -> Iterator[tuple[int, bytes]]:
        """The types' bytes in batches, a newline between two, each with its place in the pool.

        Only once all text is scanned.
        """
        starts = self._starts()
        self._slots = np.zeros(0, dtype=np.int64)  # not needed now, and merging takes room
        first = 0
        while first < len(starts):
            begin = int(starts[first])
            fitting = int(np.searchsorted(starts, begin + _TYPE_BYTES_AT_ONCE))
            last = min(max(first + 1, fitting), first + _TYPES_AT_ONCE, len(starts)) - 1
            length = int(self._types[last, type_tables.PLACE]) & _LENGTH
            end = int(starts[last]) + length
            yield begin, self._pool[begin:end].tobytes()
            first = last + 1

    def offset_of(self, in_pool: int) -> int:
        """The offset in the text where the byte at this place of the pool first appeared."""
        starts = self._starts()
        place = int(np.searchsorted(starts, in_pool, side="right")) - 1
        return int(self._first_at[place] + in_pool - starts[place])

    def _starts(self) -> NDArray[np.int64]:
        return self._types[: len(self), type_tables.PLACE] >> type_tables.LENGTH_BITS

    def _grow(self, n_more_bytes: int) -> None:
        """Double the arrays that are full; the pool then has room for as many bytes more."""
        if len(self) == len(self._types):
            if 2 * len(self._types) > _MAX_TYPES:
                raise CorpusError(
                    f"the text has more than {len(self)} distinct tokens: is it really text?"
                )
            check_room(len(self), 2 * (self._types[0].nbytes + 8 + 2 * self._slots.itemsize))
            types = _rows(2 * len(self._types))
            types[: len(self)] = self._types
            self._types = types
            self._first_at = np.concatenate([self._first_at, np.empty_like(self._first_at)])
            slots = np.zeros(2 * len(self._slots), dtype=np.int64)
            type_tables.move_slots(self._slots, slots)
            self._slots = slots
        else:
            room = np.empty(len(self._pool) + n_more_bytes + 1, dtype=np.uint8)
            self._pool = np.concatenate([self._pool, room])
