"""numba-cuda: what a warp can do in machine code, and a GPU as a `Device`.

The only file that loads numba-cuda, so that another compiler can take its place. Importing it
registers the machine code of each function of warp.py, whose docstring there says what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba import typeof, types
from numba.np.numpy_support import as_dtype
from numpy.typing import DTypeLike, NDArray

try:
    from numba import cuda
    from numba.cuda import libdevice
    from numba.cuda.core import config
    from numba.cuda.extending import intrinsic, overload
    from numba.cuda.np import arrayobj as _arrayobj  # noqa: F401 - else loaded by the first kernel
except AttributeError as error:  # NumPy 2.5 lacks what numba-cuda 0.30 asks it for
    raise ImportError(
        f"numba-cuda does not load beside NumPy {np.__version__} ({error}): "
        "install w2vtui[cuda], which asks for a NumPy that it works with"
    ) from error

from w2v_kernels.cuda import ptx, warp
from w2v_kernels.cuda.device import DeviceArray, DeviceError, Kernel

MOST_WARPS = 16
"""Warps that train at a time on each multiprocessor: an H200 gained nothing from more."""

config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # a small GPU gets as many warps as it has room for

_ALL_LANES = 0xFFFFFFFF
_OUT_OF_MEMORY = 2
"""CUDA_ERROR_OUT_OF_MEMORY"""


# ---- what a warp can do


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


# ---- a GPU


def assembly_of(kernel: Kernel, arguments: Sequence[Any], capability: tuple[int, int]) -> str:
    """The PTX of a kernel for arguments of these types, which takes no GPU.

    capability   of the GPU: (9, 0) for an H100
    """
    signature = types.void(*map(typeof, arguments))
    text, _ = cuda.compile_ptx(kernel.build(*kernel.constants), signature, cc=capability)
    return str(text)


def _is_of_driver(error: Exception) -> bool:
    """Whether the driver reported it, through either of the two packages that call it."""
    return type(error).__module__.startswith(("cuda.", "numba.cuda.cudadrv."))


class CudaDevice:
    """A GPU of this machine, by its number: see `Device`."""

    def __init__(self, number: int = 0) -> None:
        """
        Raises:
            DeviceError: there is none, or its driver does not work.
        """
        self._number = number
        self._kernels: dict[Kernel, Any] = {}
        self._resident: dict[Kernel, int] = {}
        with self._current() as gpu:
            self.name = str(gpu.name)
            self._n_multiprocessors = int(gpu.MULTIPROCESSOR_COUNT)
            self._n_registers = int(gpu.MAX_REGISTERS_PER_MULTIPROCESSOR)
            self.adds_quads = tuple(gpu.compute_capability) >= (9, 0)

    @contextmanager
    def _current(self) -> Iterator[Any]:
        """Use this GPU in the block, from any thread, and raise its errors as our own."""
        try:
            if self._number >= len(cuda.gpus):
                raise DeviceError(f"there is no GPU {self._number}: {len(cuda.gpus)} in all")
            gpu = cuda.gpus[self._number]
            with gpu:
                yield gpu
        except Exception as error:
            if not _is_of_driver(error):
                raise
            if getattr(error, "code", None) == _OUT_OF_MEMORY or "OUT_OF_MEMORY" in str(error):
                raise MemoryError(f"the memory of GPU {self._number} is full") from error
            raise DeviceError(f"GPU {self._number} cannot be used: {error}") from error

    def to_device(self, host: NDArray[Any]) -> DeviceArray:
        """A copy in the GPU's memory; of an empty array, one zero."""
        full = host if host.size else np.zeros((1, *host.shape[1:]), host.dtype)
        with self._current():
            return cuda.to_device(np.ascontiguousarray(full))

    def empty(self, shape: int | tuple[int, ...], dtype: DTypeLike) -> DeviceArray:
        """An array of anything."""
        with self._current():
            return cuda.device_array(shape, np.dtype(dtype))

    def copy(self, array: DeviceArray) -> DeviceArray:
        """Another array of the same numbers, within the GPU's memory."""
        with self._current():
            copied = cuda.device_array_like(array)
            copied.copy_to_device(array)
            return copied

    def to_host(self, array: DeviceArray) -> NDArray[Any]:
        """A copy in this process's memory, once all kernels have run."""
        with self._current():
            return np.asarray(array.copy_to_host())

    def write(self, array: DeviceArray, host: NDArray[Any]) -> None:
        """Replace the numbers of an array."""
        with self._current():
            array.copy_to_device(host)

    def memory(self) -> tuple[int, int]:
        """Free bytes, and all."""
        with self._current():
            free, total = cuda.current_context().get_memory_info()
            return int(free), int(total)

    def warps_at_once(self, kernel: Kernel, arguments: Sequence[Any]) -> int:
        """As many as there are registers for: the work of any more would begin when others end."""
        if kernel not in self._resident:
            self.compile(kernel, arguments)
        return self._resident[kernel]

    def compile(self, kernel: Kernel, arguments: Sequence[Any]) -> None:
        """Compile a kernel for arguments of these types."""
        with self._current():
            kinds = tuple(typeof(self._copied(argument)) for argument in arguments)
            of_lane = self._compiled(kernel).compile(kinds).regs_per_thread
            of_lane = -(-of_lane // 8) * 8  # they are given out in eights
        of_multiprocessor = min(self._n_registers // (of_lane * warp.LANES), MOST_WARPS)
        self._resident[kernel] = max(of_multiprocessor, 1) * self._n_multiprocessors

    def launch(self, kernel: Kernel, n_warps: int, arguments: Sequence[Any]) -> None:
        """Run a kernel on this many warps, each of them a block: none waits for another."""
        with self._current():
            self._compiled(kernel)[n_warps, warp.LANES](*arguments)

    def _compiled(self, kernel: Kernel) -> Any:
        if kernel not in self._kernels:
            self._kernels[kernel] = cuda.jit(kernel.build(*kernel.constants))
        return self._kernels[kernel]

    def _copied(self, argument: Any) -> Any:
        """An argument with device arrays in place of arrays."""
        if isinstance(argument, np.ndarray):
            return self.to_device(argument)
        if isinstance(argument, tuple) and hasattr(argument, "_fields"):
            return type(argument)(*map(self._copied, argument))
        return argument
