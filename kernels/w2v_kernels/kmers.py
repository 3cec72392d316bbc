"""Sequences to type ids: each run of k letters of FASTA or FASTQ is numbered at first sight.

A k-mer is one integer, `bits` bits a letter, the last letter lowest; a step shifts the next letter
in. Headers, and letters outside the alphabet, end a run: no k-mer goes across them. Line
ends within a sequence do not. FASTQ's lines of quality are passed over by their length, since they
may begin as headers do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.machine.compiling import kernel, kernel_part

# What the two keep between calls, int64 (9,).
N_TYPES = 0
MODE = 1  # what the line holds, as below
LINE_BEGINS = 2  # 1 when the next byte is the first of a line
CODE = 3  # the last letters
N_RUN = 4  # letters of the run so far
N_LETTERS = 5  # letters of the sequence so far; of its quality, those still to come
N_OTHER = 6  # letters outside the alphabet, over all calls
N_RUNS = 7  # runs with a k-mer, over all calls
IS_FASTQ = 8  # 1 from a header that begins with @
N_STATES = 9

_SEQUENCE = 0
_HEADER = 1
_PLUS = 2  # the line between a sequence of FASTQ and its quality
_QUALITY = 3

# What a byte outside the alphabet is.
OTHER = -1
PASSED_OVER = -2  # white space

_MULTIPLIER = 0x1E3779B97F4A7C15
_LOW_63_BITS = (1 << 63) - 1


@kernel
def find_letters(block, letters, found, state):
    """Write the letters of the sequences in a block, OTHER where one breaks off; return how many.

    block    bytes                    the text, cut anywhere
    letters  int64 (256,)             the number of each letter, OTHER or PASSED_OVER
    found    int8 (len(block),)
    state    int64 (9,)
    """
    n_found = 0
    for byte in block:
        if byte == 10 or byte == 13:
            if state[MODE] == _HEADER:
                found[n_found] = OTHER
                n_found += 1
            _end_line(state)
        elif state[MODE] == _QUALITY:
            state[N_LETTERS] -= 1
        elif state[MODE] == _SEQUENCE and not (state[LINE_BEGINS] and _is_mark(byte, state)):
            letter = letters[byte]
            if letter != PASSED_OVER:
                state[N_LETTERS] += 1
                state[N_OTHER] += letter == OTHER
                found[n_found] = letter
                n_found += 1
            state[LINE_BEGINS] = 0
    return n_found


@kernel_part
def _is_mark(byte, state):
    """Whether a line that begins like this lies outside the sequence; the mode is that then."""
    if byte == 62 or byte == 59 or byte == 64:  # > ; @
        state[MODE] = _HEADER
        state[IS_FASTQ] = byte == 64
        return True
    if byte == 43 and state[IS_FASTQ]:  # +
        state[MODE] = _PLUS
        return True
    return False


@kernel_part
def _end_line(state):
    """Say what the next line holds."""
    mode = state[MODE]
    if mode == _HEADER:
        state[N_LETTERS] = 0
    if mode == _PLUS and state[N_LETTERS] > 0:
        state[MODE] = _QUALITY
    elif mode != _QUALITY or state[N_LETTERS] <= 0:
        state[MODE] = _SEQUENCE
    state[LINE_BEGINS] = 1


@kernel
def number_kmers(found, k, stride, bits, codes, counts, slots, ids, state):
    """Number the k-mers of letters that `find_letters` wrote; return how many ids were written.

    found    int8 (n,)
    codes    int64 (capacity,)    the k-mer of each type; room for n more
    counts   int64 (capacity,)    how often it was seen
    slots    int32 (2 ** m,)      open addressing: type + 1, 0 free; at most half of them taken
    ids      int32 (n,)           provisional ids, as those of text_to_ids.py
    state    int64 (9,)
    """
    mask = (1 << (k * bits)) - 1
    n_ids = 0
    n_types = state[N_TYPES]
    code = state[CODE]
    n_run = state[N_RUN]
    for letter in found:
        if letter == OTHER:
            n_run = 0
            continue
        code = ((code << bits) | letter) & mask
        n_run += 1
        if n_run < k or (n_run - k) % stride != 0:
            continue
        slot = _slot_of(code, codes, slots)
        type_id = slots[slot] - 1
        if type_id < 0:
            type_id = n_types
            codes[type_id] = code
            counts[type_id] = 0
            slots[slot] = type_id + 1
            n_types += 1
        counts[type_id] += 1
        if n_run == k:
            state[N_RUNS] += 1
            type_id = ~type_id
        ids[n_ids] = type_id
        n_ids += 1
    state[N_TYPES] = n_types
    state[CODE] = code
    state[N_RUN] = n_run
    return n_ids


@kernel_part
def _slot_of(code, codes, slots):
    """The slot of a k-mer, or the free one where it belongs."""
    mask = slots.shape[0] - 1
    slot = (((code * _MULTIPLIER) & _LOW_63_BITS) >> 24) & mask
    while slots[slot] != 0 and codes[slots[slot] - 1] != code:
        slot = (slot + 1) & mask
    return slot


@kernel
def enter_codes(codes, n_types, slots):
    """Enter the first types into slots, int32 (2 ** n,), which are all 0."""
    for type_id in range(n_types):
        slots[_slot_of(codes[type_id], codes, slots)] = type_id + 1


def new_state() -> NDArray[np.int64]:
    """The state of the two before the first byte."""
    state = np.zeros(N_STATES, dtype=np.int64)
    state[LINE_BEGINS] = 1
    return state


def end_source(state: NDArray[np.int64]) -> None:
    """End the sequence that a source ends in."""
    state[MODE], state[N_RUN], state[LINE_BEGINS] = _SEQUENCE, 0, 1
