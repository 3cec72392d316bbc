"""Which tokens subsampling keeps, and how wide each window is: functions of position alone."""

from __future__ import annotations

import numpy as np

from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.rng import below, high_32, low_32, random_at


@kernel_part
def is_kept(word, position, key, thresholds):
    """Whether subsampling keeps the token at this position of the corpus."""
    return high_32(random_at(key, np.uint64(position))) <= np.uint64(thresholds[word])


@kernel_part
def window_at(position, key, window, shrink):
    """Context words on each side of the center: `window`, or with `shrink` uniform in 1..window."""
    if not shrink:
        return window
    return 1 + below(low_32(random_at(key, np.uint64(position))), window)


@kernel_part
def keep_forward(ids, position, stop, most, key, thresholds, kept_ids, kept_positions, n):
    """Append the kept tokens of [position, stop) to n earlier ones, up to `most` in all.

    Returns the position of the next token and how many there are now.
    """
    while position < stop and n < most:
        # Branch free: the processor cannot predict a coin toss.
        word = ids[position]
        kept_ids[n] = word
        kept_positions[n] = position
        n += np.int64(is_kept(word, position, key, thresholds))
        position += 1
    return position, n


@kernel_part
def keep_backward(ids, position, start, most, key, thresholds, kept_ids, kept_positions):
    """Fill in the last kept tokens of [start, position), in text order, up to `most`."""
    n = 0
    while position > start and n < most:
        position -= 1
        if is_kept(ids[position], position, key, thresholds):
            n += 1
            kept_ids[most - n] = ids[position]
            kept_positions[most - n] = position
    for i in range(n):
        kept_ids[i], kept_positions[i] = kept_ids[most - n + i], kept_positions[most - n + i]
    return n
