"""Churn: how many nearest neighbors still change, which shows whether the vectors have settled.

The 10 nearest neighbors of a fixed sample of words are looked up twice, STEP of the planned tokens
apart:

    churn@10   the mean share of the ten that have changed the second time
    settled    the share of the words that kept at least 9 of their ten

Each value comes from two looks, however long the pause between values, so it does not depend on how
often churn is measured: a slower machine draws fewer points of the same curve.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from w2vtui.training.engine.plan import Moment
from w2vtui.training.measuring.budget import Budget, one_blas_thread
from w2vtui.training.measuring.known_questions import N_CANDIDATES
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.measurements import Churn
from w2vtui.vectors.similarity import Floats, norms_of

COST_SHARE = 0.01
"""The share of one core that measuring churn may take, over a run."""
LEAST_SECONDS = 0.2
STEP = 0.02
"""The distance from a first look to its second, as a share of the planned tokens."""
FARTHEST = 4.0
"""Two looks more than this many steps apart are not compared."""
N_WORDS = 500
TOP = 10
SETTLED_SHARE = 0.9

_ROWS_A_BLOCK = 64


class ChurnMeter:
    """Looks up the neighbors of a sample of words, and compares each look with the one before."""

    def __init__(self, vectors: Callable[[], Floats], seed: int, curves: RunCurves) -> None:
        """vectors   gives float32 (V, D), most frequent word first, as they are now"""
        n_words, size = vectors().shape
        n: int = min(n_words, N_CANDIDATES)
        self._vectors, self._n_candidates = vectors, n
        self._n_top = min(TOP, n - 1)
        self.sample = sample_rows(n, N_WORDS, seed)
        self.clock = Budget(COST_SHARE, least=LEAST_SECONDS)
        self.clock.expect(self.n_scores * size)
        self.curves = curves
        self.churn: Churn | None = None
        self._before: NDArray[np.intp] | None = None
        self._tokens, self._step = 0, 0.0
        self._unpaired = False

    @property
    def n_scores(self) -> int:
        """Cosines that a look computes."""
        return len(self.sample) * self._n_candidates

    def nearest(self) -> NDArray[np.intp]:
        """The nearest neighbors of the sample as they are now: (W, n), n 0 without any."""
        if not self._n_top:  # a single word
            return np.zeros((len(self.sample), 0), dtype=np.intp)
        vectors = self._vectors()[: self._n_candidates]
        return nearest_rows(vectors, self.sample, self._n_top)

    def look(self, moment: Moment) -> None:
        """Take a look where one is due."""
        passed = moment.tokens - self._tokens
        comparable = self._before is not None and passed <= FARTHEST * self._step
        if not self._n_top or (comparable and passed < self._step):
            return
        # A first look is worth nothing without a second, which therefore ignores the clock.
        if not (self.clock.is_due or (comparable and self._unpaired)):
            return
        with self.clock.timed():
            tops = self.nearest()
        if comparable and self._before is not None:
            self.churn = churn = churn_of(self._before, tops, moment.tokens)
            self.curves.churn.append(moment.tokens, moment.seconds, churn.churn)
            self.curves.settled.append(moment.tokens, moment.seconds, churn.settled)
        self._before, self._unpaired = tops, not comparable
        self._tokens, self._step = moment.tokens, STEP * moment.planned


class ChurnPairs:
    """Churn at marks: looks in pairs STEP apart, each pair as soon as its cost allows."""

    def __init__(self, meter: ChurnMeter) -> None:
        self._meter = meter
        self._before: NDArray[np.intp] | None = None
        self._tokens = 0
        self._paired = False

    @property
    def n_scores(self) -> int:
        """Cosines that a look computes."""
        return self._meter.n_scores

    def step(self, dear: int, planned: int) -> int:
        """Tokens to the next look.

        dear   from one pair to the next, at least
        """
        apart = math.ceil(STEP * planned)
        return max(dear, apart) if self._paired else apart

    def look(self, moment: Moment) -> Churn | None:
        """Take a look; the churn since the one before, None if that is missing or too far away."""
        tops, before = self._meter.nearest(), self._before
        passed = moment.tokens - self._tokens
        self._paired = before is not None and passed <= FARTHEST * STEP * moment.planned
        self._before, self._tokens = tops, moment.tokens
        if before is None or not (self._paired and tops.size):
            return None
        return churn_of(before, tops, moment.tokens)

    def saved(self) -> NDArray[np.float64] | None:
        """The last look, as numbers: tokens, whether it was compared, words, their neighbors."""
        if self._before is None:
            return None
        head = (self._tokens, self._paired, len(self._before))
        return np.concatenate((np.array(head, dtype=np.float64), self._before.ravel()))

    def restore(self, saved: NDArray[np.float64]) -> None:
        """Continue from a look that was saved."""
        tokens, paired, n_words = saved[:3].astype(np.int64).tolist()
        self._tokens, self._paired = tokens, bool(paired)
        self._before = saved[3:].astype(np.intp).reshape(n_words, -1)


def churn_of(before: NDArray[np.intp], after: NDArray[np.intp], tokens: int) -> Churn:
    """What changed from one look to another, the neighbors of the same words (W, n)."""
    kept = kept_shares(before, after)
    return Churn(
        tokens=tokens,
        churn=1 - float(kept.mean()),
        settled=float((kept >= SETTLED_SHARE).mean()),
        n_words=len(after),
    )


def sample_rows(n_rows: int, n_wanted: int, seed: int) -> NDArray[np.int64]:
    """Up to n_wanted of n_rows rows, one drawn from each of n_wanted equal parts: int64 (n,)."""
    n_wanted = min(n_rows, n_wanted)
    edges = np.arange(n_wanted + 1) * n_rows // n_wanted
    return np.random.default_rng((seed, 0x636875726E)).integers(edges[:-1], edges[1:])


def nearest_rows(vectors: Floats, rows: NDArray[np.int64], n: int) -> NDArray[np.intp]:
    """For each of `rows`, the n other rows of highest cosine with it, in any order.

    vectors float32 (V, D), n < V. Returns (len(rows), n).
    """
    found = np.empty((len(rows), n), dtype=np.intp)
    with one_blas_thread():
        norms = norms_of(vectors)
        inverse = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
        room = np.empty((min(_ROWS_A_BLOCK, len(rows)), len(vectors)), dtype=np.float32)
        for start in range(0, len(rows), _ROWS_A_BLOCK):
            block = rows[start : start + _ROWS_A_BLOCK]
            scores = np.matmul(vectors[block], vectors.T, out=room[: len(block)])
            scores *= (
                inverse  # cosines, but for the row's own norm, which does not affect the order
            )
            for place, (row, scores_of_row) in enumerate(zip(block, scores, strict=True), start):
                scores_of_row[row] = -np.inf
                found[place] = np.argpartition(scores_of_row, -n)[-n:]
    return found


def kept_shares(before: NDArray[np.intp], after: NDArray[np.intp]) -> NDArray[np.float64]:
    """For each row of `before` (W, n), the share of it that is in the same row of `after`: (W,)."""
    same = before[:, :, None] == after[:, None, :]
    shares: NDArray[np.float64] = same.any(axis=2).mean(axis=1)
    return shares
