"""A `Backend` on this machine's processor: arrays in memory, loops compiled by Numba."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout, scoring
from w2v_kernels.formulas import keep_probabilities
from w2v_kernels.machine.compiling import (
    CACHE_FOLDER,
    cache_notes,
    cancel_compiling_when,
    is_compiled,
)
from w2v_kernels.parallel.private_rows import private_rows
from w2v_kernels.scratch import Scratch, make_scratch
from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import OutOfMemoryError
from w2vtui.settings import ResolvedSettings, TrainingSettings
from w2vtui.training.engine import cpu_loop
from w2vtui.training.engine.backend import StepsBackend
from w2vtui.training.engine.cpu_loop import arrays_of, span_place
from w2vtui.training.engine.matrices import Matrices
from w2vtui.training.engine.plan import (
    Plan,
    Rates,
    TableCache,
    check_objective,
    hyper_of,
    locks_of,
)
from w2vtui.training.engine.private_turns import PrivateTurns, private_turns
from w2vtui.training.engine.replicas import Replicas
from w2vtui.training.engine.tallies import empty_tallies
from w2vtui.training.engine.token_order import Span


class CpuBackend:
    """A `Backend` on this machine's processor: arrays in memory, loops compiled by Numba."""

    gpu = ""

    def __init__(
        self,
        corpus: EncodedCorpus,
        training: TrainingSettings,
        vectors: Mapping[str, NDArray[np.float32]] | None = None,
        locks: NDArray[np.floating[Any]] | None = None,
    ) -> None:
        """
        vectors   as `matrices` gave them, to resume from; without them input vectors begin at
                  random
        locks     (V,) the share of its moves that each input vector makes, or (1,) that of all

        Raises:
            OutOfMemoryError: not enough memory.
            SettingsError: the vectors do not fit the vocabulary or the vector size, or the locks
                the vocabulary.
        """
        self.corpus = corpus
        self.training = training
        self.n_words = len(corpus.vocab)
        self._arrays = arrays_of(corpus)
        self.locks = locks_of(locks, self.n_words)
        """float32 (V,); (0,) where nothing is locked."""
        self._tables = TableCache(corpus.vocab.counts, self.locks)
        self._matrices = Matrices(self.n_words, training.vector_size)
        if vectors is None:
            self._matrices.begin_at_random(training.seed)
        else:
            self._matrices.begin_at(vectors)

    @property
    def input_vectors(self) -> NDArray[np.float32]:
        """v_w, float32 (V, D): a view of the vectors being trained."""
        return self._matrices.views()["input_vectors"]

    @property
    def output_vectors(self) -> NDArray[np.float32] | None:
        """u_w, float32 (V, D), or None when no objective has used them."""
        return self._matrices.views().get("output_vectors")

    def matrices(self) -> dict[str, NDArray[np.float32]]:
        """Views of all that is trained, by name."""
        return self._matrices.views()

    @property
    def matrix_names(self) -> frozenset[str]:
        """What is trained."""
        return frozenset(self._matrices.views())

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """The shapes of what is trained."""
        return {name: view.shape for name, view in self._matrices.views().items()}

    def copy_to(self, copies: Mapping[str, NDArray[np.float32]]) -> Callable[[], None]:
        """Copy all that is trained, at once."""
        for name, matrix in self._matrices.views().items():
            np.copyto(copies[name], matrix)
        return lambda: None

    def replace(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Train on from other vectors of these shapes."""
        for name, matrix in self._matrices.views().items():
            np.copyto(matrix, vectors[name])

    def rows(self, name: str, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """A copy of some rows of a matrix (n, D)."""
        return self._matrices.views()[name][rows]

    # ---- plans

    def plan(self, settings: ResolvedSettings) -> Plan:
        """Build, or reuse, what training with these settings needs."""
        self.check(settings)
        matrices = self._matrices
        if settings.walks_tree:
            matrices.use_nodes()
            self._build_tree()
        else:
            matrices.use_output()
        targets = matrices.nodes if settings.walks_tree else matrices.output
        return Plan(
            settings=settings,
            hyper=hyper_of(settings),
            tables=self._tables.of(settings),
            weights=layout.Weights(matrices.input, targets),
            most_targets=self._tables.most_targets(settings),
            private=self._private_turns(settings),
        )

    def _private_turns(self, settings: ResolvedSettings) -> PrivateTurns:
        if self.training.deterministic or not 1 < settings.workers <= self._matrices.n_with_copies:
            return PrivateTurns()
        locked, size = self.locks.size > 0, self.training.vector_size
        return private_turns(settings, self.corpus, size, locked=locked)

    def check(self, settings: ResolvedSettings) -> None:
        """Refuse the exact softmax over too many words."""
        check_objective(settings, self.n_words)

    def _build_tree(self) -> None:
        try:
            self._tables.build_tree()
        except MemoryError as error:
            raise OutOfMemoryError(
                "not enough memory for the tree of hierarchical softmax"
            ) from error

    def mean_targets(self, plan: Plan) -> float:
        """Expected targets of a pair: 1 + K, V, or the mean path length."""
        if not plan.settings.walks_tree:
            return float(plan.most_targets)
        counts = self.corpus.vocab.counts
        trained = counts * keep_probabilities(counts, plan.settings.sample)
        return float(np.average(self._tables.tree.lengths, weights=trained))

    # ---- training

    def compile(self, plan: Plan, stopped: Callable[[], bool] = lambda: False) -> None:
        """Compile the loop, or load it from the cache, by training on zero tokens."""
        with cancel_compiling_when(stopped):
            self._train_on_nothing(plan)
            self._score_nothing()

    def _train_on_nothing(self, plan: Plan) -> None:
        nothing = Span(epoch=0, first=0, stop=0, visible=(0, 0), clock=0)
        self.train_span(plan, nothing, Rates(0.0, 0.0, 0.0), self.scratch(plan), empty_tallies())
        if self.training.deterministic:
            Replicas(plan, n_words=0, vector_size=self.training.vector_size).merge(0, 0)

    def _score_nothing(self) -> None:
        """Compile the measuring kernels too: compiled later, they would delay the curves."""
        inputs, output, nodes = self._matrices.input, self._matrices.output, self._matrices.nodes
        contexts, no_scores = np.zeros(0, np.int32), np.zeros(0, np.float32)
        candidates, scores = np.zeros((0, 1), np.int32), np.zeros((0, 1))
        scoring.score_candidates(inputs, output, contexts, candidates, scores)
        tree = self._tables.tree
        scoring.score_candidates_by_tree(inputs, nodes, tree, contexts, candidates, scores)
        scoring.scores_of_all(inputs, 0, inputs, no_scores)
        scoring.squared_norms(inputs, 0, no_scores)

    @staticmethod
    def compiled_before() -> bool:
        """Whether this machine has saved the compiled loop from an earlier run."""
        return is_compiled("training_loop.train_span")

    @staticmethod
    def keeps_compiled() -> bool:
        """Whether this machine can save the compiled loop: not where no folder is writable."""
        return CACHE_FOLDER is not None

    @staticmethod
    def compiling_notes() -> list[str]:
        """What to report of the compiled loop: why it is not saved, or that it was damaged."""
        return cache_notes()

    @staticmethod
    def n_workers(settings: ResolvedSettings) -> int:
        """As many as were asked for."""
        return settings.workers

    def scratch(self, plan: Plan, worker: int = 0) -> Scratch:
        """Working memory for a worker, by its number, under this plan."""
        settings, matrices = plan.settings, self._matrices
        size, window = self.training.vector_size, settings.reach
        if self.training.deterministic:
            return make_scratch(size, window, plan.most_targets, self.n_words, settings.negative)
        copies = [
            private_rows(size, first, turns, begin_at=worker / settings.workers)
            for first, turns in zip(matrices.first_copies(worker), plan.private, strict=True)
        ]
        blank = self.n_words + worker
        return make_scratch(size, window, plan.most_targets, blank, settings.negative, *copies)

    def replicas(self, plan: Plan) -> Replicas:
        """A copy of the vectors for each worker under this plan."""
        try:
            return Replicas(plan, self.n_words, self.training.vector_size)
        except MemoryError as error:
            raise OutOfMemoryError(
                f"the vectors of {self.n_words:,} words do not fit in memory once more for each of "
                f"{plan.settings.workers} workers: lower workers, or leave deterministic off"
            ) from error

    def train_span(
        self,
        plan: Plan,
        span: Span,
        rates: Rates,
        scratch: Scratch,
        tallies: NDArray[np.float64],
    ) -> None:
        """Train on every token of a span, each once as a center. Runs without the GIL."""
        place = span_place(span, rates, self.training.seed)
        cpu_loop.train_span(self._arrays, place, plan, scratch, tallies)

    def for_single_steps(self) -> StepsBackend:
        """This: it trains on the processor."""
        return self

    # ---- measuring

    def score_candidates(
        self, plan: Plan, contexts: NDArray[np.int32], candidates: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Score each candidate word given the words around it, by the objective of the plan."""
        scores = np.empty(candidates.shape, dtype=np.float64)
        inputs, targets = plan.weights
        n_questions, present = len(contexts), contexts >= 0
        means = layout.empty_rows(n_questions, self.training.vector_size)
        for column, is_there in zip(contexts.T, present.T, strict=True):
            means[:n_questions][is_there] += inputs[column[is_there]]
        means[:n_questions] /= present.sum(axis=1, dtype=np.float32)[:, None]
        rows = np.arange(n_questions, dtype=np.int32)
        if plan.settings.walks_tree:
            scoring.score_candidates_by_tree(
                means, targets, plan.tables.tree, rows, candidates, scores
            )
        else:
            scoring.score_candidates(means, targets, rows, candidates, scores)
        return scores

    def cosines(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of every word's input vector with a query (D,): float32 (V,)."""
        inputs = self._matrices.input
        padded = layout.empty_rows(1, self.training.vector_size)
        padded[0, : query.size] = query
        scores = np.empty(self.n_words, dtype=np.float32)
        norms = np.empty(self.n_words, dtype=np.float32)
        scoring.scores_of_all(inputs, self.n_words, padded, scores)
        scoring.squared_norms(inputs, self.n_words, norms)
        length = np.sqrt(norms) * np.float32(np.linalg.norm(query))
        return np.divide(scores, length, out=np.zeros_like(scores), where=length > 0)
