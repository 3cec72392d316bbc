"""Tables of types: the distinct runs of bytes between white space, found by a hash.

A table is filled by `text_to_ids.scan_block`. `absorb_types` enters the types of one table into
another, since several may be filled side by side, and `reorder_types` sorts what came of that.
"""

from __future__ import annotations

from w2v_kernels.machine.compiling import kernel, kernel_part
from w2v_kernels.text import up_to_seven_bytes

# Columns of the table of types, int64 (capacity, 4): two rows in a cache line.
PLACE = 0  # start << LENGTH_BITS | length: where its bytes begin in the pool, and how many
BEGINNING = 1  # what `beginning_of` gives, and
CONTINUATION = 2  # the seven bytes after its first seven: for most words the whole comparison
COUNT = 3  # how often it was seen
N_COLUMNS = 4

LENGTH_BITS = 24
_LENGTH = (1 << LENGTH_BITS) - 1

# Columns of the table of tokens found but not yet looked up, int64 (any, 6).
AT = 0  # where in the block
TOKEN_LENGTH = 1
HASH = 2
TOKEN_BEGINNING = 3  # as BEGINNING
TOKEN_CONTINUATION = 4
BEGINS_LINE = 5
N_FOUND_COLUMNS = 6


# What belongs to a table between calls, int64 (3,).
N_TYPES = 0
POOL_USED = 1
LINE_ENDED = 2  # 1 when the next token begins a sentence

LOW_HALF = (1 << 32) - 1
HIGH_HALF = (1 << 63) - 1 - LOW_HALF
_NEWLINE = 10
_LONG = 127
"""All tokens of this many bytes or more have the same length in what `beginning_of` gives."""


@kernel_part
def beginning_of(first_bytes, length):
    """A token's first seven bytes and its length in one number."""
    return first_bytes | min(length, _LONG) << 56


@kernel_part
def start_of(types, type_id):
    """Where the bytes of a type begin in the pool."""
    return types[type_id, PLACE] >> LENGTH_BITS


@kernel_part
def length_of(types, type_id):
    """How many bytes a type has."""
    return types[type_id, PLACE] & _LENGTH


@kernel_part
def look_up(block, token, pool, types, slots):
    """The slot and the type of a token; a free slot and -1 where it is new."""
    mask = slots.shape[0] - 1
    tag = token[HASH] & HIGH_HALF
    slot = (token[HASH] >> 32) & mask
    while slots[slot] != 0:
        entry = slots[slot]
        if (entry & HIGH_HALF) == tag:
            candidate = (entry & LOW_HALF) - 1
            if (
                types[candidate, BEGINNING] == token[TOKEN_BEGINNING]
                and types[candidate, CONTINUATION] == token[TOKEN_CONTINUATION]
                and has_rest(block, token, pool, types, candidate)
            ):
                return slot, candidate
        slot = (slot + 1) & mask
    return slot, -1


@kernel_part
def has_rest(block, token, pool, types, candidate):
    """Whether the rest of a token is that of a type whose first fourteen bytes are the token's."""
    length = token[TOKEN_LENGTH]
    if length <= 14:
        return True
    if length != length_of(types, candidate):
        return False
    here, there = token[AT], start_of(types, candidate)
    same = 14
    while same < length and up_to_seven_bytes(block, here + same, here + length) == (
        up_to_seven_bytes(pool, there + same, there + length)
    ):
        same += 7
    return same >= length


@kernel_part
def enter(block, token, pool, pool_used, types, type_id, slots, slot):
    """Enter a token as a new type that was not seen yet, in a free slot."""
    at, length = token[AT], token[TOKEN_LENGTH]
    types[type_id, PLACE] = pool_used << LENGTH_BITS | length
    types[type_id, BEGINNING] = token[TOKEN_BEGINNING]
    types[type_id, CONTINUATION] = token[TOKEN_CONTINUATION]
    types[type_id, COUNT] = 0
    for j in range(length):
        pool[pool_used + j] = block[at + j]
    pool[pool_used + length] = _NEWLINE
    slots[slot] = (token[HASH] & HIGH_HALF) | (type_id + 1)


@kernel
def absorb_types(
    other_pool,
    other_types,
    other_first_at,
    other_slots,
    begin,
    pool,
    types,
    first_at,
    slots,
    token,
    numbers,
    state,
):
    """Enter the types of another table and add up counts; return (where to resume, whether full).

    other_*  the other table: pool, types, first_at, slots
    begin    int                         the slot of the other table to begin at
    pool, types, first_at, slots, state  this table, as `scan_block` has them
    token    int64 (6,)                  scratch
    numbers  int32 (types of the other,) becomes the number in this table of each type

    A type that both have appeared first where either has it first. New types are numbered in the
    order of the slots: `first_at` tells their order in the text.
    """
    n_types = state[N_TYPES]
    pool_used = state[POOL_USED]
    place = begin
    full = False
    while place < other_slots.shape[0]:
        entry = other_slots[place]
        if entry != 0:
            other = (entry & LOW_HALF) - 1
            token[AT] = start_of(other_types, other)
            token[TOKEN_LENGTH] = length_of(other_types, other)
            token[HASH] = entry & HIGH_HALF
            token[TOKEN_BEGINNING] = other_types[other, BEGINNING]
            token[TOKEN_CONTINUATION] = other_types[other, CONTINUATION]
            slot, type_id = look_up(other_pool, token, pool, types, slots)
            if type_id < 0:
                if n_types == types.shape[0] or pool_used + token[TOKEN_LENGTH] >= pool.shape[0]:
                    full = True
                    break
                type_id = n_types
                enter(other_pool, token, pool, pool_used, types, type_id, slots, slot)
                first_at[type_id] = other_first_at[other]
                pool_used += token[TOKEN_LENGTH] + 1
                n_types += 1
            elif other_first_at[other] < first_at[type_id]:
                first_at[type_id] = other_first_at[other]
            types[type_id, COUNT] += other_types[other, COUNT]
            numbers[other] = type_id
        place += 1
    state[N_TYPES] = n_types
    state[POOL_USED] = pool_used
    return place, full


@kernel
def reorder_types(order, pool, types, new_pool, new_types):
    """Copy a table's types and their bytes in another order.

    order      int64 (n_types,)          the types, in their new order
    new_pool   uint8 (as many as used,)
    new_types  int64 (n_types, 4)
    """
    used = 0
    for new in range(order.shape[0]):
        old = order[new]
        for column in range(types.shape[1]):
            new_types[new, column] = types[old, column]
        first, length = start_of(types, old), length_of(types, old)
        new_types[new, PLACE] = used << LENGTH_BITS | length
        for j in range(length + 1):
            new_pool[used + j] = pool[first + j]
        used += length + 1


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
