"""Rows of float32 in the bytes of a file, where nothing is aligned: found, measured, multiplied.

A record of word2vec's binary layout is a word, a blank and D float32; line ends may stand before
the word. So rows begin at any byte, and where one ends shows only where the next one begins.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.machine.compiling import kernel, kernel_part
from w2v_kernels.tiles import prefetch_to_read

_BLANK, _NEWLINE = 32, 10
_AHEAD = 4
"""As many records ahead, about, the next word is prefetched."""
_LINE_BYTES = 64
_SEED = 0x2545F4914F6CDD1D
_MULTIPLIER = 0x1E3779B97F4A7C15
_LOW_63_BITS = (1 << 63) - 1
_HASH_BITS = 43


@kernel
def find_records(block, begin, end, size, places, lengths, letters):
    """Find the records that begin before `end`.

    block    uint8 (n,)    bytes of the file, some more than `end`
    size     int           D
    places   int64 (any,)  filled: where in the block the numbers of each record begin
    lengths  int64 (any,)  filled: the bytes of each word, without the line ends before it
    letters  uint8 (n,)    filled: the words, a newline after each

    Returns (records, where the next one begins, bytes of letters, line ends, records with one
    before). It ends early at a record that the block does not hold whole, or when places is full.
    """
    at, n_records, n_letters, n_ends, n_led = begin, 0, 0, 0, 0
    while at < end and n_records < places.shape[0]:
        start = at
        ahead = at + _AHEAD * (4 * size + 2 + n_letters // max(n_records, 1))
        prefetch_to_read(block, ahead)
        prefetch_to_read(block, ahead + _LINE_BYTES)
        while start < block.shape[0] and block[start] == _NEWLINE:
            start += 1
        blank = start
        n_within = 0
        while blank < block.shape[0] and block[blank] != _BLANK:
            n_within += block[blank] == _NEWLINE
            blank += 1
        if blank + 1 + 4 * size > block.shape[0]:
            break
        n_ends += start - at + n_within
        n_led += start > at
        for i in range(start, blank):
            letters[n_letters + i - start] = block[i]
        n_letters += blank - start + 1
        letters[n_letters - 1] = _NEWLINE
        places[n_records] = blank + 1
        lengths[n_records] = blank - start
        n_records += 1
        at = blank + 1 + 4 * size
    return n_records, at, n_letters, n_ends, n_led


@kernel
def measure_rows(block, places, size, smallest, largest, norms, n_odd):
    """norms[i] = |row i|, not finite where a number is not; n_odd[i] numbers of an unlikely size.

    block   uint8 (n,)     row i begins at places[i], int64 (m,)
    size    int            D
    norms   float64 (m,)   filled
    n_odd   int32 (m,)     filled: how many numbers other than 0 are not within smallest..largest
    """
    for i in range(places.shape[0]):
        row = block[places[i] : places[i] + 4 * size].view(np.float32)
        total = 0.0
        odd = 0
        for d in range(size):
            number = np.float64(row[d])
            total += number * number
            length = abs(number)
            odd += not (smallest <= length <= largest or length == 0.0)
        norms[i] = np.sqrt(total)
        n_odd[i] = odd


@kernel
def multiply_rows(block, places, query, products):
    """products[i] = row i . query; block and places as above, query float32 (D,), products (m,)."""
    size = query.shape[0]
    for i in range(places.shape[0]):
        row = block[places[i] : places[i] + 4 * size].view(np.float32)
        total = np.float32(0.0)
        for d in range(size):
            total += row[d] * query[d]
        products[i] = total


@kernel
def enter_words(letters, starts, first, end, slots, hashes, repeated):
    """Enter the words first..end into a table; return how many were there before.

    letters   bytes           the words, without anything between them
    starts    int64 (V + 1,)  word w is letters[starts[w]:starts[w + 1]]
    slots     int32 (2 ** n,) open addressing: row + 1, 0 for free; more than V of them
    hashes    int64 (any,)    scratch: as many words are prefetched together
    repeated  bool (V,)       filled: whether the word was there before
    """
    mask = slots.shape[0] - 1
    n_repeated = 0
    while first < end:
        n = min(hashes.shape[0], end - first)
        for i in range(n):
            hashes[i] = _hash_part(letters, starts[first + i], starts[first + i + 1]) & mask
            prefetch_to_read(slots, hashes[i])
        for i in range(n):
            row, slot = first + i, hashes[i]
            while slots[slot] != 0 and not _are_same(letters, starts, slots[slot] - 1, row):
                slot = (slot + 1) & mask
            repeated[row] = slots[slot] != 0
            n_repeated += repeated[row]
            if slots[slot] == 0:
                slots[slot] = row + 1
        first += n
    return n_repeated


@kernel_part
def _are_same(letters, starts, row, other):
    """Whether two words are the same bytes."""
    length = starts[row + 1] - starts[row]
    if starts[other + 1] - starts[other] != length:
        return False
    same = 0
    while same < length and letters[starts[row] + same] == letters[starts[other] + same]:
        same += 1
    return same == length


@kernel_part
def _hash_part(letters, begin, end):
    hashed = _SEED
    for i in range(begin, end):
        hashed = ((hashed ^ letters[i]) * _MULTIPLIER) & _LOW_63_BITS
    return hashed >> (63 - _HASH_BITS)


def hash_of(word: bytes) -> int:
    """What `enter_words` takes as the hash of a word: a multiplicative FNV-1a, its upper bits."""
    hashed = _SEED
    for byte in word:
        hashed = ((hashed ^ byte) * _MULTIPLIER) & _LOW_63_BITS
    return hashed >> (63 - _HASH_BITS)
