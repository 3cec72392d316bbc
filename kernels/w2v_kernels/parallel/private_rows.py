"""Private copies of the rows that every worker moves, one set for each of several workers.

Frequent words are in most windows, and all paths pass through the nodes near the root. Where
several workers write to the same row, each waits for the others' cache lines, and a second worker
may slow the first to a third. So each worker trains copies of its own, and from time to time adds
the move of a copy to the shared row: one copy after the other, those that move often more often.
Vuurens, Eickhoff & de Vries 2016, "Efficient Parallel Learning of Word2Vec", share the copies of
all nodes at the same time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.layout import empty_rows, whole_lines
from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.tiles import prefetch_to_write

PACE_UNIT = 1 << 16
"""`Turns.pace` counts copies to share in this many centers."""
_TURNS_PER_COPY = 8
"""The mean length of the list of turns: the more, the finer it tells frequent rows apart."""


class Turns(NamedTuple):
    """In which order a worker shares its copies of rows 0..N-1, and how often."""

    rows: np.ndarray
    """int32 (S,): each of the N rows, those that move more often more often; over and over"""
    pace: int
    """how many of them in PACE_UNIT centers"""


class PrivateRows(NamedTuple):
    """One worker's copies of rows 0..N-1 of a matrix, which holds the copies too."""

    first: int
    """the first copy's row in the matrix"""
    copied: np.ndarray
    """float32 (N, D padded): the rows as they were when they were copied"""
    turns: Turns
    clock: np.ndarray
    """int64 (2,): what the pace has added up to since the last turn, and the next turn"""


def turns_of(moves: NDArray[np.float64], interval: float) -> Turns:
    """Turns in which each row comes about once in `interval` of its own moves.

    moves  (N,)  how often a worker moves each row, per center; above 0
    """
    times = np.maximum(np.rint(_TURNS_PER_COPY * moves.size * moves / moves.sum()), 1).astype(int)
    rows = np.repeat(np.arange(moves.size, dtype=np.int32), times)
    nth = np.arange(rows.size) - np.repeat(np.cumsum(times) - times, times)
    evenly = np.argsort((nth + 0.5) / np.repeat(times, times), kind="stable")
    return Turns(rows[evenly], round(PACE_UNIT * float(moves.sum()) / interval))


NO_TURNS = Turns(np.zeros(0, np.int32), 0)


def private_rows(
    vector_size: int, first: int = 0, turns: Turns = NO_TURNS, begin_at: float = 0.0
) -> PrivateRows:
    """Room for copies of the rows that have turns.

    first     the first copy's row in the matrix
    begin_at  with which of the turns to begin, as a share of all: workers that share the same row
              at the same time may lose moves
    """
    clock = whole_lines(2, np.int64)
    clock[1] = int(begin_at * turns.rows.size)
    n_rows = int(turns.rows.max()) + 1 if turns.rows.size else 0
    return PrivateRows(first, empty_rows(n_rows, vector_size), turns, clock)


@kernel_part
def own_row(row, private):
    """The row that a worker trains in place of a row: its copy, if it has one."""
    return np.int32(row) + np.int32(private.first) * np.int32(row < private.copied.shape[0])


@kernel_part
def copy_shared_rows(matrix, private):
    """Copy the shared rows as they are now."""
    for row in range(private.copied.shape[0]):
        for d in range(matrix.shape[1]):
            now = matrix[row, d]
            matrix[private.first + row, d], private.copied[row, d] = now, now


@kernel_part
def share_some_rows(matrix, private):
    """After a center, share the copies whose turn it is."""
    rows, clock = private.turns.rows, private.clock
    clock[0] += private.turns.pace
    while clock[0] >= PACE_UNIT:
        share_row(matrix, np.int64(rows[clock[1]]), private)
        clock[0] -= PACE_UNIT
        clock[1] = clock[1] + 1 if clock[1] + 1 < rows.size else 0
        following = np.int64(rows[clock[1]])
        prefetch_to_write(matrix, following)
        prefetch_to_write(private.copied, following)


@kernel_part
def share_all_rows(matrix, private):
    """Share every copy."""
    for row in range(private.copied.shape[0]):
        share_row(matrix, row, private)


@kernel_part
def share_row(matrix, row, private):
    """Add the copy's move to the shared row, then copy the row again."""
    copy = private.first + row
    for d in range(matrix.shape[1]):
        now, moved, before = matrix[row, d], matrix[copy, d], private.copied[row, d]
        # Exact if no other worker has moved the row since. A write of another worker at this
        # moment may be lost, as everywhere (Hogwild).
        now = moved if now == before else now + (moved - before)
        matrix[row, d], matrix[copy, d], private.copied[row, d] = now, now, now
