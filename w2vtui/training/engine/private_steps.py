"""Single tokens, trained by the real loop on a private copy of the rows that they move.

The copy is a matrix of zeros as large as the run's, into which only those rows are copied. The
memory of the others is never touched, and so never taken: a matrix of 3 million words takes as
little as one of a thousand.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout
from w2v_kernels.noise_counts import draws_at
from w2v_kernels.rng import stream_key
from w2v_kernels.scratch import Scratch, make_scratch
from w2vtui.errors import OutOfMemoryError, SettingsError
from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.backend import StepsBackend
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.plan import Plan, Rates, TableCache, check_objective, hyper_of
from w2vtui.training.engine.tallies import empty_tallies
from w2vtui.training.engine.token_order import Span, TokenOrder

Ids = NDArray[np.int32]
Rows = NDArray[np.float32]

_NO_RATE = Rates(0.0, 0.0, 0.0)
_SEARCHED_AT_ONCE = 1 << 20
"""Tokens of the text that are compared with a word at a time."""


class Present(NamedTuple):
    """What a run trains with at a moment, and where it is."""

    plan: Plan
    schedule: Schedule
    clock: int


class Meeting(NamedTuple):
    """Input rows and the target rows that they meet at the same time."""

    contexts: Ids
    """int32 (C,): the context words whose rows are the input, or whose mean is"""
    rows: Ids
    """int32 (T,): words, or nodes of the tree, each once"""
    weights: Rows
    """float32 (T,): the sign is the label, the size how often the row counts; see layout.Targets"""
    drawn: Ids
    """int32 (K,): the noise words in the order in which they were drawn, those equal to the center
    among them; (0,) without noise
    """


class Chosen(NamedTuple):
    """What the training loop chooses for one token."""

    span: Span
    """The token alone."""
    center: int
    contexts: Ids
    """int32 (C,): the words that subsampling and the window left, in the order of the text"""
    positions: NDArray[np.int64]
    """int64 (C,): their places in the text"""
    meetings: tuple[Meeting, ...]
    """One after the other; the later ones meet rows that the earlier ones have moved."""


class PrivateCopy:
    """A copy of the rows that training on one token moves, and the loop that trains it."""

    def __init__(self, backend: StepsBackend, plan: Plan, chosen: Chosen, rates: Rates) -> None:
        """Copy the rows as they are now, and the center's input vector, which others are compared
        with.

        Raises:
            OutOfMemoryError: the address space has no room for matrices of zeros.
        """
        self._backend, self.chosen, self._rates = backend, chosen, rates
        self._plan, self._scratch = _plan_on_zeros(backend, plan, backend.training.vector_size)
        self._size = size = backend.training.vector_size
        targets = "node_vectors" if plan.settings.walks_tree else "output_vectors"
        rows = np.unique(np.concatenate([meeting.rows for meeting in chosen.meetings]))
        words = np.append(chosen.contexts, np.int32(chosen.center))
        self._plan.weights.input_vectors[words, :size] = backend.rows("input_vectors", words)
        self._plan.weights.target_vectors[rows, :size] = backend.rows(targets, rows)

    def train(self) -> float:
        """Train on the token once more; return the loop's loss in nats, NaN if it is not finite."""
        tallies = empty_tallies()
        self._backend.train_span(self._plan, self.chosen.span, self._rates, self._scratch, tallies)
        return float("nan") if tallies[layout.NOT_FINITE] else float(tallies[layout.LOSS])

    def inputs(self, words: Ids) -> Rows:
        """A copy of the input vectors of context words or the center: float32 (n, D)."""
        rows: Rows = self._plan.weights.input_vectors[words, : self._size]
        return rows

    def targets(self, rows: Ids) -> Rows:
        """A copy of some target rows: float32 (T, D)."""
        found: Rows = self._plan.weights.target_vectors[rows, : self._size]
        return found


class PrivateSteps:
    """Finds tokens of a run's text and trains them on private copies; the run does not notice."""

    def __init__(
        self, backend: StepsBackend, order: TokenOrder, present: Callable[[], Present]
    ) -> None:
        self.backend, self._order, self.present = backend, order, present
        self._tables: TableCache | None = None
        self._chooser: tuple[Plan, Plan, Scratch] | None = None

    # ---- where

    def last_epoch(self, clock: int) -> int:
        """The clock itself, or that of the same token in the last epoch if all text is trained."""
        planned, per_epoch = self.present().schedule.planned, self._order.tokens_per_epoch
        return clock if clock < planned else max(planned - per_epoch, 0) + clock % per_epoch

    def following(self, clock: int) -> Iterator[Span]:
        """Each token from a clock on, alone, through one epoch's length of text."""
        for offset in range(self._order.tokens_per_epoch):
            yield self._span(self.last_epoch(clock + offset))

    def occurrences(self, word: int, clock: int) -> Iterator[Span]:
        """Each occurrence of a word from a clock on, alone, through one epoch's length of text."""
        first = self._span(self.last_epoch(clock))
        ids = self.backend.corpus.ids
        for start, stop, epoch in (
            (first.first, len(ids), first.epoch),
            (0, first.first, first.epoch + 1),
        ):
            for begin in range(start, stop, _SEARCHED_AT_ONCE):
                part = ids[begin : min(begin + _SEARCHED_AT_ONCE, stop)]
                for position in begin + np.flatnonzero(part == word):
                    at = self._order.clock_of(int(position), epoch)
                    if at is not None:
                        yield self._span(self.last_epoch(at))

    def _span(self, clock: int) -> Span:
        return self._order.span(clock, 1, clock + 1)

    # ---- what is trained there

    def plan(self, settings: ResolvedSettings) -> Plan:
        """A plan under the run's settings or others; makes nothing that the run would see.

        Raises:
            SettingsError: the run has not trained the vectors that these settings need.
        """
        plan = self.present().plan
        if settings == plan.settings:
            return plan
        if not self.has_vectors(settings):
            objective = settings.objective.replace("-", " ")
            raise SettingsError(
                f"{settings.model} with {objective}: this run has no vectors of {objective} yet; "
                "change its objective while it trains, with "
                f":set objective {settings.objective} on the train screen (1)"
            )
        check_objective(settings, self.backend.n_words)
        if self._tables is None:
            self._tables = TableCache(self.backend.corpus.vocab.counts, self.backend.locks)
        if settings.walks_tree:
            self._tables.build_tree()
        return dataclasses.replace(
            plan,
            settings=settings,
            hyper=hyper_of(settings),
            tables=self._tables.of(settings),
            most_targets=self._tables.most_targets(settings),
        )

    def has_vectors(self, settings: ResolvedSettings) -> bool:
        """Whether the run has trained the target vectors that these settings need."""
        needed = "node_vectors" if settings.walks_tree else "output_vectors"
        return needed in self.backend.matrix_names

    def choose(self, plan: Plan, span: Span) -> Chosen | None:
        """What the loop chooses for the one token of a span; None if it trains nothing there,
        since subsampling drops it or leaves it alone in its window.
        """
        if self._chooser is None or self._chooser[0] is not plan:
            self._chooser = (plan, *_plan_on_zeros(self.backend, plan, 1))
        _, zeros, scratch = self._chooser
        scratch.contexts.fill(-1)
        scratch.kept.positions.fill(-1)
        tallies = empty_tallies()
        self.backend.train_span(zeros, span, _NO_RATE, scratch, tallies)
        if tallies[layout.PAIRS] + tallies[layout.NOT_FINITE] == 0:
            return None
        contexts = scratch.contexts[scratch.contexts >= 0].copy()
        center = int(self.backend.corpus.ids[span.first])
        return Chosen(
            span,
            center,
            contexts,
            _positions(scratch, span.first, contexts),
            self._meetings(plan, span, center, contexts, scratch),
        )

    def _meetings(
        self, plan: Plan, span: Span, center: int, contexts: Ids, scratch: Scratch
    ) -> tuple[Meeting, ...]:
        settings, none = plan.settings, np.zeros(0, np.int32)
        most = len(contexts) if settings.model == "cbow" else len(scratch.inputs)
        groups = [contexts[first : first + most] for first in range(0, len(contexts), most)]
        if settings.walks_tree:
            tree = plan.tables.tree
            path = slice(tree.starts[center], tree.starts[center] + tree.lengths[center])
            rows, weights = tree.nodes[path], tree.turns[path]
            return tuple(Meeting(group, rows, weights, none) for group in groups)
        if not settings.draws_noise:
            every = np.arange(self.backend.n_words, dtype=np.int32)
            labels = np.where(every == center, np.float32(1), np.float32(-1))
            return tuple(Meeting(group, every, labels, none) for group in groups)
        per_pair = settings.draws_for_each_pair
        draws = np.empty(settings.negative * (len(contexts) if per_pair else 1), np.int32)
        key = stream_key(self.backend.training.seed, span.epoch)
        draws_at(plan.tables.noise, key, np.int64(span.first), plan.hyper, draws)
        if per_pair:
            return tuple(
                Meeting(contexts[c : c + 1], *_counted(center, drawn), drawn)
                for c, drawn in enumerate(draws.reshape(len(contexts), -1))
            )
        return tuple(Meeting(group, *_counted(center, draws), draws) for group in groups)

    def copy(self, plan: Plan, chosen: Chosen) -> PrivateCopy:
        """Copy the rows that training on a token moves, as they are now, under the present rate."""
        rates = Rates.along(self.present().schedule, chosen.span)
        return PrivateCopy(self.backend, plan, chosen, rates)

    def rate(self, chosen: Chosen) -> float:
        """The learning rate at a token, as the loop rounds it."""
        rates, at = Rates.along(self.present().schedule, chosen.span), chosen.span.first
        return float(np.float32(max(rates.floor, rates.base + rates.slope * at)))


def _positions(scratch: Scratch, center: int, contexts: Ids) -> NDArray[np.int64]:
    """Where the context words stand: int64 (C,), from the tokens that the loop kept.

    On each side there are as many as the window drawn, which is not known, or as there are.
    """
    at = int(np.flatnonzero(scratch.kept.positions == center)[0])
    n_contexts = len(contexts)
    for reach in range((n_contexts + 1) // 2, n_contexts + 1):
        left = min(at, reach)
        right = n_contexts - left
        places = np.r_[at - left : at, at + 1 : at + 1 + right]
        if right <= reach and (scratch.kept.ids[places] == contexts).all():
            break
    return scratch.kept.positions[places]


def _counted(center: int, drawn: Ids) -> tuple[Ids, Rows]:
    """Target rows and weights of a center word and its noise words, those equal to it dropped."""
    others, first, times = np.unique(drawn[drawn != center], return_index=True, return_counts=True)
    order = np.argsort(first)
    rows = np.concatenate(([center], others[order])).astype(np.int32)
    return rows, np.concatenate(([1.0], -times[order])).astype(np.float32)


def _plan_on_zeros(backend: StepsBackend, plan: Plan, vector_size: int) -> tuple[Plan, Scratch]:
    """The same plan over matrices of zeros, and working memory for it; see above."""
    n_words = backend.n_words
    try:
        weights = layout.Weights(
            layout.empty_rows(n_words + 1, vector_size), layout.empty_rows(n_words + 1, vector_size)
        )
    except MemoryError as error:
        raise OutOfMemoryError(
            f"no room to look at single steps of {n_words:,} words: raise the limit on memory"
        ) from error
    scratch = make_scratch(
        vector_size,
        plan.settings.reach,
        plan.most_targets,
        blank=n_words,
        negative=plan.settings.negative,
    )
    return dataclasses.replace(plan, weights=weights), scratch
