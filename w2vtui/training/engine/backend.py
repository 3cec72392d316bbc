"""The only door to the kernels: settings and a corpus in, arrays and compiled loops behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import (
    exact_softmax,
    hierarchical_softmax,
    negative_sampling,
    scoring,
    training_loop,
)
from w2v_kernels import models as kernel_models
from w2v_kernels.formulas import keep_probabilities, keep_thresholds, noise_probabilities
from w2v_kernels.machine.compiling import CACHE_FOLDER, given_up_when, is_compiled
from w2v_kernels.parallel import merging
from w2v_kernels.rng import stream_key
from w2v_kernels.sizes import N_PRIVATE, N_TALLIES
from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import BackendError, SettingsError
from w2vtui.resources import available_cores
from w2vtui.settings import MAX_WORKERS, ResolvedSettings, TrainingSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.token_order import Span

Scratch = training_loop.Scratch

SHARING_PERIOD = 64
"""Centers of all workers together from one worker's sharing of the root to its next."""

_DRAWN_AT_ONCE = 1 << 18
"""Numbers of the first vectors: what holds them for a moment is to stay small."""

MAX_SOFTMAX_WORDS = 50_000
"""The exact softmax touches every word for every pair: beyond this it would never end."""

_OBJECTIVES = {
    "negative-sampling": kernel_models.NEGATIVE_SAMPLING,
    "hierarchical-softmax": kernel_models.HIERARCHICAL_SOFTMAX,
    "softmax": kernel_models.SOFTMAX,
}


class Rates(NamedTuple):
    """The learning rate along a span of the corpus: max(floor, base + slope * position)."""

    base: float
    slope: float
    floor: float

    @staticmethod
    def along(schedule: Schedule, span: Span) -> Rates:
        """The rate that a schedule has there: a function of position alone, whatever the cut."""
        offset = span.clock - span.first - schedule.clock
        return Rates(schedule.rate + schedule.slope * offset, schedule.slope, schedule.floor)


@dataclass(frozen=True)
class Plan:
    """Live settings with the tables and vectors they need: what a span is trained with."""

    settings: ResolvedSettings
    hyper: training_loop.Hyper
    tables: training_loop.Tables
    weights: training_loop.Weights
    most_targets: int


@dataclass(frozen=True)
class Tallies:
    """Sums over everything trained so far, all workers together."""

    loss: float = 0.0
    """nats"""
    pairs: int = 0
    centers: int = 0
    """kept tokens"""
    tokens: int = 0
    saturated: int = 0
    """scores beyond +-6"""
    not_finite: int = 0
    """blocks whose loss was not a number"""


class Replicas:
    """A copy for each worker of the vectors that a plan trains."""

    def __init__(self, plan: Plan, n_words: int, vector_size: int) -> None:
        """The memory for them; each worker fills its own.

        Raises:
            MemoryError: there is not enough.
        """
        self._base, self._n_workers = plan.weights, plan.settings.workers
        self._n_words = n_words
        rows = n_words + 1  # and the blank one
        self._copies = [
            training_loop.empty_rows(self._n_workers * rows, vector_size).reshape(
                self._n_workers, rows, -1
            )
            for _ in self._base
        ]
        self._filled = [False] * self._n_workers

    def __len__(self) -> int:
        return self._n_workers

    def free(self) -> None:
        """Give the memory back, whoever still knows them: the last round does."""
        self._copies.clear()

    def fit(self, plan: Plan) -> bool:
        """Whether they are copies of what this plan trains, one for each of its workers."""
        same = all(one is other for one, other in zip(self._base, plan.weights, strict=True))
        return same and self._n_workers == plan.settings.workers

    def plan_of(self, number: int, plan: Plan) -> Plan:
        """The same plan over a worker's own copies, which it fills where it has not yet."""
        if not self._filled[number]:
            for copies, matrix in zip(self._copies, self._base, strict=True):
                copies[number] = matrix[: self._n_words + 1]
            self._filled[number] = True
        return dataclasses.replace(
            plan, weights=training_loop.Weights(*(copies[number] for copies in self._copies))
        )

    def merge(self, number: int, n_words: int) -> None:
        """Merge a worker's share of the first n_words rows. Runs without the GIL."""
        first, stop = (n_words * n // self._n_workers for n in (number, number + 1))
        for copies, matrix in zip(self._copies, self._base, strict=True):
            merging.merge(matrix, matrix.view(np.int32), copies, copies.view(np.int32), first, stop)


class CpuBackend:
    """The vectors of one training, and the loop that trains them on this machine's processor."""

    def __init__(
        self,
        corpus: EncodedCorpus,
        training: TrainingSettings,
        vectors: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> None:
        """vectors: as `matrices` gave them, to go on from; without them they begin at random."""
        self.corpus = corpus
        self.training = training
        self.n_words = len(corpus.vocab)
        self._arrays = training_loop.Corpus(
            np.asarray(corpus.ids, dtype=np.int32), np.asarray(corpus.sentence_starts)
        )
        size = training.vector_size
        try:
            self._input = training_loop.empty_rows(self.n_words + 1, size)
        except MemoryError as error:
            raise BackendError(
                f"{self.n_words:,} vectors of {size} numbers do not fit in memory: "
                "raise min_count, or lower vector_size or max_final_vocab"
            ) from error
        unused = training_loop.empty_rows(1, size)
        self._output = self._nodes = unused
        self._tree = hierarchical_softmax.Tree(
            np.zeros(1, np.int64),
            np.zeros(0, np.int32),
            np.zeros(0, np.int32),
            np.zeros(0, np.float32),
        )
        self._every_word = np.zeros(0, np.int32)
        self._noise: tuple[float, NDArray[np.uint32]] | None = None
        self._keep: tuple[float, NDArray[np.uint32]] | None = None
        if vectors is None:
            self._begin_at_random()
        else:
            self._begin_at(vectors)

    def _begin_at_random(self) -> None:
        random, size = np.random.default_rng(self.training.seed), self.training.vector_size
        n_rows = max(_DRAWN_AT_ONCE // size, 1)
        for word in range(0, self.n_words, n_rows):
            rows = self._input[word : min(word + n_rows, self.n_words), :size]
            rows[:] = (random.random(rows.shape, dtype=np.float32) - 0.5) / size

    def _begin_at(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        try:
            if "output_vectors" in vectors:
                self._use_output_vectors()
            if "node_vectors" in vectors:
                self._use_tree()
        except MemoryError as error:
            raise BackendError("not enough memory for a second matrix of vectors") from error
        for name, matrix in self.matrices().items():
            matrix[:] = vectors[name]

    def matrices(self) -> dict[str, NDArray[np.float32]]:
        """Views of all that is trained: `input_vectors` (V, D) and, where an objective has used
        them, `output_vectors` (V, D) and `node_vectors` (V - 1, D).
        """
        size = self.training.vector_size
        found = {"input_vectors": self.input_vectors}
        if self.output_vectors is not None:
            found["output_vectors"] = self.output_vectors
        if self._nodes.shape[0] > 1:
            found["node_vectors"] = self._nodes[: self.n_words - 1, :size]
        return found

    @property
    def input_vectors(self) -> NDArray[np.float32]:
        """v_w, float32 (V, D): a view of the vectors being trained."""
        return self._input[: self.n_words, : self.training.vector_size]

    @property
    def output_vectors(self) -> NDArray[np.float32] | None:
        """u_w, float32 (V, D), or None when no objective has used them."""
        if self._output.shape[0] == 1:
            return None
        return self._output[: self.n_words, : self.training.vector_size]

    def plan(self, settings: ResolvedSettings) -> Plan:
        """Build, or take from before, what training with these settings needs.

        Raises:
            SettingsError: the exact softmax was asked for and the vocabulary is too large for it.
            BackendError: not enough memory.
        """
        counts = self.corpus.vocab.counts
        self.check_objective(settings.objective, self.n_words)
        by_tree = settings.walks_tree
        try:
            if by_tree:
                self._use_tree()
            else:
                self._use_output_vectors()
        except MemoryError as error:
            raise BackendError("not enough memory for a second matrix of vectors") from error
        if settings.objective == "softmax" and self._every_word.size == 0:
            self._every_word = exact_softmax.every_word(self.n_words)
        if self._noise is None or self._noise[0] != settings.ns_exponent:
            table = negative_sampling.build_noise_table(counts, settings.ns_exponent)
            self._noise = (settings.ns_exponent, table)
        if self._keep is None or self._keep[0] != settings.sample:
            self._keep = (settings.sample, keep_thresholds(counts, settings.sample))
        hyper = training_loop.Hyper(
            skip_gram=settings.model == "skip-gram",
            objective=_OBJECTIVES[settings.objective],
            negative=settings.negative,
            window=settings.window,
            shrink_windows=settings.shrink_windows,
            shared_noise=settings.shared_noise,
            cbow_mean=settings.cbow_mean,
            cbow_divide=settings.cbow_divide,
        )
        return Plan(
            settings=settings,
            hyper=hyper,
            tables=training_loop.Tables(
                self._keep[1], self._noise[1], self._tree, self._every_word
            ),
            weights=training_loop.Weights(self._input, self._nodes if by_tree else self._output),
            most_targets=self._most_targets(settings),
        )

    def _use_tree(self) -> None:
        if self._tree.starts.size == 1:
            n_rows = self.n_words + MAX_WORKERS + available_cores() * N_PRIVATE
            self._nodes = training_loop.empty_rows(n_rows, self.training.vector_size)
            self._tree = hierarchical_softmax.build_tree(self.corpus.vocab.counts)

    @staticmethod
    def check_objective(objective: str, n_words: int) -> None:
        """Raise SettingsError for the exact softmax over more words than it can meet."""
        if objective == "softmax" and n_words > MAX_SOFTMAX_WORDS:
            raise SettingsError(
                f"the exact softmax meets every word at every pair: {n_words:,} words are too many "
                f"({MAX_SOFTMAX_WORDS:,} at most): choose negative-sampling or "
                "hierarchical-softmax, or a smaller vocabulary"
            )

    def _use_output_vectors(self) -> None:
        if self._output.shape[0] == 1:
            self._output = training_loop.empty_rows(
                self.n_words + MAX_WORKERS, self.training.vector_size
            )

    def _most_targets(self, settings: ResolvedSettings) -> int:
        if settings.draws_noise:
            return 1 + settings.negative
        if settings.objective == "softmax":
            return self.n_words
        return int(self._tree.lengths.max())

    def mean_targets(self, plan: Plan) -> float:
        """Expected targets of a pair: 1 + K, V, or the mean path length."""
        settings = plan.settings
        if not settings.walks_tree:
            return float(self._most_targets(settings))
        counts = self.corpus.vocab.counts
        trained = counts * keep_probabilities(counts, settings.sample)
        return float(np.average(self._tree.lengths, weights=trained))

    def scratch(self, plan: Plan, worker: int = 0) -> training_loop.Scratch:
        """Working memory for a worker, by its number, under this plan."""
        workers = plan.settings.workers
        blank = self.n_words + worker
        copies = self.n_words + MAX_WORKERS
        n_private = 0
        by_tree = plan.settings.walks_tree
        if self.training.deterministic:
            return training_loop.make_scratch(
                self.training.vector_size, plan.settings.window, plan.most_targets, self.n_words
            )
        # More workers than cores would gain nothing by copies, and there is no room for theirs.
        room = (self._nodes.shape[0] - copies) // N_PRIVATE
        if by_tree and 1 < workers <= room:
            n_private = min(N_PRIVATE, self.n_words - 1)
        return training_loop.make_scratch(
            self.training.vector_size,
            plan.settings.window,
            plan.most_targets,
            blank,
            first_private=copies + worker * N_PRIVATE,
            n_private=n_private,
            period=max(SHARING_PERIOD // workers, 1),
        )

    def replicas(self, plan: Plan) -> Replicas:
        """A copy of the vectors for each worker under this plan.

        Raises:
            BackendError: not enough memory.
        """
        try:
            return Replicas(plan, self.n_words, self.training.vector_size)
        except MemoryError as error:
            raise BackendError(
                f"the vectors of {self.n_words:,} words do not fit in memory once more for each of "
                f"{plan.settings.workers} workers: lower workers, or leave deterministic off"
            ) from error

    @staticmethod
    def make_tallies() -> NDArray[np.float64]:
        """Zero tallies for one worker: float64 (8,), on a cache line of its own."""
        memory = np.zeros(2 * N_TALLIES, dtype=np.float64)
        start = (-memory.ctypes.data // memory.itemsize) % N_TALLIES
        return memory[start : start + N_TALLIES]

    @staticmethod
    def at_place(tallies: NDArray[np.float64], tokens: int) -> NDArray[np.float64]:
        """The same tallies after another number of tokens: float64 (8,)."""
        moved = tallies.copy()
        moved[training_loop.TOKENS] = tokens
        return moved

    @staticmethod
    def sum_tallies(tallies: Sequence[NDArray[np.float64]]) -> Tallies:
        """All workers' tallies together."""
        total = np.sum(tallies, axis=0) if tallies else np.zeros(N_TALLIES)
        return Tallies(
            loss=float(total[training_loop.LOSS]),
            pairs=int(total[training_loop.PAIRS]),
            centers=int(total[training_loop.CENTERS]),
            tokens=int(total[training_loop.TOKENS]),
            saturated=int(total[training_loop.SATURATED]),
            not_finite=int(total[training_loop.NOT_FINITE]),
        )

    def train_span(
        self,
        plan: Plan,
        span: Span,
        rates: Rates,
        scratch: training_loop.Scratch,
        tallies: NDArray[np.float64],
    ) -> None:
        """Train on every token of a span, each once as a center. Runs without the GIL."""
        place = training_loop.Span(
            first=span.first,
            stop=span.stop,
            visible_first=span.visible[0],
            visible_stop=span.visible[1],
            key=stream_key(self.training.seed, span.epoch),
            rate_base=float(rates.base),
            rate_slope=float(rates.slope),
            rate_floor=float(rates.floor),
        )
        training_loop.train_span(
            self._arrays, place, plan.weights, plan.tables, plan.hyper, scratch, tallies
        )

    def compile(self, plan: Plan, stopped: Callable[[], bool] = lambda: False) -> None:
        """Compile the loop, or load it from the cache, by training on no token at all.

        stopped   whether to give up, asked every second or so
        """
        with given_up_when(stopped):
            self._compile(plan)

    def _compile(self, plan: Plan) -> None:
        nothing = Span(epoch=0, first=0, stop=0, visible=(0, 0), clock=0)
        self.train_span(
            plan, nothing, Rates(0.0, 0.0, 0.0), self.scratch(plan), self.make_tallies()
        )
        if self.training.deterministic:
            Replicas(plan, n_words=0, vector_size=self.training.vector_size).merge(0, 0)
        # What looks at the run, too: compiled later it would hold up the curves.
        nobody, nothing_found = np.zeros((0, 1), np.int32), np.zeros((0, 1))
        contexts = np.zeros(0, np.int32)
        scoring.score_candidates(self._input, self._output, contexts, nobody, nothing_found)
        scoring.score_candidates_by_tree(
            self._input, self._nodes, self._tree, contexts, nobody, nothing_found
        )
        no_scores = np.zeros(0, np.float32)
        scoring.scores_of_all(self._input, 0, self._input, no_scores)
        scoring.squared_norms(self._input, 0, no_scores)

    @staticmethod
    def compiled_before() -> bool:
        """Whether this machine has kept the compiled loop from an earlier time."""
        return is_compiled("training_loop.train_span")

    @staticmethod
    def keeps_compiled() -> bool:
        """Whether this machine will keep it; not where there is no folder to write to."""
        return CACHE_FOLDER is not None

    def score_candidates(
        self, plan: Plan, contexts: NDArray[np.int32], candidates: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """What the objective in force says of each candidate given the context word.

        contexts int32 (P,), candidates int32 (P, N). Returns float64 (P, N): u_o . v_c for negative
        sampling, log P(o | c) (up to a constant a row) for the two softmaxes.
        """
        scores = np.empty(candidates.shape, dtype=np.float64)
        if plan.settings.walks_tree:
            scoring.score_candidates_by_tree(
                self._input, self._nodes, self._tree, contexts, candidates, scores
            )
        else:
            scoring.score_candidates(self._input, self._output, contexts, candidates, scores)
        return scores

    def noise_log_probabilities(self, exponent: float) -> NDArray[np.float64]:
        """log P(w) of the noise under an exponent: float64 (V,)."""
        return np.log(noise_probabilities(self.corpus.vocab.counts, exponent))

    def keep_log_probabilities(self, sample: float) -> NDArray[np.float64]:
        """log of the share of each word that subsampling keeps: float64 (V,)."""
        return np.log(keep_probabilities(self.corpus.vocab.counts, sample))

    def cosines(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of every word's input vector with a query (D,): float32 (V,). Runs without the
        GIL.
        """
        padded = training_loop.empty_rows(1, self.training.vector_size)
        padded[0, : query.size] = query
        scores = np.empty(self.n_words, dtype=np.float32)
        norms = np.empty(self.n_words, dtype=np.float32)
        scoring.scores_of_all(self._input, self.n_words, padded, scores)
        scoring.squared_norms(self._input, self.n_words, norms)
        length = np.sqrt(norms) * np.float32(np.linalg.norm(query))
        return np.divide(scores, length, out=np.zeros_like(scores), where=length > 0)
