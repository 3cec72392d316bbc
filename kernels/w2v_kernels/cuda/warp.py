"""What a warp can do: 32 lanes that run the same program in step, each on numbers of its own.

Each function here is the plain form: it says what is computed, on arrays of 32 numbers, one a
lane, and runs where there is no GPU. Kernels that are compiled for one use the machine code of
toolkit.py under the same names. A number that is the same in all lanes may be a single one.

Kernels do without branches that only some lanes take: they choose by `select`, and mark in `active`
the lanes that read or write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba.extending import register_jitable

LANES = 32

_running = {"warp": 0, "of": 1}


def run_warps(kernel: Callable[..., None], n_warps: int, arguments: Sequence[Any]) -> None:
    """Run the plain form of a kernel, one warp after another."""
    for warp in range(n_warps):
        _running.update(warp=warp, of=n_warps)
        with np.errstate(over="ignore", invalid="ignore"):  # hashes wrap; NaN is counted
            kernel(*arguments)


def warp_index():
    """The number of this warp, int64."""
    return np.int64(_running["warp"])


def n_warps():
    """How many warps run this kernel, int64."""
    return np.int64(_running["of"])


def lane_index():
    """The number of each lane, int64: 0 to 31."""
    return np.arange(LANES)


def registers(n):
    """Room for n float32 in each lane, n a constant: registers, if every index is one too."""
    return np.empty((n, LANES), np.float32)


def shared(n):
    """Room for n float32 in the memory that a warp's lanes share, n a constant.

    A lane uses places of its own only: none waits for what another has written.
    """
    return np.full(n, np.nan, np.float32)


def select(condition, chosen, other):
    """`chosen` in lanes where the condition holds, else `other`."""
    return np.where(condition, chosen, other)


def read(array, index, active):
    """array[index] in active lanes, else 0."""
    found = array[np.where(active, index, 0)]
    return np.where(active, found, array.dtype.type(0))


def write(array, index, value, active):
    """array[index] = value in active lanes."""
    lanes = np.broadcast_to(active, LANES)
    places, values = np.broadcast_to(index, LANES), np.broadcast_to(value, LANES)
    array[places[lanes]] = values[lanes]


def read_quad(matrix, at, active):
    """Four numbers of a float32 array (n,), from `at` on, in active lanes, else zeros.

    Read from the cache that all of the GPU shares: rows change under way, and the nearer cache of
    each multiprocessor would not notice.
    """
    quad = matrix[np.where(active, at, 0) + np.arange(4)[:, None]]
    return tuple(np.where(active, quad, np.float32(0)))


def add_quad(matrix, at, a, b, c, d, active, as_one):
    """Add to four numbers of a float32 array (n,), from `at` on, in active lanes.

    No addition is lost, whoever else adds there. `as_one`, a constant: by one instruction for the
    four, which GPUs have from compute capability 9.0 on.
    """
    for k, value in enumerate((a, b, c, d)):
        lanes = np.broadcast_to(active, LANES)
        np.add.at(matrix, at[lanes] + k, value[lanes])


def shuffle(value, lane):
    """The value that another lane has."""
    return np.broadcast_to(value, LANES)[np.broadcast_to(lane, LANES)]


def shuffle_xor(value, mask):
    """The value of the lane whose number differs by the bits of a mask."""
    return value[np.arange(LANES) ^ mask]


def lanes_where(condition):
    """In how many lanes the condition holds."""
    return np.int64(np.count_nonzero(condition))


def lanes_before(condition):
    """In how many lanes of a lower number the condition holds, int64."""
    held = np.cumsum(np.broadcast_to(condition, LANES), dtype=np.int64)
    return held - np.broadcast_to(condition, LANES)


def exp(value):
    """e to a float32."""
    return np.exp(value)


def log(value):
    """The natural logarithm of a float32."""
    return np.log(value)


@register_jitable
def total(value):
    """The sum of a value over all lanes, in every lane."""
    for bit in range(5):
        value = value + shuffle_xor(value, 1 << bit)
    return value


@register_jitable
def first_from(array, least):
    """Where the first number of an ascending array (n,) that is at least `least` stands; or n."""
    low, size = least - least, array.shape[0]  # as many lanes as `least` has
    step = np.int64(1)
    while step < size:
        step <<= 1
    while step > 0:
        past = low + step
        fits = past <= size
        smaller = fits & (array[select(fits, past - 1, 0)] < least)
        low = select(smaller, past, low)
        step >>= 1
    return low
