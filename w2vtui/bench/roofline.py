"""Multiply-adds: how many the formulas of training need, and how many the processor can do.

The share of the one in the other says how much of the processor's arithmetic training keeps busy.
What is missing to all of it is waiting for vectors that are not in the cache, and all that is no
multiply-add: choosing words, the sigmoid, loading and storing.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from w2v_kernels.machine import peak
from w2vtui.settings import Model
from w2vtui.training.costs.text_shape import BlockShape

PIECE_SECONDS = 0.07
PIECES = 3
"""Measured are so many pieces, of about so many seconds; the best one counts."""

_FACTOR = np.float32(0.999)


def multiply_adds(model: Model, pairs: int, shape: BlockShape, vector_size: int) -> float:
    """Multiply-adds of D-vectors that training takes by the formulas.

    pairs   input rows that met a block of T target rows: a context word each in skip-gram, the mean
            of C of them in CBOW

    An input row meets a target row in 3 D: their dot product, and the move of either. CBOW's mean
    takes D more a context word, and so does the move that goes back to it.
    """
    rows_a_pair = 3 * shape.targets
    if model == "cbow":
        rows_a_pair += 2 * shape.contexts
    return pairs * rows_a_pair * vector_size


def multiply_add_rate(threads: int) -> float:
    """Multiply-adds a second of this many threads together, in vector registers, float32."""
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
    """How many rounds take about this long, on one thread."""
    peak.multiply_and_add(1, _FACTOR)  # compiles
    rounds = 1
    while True:
        started = time.perf_counter()
        peak.multiply_and_add(rounds, _FACTOR)
        took = time.perf_counter() - started
        if took >= seconds / 2:
            return max(1, round(rounds * seconds / took))
        rounds *= 2
