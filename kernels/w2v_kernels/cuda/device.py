"""`Device`: all that a training needs of a GPU, so that tests can have one without a GPU.

`gpu.CudaDevice` is the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from numpy.typing import DTypeLike, NDArray

DeviceArray = Any
"""An array in a device's memory: only its device and its kernels can read it."""


class DeviceError(RuntimeError):
    """The device failed, or is lost: nothing on it can be read any more."""


class Kernel(NamedTuple):
    """A kernel for one set of constants. Equal ones are compiled once."""

    build: Callable[..., Callable[..., None]]
    """makes the kernel, a function of device arrays and numbers, from the constants"""
    constants: tuple[Any, ...]


class Device(Protocol):
    """A machine that runs kernels on arrays in its own memory, one after another.

    `launch` returns before the kernel has run; `to_host` waits for all that was launched.
    Every method raises MemoryError or DeviceError. One thread at a time may call them.
    """

    @property
    def name(self) -> str:
        """What it is called, for people."""

    @property
    def adds_quads(self) -> bool:
        """Whether four neighboring numbers can be added to in one instruction (sm_90)."""

    def to_device(self, host: NDArray[Any]) -> DeviceArray:
        """A copy in the device's memory."""

    def empty(self, shape: int | tuple[int, ...], dtype: DTypeLike) -> DeviceArray:
        """An array of anything."""

    def copy(self, array: DeviceArray) -> DeviceArray:
        """Another array of the same numbers, within the device's memory."""

    def to_host(self, array: DeviceArray, first: int = 0, stop: int | None = None) -> NDArray[Any]:
        """A copy in this process's memory of array[first:stop], once all kernels have run."""

    def write(self, array: DeviceArray, numbers: NDArray[Any] | DeviceArray) -> None:
        """Replace the numbers of an array by those of another of the same shape, which may be on
        the device.
        """

    def begin_write(self, array: DeviceArray, first: int, host: NDArray[Any]) -> None:
        """Begin to replace the numbers of an array (n,) from `first` on, beside the kernels that
        run. None may use them before `end_writes`.
        """

    def end_writes(self) -> None:
        """What is launched from now on finds what `begin_write` was given."""

    def memory(self) -> tuple[int, int]:
        """Free bytes, and all."""

    def warps_at_once(self, kernel: Kernel, arguments: Sequence[Any]) -> int:
        """How many warps are to share a kernel's work; compiles it, if need be."""

    def compile(self, kernel: Kernel, arguments: Sequence[Any]) -> None:
        """Compile a kernel for arguments of these types; nothing runs."""

    def launch(self, kernel: Kernel, n_warps: int, arguments: Sequence[Any]) -> None:
        """Run a kernel on this many warps."""
