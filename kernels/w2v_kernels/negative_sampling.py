"""Objective 1: negative sampling. Distinguish the center word from K noise words.

    P(D=1 | w_c, w_o) = sigmoid(u_o . v_c)
    -log P(w_o | w_c) = -log sigmoid(u_o . v_c) - sum_{k=1..K, w_k ~ P(w)} log sigmoid(-u_k . v_c)

    P(w) = count(w)^a / sum of counts^a,     a = ns_exponent

D2L 15.2.1 Negative Sampling; Mikolov et al. 2013, "Distributed Representations", eq. 4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v_kernels.formulas import noise_probabilities
from w2v_kernels.layout import whole_tiles
from w2v_kernels.machine.compiling import builder, kernel_part
from w2v_kernels.parallel.private_rows import own_row
from w2v_kernels.rng import below, high_32, low_32, random_at
from w2v_kernels.tiles import prefetch_to_read


def build_noise_table(counts: ArrayLike, exponent: float) -> NDArray[np.uint32]:
    """Alias table of the noise distribution: uint32 (V, 2), a threshold and an alias for each word.

    Vose 1991, "A Linear Algorithm for Generating Random Numbers with a Given Distribution".
    """
    return _alias_table(noise_probabilities(counts, exponent))


@builder
def _alias_table(probabilities):
    n = probabilities.size
    table = np.empty((n, 2), np.uint32)
    share = probabilities * n
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    n_small = n_large = 0
    for word in range(n):
        if share[word] < 1.0:
            small[n_small] = word
            n_small += 1
        else:
            large[n_large] = word
            n_large += 1
    while n_small > 0 and n_large > 0:
        n_small -= 1
        little, much = small[n_small], large[n_large - 1]
        table[little, 0] = np.uint32(min(share[little] * 4294967296.0, 4294967295.0))
        table[little, 1] = np.uint32(much)
        share[much] -= 1.0 - share[little]
        if share[much] < 1.0:
            n_large -= 1
            small[n_small] = much
            n_small += 1
    # The words that are left have a share of 1, up to rounding.
    for i in range(n_small):
        table[small[i], 0], table[small[i], 1] = np.uint32(0xFFFFFFFF), np.uint32(small[i])
    for i in range(n_large):
        table[large[i], 0], table[large[i], 1] = np.uint32(0xFFFFFFFF), np.uint32(large[i])
    return table


@kernel_part
def draw_noise(noise_table, bits):
    """One word of the noise distribution, from 64 random bits."""
    word = below(high_32(bits), noise_table.shape[0])
    # Branch free: the processor cannot predict which of the two it is.
    kept = np.int64(low_32(bits) < np.uint64(noise_table[word, 0]))
    other = np.int64(noise_table[word, 1])
    return other + kept * (word - other)


@kernel_part
def prefetch_draws(noise_table, negative, key):
    """Prefetch the table entries that the first K draws of the stream `key` will read."""
    for k in range(negative):
        bits = random_at(key, np.uint64(k))
        prefetch_to_read(noise_table, below(high_32(bits), noise_table.shape[0]))


@kernel_part
def choose_noise(noise_table, center, negative, key, first_draw, private, blank, chosen):
    """Choose the target rows of negative sampling for one center word, into `chosen`.

    chosen.rows     the center word, then the noise words, then `blank`: 1 + K, in whole tiles
    chosen.weights  1, then -1s, then 0s
    private         the worker's copies of words: a copy's row is written in place of its word

    A noise word equal to the center is dropped, as in word2vec.c. One drawn twice is listed once
    with weight -2, since all rows of a block move at the same time. K draws are taken from the
    stream `key`, from number `first_draw` on.
    """
    chosen.rows[0] = own_row(center, private)
    for k in range(negative):
        word = draw_noise(noise_table, random_at(key, np.uint64(first_draw + k)))
        chosen.rows[1 + k] = own_row(word, private)
    weigh_rows(negative, blank, chosen)


@kernel_part
def weigh_rows(negative, blank, chosen):
    """Weigh the center's row and the K rows of noise behind it, and fill up the last tile."""
    rows, weights = chosen.rows, chosen.weights
    weights[0] = np.float32(1.0)
    has_twins = np.int64(0)
    for k in range(1, 1 + negative):
        weights[k] = np.float32(-1.0)
        for t in range(k):  # branch free: nearly always there are none
            has_twins |= np.int64(rows[t] == rows[k])
    n = 1 + negative
    if has_twins:
        n = merge_twins(n, rows, weights)
    for t in range(n, whole_tiles(1 + negative)):
        rows[t], weights[t] = blank, np.float32(0.0)


@kernel_part
def merge_twins(n, rows, weights):
    """List each row once, with the sum of its weights, and drop noise equal to the center.

    Returns how many rows there are now.
    """
    n_listed = 1
    for k in range(1, n):
        row = rows[k]
        t = 0
        while t < n_listed and rows[t] != row:
            t += 1
        if t == n_listed:
            rows[t], weights[t] = row, np.float32(-1.0)
            n_listed += 1
        elif t > 0:
            weights[t] -= np.float32(1.0)
    return n_listed
