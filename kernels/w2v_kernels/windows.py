"""Which tokens subsampling keeps, and how wide each window is: functions of position alone.

Both come from one random number of the token: its upper half says whether the token is kept, its
lower half how wide its window is. It also names the stream that its noise words are drawn from.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.rng import below, high_32, low_32, random_at


@kernel_part
def bits_at(position, key):
    """The 64 random bits of the token at this position of the corpus, in the epoch of `key`."""
    return random_at(key, np.uint64(position))


@kernel_part
def is_kept(word, bits, thresholds):
    """Whether subsampling keeps a token with these random bits."""
    return high_32(bits) <= np.uint64(thresholds[word])


@kernel_part
def window_of(bits, window, shrink):
    """Context words on each side of a center with these random bits: `window`, or with `shrink`
    uniform in 1..window.
    """
    if not shrink:
        return window
    return 1 + below(low_32(bits), window)


@kernel_part
def keep_forward(ids, position, stop, most, key, thresholds, kept, n):
    """Append the kept tokens of [position, stop) to n earlier ones, up to `most` in all.

    Returns the position of the next token and how many there are now.
    """
    while position < stop and n < most:
        # Branch free: the processor cannot predict a coin toss.
        word, bits = ids[position], bits_at(position, key)
        kept.ids[n], kept.positions[n], kept.bits[n] = word, position, bits
        n += np.int64(is_kept(word, bits, thresholds))
        position += 1
    return position, n


@kernel_part
def keep_backward(ids, position, start, most, key, thresholds, kept):
    """Fill in the last kept tokens of [start, position), in text order, up to `most`."""
    n = 0
    while position > start and n < most:
        position -= 1
        word, bits = ids[position], bits_at(position, key)
        if is_kept(word, bits, thresholds):
            n += 1
            at = most - n
            kept.ids[at], kept.positions[at], kept.bits[at] = word, position, bits
    move_to_front(kept, most - n, most)
    return n


@kernel_part
def move_to_front(kept, first, past):
    """Move the kept tokens [first, past) to the places from 0 on."""
    for k in range(first, past):
        at = k - first
        kept.ids[at], kept.positions[at] = kept.ids[k], kept.positions[k]
        kept.bits[at] = kept.bits[k]
