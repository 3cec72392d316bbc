"""A GPU as a `Device`, by numba-cuda."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba import typeof
from numpy.typing import DTypeLike, NDArray

from w2v_kernels.cuda import warp
from w2v_kernels.cuda.compiled import compiled
from w2v_kernels.cuda.device import DeviceArray, DeviceError, Kernel
from w2v_kernels.cuda.toolkit import config, cuda, driver

MOST_WARPS = 16
"""Warps that train at a time on each multiprocessor: an H200 gained nothing from more."""
STAGED_BYTES = 1 << 24
"""Of what is copied beside kernels, at a time: through memory that never leaves its place."""

config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # a small GPU gets as many warps as it has room for
# Memory is freed by the thread that drops the last array, unless these are large; only a thread
# that uses the GPU may do that.
config.CUDA_DEALLOCS_COUNT = 1 << 30
config.CUDA_DEALLOCS_RATIO = 1.0

_OUT_OF_MEMORY = 2
"""CUDA_ERROR_OUT_OF_MEMORY"""
_NON_BLOCKING = 1
"""CU_STREAM_NON_BLOCKING: others wait for kernels of stream 0, and those for them."""
_OF_A_BLOCK = 1024
"""Bytes of shared memory that each block takes for itself."""


def _is_of_driver(error: Exception) -> bool:
    """Whether the driver reported it, through either of the two packages that call it."""
    return type(error).__module__.startswith(("cuda.", "numba.cuda.cudadrv."))


class CudaDevice:
    """A GPU of this machine, by its number: see `Device`."""

    def __init__(self, number: int = 0, most_warps: int = MOST_WARPS) -> None:
        """
        most_warps   that train at a time on each multiprocessor

        Raises:
            DeviceError: there is none, or its driver does not work.
        """
        self._number, self._most_warps = number, most_warps
        self._kernels: dict[Kernel, Any] = {}
        self._resident: dict[Kernel, int] = {}
        self._staging: _Staging | None = None
        with self._current() as gpu:
            self.name = str(gpu.name)
            self._n_multiprocessors = int(gpu.MULTIPROCESSOR_COUNT)
            self._n_registers = int(gpu.MAX_REGISTERS_PER_MULTIPROCESSOR)
            self._shared_memory = int(gpu.MAX_SHARED_MEMORY_PER_MULTIPROCESSOR)
            self.adds_quads = tuple(gpu.compute_capability) >= (9, 0)

    @contextmanager
    def _current(self) -> Iterator[Any]:
        """Use this GPU in the block, from any thread, and raise its errors as our own."""
        try:
            if self._number >= len(cuda.gpus):
                raise DeviceError(f"there is no GPU {self._number}: {len(cuda.gpus)} in all")
            gpu = cuda.gpus[self._number]
            with gpu:
                cuda.current_context().deallocations.clear()
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

    def to_host(self, array: DeviceArray, first: int = 0, stop: int | None = None) -> NDArray[Any]:
        """A copy in this process's memory of array[first:stop], once all kernels have run."""
        with self._current():
            return np.asarray(array[first:stop].copy_to_host())

    def write(self, array: DeviceArray, numbers: NDArray[Any] | DeviceArray) -> None:
        """Replace the numbers of an array."""
        with self._current():
            array.copy_to_device(numbers)

    def begin_write(self, array: DeviceArray, first: int, host: NDArray[Any]) -> None:
        """Begin to replace numbers of an array, beside the kernels that run."""
        with self._current():
            if self._staging is None:
                self._staging = _Staging()
            self._staging.send(array, first, host)

    def end_writes(self) -> None:
        """Let the kernels to come wait for all of `begin_write`."""
        if self._staging is not None:
            with self._current():
                self._staging.join()

    def memory(self) -> tuple[int, int]:
        """Free bytes, and all."""
        with self._current():
            free, total = cuda.current_context().get_memory_info()
            return int(free), int(total)

    def warps_at_once(self, kernel: Kernel, arguments: Sequence[Any]) -> int:
        """As many as there is room for: the work of any more would begin when others end."""
        if kernel not in self._resident:
            self.compile(kernel, arguments)
        return self._resident[kernel]

    def compile(self, kernel: Kernel, arguments: Sequence[Any]) -> None:
        """Compile a kernel for arguments of these types."""
        with self._current():
            kinds = tuple(typeof(self._copied(argument)) for argument in arguments)
            machine_code = self._compiled(kernel).compile(kinds)
            of_lane = -(-machine_code.regs_per_thread // 8) * 8  # they are given out in eights
            of_block = machine_code.shared_mem_per_block + _OF_A_BLOCK
        of_multiprocessor = min(
            self._n_registers // (of_lane * warp.LANES),
            self._shared_memory // of_block,
            self._most_warps,
        )
        self._resident[kernel] = max(of_multiprocessor, 1) * self._n_multiprocessors

    def launch(self, kernel: Kernel, n_warps: int, arguments: Sequence[Any]) -> None:
        """Run a kernel on this many warps, each of them a block: none waits for another."""
        with self._current():
            self._compiled(kernel)[n_warps, warp.LANES](*arguments)

    def _compiled(self, kernel: Kernel) -> Any:
        if kernel not in self._kernels:
            self._kernels[kernel] = compiled(kernel)
        return self._kernels[kernel]

    def _copied(self, argument: Any) -> Any:
        """An argument with device arrays in place of arrays."""
        if isinstance(argument, np.ndarray):
            return self.to_device(argument)
        if isinstance(argument, tuple) and hasattr(argument, "_fields"):
            return type(argument)(*map(self._copied, argument))
        return argument


class _Staging:
    """A stream beside that of the kernels, and memory of this process that it copies from: such
    memory has to stay in its place, or the driver would wait for each copy.
    """

    def __init__(self) -> None:
        self._stream = cuda.external_stream(int(driver.cuStreamCreate(_NON_BLOCKING)))
        self._buffers = [cuda.pinned_array(STAGED_BYTES, np.uint8) for _ in range(2)]
        self._copied = [cuda.event(timing=False) for _ in self._buffers]
        self._turn = 0

    def send(self, array: DeviceArray, first: int, host: NDArray[Any]) -> None:
        """Begin to copy numbers to a part of an array; waits for those before the last two."""
        for start in range(0, len(host), STAGED_BYTES // host.itemsize):
            part = host[start : start + STAGED_BYTES // host.itemsize]
            copied = self._copied[self._turn]
            copied.synchronize()  # what was copied from there last
            staged = self._buffers[self._turn][: part.nbytes].view(part.dtype)
            staged[:] = part
            there = array[first + start : first + start + len(part)]
            there.copy_to_device(staged, stream=self._stream)
            copied.record(self._stream)
            self._turn = 1 - self._turn

    def join(self) -> None:
        """Let the kernels to come wait for the copies."""
        for copied in self._copied:
            copied.wait()
