"""One worker's working memory, and everything it needs to train a span."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v_kernels.layout import (
    Hyper,
    Tables,
    Targets,
    Weights,
    empty_rows,
    empty_targets,
    whole_lines,
    whole_tiles,
)
from w2v_kernels.logistic_block import tile_index
from w2v_kernels.parallel.private_rows import PrivateRows, private_rows
from w2v_kernels.reused_noise import NoiseRing, noise_ring
from w2v_kernels.sizes import INPUTS_OF_LONG, LONG_WINDOW, TILE

KEPT_CAPACITY = 4096
"""Kept tokens that a worker holds at a time, more with a long window. A longer sentence is trained
in pieces that overlap by their contexts.
"""
_CAPACITY_OF_WINDOWS = 4
"""The least of that in windows: two of them are copied when the next piece follows."""


class Kept(NamedTuple):
    """Tokens that subsampling keeps, in the order of the text."""

    ids: np.ndarray
    """int32 (capacity + window,): their words"""
    positions: np.ndarray
    """int64 (capacity + window,): where they stand in the corpus"""
    bits: np.ndarray
    """uint64 (capacity + window,): their random bits, from `windows.bits_at`"""


def empty_kept(n_kept: int) -> Kept:
    """Room for this many tokens."""
    return Kept(
        ids=whole_lines(n_kept, np.int32),
        positions=whole_lines(n_kept, np.int64),
        bits=whole_lines(n_kept, np.uint64),
    )


class Scratch(NamedTuple):
    """One worker's working memory."""

    kept: Kept
    """the kept tokens around the center"""
    contexts: np.ndarray
    """int32 (2 window,): the context words of a center"""
    chosen: Targets
    """the targets of a center"""
    chosen_next: Targets
    """the targets of the center after it"""
    ring: NoiseRing
    """noise words that serve several centers each"""
    inputs: np.ndarray
    """float32 (C, D padded), C at most 2 window: the block's input rows: copied vectors, or a mean
    """
    numbers: np.ndarray
    """int32 (C,): 0, 1, 2 ..., which names the rows of `inputs`"""
    move: np.ndarray
    """float32 (1, D padded): the move of a mean"""
    moves: np.ndarray
    """float32 (C, D padded): the moves of the input rows, where there are locks"""
    scores: np.ndarray
    """float32, in the order of `tiles`; the exact softmax needs `steps` alone"""
    steps: np.ndarray
    """float32, in the same order"""
    blank: int
    """the target row that pads this worker's targets; each worker has its own, since two that
    write zeros to the same row would wait for each other
    """
    own_inputs: PrivateRows
    """copies of the frequent words' input vectors; none for a single worker"""
    own_targets: PrivateRows
    """copies of the target rows that move most"""


class Worker(NamedTuple):
    """What one worker trains, with which settings, and its working memory."""

    weights: Weights
    tables: Tables
    hyper: Hyper
    scratch: Scratch


def make_scratch(
    vector_size: int,
    window: int,
    most_targets: int,
    blank: int,
    negative: int,
    own_inputs: PrivateRows | None = None,
    own_targets: PrivateRows | None = None,
) -> Scratch:
    """Working memory for windows up to `window` and blocks of up to `most_targets` targets.

    blank      a zero row of the target matrix, no other worker's
    negative   K, for noise words that serve several centers
    """
    # Behind the last center stand its right contexts.
    n_kept = max(KEPT_CAPACITY, _CAPACITY_OF_WINDOWS * window) + window
    n_inputs = 2 * window if window <= LONG_WINDOW else INPUTS_OF_LONG
    n_scores = tile_index(whole_tiles(most_targets) // TILE, 0, n_inputs)
    return Scratch(
        kept=empty_kept(n_kept),
        contexts=whole_lines(2 * window, np.int32),
        chosen=empty_targets(most_targets),
        chosen_next=empty_targets(most_targets),
        ring=noise_ring(negative, window),
        inputs=empty_rows(n_inputs, vector_size),
        numbers=np.arange(n_inputs, dtype=np.int32),
        move=empty_rows(1, vector_size),
        moves=empty_rows(n_inputs, vector_size),
        scores=whole_lines(n_scores, np.float32),
        steps=whole_lines(n_scores, np.float32),
        blank=blank,
        own_inputs=own_inputs or private_rows(vector_size),
        own_targets=own_targets or private_rows(vector_size),
    )
