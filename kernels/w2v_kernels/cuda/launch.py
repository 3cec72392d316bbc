"""`CudaTrainer`: the vectors of a training on a GPU, and spans of its text trained there.

    trainer = CudaTrainer(device, corpus, open_blocks, vector_size=100)
    trainer.set_vectors("input_vectors", v)          # float32 (V, D)
    trainer.compile(hyper, locked=False)
    trainer.train_span(span, hyper, tables, tallies) # as training_loop.train_span on the CPU
    trainer.vectors("input_vectors")                 # float32 (V, D), a copy

The device is a `gpu.CudaDevice`, or in tests one that runs the kernels lane by lane in NumPy
(tests/support/lane_device.py). It raises a MemoryError where its memory is full, and else
`device.DeviceError`. One thread at a time may call a trainer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout
from w2v_kernels.cuda import training_loop
from w2v_kernels.cuda.device import Device, DeviceArray, Kernel
from w2v_kernels.cuda.pieces import Part, Pieces
from w2v_kernels.cuda.rows import (
    AT_ONCE,
    MAX_ROW,
    MOST_GATHERED,
    Gathering,
    room_of,
    row_length,
    shape_of,
)
from w2v_kernels.cuda.windows import TokensOnDevice
from w2v_kernels.objectives import HIERARCHICAL_SOFTMAX, SOFTMAX
from w2v_kernels.sizes import N_TALLIES


def unsupported(hyper: layout.Hyper, vector_size: int) -> str:
    """Why there is no kernel for these settings, for a message; empty if there is one."""
    if hyper.objective == SOFTMAX:
        return "objective softmax has no kernel for a GPU"
    if vector_size > MAX_ROW:
        return f"vector_size must be at most {MAX_ROW:,} on a GPU, got {vector_size:,}"
    return ""


class CudaTrainer:
    """The vectors of one training in a device's memory, and the loop over spans of its text."""

    def __init__(
        self,
        device: Device,
        corpus: layout.Corpus,
        open_blocks: NDArray[np.int64],
        vector_size: int,
        gathering: Gathering = AT_ONCE,
    ) -> None:
        """
        open_blocks   int64 (B, 2): first and stop of each piece of text that is trained on;
                      what lies between them is held out, and no window reaches into it. Spans are
                      within one of them, and their `visible` range is that one
        gathering     under hierarchical softmax: whose steps each warp gathers

        Raises:
            ValueError: more is gathered than shared memory has room for.
            MemoryError: the text does not fit in the device's memory.
        """
        most = MOST_GATHERED // room_of(shape_of(vector_size)._replace(gathering=Gathering(1, 1)))
        if gathering.nodes > most:
            raise ValueError(
                f"gathering.nodes must be at most {most} at vector_size {vector_size}, got "
                f"{gathering.nodes}"
            )
        self.device, self.vector_size, self._gathering = device, vector_size, gathering
        self._row = row_length(vector_size)
        self._matrices: dict[str, DeviceArray] = {}
        self._heights: dict[str, int] = {}
        self._uploaded: dict[str, tuple[Any, DeviceArray]] = {}
        self._text = Pieces(device, corpus, open_blocks)
        self._tallies, self._room = device.to_device(np.zeros(N_TALLIES)), 1

    # ---- vectors

    @property
    def names(self) -> frozenset[str]:
        """The matrices that are on the device."""
        return frozenset(self._matrices)

    def set_vectors(self, name: str, vectors: NDArray[np.float32]) -> None:
        """Put a matrix (n, D) on the device, or replace it: `input_vectors`, `output_vectors` or
        `node_vectors`.

        Raises:
            MemoryError: it does not fit.
        """
        rows = np.zeros((len(vectors), self._row), np.float32)
        rows[:, : self.vector_size] = vectors
        if self._heights.get(name) == len(vectors):
            self.device.write(self._matrices[name], rows.reshape(-1))
        else:
            self._matrices[name] = self.device.to_device(rows.reshape(-1))
            self._heights[name] = len(vectors)

    def vectors(self, name: str) -> NDArray[np.float32]:
        """A copy (n, D) of a matrix, after every span that was trained."""
        return self.rows(name, 0, self._heights[name])

    def rows(
        self, name: str, first: int, stop: int, frozen: Mapping[str, DeviceArray] | None = None
    ) -> NDArray[np.float32]:
        """A copy of the rows from first to stop - 1 of a matrix: (n, D).

        frozen   what `frozen` gave, to be read instead
        """
        matrix = (self._matrices if frozen is None else frozen)[name]
        rows = self.device.to_host(matrix, first * self._row, stop * self._row)
        return np.ascontiguousarray(rows.reshape(-1, self._row)[:, : self.vector_size])

    def frozen(self) -> dict[str, DeviceArray]:
        """All matrices as they are now, copied within the device's memory.

        Raises:
            MemoryError: there is no room for that.
        """
        return {name: self.device.copy(matrix) for name, matrix in self._matrices.items()}

    # ---- training

    def compile(self, hyper: layout.Hyper, locked: bool = False) -> None:
        """Compile all that training with these settings needs; a second or two for each new
        (model, objective, K), nothing for one that was compiled before.

        locked   whether tables will have locks
        """
        TokensOnDevice.compile(self.device)
        kernel = self._kernel(hyper, locked)
        self.device.compile(kernel, training_loop.argument_examples())

    def train_span(
        self,
        span: layout.Span,
        hyper: layout.Hyper,
        tables: layout.Tables,
        tallies: NDArray[np.float64],
    ) -> None:
        """Train on every token of a span, each once as a center, and wait for it.

        tallies  float64 (N_TALLIES,)   added to, as `training_loop.train_span` does

        The first span with another key, window or sample begins with the choice of the tokens that
        subsampling keeps, of the whole text, which takes a few milliseconds for 10M tokens.

        Raises:
            MemoryError: the tokens that are kept do not fit in the device's memory.
        """
        for part in self._text.parts(span, self._reserve):
            n_warps = self._start(part, hyper, tables)
            self._text.copy_ahead(part.span.stop - part.span.first)
            tallies += self._finish(n_warps)
        tallies[layout.TOKENS] += span.stop - span.first

    @property
    def _reserve(self) -> int:
        """Bytes that the text leaves free: for a third matrix, or for all of them, frozen."""
        return sum(4 * self._row * height for height in self._heights.values())

    def _start(self, part: Part, hyper: layout.Hyper, tables: layout.Tables) -> int:
        """Begin to train a part of a span; return on how many warps."""
        tokens, span = part.tokens, part.span
        thresholds = self._on_device("keep_thresholds", tables.keep_thresholds)
        kept = tokens.kept(span.key, hyper, tables.keep_thresholds, thresholds)
        if span.stop <= span.first or kept is None:
            return 0
        job = training_loop.Job(
            kept=kept,
            inputs=self._matrices["input_vectors"],
            targets=self._matrices[self._target_name(hyper)],
            noise=self._on_device("noise", tables.noise),
            starts=self._on_device("starts", tables.tree.starts),
            lengths=self._on_device("lengths", tables.tree.lengths),
            nodes=self._on_device("nodes", tables.tree.nodes),
            turns=self._on_device("turns", tables.tree.turns),
            locks=self._on_device("locks", tables.locks),
            span=training_loop.place_of(span, hyper),
            tallies=self._tallies,
        )
        kernel = self._kernel(hyper, tables.locks.size > 0)
        n_warps = self.device.warps_at_once(kernel, job)
        if n_warps > self._room:
            self._tallies = self.device.to_device(np.zeros(n_warps * N_TALLIES))
            self._room = n_warps
        self.device.launch(kernel, n_warps, job._replace(tallies=self._tallies))
        return n_warps

    def _finish(self, n_warps: int) -> NDArray[np.float64]:
        """Wait for what these warps train; return its tallies, float64 (N_TALLIES,)."""
        if not n_warps:
            return np.zeros(N_TALLIES)
        of_warps = self.device.to_host(self._tallies).reshape(-1, N_TALLIES)[:n_warps]
        return np.asarray(of_warps.sum(axis=0))

    def _kernel(self, hyper: layout.Hyper, locked: bool) -> Kernel:
        constants = training_loop.constants_of(
            hyper, self.vector_size, locked, self.device.adds_quads, self._gathering
        )
        return Kernel(training_loop.train_kernel, constants)

    @staticmethod
    def _target_name(hyper: layout.Hyper) -> str:
        by_tree = hyper.objective == HIERARCHICAL_SOFTMAX
        return "node_vectors" if by_tree else "output_vectors"

    def _on_device(self, name: str, table: NDArray[Any]) -> DeviceArray:
        """A table on the device, copied there unless it is the one that was last."""
        host, array = self._uploaded.get(name, (None, None))
        if host is not table:
            array = self.device.to_device(table)
            self._uploaded[name] = table, array
        return array
