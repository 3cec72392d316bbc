"""A `Device` without a GPU: kernels run in this process, warp after warp, on lanes in NumPy."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from w2v_kernels.cuda.device import Kernel
from w2v_kernels.cuda.warp import run_warps

_plain: dict[Any, Callable[..., Any]] = {}


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel and all that it calls, without what Numba compiled of the CPU's."""
    if function not in _plain:
        code = getattr(function, "py_func", function)
        scope = dict(code.__globals__)
        closure = tuple(types.CellType() for _ in code.__closure__ or ())
        copy = types.FunctionType(code.__code__, scope, code.__name__, code.__defaults__, closure)
        _plain[function] = copy
        for cell, old in zip(closure, code.__closure__ or (), strict=True):
            cell.cell_contents = _plain_value(old.cell_contents)
        for name in set(code.__code__.co_names) & set(scope):
            scope[name] = _plain_value(scope[name])
    return _plain[function]


def _plain_value(value: Any) -> Any:
    is_part = isinstance(value, types.FunctionType) or hasattr(value, "py_func")
    return plain(value) if is_part and value.__module__.startswith("w2v_kernels") else value


class LaneDevice:
    """Arrays of this process stand for a device's. `n_warps` warps run, one after another."""

    name = "32 lanes in NumPy"
    adds_quads = True

    def __init__(self, n_warps: int = 1) -> None:
        self._n_warps = n_warps
        self._kernels: dict[Kernel, Callable[..., None]] = {}
        self._writes: list[tuple[NDArray[Any], int, NDArray[Any]]] = []

    def to_device(self, host: NDArray[Any]) -> NDArray[Any]:
        return host.copy() if host.size else np.zeros((1, *host.shape[1:]), host.dtype)

    def empty(self, shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        array = np.empty(shape, dtype)
        array.view(np.uint8).fill(0xFF)  # nobody may count on zeros
        return array

    def copy(self, array: NDArray[Any]) -> NDArray[Any]:
        return array.copy()

    def to_host(self, array: NDArray[Any], first: int = 0, stop: int | None = None) -> NDArray[Any]:
        return array[first:stop].copy()

    def write(self, array: NDArray[Any], numbers: NDArray[Any]) -> None:
        array[:] = numbers

    def begin_write(self, array: NDArray[Any], first: int, host: NDArray[Any]) -> None:
        self._writes.append((array, first, host))

    def end_writes(self) -> None:
        for array, first, host in self._writes:
            array[first : first + len(host)] = host
        self._writes.clear()

    def memory(self) -> tuple[int, int]:
        return 1 << 40, 1 << 40

    def warps_at_once(self, kernel: Kernel, arguments: Sequence[Any]) -> int:
        return self._n_warps

    def compile(self, kernel: Kernel, arguments: Sequence[Any]) -> None:
        if kernel not in self._kernels:
            self._kernels[kernel] = plain(kernel.build(*kernel.constants))

    def launch(self, kernel: Kernel, n_warps: int, arguments: Sequence[Any]) -> None:
        self.compile(kernel, arguments)
        run_warps(self._kernels[kernel], n_warps, arguments)
