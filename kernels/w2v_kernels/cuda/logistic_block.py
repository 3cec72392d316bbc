"""The one step of all training, in the registers of a warp: a block of rows that are held meets one
row that streams past.

    score[g] = held row g . streamed row
    step[g]  = lr * weight[g] * sigmoid(-score[g] or score[g])     +1: label 1, -1: label 0, 0: none
    move of the streamed row   = sum_g step[g] * held row g
    move of held row g        += step[g] * streamed row

Which of them are input rows and which targets does not matter to the step: it is symmetric. The
moves of held rows are added to memory once the last row has streamed past, so that those rows stay
as they were; its plain form is `logistic_block` in tests/kernels/naive.py.

A row lies in quads of four numbers, quad q * 32 + l in lane l. Scores are summed over the lanes all
at once: with `spread` rows, lane l gets the score of row l * spread // 32.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from w2v_kernels.cuda.warp import (
    LANES,
    add_quad,
    exp,
    lane_index,
    log,
    read_quad,
    select,
    shuffle,
    shuffle_xor,
)
from w2v_kernels.sizes import SATURATED_FROM

SECTOR = 8
"""Rows are padded with zeros to whole sectors of this many float32, which memory moves at once."""

QUAD_ROW = 4 * LANES
"""Numbers of a row that the lanes hold in one quad each."""

MAX_ROW = 2048
"""Longer rows, with their moves, would not fit in a warp's registers."""

REGISTERS = 128
"""Registers of a lane for rows that are held and their moves: those are read and written once."""


NONE = np.int32(-1)
"""In place of the number of a row."""


class Shape(NamedTuple):
    """Constants of a kernel."""

    length: int
    """D padded to whole sectors"""
    quads: int
    """quads of a row in each lane"""
    held: int
    """rows that are held"""
    spread: int
    """that, rounded up to a power of two"""


class Rows(NamedTuple):
    """Registers of a lane."""

    held: Any
    """float32 (held * 4 quads,)"""
    moves: Any
    """the same: moves of held rows that are not yet in memory"""
    streamed: Any
    """float32 (4 quads,): the row that streams past, then its move"""
    sums: Any
    """float32 (spread,)"""


def row_length(vector_size: int) -> int:
    """D padded to whole sectors."""
    return -(-vector_size // SECTOR) * SECTOR


def quads_of(length: int) -> int:
    """Quads that each lane has of a row."""
    return -(-length // QUAD_ROW)


def shape_of(vector_size: int, held: int | None = None) -> Shape:
    """The shape of a block that holds `held` rows, or else 8, or as many as there is room for."""
    length = row_length(vector_size)
    quads = quads_of(length)
    if held is None:
        held = 8
        while held > 1 and registers_of(held, quads) > REGISTERS:
            held //= 2
    return Shape(length, quads, held, 1 << (held - 1).bit_length())


def registers_of(held: int, quads: int) -> int:
    """Registers of a lane for the rows that are held and their moves."""
    return held * quads * 8


@register_jitable
def block_row(shape):
    """The number of the held row whose score each lane gets."""
    return lane_index() // (LANES // shape.spread)


@register_jitable
def speaks(shape):
    """Whether a lane is the first of those that have the score of one held row."""
    return lane_index() % (LANES // shape.spread) == 0


@register_jitable
def read_row(matrix, row, shape, into, first):
    """into[first : first + 4 quads] = a row, int32, or zeros in place of NONE."""
    lane, start = lane_index(), np.int64(row) * shape.length
    for q in range(shape.quads):
        column = (q * LANES + lane) * 4
        is_there = (row >= 0) & (column < shape.length)
        a, b, c, d = read_quad(matrix, start + column, is_there)
        into[first + 4 * q] = a
        into[first + 4 * q + 1] = b
        into[first + 4 * q + 2] = c
        into[first + 4 * q + 3] = d


@register_jitable
def add_row(matrix, row, shape, moves, first, scale, as_one):
    """Add scale * moves[first : first + 4 quads] to a row; nothing happens to NONE."""
    lane, start = lane_index(), np.int64(row) * shape.length
    for q in range(shape.quads):
        column, k = (q * LANES + lane) * 4, first + 4 * q
        add_quad(
            matrix,
            start + column,
            scale * moves[k],
            scale * moves[k + 1],
            scale * moves[k + 2],
            scale * moves[k + 3],
            (row >= 0) & (column < shape.length),
            as_one,
        )


@register_jitable
def hold(matrix, row, shape, rows):
    """Read the rows that the lanes name, by `block_row`, into the block; their moves are zero."""
    share, numbers = LANES // shape.spread, 4 * shape.quads
    for g in range(shape.held):
        read_row(matrix, shuffle(row, g * share), shape, rows.held, g * numbers)
        for k in range(numbers):
            rows.moves[g * numbers + k] = np.float32(0.0)


@register_jitable
def release(matrix, row, shape, rows, scale, is_scaled, as_one):
    """Add the moves of held rows to the rows that the lanes name.

    is_scaled   a constant: whether they are multiplied by each lane's scale
    """
    share, numbers = LANES // shape.spread, 4 * shape.quads
    for g in range(shape.held):
        by = shuffle(scale, g * share) if is_scaled else np.float32(1.0)
        add_row(matrix, shuffle(row, g * share), shape, rows.moves, g * numbers, by, as_one)


@register_jitable
def meet(weight, lr, shape, rows):
    """One step: rows.streamed, a row that meets the block, becomes its move.

    weight   of the held row `block_row` in each lane: its label and how often it counts

    Returns the loss in nats of that row's score, and 1 if it is saturated, both float32.
    """
    share, numbers = LANES // shape.spread, 4 * shape.quads
    for g in range(shape.held):
        rows.sums[g] = np.float32(0.0)
        for k in range(numbers):
            rows.sums[g] += rows.held[g * numbers + k] * rows.streamed[k]
    for g in range(shape.held, shape.spread):
        rows.sums[g] = np.float32(0.0)
    score = sum_over_lanes(rows.sums, shape.spread)
    step, loss, saturated = logistic(score, weight, lr)
    for g in range(shape.held):
        rows.sums[g] = shuffle(step, g * share)
    for k in range(numbers):
        move = np.float32(0.0)
        for g in range(shape.held):
            move += rows.sums[g] * rows.held[g * numbers + k]
            rows.moves[g * numbers + k] += rows.sums[g] * rows.streamed[k]
        rows.streamed[k] = move
    return loss, saturated


@register_jitable
def sum_over_lanes(sums, spread):
    """The total over all lanes of sums[l * spread // 32], in lane l; `sums` is overwritten.

    Each exchange sums in two lanes what each keeps: half of the sums that are left. So it takes
    spread - 1 + log2(32 / spread) of them, not 5 for each sum.
    """
    lane = lane_index()
    left, bit = spread, LANES // 2
    for _ in range(5):
        upper, half = (lane & bit) != 0, left // 2
        if half == 0:
            sums[0] = sums[0] + shuffle_xor(sums[0], bit)
        for k in range(half):
            mine = select(upper, sums[k + half], sums[k])
            theirs = select(upper, sums[k], sums[k + half])
            sums[k] = mine + shuffle_xor(theirs, bit)
        left, bit = half, bit // 2
    return sums[0]


@register_jitable
def logistic(score, weight, lr):
    """lr * (label - sigmoid(score)), the loss in nats, and 1 if the score is saturated, else 0."""
    zero, one = np.float32(0.0), np.float32(1.0)
    away = select(weight > zero, -score, score)
    odds = exp(-abs(away))
    likely = one / (one + odds)
    sigmoid = select(away > zero, likely, odds * likely)
    loss = abs(weight) * (select(away > zero, away, zero) + log(one + odds))
    is_beyond = (abs(score) > np.float32(SATURATED_FROM)) & (weight != zero)
    return lr * weight * sigmoid, loss, select(is_beyond, one, zero)
