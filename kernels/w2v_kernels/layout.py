"""The arrays that a training reads and writes: their names, shapes and types, and who makes them.

Rows are padded with zeros to whole cache lines (`D padded`). Behind the rows of words or nodes, a
matrix has blank rows, which stay zero.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable
from numpy.typing import DTypeLike, NDArray

from w2v_kernels import sizes
from w2v_kernels.sizes import CACHE_LINE, OVERREAD, row_length

LOSS, PAIRS, CENTERS, TOKENS, SATURATED, NOT_FINITE = range(6)
"""What each entry of a worker's tallies counts; see `train_span`."""

whole_tiles = register_jitable(sizes.whole_tiles)  # kernels call it too


class Corpus(NamedTuple):
    """The encoded text."""

    ids: np.ndarray
    """int32 (N,): the word at each position"""
    sentence_starts: np.ndarray
    """int64 (S + 1,): the position of each sentence's first token, and N"""


class Weights(NamedTuple):
    """The vectors that are trained."""

    input_vectors: np.ndarray
    """float32 (rows, D padded): v_w of V words, a blank row, and each worker's copies of rows"""
    target_vectors: np.ndarray
    """float32 (rows, D padded): u_w of V words, or u_n of V - 1 nodes under hierarchical softmax;
    then a blank row, a blank row for each worker, and each worker's copies of rows
    """


class Targets(NamedTuple):
    """A list of target rows in whole tiles: blank rows fill up the last one.

    The sign of a weight is the label of its row, and its size is how often the row counts:

        +n   label 1, n times       pulled toward the input rows
        -n   label 0, n times       pushed away from them
         0   padding                neither moved nor counted in the loss
    """

    rows: np.ndarray
    """int32 (T,): row numbers in the target matrix"""
    weights: np.ndarray
    """float32 (T + OVERREAD,)"""


class Tree(NamedTuple):
    """The path from the root to each word, laid out as Targets are, one after the other.

    Word w has entries starts[w] to starts[w + 1], of which the first lengths[w] are its path.
    """

    starts: np.ndarray
    """int64 (V + 1,): whole tiles"""
    lengths: np.ndarray
    """int32 (V,): L(w) - 1, the nodes on the path"""
    nodes: np.ndarray
    """int32: inner nodes 0..V-2, the root is 0; behind each path V-1, the blank row"""
    turns: np.ndarray
    """float32: +1 where the path turns left (code bit 0, label 1), -1 where it turns right (code
    bit 1), and 0 behind each path
    """


class Tables(NamedTuple):
    """What kernels look up by word. A table that the objective does not use may be empty."""

    keep_thresholds: np.ndarray
    """uint32 (V,): from `formulas.keep_thresholds`"""
    noise: np.ndarray
    """uint32 (V, 2): from `build_noise_table`"""
    tree: Tree
    every_word: np.ndarray
    """int32 (V, in whole tiles): from `exact_softmax.every_word`"""
    locks: np.ndarray
    """float32 (V,): the share of its moves that each input vector makes, 0 for none; or (0,), and
    all of them make theirs
    """


class Hyper(NamedTuple):
    """The settings a kernel reads. Their types never change, so a new value compiles nothing."""

    skip_gram: bool
    """CBOW if false"""
    objective: int
    """NEGATIVE_SAMPLING, HIERARCHICAL_SOFTMAX or SOFTMAX"""
    negative: int
    """K"""
    window: int
    """m: context words on each side of the center, at most"""
    shrink_windows: bool
    """draw each window's width from 1..m"""
    noise_sharing: int
    """SHARED_BY_CENTERS, SHARED_BY_PAIRS or NOT_SHARED"""
    cbow_mean: bool
    """predict from the mean of the context words; from their sum if false"""
    cbow_divide: bool
    """divide the mean's step among the context words"""


class Span(NamedTuple):
    """Which tokens to train on, and at what rate."""

    first: int
    """Centers are the tokens first .. stop - 1."""
    stop: int
    visible_first: int
    """Contexts may come from visible_first .. visible_stop - 1."""
    visible_stop: int
    key: np.uint64
    """the epoch's random numbers: see `rng.stream_key`"""
    rate_base: float
    """The token at position p is trained at max(rate_floor, rate_base + rate_slope * p)."""
    rate_slope: float
    rate_floor: float


def whole_lines(n: int, dtype: DTypeLike) -> np.ndarray:
    """Zeros (n,) that share no cache line with another array, whose writes would slow them down."""
    width = np.dtype(dtype).itemsize
    memory = np.zeros(n + 2 * CACHE_LINE // width, dtype)
    start = (-memory.ctypes.data // width) % (CACHE_LINE // width)
    return memory[start : start + n]


def empty_rows(n_rows: int, vector_size: int) -> NDArray[np.float32]:
    """Zero float32 (n_rows, D padded) that begins at a cache line."""
    length = row_length(vector_size)
    return whole_lines(n_rows * length, np.float32).reshape(n_rows, length)


def empty_targets(n_targets: int) -> Targets:
    """Targets with room for `n_targets` and the blank rows that fill up the last tile."""
    n_targets = whole_tiles(n_targets)
    return Targets(whole_lines(n_targets, np.int32), whole_lines(n_targets + OVERREAD, np.float32))
