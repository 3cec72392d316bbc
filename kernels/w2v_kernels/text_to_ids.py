"""Text to type ids: the two passes over a corpus that cost time for every token.

`scan_block` reads bytes and numbers each distinct run between ASCII white space, a type, in order
of first appearance. `expand_block` turns those provisional ids into the ids of the vocabulary,
once the host has decided what each type stands for: one word, several, or none.

In a stream of provisional ids the first one of a sentence is stored as its complement, ~id, which
is negative; so sentence boundaries need no array of their own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.machine.compiling import kernel, kernel_part
from w2v_kernels.tiles import prefetch_to_read

# Columns of the table of types, int64 (capacity, 5).
START = 0  # where its bytes begin in the pool
LENGTH = 1  # how many bytes it has
ENDING = 2  # its last seven bytes as a number: for most words the whole comparison
COUNT = 3  # how often it was seen
FIRST_AT = 4  # offset of its first byte in the text
N_COLUMNS = 5

# Columns of the table of tokens found but not yet looked up, int64 (any, 5).
_AT = 0  # where in the block
_LENGTH = 1
_HASH = 2
_ENDING = 3
_BEGINS_LINE = 4
N_FOUND_COLUMNS = 5

# What `scan_block` keeps between calls, int64 (3,).
N_TYPES = 0
POOL_USED = 1
LINE_ENDED = 2  # 1 when the next token begins a sentence

# What `expand_block` keeps between calls, int64 (3,).
N_EXPANDED = 0  # ids written so far, over all blocks
SENTENCE_BEGINS = 1  # 1 when the next id written begins a sentence
N_TAKEN = 2  # ids already written of the type that the call stopped in

_SEED = 0x2545F4914F6CDD1D
_MULTIPLIER = 0x1E3779B97F4A7C15
_LOW_63_BITS = (1 << 63) - 1
_SEVEN_BYTES = (1 << 56) - 1
_LOW_HALF = (1 << 32) - 1
_HIGH_HALF = _LOW_63_BITS - _LOW_HALF
_NEWLINE = 10


@kernel
def scan_block(block, begin, base, pool, types, slots, found, ids, state):
    """Number the tokens of a block; return (where to resume, ids written, whether a table is full).

    block  bytes                       the text, cut anywhere
    begin  int                         where in the block to begin
    base   int                         offset of the block in the text
    pool   uint8 (any,)                the bytes of all types, a newline after each
    types  int64 (capacity, 5)         a row a type
    slots  int64 (2 ** n,)             open addressing: high half a hash, low half type + 1, 0 free
    found  int64 (any, 5)              scratch: a row a token, as many as are looked up together
    ids    int32 (len(block) // 2 + 1,)  provisional ids
    state  int64 (3,)                  N_TYPES, POOL_USED, LINE_ENDED

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
            slot, type_id = _look_up(block, found[i], pool, types, slots)
            if type_id < 0:
                at, length = found[i, _AT], found[i, _LENGTH]
                if n_types == types.shape[0] or pool_used + length >= pool.shape[0]:
                    state[N_TYPES] = n_types
                    state[POOL_USED] = pool_used
                    state[LINE_ENDED] = found[i, _BEGINS_LINE]
                    return at, n_ids, True
                type_id = n_types
                types[type_id, START] = pool_used
                types[type_id, LENGTH] = length
                types[type_id, ENDING] = found[i, _ENDING]
                types[type_id, COUNT] = 0
                types[type_id, FIRST_AT] = base + at
                for j in range(length):
                    pool[pool_used + j] = block[at + j]
                pool[pool_used + length] = _NEWLINE
                pool_used += length + 1
                slots[slot] = (found[i, _HASH] & _HIGH_HALF) | (type_id + 1)
                n_types += 1
            types[type_id, COUNT] += 1
            ids[n_ids] = ~type_id if found[i, _BEGINS_LINE] else type_id
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

    Returns how many, where the next one may begin, and whether it begins a line. The hash is a
    multiplicative FNV-1a of 63 bits; overflow only touches bits not used, so the same lines also
    run as plain Python.
    """
    mask = slots.shape[0] - 1
    n_found = 0
    start = begin
    hashed = _SEED
    ending = 0
    for position in range(begin, len(block)):
        byte = block[position]
        # White space: tab to carriage return, the four separators 28 to 31, and the blank.
        if byte > 32 or not (byte >= 28 or 9 <= byte <= 13):
            hashed = (hashed ^ byte) * _MULTIPLIER
            ending = (ending << 8) | byte
            continue
        if position > start:
            if n_found == found.shape[0]:
                break
            hashed &= _LOW_63_BITS
            prefetch_to_read(slots, (hashed >> 32) & mask)
            found[n_found, _AT] = start
            found[n_found, _LENGTH] = position - start
            found[n_found, _HASH] = hashed
            found[n_found, _ENDING] = ending & _SEVEN_BYTES
            found[n_found, _BEGINS_LINE] = line_ended
            n_found += 1
            line_ended = 0
            hashed = _SEED
            ending = 0
        start = position + 1
        if byte == 10 or byte == 13:
            line_ended = 1
    return n_found, start, line_ended


@kernel_part
def _prefetch_types(found, n_found, slots, types):
    """Prefetch the type's row that each token most likely needs: the one its first slot names."""
    mask = slots.shape[0] - 1
    for i in range(n_found):
        entry = slots[(found[i, _HASH] >> 32) & mask]
        prefetch_to_read(types, max(0, (entry & _LOW_HALF) - 1))


@kernel_part
def _look_up(block, token, pool, types, slots):
    """The slot and the type of a token; a free slot and -1 where it is new."""
    mask = slots.shape[0] - 1
    tag = token[_HASH] & _HIGH_HALF
    slot = (token[_HASH] >> 32) & mask
    while slots[slot] != 0:
        entry = slots[slot]
        if (entry & _HIGH_HALF) == tag:
            candidate = (entry & _LOW_HALF) - 1
            length = types[candidate, LENGTH]
            if length == token[_LENGTH] and types[candidate, ENDING] == token[_ENDING]:
                pooled, at = types[candidate, START], token[_AT]
                same = 0
                while same < length - 7 and pool[pooled + same] == block[at + same]:
                    same += 1
                if same >= length - 7:
                    return slot, candidate
        slot = (slot + 1) & mask
    return slot, -1


@kernel
def move_slots(slots, larger):
    """Enter every type of `slots` into `larger`, int64 (2 ** n,), which is all 0."""
    mask = larger.shape[0] - 1
    for entry in slots:
        if entry != 0:
            slot = (entry >> 32) & mask
            while larger[slot] != 0:
                slot = (slot + 1) & mask
            larger[slot] = entry


@kernel
def expand_block(provisional, begin, expansion_starts, expansion, ids, sentence_starts, state):
    """Write the ids that provisional ids stand for; return (where to resume, ids, starts written).

    provisional       int32 (n,)           what `scan_block` wrote
    begin             int                  where in it to begin
    expansion_starts  int64 (n_types + 1,)
    expansion         int32 (any,)         type t stands for expansion[starts[t]:starts[t + 1]]
    ids               int32 (m,)           ids of the vocabulary
    sentence_starts   int64 (m,)           where sentences begin, counted over all blocks
    state             int64 (3,)           N_EXPANDED, SENTENCE_BEGINS, N_TAKEN

    The call ends when ids is full, possibly within a type. Sentences left empty vanish.
    """
    n_expanded = state[N_EXPANDED]
    sentence_begins = state[SENTENCE_BEGINS]
    n_taken = state[N_TAKEN]
    n_ids = 0
    n_starts = 0
    for position in range(begin, provisional.shape[0]):
        type_id = provisional[position]
        if type_id < 0:
            type_id = ~type_id
            if n_taken == 0:  # else this type's beginning was written by the call before
                sentence_begins = 1
        first = expansion_starts[type_id] + n_taken
        last = expansion_starts[type_id + 1]
        for i in range(first, last):
            if n_ids == ids.shape[0]:
                state[N_EXPANDED] = n_expanded + n_ids
                state[SENTENCE_BEGINS] = sentence_begins
                state[N_TAKEN] = n_taken + i - first
                return position, n_ids, n_starts
            if sentence_begins:
                sentence_starts[n_starts] = n_expanded + n_ids
                n_starts += 1
                sentence_begins = 0
            ids[n_ids] = expansion[i]
            n_ids += 1
        n_taken = 0
    state[N_EXPANDED] = n_expanded + n_ids
    state[SENTENCE_BEGINS] = sentence_begins
    state[N_TAKEN] = 0
    return provisional.shape[0], n_ids, n_starts


def new_scan_state() -> NDArray[np.int64]:
    """The state of `scan_block` before the first byte."""
    return np.array([0, 0, 1], dtype=np.int64)


def new_expand_state() -> NDArray[np.int64]:
    """The state of `expand_block` before the first id."""
    return np.zeros(3, dtype=np.int64)
