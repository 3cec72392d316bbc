"""`CudaDevice`, what it asks of numba-cuda, where neither a GPU nor its driver is: the library is
replaced by arrays of NumPy, and by a stream that copies only when it is waited for.
"""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest

from w2v_kernels.cuda.device import DeviceError, Kernel

pytest.importorskip("numba_cuda", reason="numba-cuda is not installed")

N_MULTIPROCESSORS = 132


class Array:
    """An array of a GPU."""

    def __init__(self, numbers):
        self.numbers = numbers

    def __getitem__(self, part):
        return Array(self.numbers[part])

    def copy_to_device(self, other, stream=None):
        if stream is None:
            self.numbers[:] = getattr(other, "numbers", other)
        else:
            stream.append(lambda: self.numbers.__setitem__(slice(None), other))

    def copy_to_host(self):
        return self.numbers.copy()


class Event:
    """A place in a stream: what is before it is done when it is waited for."""

    def __init__(self):
        self.work = deque()

    def record(self, stream):
        self.work.extend(stream)
        stream.clear()

    def synchronize(self):
        while self.work:
            self.work.popleft()()

    wait = synchronize


class Gpu:
    """A GPU, and the context in which it may be used."""

    name, compute_capability = "some GPU", (9, 0)
    MULTIPROCESSOR_COUNT = N_MULTIPROCESSORS
    MAX_REGISTERS_PER_MULTIPROCESSOR = 65_536
    MAX_SHARED_MEMORY_PER_MULTIPROCESSOR = 233_472

    def __init__(self):
        self.depth, self.n_cleared = 0, 0

    def __enter__(self):
        self.depth += 1

    def __exit__(self, *error):
        self.depth -= 1

    def clear(self):
        assert self.depth, "memory was freed outside of the context"
        self.n_cleared += 1


@pytest.fixture
def library(monkeypatch):
    """numba-cuda, as far as `CudaDevice` calls it."""
    from w2v_kernels.cuda import gpu

    one = Gpu()
    context = SimpleNamespace(deallocations=one, get_memory_info=lambda: (3, 5))
    fake = SimpleNamespace(
        gpus=[one],
        gpu=one,
        current_context=lambda: context,
        to_device=lambda host: Array(host.copy()),
        device_array=lambda shape, dtype: Array(np.zeros(shape, dtype)),
        device_array_like=lambda array: Array(np.empty_like(array.numbers)),
        pinned_array=np.zeros,
        event=lambda timing: Event(),
        external_stream=lambda handle: deque(),
    )
    monkeypatch.setattr(gpu, "cuda", fake)
    monkeypatch.setattr(gpu, "driver", SimpleNamespace(cuStreamCreate=lambda flags: flags))
    return fake


@pytest.fixture
def device(library):
    from w2v_kernels.cuda.gpu import CudaDevice

    return CudaDevice()


def test_arrays_are_copied_written_and_read(device, library):
    array = device.to_device(np.arange(6, dtype=np.float32))
    copy = device.copy(array)
    device.write(array, np.zeros(6, np.float32))
    assert device.to_host(array).tolist() == [0] * 6
    assert device.to_host(copy, 2, 4).tolist() == [2, 3]
    device.write(array, copy)
    assert device.to_host(array, 4).tolist() == [4, 5]
    assert device.to_host(device.to_device(np.zeros((0, 2)))).tolist() == [[0, 0]]
    assert device.memory() == (3, 5)
    assert (device.name, device.adds_quads) == ("some GPU", True)
    assert library.gpu.n_cleared > 6
    assert library.gpu.depth == 0


@pytest.mark.parametrize("n_bytes", [4, 12, 40, 4096])
def test_memory_on_its_way_is_not_written_to_before_it_has_left(n_bytes, device, monkeypatch):
    from w2v_kernels.cuda import gpu

    monkeypatch.setattr(gpu, "STAGED_BYTES", n_bytes)
    array, numbers = device.to_device(np.zeros(70, np.int32)), np.arange(1, 58, dtype=np.int32)
    device.end_writes()  # there were none
    device.begin_write(array, 3, numbers[:31])
    device.begin_write(array, 34, numbers[31:])
    assert device.to_host(array)[-11] == 0  # not yet
    device.end_writes()
    assert device.to_host(array).tolist() == [0] * 3 + numbers.tolist() + [0] * 10


@pytest.mark.parametrize(
    ("registers", "shared", "most", "warps"),
    [(142, 0, 16, 14), (120, 0, 16, 16), (32, 0, 32, 32), (32, 23_040, 16, 9), (255, 0, 4, 4)],
)
def test_there_are_as_many_warps_as_there_is_room_for(
    registers, shared, most, warps, library, monkeypatch
):
    from w2v_kernels.cuda import gpu

    launched = []

    class Dispatcher:
        def compile(self, kinds):
            return SimpleNamespace(regs_per_thread=registers, shared_mem_per_block=shared)

        def __getitem__(self, size):
            return lambda *arguments: launched.append((size, arguments))

    monkeypatch.setattr(gpu, "compiled", lambda kernel: Dispatcher())
    device, kernel = gpu.CudaDevice(most_warps=most), Kernel(lambda: None, ())
    monkeypatch.setattr(gpu, "typeof", type)
    assert device.warps_at_once(kernel, (1, 2.0)) == warps * N_MULTIPROCESSORS
    device.launch(kernel, 7, (1, 2.0))
    assert launched == [((7, 32), (1, 2.0))]


def driver_error(code, text):
    """An error of the package that calls the driver."""
    kind = type("CudaAPIError", (RuntimeError,), {"__module__": "numba.cuda.cudadrv.driver"})
    error = kind(text)
    error.code = code
    return error


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (driver_error(2, "cuMemAlloc"), MemoryError, "the memory of GPU 0 is full"),
        (driver_error(1, "CUDA_ERROR_OUT_OF_MEMORY"), MemoryError, "the memory of GPU 0 is full"),
        (driver_error(700, "illegal address"), DeviceError, "cannot be used: illegal address"),
        (TypeError("a mistake"), TypeError, "a mistake"),
    ],
)
def test_errors_of_the_driver_are_ours(error, kind, says, device, library):
    def fail(*arguments):
        raise error

    library.device_array = fail
    with pytest.raises(kind, match=says):
        device.empty(4, np.int32)
    assert library.gpu.depth == 0


def test_without_a_gpu_there_is_no_device(library):
    from w2v_kernels.cuda.gpu import CudaDevice

    library.gpus.clear()
    with pytest.raises(DeviceError, match="there is no GPU 0: 0 in all"):
        CudaDevice()
