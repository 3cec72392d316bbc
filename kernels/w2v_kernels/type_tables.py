"""Tables of types: the distinct runs of bytes between white space, found by a hash.

A table is filled by `text_to_ids.scan_block`. `absorb_types` enters the types of one table into
another, since several may be filled side by side, and `reorder_types` sorts what came of that.
"""

from __future__ import annotations

from w2v_kernels.machine.compiling import kernel, kernel_part

# Columns of the table of types, int64 (capacity, 5).
START = 0  # where its bytes begin in the pool
LENGTH = 1  # how many bytes it has
BEGINNING = 2  # its first seven bytes as a number: for most words the whole comparison
COUNT = 3  # how often it was seen
FIRST_AT = 4  # offset of its first byte in the text
N_COLUMNS = 5

# Columns of the table of tokens found but not yet looked up, int64 (any, 5).
AT = 0  # where in the block
TOKEN_LENGTH = 1
HASH = 2
TOKEN_BEGINNING = 3
BEGINS_LINE = 4
N_FOUND_COLUMNS = 5


# What belongs to a table between calls, int64 (3,).
N_TYPES = 0
POOL_USED = 1
LINE_ENDED = 2  # 1 when the next token begins a sentence

LOW_HALF = (1 << 32) - 1
HIGH_HALF = (1 << 63) - 1 - LOW_HALF
_NEWLINE = 10


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
            length = types[candidate, LENGTH]
            beginning = types[candidate, BEGINNING]
            if length == token[TOKEN_LENGTH] and beginning == token[TOKEN_BEGINNING]:
                pooled, at = types[candidate, START], token[AT]
                same = 7
                while same < length and pool[pooled + same] == block[at + same]:
                    same += 1
                if same >= length:
                    return slot, candidate
        slot = (slot + 1) & mask
    return slot, -1


@kernel_part
def enter(block, token, pool, pool_used, types, type_id, slots, slot):
    """Enter a token as a new type that was not seen yet, in a free slot."""
    at, length = token[AT], token[TOKEN_LENGTH]
    types[type_id, START] = pool_used
    types[type_id, LENGTH] = length
    types[type_id, BEGINNING] = token[TOKEN_BEGINNING]
    types[type_id, COUNT] = 0
    for j in range(length):
        pool[pool_used + j] = block[at + j]
    pool[pool_used + length] = _NEWLINE
    slots[slot] = (token[HASH] & HIGH_HALF) | (type_id + 1)


@kernel
def absorb_types(
    other_pool, other_types, other_slots, begin, pool, types, slots, token, numbers, state
):
    """Enter the types of another table and add up counts; return (where to resume, whether full).

    other_*  the other table: pool, types, slots
    begin    int                         the slot of the other table to begin at
    pool, types, slots, state            this table, as `scan_block` has them
    token    int64 (5,)                  scratch
    numbers  int32 (types of the other,) becomes the number in this table of each type

    A type that both have appeared first where either has it first. New types are numbered in the
    order of the slots: `first_at` of each tells their order in the text.
    """
    n_types = state[N_TYPES]
    pool_used = state[POOL_USED]
    place = begin
    full = False
    while place < other_slots.shape[0]:
        entry = other_slots[place]
        if entry != 0:
            other = (entry & LOW_HALF) - 1
            token[AT] = other_types[other, START]
            token[TOKEN_LENGTH] = other_types[other, LENGTH]
            token[HASH] = entry & HIGH_HALF
            token[TOKEN_BEGINNING] = other_types[other, BEGINNING]
            slot, type_id = look_up(other_pool, token, pool, types, slots)
            first_at = other_types[other, FIRST_AT]
            if type_id < 0:
                if n_types == types.shape[0] or pool_used + token[TOKEN_LENGTH] >= pool.shape[0]:
                    full = True
                    break
                type_id = n_types
                enter(other_pool, token, pool, pool_used, types, type_id, slots, slot)
                types[type_id, FIRST_AT] = first_at
                pool_used += token[TOKEN_LENGTH] + 1
                n_types += 1
            elif first_at < types[type_id, FIRST_AT]:
                types[type_id, FIRST_AT] = first_at
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
    new_types  int64 (n_types, 5)
    """
    used = 0
    for new in range(order.shape[0]):
        old = order[new]
        for column in range(types.shape[1]):
            new_types[new, column] = types[old, column]
        new_types[new, START] = used
        first = types[old, START]
        for j in range(types[old, LENGTH] + 1):
            new_pool[used + j] = pool[first + j]
        used += types[old, LENGTH] + 1


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
