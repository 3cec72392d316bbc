"""The target rows of a center: a lane finds one each.

                        negative sampling          hierarchical softmax
    n_targets           1 + K                      the length of the word's path
    target_of           the center, or a draw      a node of the path

The draws are those of the CPU's negative_sampling.py and reused_noise.py. A noise word that is
drawn twice is listed twice; one equal to the center is dropped, by a weight of 0.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from w2v_kernels.cuda.rows import NONE
from w2v_kernels.cuda.warp import read, select
from w2v_kernels.negative_sampling import draw_noise
from w2v_kernels.reused_noise import noise_stride, reused_bits
from w2v_kernels.rng import random_at


@register_jitable
def n_targets(job, word, by_tree):
    """How many targets a center word has, int64."""
    if by_tree:
        return np.int64(job.lengths[word])
    return job.span.negative + 1


@register_jitable
def target_of(job, center, t, first_draw, by_tree):
    """The row, int32, and the weight, float32, of target t of a center word, t in each lane.

    Where the weight is 0, the row is NONE.

    first_draw   number of the first noise word in the center's own stream of random numbers
    """
    if by_tree:
        return node_target(job, center.word, t)
    return noise_target(job, center, t, first_draw)


@register_jitable
def node_target(job, word, t):
    """Node t of a word's path: weight +1 turns left, -1 right, 0 behind its end."""
    is_there, at = t < job.lengths[word], job.starts[word] + t
    return select(is_there, read(job.nodes, at, is_there), NONE), read(job.turns, at, is_there)


@register_jitable
def noise_target(job, center, t, first_draw):
    """The center word, weight +1, if t is 0; else noise word t - 1, weight -1, or 0 from K on."""
    is_center, is_noise = t == 0, t <= job.span.negative
    k = select(is_center, 0, t - 1)
    if job.span.reuse_noise:
        bits = reused_bits(job.span.key, center.position - k * noise_stride(job.span.window))
    else:
        bits = random_at(center.key, np.uint64(first_draw + k))
    drawn = draw_noise(job.noise, bits)
    counts = is_noise & (drawn != center.word)
    weight = select(counts, np.float32(-1.0), np.float32(0.0))
    row = select(counts, np.int32(drawn), NONE)
    return (
        select(is_center, np.int32(center.word), row),
        select(is_center, np.float32(1.0), weight),
    )
