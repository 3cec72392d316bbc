"""A `Backend` on an NVIDIA GPU: the vectors are trained in its memory, and copied here to be seen.

    GPU     vectors, text, tables; kernels/w2v_kernels/cuda/ trains spans on them
    here    a `CpuBackend` with the latest copy of the vectors: it makes the tables, scores
            candidates and trains single tokens

One worker hands the GPU a span at a time. Others take turns with it: whoever wants a copy waits for
the span at work, at most. The copy is exact while no span is at work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.cuda.launch import CudaTrainer
from w2v_kernels.scratch import Scratch, make_scratch
from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import BackendError
from w2vtui.settings import ResolvedSettings, TrainingSettings
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.cpu_loop import arrays_of, span_place
from w2vtui.training.engine.devices import check_for_cuda
from w2vtui.training.engine.gpu_copies import GpuCopies
from w2vtui.training.engine.gpu_turns import GpuTurns
from w2vtui.training.engine.plan import Plan, Rates
from w2vtui.training.engine.replicas import Replicas
from w2vtui.training.engine.token_order import Span


class CudaBackend:
    """See above."""

    def __init__(
        self,
        corpus: EncodedCorpus,
        training: TrainingSettings,
        open_blocks: NDArray[np.int64],
        vectors: Mapping[str, NDArray[np.float32]] | None = None,
        locks: NDArray[np.floating[Any]] | None = None,
    ) -> None:
        """
        open_blocks      int64 (B, 2): the blocks of text between those that are held out
        vectors, locks   as of `CpuBackend`

        Raises:
            BackendError: the GPU does not work.
            OutOfMemoryError, SettingsError: as of `CpuBackend`, or its memory is too small.
        """
        self._host = CpuBackend(corpus, training, vectors, locks)
        self.corpus, self.training, self.locks = corpus, training, self._host.locks
        self.n_words = self._host.n_words
        self._turns = GpuTurns()
        with self._turns.needed_turn():
            self._trainer = open_trainer(self._host, open_blocks)
        self.gpu = self._trainer.device.name
        self._is_compiled = False
        """Whether kernels were compiled for the first plan; for later ones `plan` does it."""
        self._copies = GpuCopies(self._trainer, self._turns, self._host.matrices)
        self.replace(self._host.matrices())

    # ---- what is trained

    @property
    def input_vectors(self) -> NDArray[np.float32]:
        """v_w, float32 (V, D): a copy, as of `matrices`."""
        return self._copies.latest("input_vectors")["input_vectors"]

    @property
    def output_vectors(self) -> NDArray[np.float32] | None:
        """u_w, float32 (V, D): a copy, as of `matrices`; None when no objective has used them."""
        return self._copies.latest("output_vectors").get("output_vectors")

    def matrices(self) -> dict[str, NDArray[np.float32]]:
        """Copies of all that is trained; the same arrays each time, with newer numbers."""
        return self._copies.latest()

    @property
    def matrix_names(self) -> frozenset[str]:
        """What is trained: what is on the GPU."""
        return self._trainer.names

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """The shapes of what is trained."""
        return {
            name: shape for name, shape in self._host.shapes.items() if name in self.matrix_names
        }

    def rows(self, name: str, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """A copy of some rows of a matrix (n, D)."""
        return self._copies.latest(name)[name][rows]

    def copy_to(self, copies: Mapping[str, NDArray[np.float32]]) -> Callable[[], None]:
        """Freeze all that is trained on the GPU, to be copied from there while it trains on."""
        return self._copies.of_this_moment(copies)

    def replace(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Train on from other vectors of these shapes."""
        self._host.replace(vectors)
        with self._turns.needed_turn():
            for name, matrix in self._host.matrices().items():
                self._trainer.set_vectors(name, matrix)
        self._copies.forget()

    # ---- plans

    def plan(self, settings: ResolvedSettings) -> Plan:
        """Build, or reuse, what training with these settings needs; compile it for a change."""
        self.check(settings)
        plan = self._host.plan(settings)
        with self._turns.needed_turn():
            for name, matrix in self._host.matrices().items():
                if name not in self._trainer.names:
                    self._trainer.set_vectors(name, matrix)
        if self._is_compiled:
            self._compile(plan)
        return plan

    def check(self, settings: ResolvedSettings) -> None:
        """Refuse what no kernel does."""
        self._host.check(settings)
        check_for_cuda(settings, self.training.vector_size)

    def mean_targets(self, plan: Plan) -> float:
        """Expected targets of a pair: 1 + K, or the mean path length."""
        return self._host.mean_targets(plan)

    # ---- training

    def compile(self, plan: Plan, stopped: Callable[[], bool] = lambda: False) -> None:
        """Compile the GPU's kernels, and those of this machine, which measure."""
        self._host.compile(plan, stopped)
        if not stopped():
            self._compile(plan)
            self._is_compiled = True

    def _compile(self, plan: Plan) -> None:
        with self._turns.needed_turn():
            self._trainer.compile(plan.hyper, bool(self.locks.size))

    def compiled_before(self) -> bool:
        """Whether this machine has saved the compiled loop from an earlier run."""
        return self._host.compiled_before()

    def keeps_compiled(self) -> bool:
        """Whether this machine can save the compiled loop."""
        return self._host.keeps_compiled()

    def compiling_notes(self) -> list[str]:
        """What to report of the compiled loop."""
        return self._host.compiling_notes()

    @staticmethod
    def n_workers(settings: ResolvedSettings) -> int:
        """One, which hands out spans: the GPU divides each among its warps."""
        return 1

    @staticmethod
    def scratch(plan: Plan, worker: int = 0) -> Scratch:
        """As little as there is: the GPU has its own."""
        return make_scratch(1, 1, 1, 0, 0)

    def replicas(self, plan: Plan) -> Replicas:
        """None: deterministic training is the processor's, as the settings say."""
        raise BackendError("device cuda has no replicas: train with device cpu")

    def for_single_steps(self) -> SingleSteps:
        """Trains single tokens on this machine's processor."""
        return SingleSteps(self, self._host)

    def train_span(
        self,
        plan: Plan,
        span: Span,
        rates: Rates,
        scratch: Scratch,
        tallies: NDArray[np.float64],
    ) -> None:
        """Train on every token of a span on the GPU, and wait for it."""
        place = span_place(span, rates, self.training.seed)
        self._copies.n_spans += 1
        self._copies.is_training = True
        try:
            with self._turns.needed_turn():
                self._trainer.train_span(place, plan.hyper, plan.tables, tallies)
        finally:
            self._copies.is_training = False

    # ---- measuring

    def score_candidates(
        self, plan: Plan, contexts: NDArray[np.int32], candidates: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Score each candidate word given the words around it, by the objective of the plan."""
        targets = "node_vectors" if plan.settings.walks_tree else "output_vectors"
        self._copies.latest("input_vectors", targets)
        return self._host.score_candidates(plan, contexts, candidates)

    def cosines(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of every word's input vector with a query (D,): float32 (V,)."""
        self._copies.latest("input_vectors")
        return self._host.cosines(query)


class SingleSteps:
    """A `StepsBackend`: the rows are the GPU's, and steps on copies of them are trained here."""

    def __init__(self, backend: CudaBackend, host: CpuBackend) -> None:
        self.corpus, self.training, self.locks = host.corpus, host.training, host.locks
        self.n_words, self.rows, self.train_span = host.n_words, backend.rows, host.train_span
        self._backend = backend

    @property
    def matrix_names(self) -> frozenset[str]:
        """What is trained."""
        return self._backend.matrix_names


def open_trainer(host: CpuBackend, open_blocks: NDArray[np.int64]) -> CudaTrainer:
    """What trains on the first GPU that CUDA_VISIBLE_DEVICES shows.

    Raises:
        MemoryError: its memory has no room for the text.
        DeviceError: it does not work.
    """
    from w2v_kernels.cuda.gpu import CudaDevice  # loads numba-cuda

    size = host.training.vector_size
    return CudaTrainer(CudaDevice(), arrays_of(host.corpus), open_blocks, size)
