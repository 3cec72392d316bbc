"""Rows of a matrix in a warp: read from memory, held in registers, their moves added to memory.

A row lies in quads of four numbers, quad q * 32 + l in lane l. The rows that are held are named by
lanes: with `spread` rows, lane l names row l * spread // 32.

Every path of a tree begins at the root, so all warps add to the rows of a few nodes. A kernel may
be built so that a warp gathers its steps there, in its own shared memory:

    row of a top node       what memory has + what this warp has gathered
    its move                is added to what is gathered
    after `period` centers, and at the end of a span: that is added to memory
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from w2v_kernels.cuda.warp import (
    LANES,
    add_quad,
    lane_index,
    lanes_where,
    read_quad,
    shuffle,
)

SECTOR = 8
"""Rows are padded with zeros to whole sectors of this many float32, which memory moves at once."""

QUAD_ROW = 4 * LANES
"""Numbers of a row that the lanes hold in one quad each."""

MAX_ROW = 2048
"""Longer rows, with their moves, would not fit in a warp's registers."""

MOST_GATHERED = 48 * 1024 // 4
"""Numbers that fit in the shared memory that any block may have."""

REGISTERS = 128
"""Registers of a lane for rows that are held and their moves: those are read and written once."""


NONE = np.int32(-1)
"""In place of the number of a row."""


class Gathering(NamedTuple):
    """Whose steps a warp gathers before it adds them to memory."""

    nodes: int
    """top nodes of the tree: 0 for none"""
    period: int
    """centers after which the steps are added"""


AT_ONCE = Gathering(0, 1)
"""No steps are gathered. Beside some 2,000 warps, those that each has gathered over a few centers
are thousands that no other warp has seen, of the rows that move most; docs/gpu.md has the figures
that speak against that.
"""


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
    gathering: Gathering = AT_ONCE


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
    gathered: Any
    """float32 (`room_of`,): in the shared memory of the warp, steps of top nodes"""


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


def room_of(shape: Shape) -> int:
    """Numbers that a warp has gathered; 1 if there are none, since no array is empty."""
    return max(shape.gathering.nodes * shape.quads * QUAD_ROW, 1)


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
def read_target(matrix, row, shape, rows, into, first, by_tree):
    """As `read_row`, of a target; by_tree, a constant, if targets are nodes."""
    read_row(matrix, row, shape, into, first)
    if by_tree and shape.gathering.nodes > 0 and is_gathered(row, shape):
        for k in range(4 * shape.quads):
            into[first + k] += rows.gathered[place_of(row, k, shape)]


@register_jitable
def add_target(matrix, row, shape, rows, moves, first, by_tree, as_one):
    """As `add_row`, to a target; by_tree, a constant, if targets are nodes."""
    if by_tree and shape.gathering.nodes > 0 and is_gathered(row, shape):
        for k in range(4 * shape.quads):
            rows.gathered[place_of(row, k, shape)] += moves[first + k]
    else:
        add_row(matrix, row, shape, moves, first, np.float32(1.0), as_one)


@register_jitable
def is_gathered(row, shape):
    """Whether steps of a node, the same in all lanes, are gathered: the root is node 0."""
    return lanes_where((row >= 0) & (row < shape.gathering.nodes)) == LANES


@register_jitable
def place_of(row, k, shape):
    """Where number k of each lane is, of what is gathered for a node: no two lanes share a bank."""
    return (np.int64(row) * (4 * shape.quads) + k) * LANES + lane_index()


@register_jitable
def begin_gathering(shape, rows):
    """Nothing is gathered yet."""
    for node in range(shape.gathering.nodes):
        for k in range(4 * shape.quads):
            rows.gathered[place_of(node, k, shape)] = np.float32(0.0)


@register_jitable
def add_gathered(matrix, shape, rows, as_one):
    """Add to memory what is gathered, and begin again."""
    n_rows = matrix.shape[0] // shape.length
    for node in range(shape.gathering.nodes):
        for k in range(4 * shape.quads):
            rows.streamed[k] = rows.gathered[place_of(node, k, shape)]
        row = np.int32(node) if node < n_rows else NONE
        add_row(matrix, row, shape, rows.streamed, 0, np.float32(1.0), as_one)
    begin_gathering(shape, rows)


@register_jitable
def hold(matrix, row, shape, rows, by_tree):
    """Read the rows that the lanes name, by `block_row`, into the block; their moves are zero.

    by_tree   a constant: whether they are nodes
    """
    share, numbers = LANES // shape.spread, 4 * shape.quads
    for g in range(shape.held):
        row_of_all = shuffle(row, g * share)
        read_target(matrix, row_of_all, shape, rows, rows.held, g * numbers, by_tree)
        for k in range(numbers):
            rows.moves[g * numbers + k] = np.float32(0.0)


@register_jitable
def release_inputs(matrix, row, shape, rows, scale, is_scaled, as_one):
    """Add the moves of held rows to the rows that the lanes name.

    is_scaled   a constant: whether they are multiplied by each lane's scale
    """
    share, numbers = LANES // shape.spread, 4 * shape.quads
    for g in range(shape.held):
        by = shuffle(scale, g * share) if is_scaled else np.float32(1.0)
        add_row(matrix, shuffle(row, g * share), shape, rows.moves, g * numbers, by, as_one)


@register_jitable
def release_targets(matrix, row, shape, rows, by_tree, as_one):
    """The same, of targets; by_tree, a constant, if those are nodes."""
    share, numbers = LANES // shape.spread, 4 * shape.quads
    for g in range(shape.held):
        row_of_all = shuffle(row, g * share)
        add_target(matrix, row_of_all, shape, rows, rows.moves, g * numbers, by_tree, as_one)
