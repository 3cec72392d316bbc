"""A GPU for tests: arrays of NumPy are its memory, and spans are trained by the processor's loop.

Everything between the settings and the kernels runs as it does on a GPU: what is copied where and
when, turns, pieces of the text, errors. The kernels themselves have tests of their own.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from w2v_kernels import layout, training_loop
from w2v_kernels.cuda.device import DeviceError, Kernel
from w2v_kernels.cuda.launch import CudaTrainer
from w2v_kernels.cuda.pieces import Part
from w2v_kernels.scratch import Worker, make_scratch
from w2v_kernels.sizes import N_TALLIES
from w2vtui.training.engine import cuda_backend, devices
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.cpu_loop import arrays_of

LIMIT = 1 << 34


class FakeDevice:
    """Memory of a limited size, which can fail."""

    name, adds_quads = "a fake GPU", False

    def __init__(self, limit: int = LIMIT) -> None:
        """limit: bytes"""
        self.limit, self.n_uploaded = limit, 0
        self._sizes: dict[object, int] = {}
        """The bytes of each array that is held. Any thread may free one, at any time."""
        self.compiled: list[Kernel] = []
        self.is_lost = False

    @property
    def used(self) -> int:
        return sum(list(self._sizes.values()))

    def to_device(self, host: NDArray[Any]) -> NDArray[Any]:
        self.n_uploaded += 1
        return self._held(host.copy())

    def empty(self, shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        return self._held(np.zeros(shape, dtype))

    def copy(self, array: NDArray[Any]) -> NDArray[Any]:
        return self._held(array.copy())

    def to_host(self, array: NDArray[Any], first: int = 0, stop: int | None = None) -> NDArray[Any]:
        self.check()
        return array[first:stop].copy()

    def write(self, array: NDArray[Any], numbers: NDArray[Any]) -> None:
        self.check()
        array[:] = numbers

    def begin_write(self, array: NDArray[Any], first: int, host: NDArray[Any]) -> None:
        self.check()
        self.n_uploaded += 1
        array[first : first + len(host)] = host

    def end_writes(self) -> None:
        self.check()

    def memory(self) -> tuple[int, int]:
        return self.limit - self.used, self.limit

    def warps_at_once(self, kernel: Kernel, arguments: Sequence[Any]) -> int:
        return 1

    def compile(self, kernel: Kernel, arguments: Sequence[Any]) -> None:
        self.check()
        self.compiled.append(kernel)

    def launch(self, kernel: Kernel, n_warps: int, arguments: Sequence[Any]) -> None:
        raise AssertionError("no kernels run here")

    def check(self) -> None:
        """Fail like a GPU that is gone."""
        if self.is_lost:
            raise DeviceError("CUDA_ERROR_ILLEGAL_ADDRESS (700)")

    def _held(self, array: NDArray[Any]) -> NDArray[Any]:
        self.check()
        if self.used + array.nbytes > self.limit:
            raise MemoryError("CUDA_ERROR_OUT_OF_MEMORY (2)")
        held = object()
        self._sizes[held] = array.nbytes
        weakref.finalize(array, self._sizes.pop, held)
        return array


class FakeTrainer(CudaTrainer):
    """Trains a span on the processor, on copies of the arrays of a `FakeDevice`."""

    def _start(self, part: Part, hyper: layout.Hyper, tables: layout.Tables) -> int:
        self.device.to_device(tables.keep_thresholds)  # as the tables do, this may fail
        names = "input_vectors", self._target_name(hyper)
        matrices = [self.vectors(name) for name in names]
        n_words, size = matrices[0].shape
        weights = [layout.empty_rows(n_words + 1, size) for _ in names]
        for rows, matrix in zip(weights, matrices, strict=True):
            rows[: len(matrix), :size] = matrix
        most = max(1 + hyper.negative, int(tables.tree.lengths.max(initial=0)))
        scratch = make_scratch(size, hyper.window, most, n_words, hyper.negative)
        worker = Worker(layout.Weights(*weights), tables, hyper, scratch)
        self._counted = np.zeros(N_TALLIES)
        training_loop.train_span(part.piece, part.span, worker, self._counted)
        self._counted[layout.TOKENS] = 0
        for name, rows, matrix in zip(names, weights, matrices, strict=True):
            self.set_vectors(name, rows[: len(matrix), :size])
        return 1

    def _finish(self, n_warps: int) -> NDArray[np.float64]:
        assert isinstance(self.device, FakeDevice)
        self.device.check()
        return self._counted


@contextmanager
def fake_gpu(monkeypatch: pytest.MonkeyPatch, limit: int = LIMIT) -> Iterator[list[FakeTrainer]]:
    """A machine with the library and a GPU; gives the trainers that are opened on it."""
    opened: list[FakeTrainer] = []

    def open_trainer(host: CpuBackend, open_blocks: NDArray[np.int64]) -> CudaTrainer:
        corpus = arrays_of(host.corpus)
        size = host.training.vector_size
        opened.append(FakeTrainer(FakeDevice(limit), corpus, open_blocks, size))
        return opened[-1]

    with monkeypatch.context() as patch:
        patch.setattr(devices, "check_cuda", lambda: None)
        patch.setattr(cuda_backend, "open_trainer", open_trainer)
        yield opened
