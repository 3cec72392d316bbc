"""Type ids to ids of the vocabulary: the second of the two passes that cost time for every token.

The host has decided what each type stands for: one word, several, or none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.machine.compiling import kernel

# What `expand_block` keeps between calls, int64 (4,).
N_EXPANDED = 0  # ids written so far, over all calls
SENTENCE_BEGINS = 1  # 1 when the next id written begins a sentence
N_TAKEN = 2  # ids already written of the type that the call stopped in
N_BEGUN = 3  # provisional ids so far that begin a sentence

# What a type stands for that is not just one word.
NO_WORD = -1
SEVERAL_WORDS = -2


@kernel
def expand_block(
    provisional, begin, words, numbers, expansion_starts, expansion, ids, sentence_starts, state
):
    """Write the ids that provisional ids stand for; return (where to resume, ids, starts written).

    provisional       int32 (n,)           what `scan_block` wrote, by one table
    begin             int                  where in it to begin
    words             int32 (types of the table,)  the word of each type, NO_WORD, SEVERAL_WORDS
    numbers           int32 (types of the table,)  the number of each type among those of the text
    expansion_starts  int64 (n_types + 1,)
    expansion         int32 (any,)         type t stands for expansion[starts[t]:starts[t + 1]]
    ids               int32 (m,)           ids of the vocabulary
    sentence_starts   int64 (m,)           where sentences begin, counted over all calls
    state             int64 (4,)           N_EXPANDED, SENTENCE_BEGINS, N_TAKEN, N_BEGUN

    The call ends when ids is full, possibly within a type, or at a number that is of no type.
    Sentences left empty vanish.
    """
    n_expanded, sentence_begins, n_taken, n_begun = state
    n_ids = n_starts = 0
    position = begin
    while position < provisional.shape[0]:
        begins = provisional[position] < 0
        type_id = max(provisional[position], ~provisional[position])
        if type_id >= words.shape[0]:  # it is used as an address
            break
        word = words[type_id]
        if word != NO_WORD and n_ids == ids.shape[0]:
            break
        if begins and n_taken == 0:  # else this type's beginning was written by the call before
            sentence_begins = 1
            n_begun += 1
        position += 1
        if word == NO_WORD:
            continue
        if sentence_begins:
            sentence_starts[n_starts] = n_expanded + n_ids
            n_starts += 1
            sentence_begins = 0
        if word >= 0:
            ids[n_ids] = word
            n_ids += 1
        else:
            first = expansion_starts[numbers[type_id]] + n_taken
            n_left = expansion_starts[numbers[type_id] + 1] - first
            n_copied = min(n_left, ids.shape[0] - n_ids)
            for i in range(n_copied):
                ids[n_ids + i] = expansion[first + i]
            n_ids += n_copied
            n_taken = n_taken + n_copied if n_copied < n_left else 0
            position -= n_taken > 0  # the call after this one takes the rest
    state[:] = n_expanded + n_ids, sentence_begins, n_taken, n_begun
    return position, n_ids, n_starts


def new_expand_state() -> NDArray[np.int64]:
    """The state of `expand_block` before the first id."""
    return np.zeros(4, dtype=np.int64)
