"""Where each word occurs: the positions of a corpus, grouped by word, by a counting sort.

Two passes over the ids, in slices of any length: `count_words`, then `place_positions`. A word that
has less room than occurrences keeps an even sample of them, so the index is as small as it must be.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.machine.compiling import kernel

# Columns of the table of words, int64 (V, 4): a token finds all of its word in one cache line.
COUNT = 0  # how often it occurs
ROOM = 1  # how many of its positions are stored
NEXT = 2  # where the next one is stored
DUE = 3  # occurrences times ROOM, modulo COUNT: below ROOM, the next occurrence is stored
N_COLUMNS = 4


@kernel
def count_words(ids, table):
    """Add the words of a slice to COUNT.

    ids    int32 (any,)
    table  int64 (V, 4)
    """
    for word in ids:
        table[word, COUNT] += 1


@kernel
def place_positions(ids, first, table, positions):
    """Store the positions of a slice's words.

    ids        int32 (any,)
    first      int64             the position of ids[0] in the corpus
    table      int64 (V, 4)      as `lay_out` made it, and the slices before left it
    positions  uint32 or int64   (sum of ROOM,)
    """
    for i in range(ids.shape[0]):
        word = ids[i]
        room, due = table[word, ROOM], table[word, DUE]
        if due < room:
            positions[table[word, NEXT]] = first + i
            table[word, NEXT] += 1
        due += room
        if due >= table[word, COUNT]:
            due -= table[word, COUNT]
        table[word, DUE] = due


def lay_out(table: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Give every word that `count_words` counted its room; return where each begins: (V + 1,).

    most   positions in all. Words that occur more often than a limit get that limit, the highest
           that leaves the others all of theirs, and at least 1
    """
    counts = table[:, COUNT]
    low, high = 1, max(int(counts.max(initial=1)), 1)
    while low < high:
        limit = (low + high + 1) // 2
        if int(np.minimum(counts, limit).sum()) <= most:
            low = limit
        else:
            high = limit - 1
    table[:, ROOM] = np.minimum(counts, low)
    starts = np.zeros(len(table) + 1, dtype=np.int64)
    np.cumsum(table[:, ROOM], out=starts[1:])
    table[:, NEXT] = starts[:-1]
    table[:, DUE] = 0
    return starts
