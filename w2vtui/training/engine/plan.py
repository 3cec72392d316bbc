"""The plan that a span is trained by: live settings, and the tables and vectors they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import exact_softmax, hierarchical_softmax, layout, negative_sampling, objectives
from w2v_kernels.formulas import keep_thresholds
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, ResolvedSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.private_turns import PrivateTurns
from w2vtui.training.engine.tallies import Tallies
from w2vtui.training.engine.token_order import Span

MAX_SOFTMAX_WORDS = 50_000
"""The exact softmax scores every word for every pair: beyond this it would take forever."""

_OBJECTIVES = {
    "negative-sampling": objectives.NEGATIVE_SAMPLING,
    "hierarchical-softmax": objectives.HIERARCHICAL_SOFTMAX,
    "softmax": objectives.SOFTMAX,
}
_NOISE_SHARING = {
    "centers": objectives.SHARED_BY_CENTERS,
    "pairs": objectives.SHARED_BY_PAIRS,
    "none": objectives.NOT_SHARED,
}


class Rates(NamedTuple):
    """The learning rate along a span of the corpus: max(floor, base + slope * position)."""

    base: float
    slope: float
    floor: float

    @staticmethod
    def along(schedule: Schedule, span: Span) -> Rates:
        """The rates of a schedule over a span; they depend on position alone."""
        offset = span.clock - span.first - schedule.clock
        return Rates(schedule.rate + schedule.slope * offset, schedule.slope, schedule.floor)


@dataclass(frozen=True)
class Plan:
    """What a span is trained with: live settings, and the tables and vectors they need."""

    settings: ResolvedSettings
    hyper: layout.Hyper
    tables: layout.Tables
    weights: layout.Weights
    most_targets: int
    private: PrivateTurns = PrivateTurns()
    """When each worker shares its copies of rows; without turns it has none."""


class Moment(NamedTuple):
    """One moment of a run, as its measurements see it."""

    plan: Plan
    """What the workers train with."""
    tallies: Tallies
    seconds: float
    """Training time, without pauses."""
    planned: int
    """Training tokens, all epochs together."""

    @property
    def tokens(self) -> int:
        """Training tokens seen."""
        return self.tallies.tokens


def check_objective(settings: LiveSettings, n_words: int) -> None:
    """Refuse the exact softmax over a vocabulary that is too large for it.

    Raises:
        SettingsError: more than MAX_SOFTMAX_WORDS words.
    """
    if settings.objective == "softmax" and n_words > MAX_SOFTMAX_WORDS:
        raise SettingsError(
            f"the exact softmax scores every word for every pair: {n_words:,} words are too many "
            f"({MAX_SOFTMAX_WORDS:,} at most): choose negative-sampling or "
            "hierarchical-softmax, or a smaller vocabulary"
        )


def hyper_of(settings: LiveSettings) -> layout.Hyper:
    """The settings that the training loop reads, as the kernels take them."""
    return layout.Hyper(
        skip_gram=settings.model == "skip-gram",
        objective=_OBJECTIVES[settings.objective],
        negative=settings.negative,
        window=settings.reach,
        shrink_windows=settings.shrinks,
        noise_sharing=_NOISE_SHARING[settings.noise_sharing],
        cbow_mean=settings.cbow_mean,
        cbow_divide=settings.cbow_divide,
    )


def locks_of(shares: NDArray[np.floating[Any]] | None, n_words: int) -> NDArray[np.float32]:
    """The locks that kernels read: float32 (V,), or (0,) where every vector makes all its moves.

    shares   (V,) or (1,), or None

    Raises:
        SettingsError: another shape, or a number that is not finite.
    """
    if shares is None:
        return np.zeros(0, np.float32)
    locks = np.asarray(shares, dtype=np.float32)
    if locks.shape not in ((1,), (n_words,)):
        raise SettingsError(
            f"locks must be an array of 1 number or of one for each of {n_words:,} words, "
            f"got shape {locks.shape}"
        )
    if not np.isfinite(locks).all():
        raise SettingsError(f"locks must be finite numbers, got {locks[~np.isfinite(locks)][0]}")
    if (locks == 1).all():
        return np.zeros(0, np.float32)
    return np.broadcast_to(locks, n_words).copy()


class TableCache:
    """The tables of one vocabulary, each built when a plan first needs it.

    The noise and subsampling tables are those of the last exponent and sample requested; earlier
    plans keep references to theirs.
    """

    def __init__(self, counts: NDArray[np.int64], locks: NDArray[np.float32]) -> None:
        """
        counts  (V,)
        locks   (V,) or (0,), as in layout.Tables
        """
        self._counts, self._locks = counts, locks
        self._noise: tuple[float, NDArray[np.uint32]] | None = None
        self._keep: tuple[float, NDArray[np.uint32]] | None = None
        self._every_word = np.zeros(0, np.int32)
        self.tree = layout.Tree(
            np.zeros(1, np.int64),
            np.zeros(0, np.int32),
            np.zeros(0, np.int32),
            np.zeros(0, np.float32),
        )
        """The Huffman tree; has no paths until `build_tree`."""

    def build_tree(self) -> None:
        """Build the Huffman tree, unless it exists."""
        if self.tree.starts.size == 1:
            self.tree = hierarchical_softmax.build_tree(self._counts)

    def of(self, settings: LiveSettings) -> layout.Tables:
        """The tables under these settings; the tree has paths only once it was built."""
        if settings.objective == "softmax" and self._every_word.size == 0:
            self._every_word = exact_softmax.every_word(len(self._counts))
        if self._noise is None or self._noise[0] != settings.ns_exponent:
            table = negative_sampling.build_noise_table(self._counts, settings.ns_exponent)
            self._noise = (settings.ns_exponent, table)
        if self._keep is None or self._keep[0] != settings.sample:
            self._keep = (settings.sample, keep_thresholds(self._counts, settings.sample))
        return layout.Tables(
            self._keep[1], self._noise[1], self.tree, self._every_word, self._locks
        )

    def most_targets(self, settings: LiveSettings) -> int:
        """The most targets of a pair: 1 + K, V, or the length of the longest path."""
        if settings.draws_noise:
            return 1 + settings.negative
        if settings.walks_tree:
            return int(self.tree.lengths.max())
        return len(self._counts)
