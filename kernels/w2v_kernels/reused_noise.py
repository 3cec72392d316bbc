"""Noise words that serve several centers each: every position of the corpus draws one.

    the center at p meets    w(p), w(p - s), w(p - 2 s), ... w(p - (K - 1) s),      s = 2 m + 1

w(q) is the first word of position q's stream of random numbers, m the window. The K words of one
center are drawn independently, and its position alone says which they are. Each word serves up to K
centers, s tokens apart, so that their windows seldom overlap: only where subsampling has dropped
tokens between them, so that a window reaches further. At sample 1e-3 a context word meets 3 in 100
noise words twice, without subsampling none. A word is drawn once instead of K times, and its row
read from memory once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from w2v_kernels import sizes
from w2v_kernels.layout import whole_lines
from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.negative_sampling import draw_noise, weigh_rows
from w2v_kernels.parallel.private_rows import own_row
from w2v_kernels.rng import below, high_32, random_at
from w2v_kernels.tiles import prefetch_to_read, prefetch_to_write

noise_stride = register_jitable(sizes.noise_stride)  # s

_AHEAD = 16
"""Positions between reading an entry of the noise table and its prefetching."""


class NoiseRing(NamedTuple):
    """The words of the last positions: that of position q has the place q modulo n.

    n is a power of two, so that this is an `and`.
    """

    rows: np.ndarray
    """int32 (n,): their target rows"""
    bits: np.ndarray
    """uint64 (n,): what they are drawn from, `_AHEAD` positions further than `rows`"""
    drawn: np.ndarray
    """int64 (1,): the first position whose word has not been drawn"""


def noise_ring(negative: int, window: int) -> NoiseRing:
    """Room for the words of a center that meets K of them, and of the positions between."""
    n = 1 << (negative * sizes.noise_stride(window) + _AHEAD).bit_length()
    return NoiseRing(whole_lines(n, np.int32), whole_lines(n, np.uint64), whole_lines(1, np.int64))


@kernel_part
def reused_bits(span_key, position):
    """The 64 random bits that w(position) is drawn from; positions before the text are negative."""
    stream = random_at(span_key, np.uint64(np.int64(position)))
    return random_at(stream, np.uint64(0))


@kernel_part
def begin_ring(first, span_key, negative, window, ring):
    """Begin at the oldest word that a center at position `first` meets."""
    oldest = first - (negative - 1) * noise_stride(window)
    ring.drawn[0] = oldest
    for position in range(oldest, oldest + _AHEAD):
        ring.bits[position & (ring.bits.size - 1)] = reused_bits(span_key, position)


@kernel_part
def draw_before(stop, span_key, noise_table, private, target_vectors, ring):
    """Draw the words of all positions before `stop`, and prefetch their rows."""
    position, last_place = ring.drawn[0], ring.rows.size - 1
    while position < stop:
        later = reused_bits(span_key, position + _AHEAD)
        ring.bits[(position + _AHEAD) & last_place] = later
        prefetch_to_read(noise_table, below(high_32(later), noise_table.shape[0]))
        row = own_row(draw_noise(noise_table, ring.bits[position & last_place]), private)
        ring.rows[position & last_place] = row
        prefetch_to_write(target_vectors, np.int64(row))
        position += 1
    ring.drawn[0] = position


@kernel_part
def choose_reused(center, position, negative, window, private, ring, blank, chosen):
    """Choose the target rows of the center at a position, as `choose_noise` lists them."""
    rows, stride, last_place = chosen.rows, noise_stride(window), ring.rows.size - 1
    rows[0] = own_row(center, private)
    for k in range(negative):
        rows[1 + k] = ring.rows[(position - k * stride) & last_place]
    weigh_rows(negative, blank, chosen)
