"""numba-cuda: what a warp can do in machine code.

Importing this registers the machine code of each function of warp.py, whose docstring there says
what it does. It is the only file that loads numba-cuda, for compiled.py and gpu.py too, so that
another compiler can take its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.np.numpy_support import as_dtype

try:
    from numba import cuda
    from numba.cuda import libdevice
    from numba.cuda.core import config
    from numba.cuda.core.caching import IndexDataCacheFile
    from numba.cuda.cudadrv.driver import driver
    from numba.cuda.dispatcher import CUDACache
    from numba.cuda.extending import intrinsic, overload
    from numba.cuda.np import arrayobj as _arrayobj  # noqa: F401 - else loaded by the first kernel
except AttributeError as error:  # NumPy 2.5 lacks what numba-cuda 0.30 asks it for
    raise ImportError(
        f"numba-cuda does not load beside NumPy {np.__version__} ({error}): "
        "install w2vtui[cuda], which asks for a NumPy that it works with"
    ) from error

from w2v_kernels.cuda import ptx, warp

__all__ = ["CUDACache", "IndexDataCacheFile", "config", "cuda", "driver"]

_ALL_LANES = 0xFFFFFFFF


def _warp_index():
    return np.int64(cuda.grid(1) // warp.LANES)


def _n_warps():
    return np.int64(cuda.gridsize(1) // warp.LANES)


def _lane_index():
    return np.int64(cuda.laneid)


def _select(condition, chosen, other):
    return chosen if condition else other


def _write(array, index, value, active):
    if active:
        array[index] = value


def _shuffle(value, lane):
    return cuda.shfl_sync(_ALL_LANES, value, lane)


def _shuffle_bool(value, lane):
    return cuda.shfl_sync(_ALL_LANES, np.int32(value), lane) != 0


def _shuffle_xor(value, mask):
    return cuda.shfl_xor_sync(_ALL_LANES, value, mask)


def _lanes_where(condition):
    return np.int64(cuda.popc(cuda.ballot_sync(_ALL_LANES, condition)))


def _lanes_before(condition):
    lower = (np.int64(1) << np.int64(cuda.laneid)) - np.int64(1)
    return np.int64(cuda.popc(np.int64(cuda.ballot_sync(_ALL_LANES, condition)) & lower))


def _exp(value):
    return libdevice.fast_expf(value)


def _log(value):
    return libdevice.fast_logf(value)


def _read_quad_from(matrix, at, active):
    return _load_quad(matrix, at, np.int32(active))


def _add_quad_to(matrix, at, a, b, c, d, active, as_one):
    if as_one:
        _add_vector(matrix, at, a, b, c, d, np.int32(active))
    else:
        _add_numbers(matrix, at, a, b, c, d, np.int32(active))


def _read(array, index, active):
    zero = as_dtype(array.dtype).type(0)

    def read(array, index, active):
        return array[index] if active else zero

    return read


def _registers(n):
    length = n.literal_value

    def registers(n):
        return cuda.local.array(length, np.float32)

    return registers


def _shared(n):
    length = n.literal_value

    def shared(n):
        return cuda.shared.array(length, np.float32)

    return shared


_load_quad = intrinsic(ptx.read_quad)
_add_vector = intrinsic(ptx.addition("@p red.global.add.v4.f32 [$0], {$1, $2, $3, $4};"))
_add_numbers = intrinsic(
    ptx.addition(" ".join(f"@p red.global.add.f32 [$0+{4 * k}], ${k + 1};" for k in range(4)))
)


def _register() -> None:
    """Tell the compiler what each function of warp.py is on a GPU."""
    chosen: dict[Callable[..., Any], Callable[..., Any]] = {
        warp.warp_index: lambda: _warp_index,
        warp.n_warps: lambda: _n_warps,
        warp.lane_index: lambda: _lane_index,
        warp.select: lambda condition, chosen, other: _select,
        warp.read: _read,
        warp.write: lambda array, index, value, active: _write,
        warp.read_quad: lambda matrix, at, active: _read_quad_from,
        warp.add_quad: lambda matrix, at, a, b, c, d, active, as_one: _add_quad_to,
        warp.shuffle: lambda value, lane: (
            _shuffle_bool if isinstance(value, types.Boolean) else _shuffle
        ),
        warp.shuffle_xor: lambda value, mask: _shuffle_xor,
        warp.lanes_where: lambda condition: _lanes_where,
        warp.lanes_before: lambda condition: _lanes_before,
        warp.exp: lambda value: _exp,
        warp.log: lambda value: _log,
    }
    for plain, implementation in chosen.items():
        overload(plain, target="cuda")(implementation)
    in_place = overload(warp.registers, target="cuda", inline="always", prefer_literal=True)
    in_place(_registers)
    overload(warp.shared, target="cuda", inline="always", prefer_literal=True)(_shared)


_register()
