"""Text to type ids: the first of the two passes over a corpus that cost time for every token.

`scan_block` reads bytes and numbers each distinct run between ASCII white space, a type, in order
of first appearance. `ids_to_words.expand_block`, the second, turns those provisional ids into the
ids of the vocabulary.

In a stream of provisional ids the first one of a sentence is stored as its complement, ~id, which
is negative; so sentence boundaries need no array of their own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.machine.compiling import kernel, kernel_part
from w2v_kernels.text import N_MARKED, first_bit, up_to_seven_bytes, white_space
from w2v_kernels.tiles import prefetch_to_read
from w2v_kernels.type_tables import (
    AT,
    BEGINS_LINE,
    COUNT,
    HASH,
    LINE_ENDED,
    LOW_HALF,
    N_TYPES,
    POOL_USED,
    TOKEN_BEGINNING,
    TOKEN_CONTINUATION,
    TOKEN_LENGTH,
    beginning_of,
    enter,
    look_up,
)

_MULTIPLIER = 0x1E3779B97F4A7C15
_LOW_63_BITS = (1 << 63) - 1


@kernel
def scan_block(block, begin, base, pool, types, first_at, slots, found, ids, state):
    """Number the tokens of a block; return (where to resume, ids written, whether a table is full).

    block     bytes                    the text, cut anywhere
    begin     int                      where in the block to begin
    base      int                      offset of the block in the text
    pool      uint8 (any,)             the bytes of all types, a newline after each
    types     int64 (capacity, 4)      a row a type
    first_at  int64 (capacity,)        offset in the text of each type's first byte
    slots     int64 (2 ** n,)          open addressing: high half a hash, low half type + 1, 0 free
    found     int64 (any, 6)           scratch: a row a token, as many as are looked up together
    ids       int32 (len(block) // 2 + 1,)  provisional ids
    state     int64 (3,)               N_TYPES, POOL_USED, LINE_ENDED

    The call ends before a token that the block's end cuts off, or that finds no room in pool or
    types. A token's slot and its type's row lie anywhere in tables larger than the nearest cache:
    they are prefetched for a whole batch of tokens before the first is needed.
    """
    n_types = state[N_TYPES]
    pool_used = state[POOL_USED]
    line_ended = state[LINE_ENDED]
    n_ids = 0
    while True:
        n_found, begin, line_ended = _find_tokens(block, begin, line_ended, slots, found)
        _prefetch_types(found, n_found, slots, types)
        for i in range(n_found):
            slot, type_id = look_up(block, found[i], pool, types, slots)
            if type_id < 0:
                at, length = found[i, AT], found[i, TOKEN_LENGTH]
                if n_types == types.shape[0] or pool_used + length >= pool.shape[0]:
                    state[N_TYPES] = n_types
                    state[POOL_USED] = pool_used
                    state[LINE_ENDED] = found[i, BEGINS_LINE]
                    return at, n_ids, True
                type_id = n_types
                enter(block, found[i], pool, pool_used, types, type_id, slots, slot)
                first_at[type_id] = base + at
                pool_used += length + 1
                n_types += 1
            types[type_id, COUNT] += 1
            ids[n_ids] = ~type_id if found[i, BEGINS_LINE] else type_id
            n_ids += 1
        if n_found < found.shape[0]:
            break
    state[N_TYPES] = n_types
    state[POOL_USED] = pool_used
    state[LINE_ENDED] = line_ended
    return begin, n_ids, False


@kernel_part
def _find_tokens(block, begin, line_ended, slots, found):
    """Find tokens until the block ends or `found` is full; prefetch their slots.

    Returns how many, where the next one may begin, and whether it begins a line. White space is
    marked for many bytes at once: a branch a byte would be guessed wrong wherever a token ends.
    """
    mask = slots.shape[0] - 1
    n_found = 0
    start = begin
    position = begin
    while position < len(block):
        marks = _marks(block, position)
        while marks != 0:
            end = position + first_bit(marks)
            marks &= marks - 1
            if end > start:
                if n_found == found.shape[0]:
                    return n_found, start, line_ended
                beginning, continuation, hashed = _hash(block, start, end)
                prefetch_to_read(slots, (hashed >> 32) & mask)
                found[n_found, AT] = start
                found[n_found, TOKEN_LENGTH] = end - start
                found[n_found, HASH] = hashed
                found[n_found, TOKEN_BEGINNING] = beginning_of(beginning, end - start)
                found[n_found, TOKEN_CONTINUATION] = continuation
                found[n_found, BEGINS_LINE] = line_ended
                n_found += 1
                line_ended = 0
            start = end + 1
            byte = block[end]
            if byte == 10 or byte == 13:
                line_ended = 1
        position += N_MARKED
    return n_found, start, line_ended


@kernel_part
def _marks(block, position):
    """The white space from a position on, as `white_space` marks it, up to the end of the block."""
    if position + N_MARKED <= len(block):
        return white_space(block, position)
    marks = 0
    for place in range(len(block) - 1, position - 1, -1):
        byte = block[place]
        marks <<= 1
        if 28 <= byte <= 32 or 9 <= byte <= 13:
            marks |= 1
    return marks


@kernel_part
def _hash(block, start, end):
    """The first seven bytes of a token as a number, the next seven, and a hash of 63 bits.

    Both are taken of each token, for a branch on its length would be guessed wrong too often.
    Overflow only touches bits not used, so the same lines also run as plain Python.
    """
    beginning = up_to_seven_bytes(block, start, end)
    continuation = up_to_seven_bytes(block, start + 7, end)
    hashed = _mixed(_mixed(0, beginning), continuation)
    for at in range(start + 14, end, 7):
        hashed = _mixed(hashed, up_to_seven_bytes(block, at, end))
    return beginning, continuation, _mixed(hashed, 0)


@kernel_part
def _mixed(hashed, bytes_as_number):
    return ((hashed ^ (hashed >> 32) ^ bytes_as_number) * _MULTIPLIER) & _LOW_63_BITS


@kernel_part
def _prefetch_types(found, n_found, slots, types):
    """Prefetch the type's row that each token most likely needs: the one its first slot names."""
    mask = slots.shape[0] - 1
    for i in range(n_found):
        entry = slots[(found[i, HASH] >> 32) & mask]
        prefetch_to_read(types, max(0, (entry & LOW_HALF) - 1))


def new_scan_state() -> NDArray[np.int64]:
    """The state of `scan_block` before the first byte."""
    return np.array([0, 0, 1], dtype=np.int64)
