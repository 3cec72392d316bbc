"""Multiply-adds: how many the formulas of training need, and how many the processor can do; and the
bytes of the rows that a training needs.

The first as a share of the second is how much of the processor's arithmetic training keeps busy.
The rest is spent waiting for vectors that are not in the cache, and on everything that is not a
multiply-add: choosing words, the sigmoid, loading and storing.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from w2v_kernels.cuda.rows import row_length
from w2v_kernels.machine import peak
from w2vtui.settings import Model, ResolvedSettings
from w2vtui.training.costs.text_shape import BlockShape

PIECE_SECONDS = 0.07
PIECES = 3
"""The best of this many measurements counts, each of about PIECE_SECONDS."""

_FACTOR = np.float32(0.999)


def multiply_adds(model: Model, pairs: int, shape: BlockShape, vector_size: int) -> float:
    """Multiply-adds on D-vectors that the formulas of training need.

    pairs   input rows that were trained on a block of T target rows: one per context word in
            skip-gram, the mean of C context words in CBOW

    An input row and a target row take 3 D: their dot product and the update of each. CBOW takes 2 D
    more per context word: its share of the mean, and its update.
    """
    rows_a_pair = 3 * shape.targets
    if model == "cbow":
        rows_a_pair += 2 * shape.contexts
    return pairs * rows_a_pair * vector_size


def row_bytes(live: ResolvedSettings, pairs: int, shape: BlockShape, vector_size: int) -> float:
    """Bytes that a GPU moves if each row of a center is read once and added to once.

    pairs   as of `multiply_adds`
    """
    if live.model == "cbow":
        rows = pairs * (shape.contexts + shape.targets)
    elif live.draws_for_each_pair:
        rows = pairs * (1 + shape.targets)
    else:
        rows = pairs * (1 + shape.targets / max(shape.contexts, 1.0))
    return 2 * 4 * row_length(vector_size) * rows


def multiply_add_rate(threads: int) -> float:
    """Multiply-adds per second of this many threads together, in vector registers, float32."""
    rounds = _rounds_that_take(PIECE_SECONDS)
    ready = Barrier(threads)

    def work(_: int) -> tuple[float, float]:
        ready.wait()
        started = time.perf_counter()
        peak.multiply_and_add(rounds, _FACTOR)
        return started, time.perf_counter()

    rates = []
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(PIECES):
            spans = list(pool.map(work, range(threads)))
            took = max(ended for _, ended in spans) - min(started for started, _ in spans)
            rates.append(threads * rounds * peak.MULTIPLY_ADDS_A_ROUND / took)
    return max(rates)


def _rounds_that_take(seconds: float) -> int:
    """The number of rounds that takes about this long on one thread."""
    peak.multiply_and_add(1, _FACTOR)  # compiles
    rounds = 1
    while True:
        started = time.perf_counter()
        peak.multiply_and_add(rounds, _FACTOR)
        took = time.perf_counter() - started
        if took >= seconds / 2:
            return max(1, round(rounds * seconds / took))
        rounds *= 2
