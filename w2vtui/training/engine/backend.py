"""The interfaces to what trains: `Backend` the vectors, `StepsBackend` single tokens on copies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.scratch import Scratch
from w2vtui.corpus import EncodedCorpus
from w2vtui.settings import ResolvedSettings, TrainingSettings
from w2vtui.training.engine.plan import Plan, Rates
from w2vtui.training.engine.replicas import Replicas
from w2vtui.training.engine.token_order import Span


class StepsBackend(Protocol):
    """What single tokens are trained with: a `Backend`, or the rows of one in another process."""

    @property
    def corpus(self) -> EncodedCorpus:
        """The text that is trained on."""

    @property
    def training(self) -> TrainingSettings:
        """The settings that are fixed for the run."""

    @property
    def n_words(self) -> int:
        """V"""

    @property
    def locks(self) -> NDArray[np.float32]:
        """The share of its moves that each input vector makes: float32 (V,); (0,) for all."""

    @property
    def matrix_names(self) -> Collection[str]:
        """What is trained: `input_vectors`, `output_vectors`, `node_vectors`."""

    def rows(self, name: str, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """A copy of some rows of a matrix, as it is now: float32 (n, D)."""

    def train_span(
        self,
        plan: Plan,
        span: Span,
        rates: Rates,
        scratch: Scratch,
        tallies: NDArray[np.float64],
    ) -> None:
        """Train on every token of a span under a plan, which has its own vectors."""


class Backend(StepsBackend, Protocol):
    """The vectors of one training, and what trains and scores them.

    Everything that depends on the machine is behind this interface: `CpuBackend` (cpu_backend.py)
    and, on a GPU, `CudaBackend` (cuda_backend.py). The vectors may be anywhere, as long as
    `matrices` and `input_vectors` return arrays of this process: the vectors themselves, or a copy
    that is at most a moment older while spans are trained, and exact while none is.

    The workers call `train_span`, `n_workers` of them at a time, each with its own scratch and
    tallies. The observer's thread calls `cosines` and `score_candidates` while they train. The
    run's thread calls everything else.
    """

    @property
    def input_vectors(self) -> NDArray[np.float32]:
        """v_w, float32 (V, D), to be read only."""

    @property
    def output_vectors(self) -> NDArray[np.float32] | None:
        """u_w, float32 (V, D), or None when no objective has used them."""

    def matrices(self) -> dict[str, NDArray[np.float32]]:
        """All that is trained, to be read only: `input_vectors` (V, D) and, where an objective has
        used them, `output_vectors` (V, D) and `node_vectors` (V - 1, D).
        """

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """The shapes of these, which copies nothing."""

    def copy_to(self, copies: Mapping[str, NDArray[np.float32]]) -> Callable[[], None]:
        """Copy all that is trained, as it is now, to arrays of these shapes. No worker is at work.

        Returns what is called once before they are read; workers may train before it is.
        """

    def replace(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Train on from other vectors of these shapes, copied. No worker is at work."""

    @property
    def matrix_names(self) -> frozenset[str]:
        """The names of these."""

    def plan(self, settings: ResolvedSettings) -> Plan:
        """Build, or reuse, what training with these settings needs.

        Raises:
            SettingsError: the exact softmax was asked for and the vocabulary is too large for it.
            OutOfMemoryError: not enough memory.
        """

    def mean_targets(self, plan: Plan) -> float:
        """Expected targets of a pair: 1 + K, V, or the mean path length."""

    def compile(self, plan: Plan, stopped: Callable[[], bool] = lambda: False) -> None:
        """Prepare to train, which may take a minute the first time.

        stopped   asked every second or so whether to give up
        """

    def compiled_before(self) -> bool:
        """Whether this machine has saved the compiled loop from an earlier run."""

    def keeps_compiled(self) -> bool:
        """Whether this machine can save the compiled loop; not if no folder is writable."""

    def compiling_notes(self) -> list[str]:
        """What to report of the compiled loop: why it is not saved, or that it was damaged."""

    def check(self, settings: ResolvedSettings) -> None:
        """Refuse live settings that it cannot train with.

        Raises:
            SettingsError: names the setting.
        """

    @property
    def gpu(self) -> str:
        """What the GPU that trains is called; empty where this machine's processor does."""

    def n_workers(self, settings: ResolvedSettings) -> int:
        """The workers that train under these settings."""

    def scratch(self, plan: Plan, worker: int = 0) -> Scratch:
        """Working memory for a worker, by its number, under this plan."""

    def replicas(self, plan: Plan) -> Replicas:
        """A copy of the vectors for each worker under this plan.

        Raises:
            OutOfMemoryError: not enough memory.
        """

    def for_single_steps(self) -> StepsBackend:
        """What trains single tokens on this machine's processor, on copies of rows."""

    def train_span(
        self,
        plan: Plan,
        span: Span,
        rates: Rates,
        scratch: Scratch,
        tallies: NDArray[np.float64],
    ) -> None:
        """Train on every token of a span, each once as a center. Runs without the GIL.

        Raises:
            BackendError: a GPU stopped working, or has no memory for it.
        """

    def score_candidates(
        self, plan: Plan, contexts: NDArray[np.int32], candidates: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Score each candidate word given the words around it, by the objective of the plan.

        contexts int32 (P, C), -1 for none, candidates int32 (P, N). With v the mean of the input
        vectors of a row of contexts, returns float64 (P, N): u_o . v for negative sampling,
        log P(o | c) (up to a constant a row) for the two softmaxes.
        """

    def cosines(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of every word's input vector with a query (D,): float32 (V,). Runs without the
        GIL.
        """
