"""Several workers, reproducible bit for bit: each trains a block of text on its own vectors.

Which words are trained, and how, depends on their position alone; only the order in which workers
write to shared vectors is left to chance. Under `deterministic` they share none:

    round    W blocks of consecutive tokens, one for each of W workers, in steps
    step     each worker trains the next part of its block on its replica of the vectors; when all
             have, the moves of all replicas are merged (kernels: merging.py), and every replica
             continues from the result: the frequent words after each step, twice as many after
             each second, four times as many after each fourth ..., and all after the last

Frequent words move often, and other workers soon need their moves; merging rare words as often
would take longer than the training. Between two rounds, and only there, every replica equals the
vectors themselves: only there is a run stopped, changed or checkpointed.

Rounds depend on settings and text alone, never on time, cores or memory.
"""

from __future__ import annotations

import threading
from functools import cache

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.scratch import Scratch
from w2vtui.training.costs.cost_model import CostModel
from w2vtui.training.costs.text_shape import TextShape
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.plan import Plan, Rates
from w2vtui.training.engine.replicas import Replicas
from w2vtui.training.engine.token_order import TokenOrder

MOST_STEPS, LEAST_STEP_TOKENS = 16, 2_000
"""The most steps in a round, and the fewest tokens that each worker trains in a step."""
FREQUENT_SHARE, LEAST_FREQUENT = 1 / 32, 512
"""The share of the words that is merged after each step, and the fewest words."""

MERGING_NANOSECONDS = 2.0
"""A worker's time to merge one number of each matrix."""
MERGING_SHARE, MERGING_SHARE_OF_TREE = 0.05, 0.1
"""A round lasts until merging all words takes this share of its time."""
MOST_ROUND_SECONDS = 0.5
"""A round is predicted to last no longer than this, since a pause waits for its end."""
LEAST_ROUNDS, LEAST_ROUNDS_OF_TREE = 8, 16
"""The least number of rounds in an epoch. Rounds twice as long, with words in between merged more
often, cost vectors nothing under negative sampling, but half a point on analogies under the tree.
"""


class Round:
    """What the workers train between two moments at which they all hold the same vectors."""

    def __init__(
        self,
        plan: Plan,
        schedule: Schedule,
        replicas: Replicas,
        backend: Backend,
        order: TokenOrder,
        *,
        first: int,
        stop: int,
    ) -> None:
        """first, stop: the clocks between which it trains."""
        self.plan, self.stop = plan, stop
        self._schedule, self._replicas = schedule, replicas
        self._backend, self._order = backend, order
        n_workers = len(replicas)
        self._first, self._block = first, -(-(stop - first) // n_workers)
        self._n_steps = max(min(MOST_STEPS, self._block // LEAST_STEP_TOKENS), 1)
        self._awaited = set(range(n_workers))
        self._barrier = threading.Barrier(n_workers)

    def take(self, number: int) -> bool:
        """Take a worker's part, if it has one not yet taken; return whether it has."""
        awaited = number in self._awaited
        self._awaited.discard(number)
        return awaited

    def give_up(self) -> None:
        """Wake all workers that wait for one that has failed."""
        self._barrier.abort()

    def block(self, number: int) -> tuple[int, int]:
        """The clocks between which a worker trains; the last workers' blocks may be shorter."""
        first = min(self._first + number * self._block, self.stop)
        return first, min(first + self._block, self.stop)

    def train(self, number: int, scratch: Scratch, tallies: NDArray[np.float64]) -> None:
        """Train a worker's part, in step with the others.

        Raises:
            threading.BrokenBarrierError: another worker gave up.
        """
        plan = self._replicas.plan_of(number, self.plan)
        first, stop = self.block(number)
        for step in range(self._n_steps):
            clock = min(first + self._block * step // self._n_steps, stop)
            until = min(first + self._block * (step + 1) // self._n_steps, stop)
            while clock < until:
                span = self._order.span(clock, until - clock, until)
                rates = Rates.along(self._schedule, span)
                self._backend.train_span(plan, span, rates, scratch, tallies)
                clock += span.stop - span.first
            self._barrier.wait()
            self._replicas.merge(number, self._n_merged(step))
            self._barrier.wait()

    def _n_merged(self, step: int) -> int:
        """How many words, the most frequent ones, are merged after a step."""
        n_words, n_trained = self._backend.n_words, step + 1
        if n_trained == self._n_steps:
            return n_words
        walks_tree = self.plan.settings.walks_tree
        times = 1 if walks_tree else n_trained & -n_trained  # the power of two that divides it
        return min(times * max(int(FREQUENT_SHARE * n_words), LEAST_FREQUENT), n_words)


class Rounds:
    """Cuts the text into rounds, which use the same replicas."""

    def __init__(self, backend: Backend, order: TokenOrder) -> None:
        self._backend, self._order = backend, order
        costs = CostModel(TextShape(backend.corpus), backend.training.vector_size)
        self._seconds_a_token = cache(lambda settings: costs.seconds_a_token(settings, []))
        self._replicas: Replicas | None = None

    def block_tokens(self, plan: Plan) -> int:
        """Tokens that each worker trains in a round under this plan."""
        settings = plan.settings
        numbers = self._backend.n_words * self._backend.training.vector_size
        share, least = MERGING_SHARE, LEAST_ROUNDS
        if settings.walks_tree:
            share, least = MERGING_SHARE_OF_TREE, LEAST_ROUNDS_OF_TREE
        seconds = 1e-9 * MERGING_NANOSECONDS * numbers / share
        tokens = min(seconds, MOST_ROUND_SECONDS) / self._seconds_a_token(settings)
        most = self._order.tokens_per_epoch // (least * settings.workers)
        return max(min(int(tokens), most), 1)

    def next_round(self, plan: Plan, schedule: Schedule, *, first: int, until: int) -> Round:
        """The round that begins at a clock; none goes beyond `until`."""
        n_workers = plan.settings.workers
        if self._replicas is None or not self._replicas.fit(plan):
            self.disband()  # before others are made
            self._replicas = self._backend.replicas(plan)
        stop = min(first + n_workers * self.block_tokens(plan), until)
        return Round(
            plan, schedule, self._replicas, self._backend, self._order, first=first, stop=stop
        )

    def disband(self) -> None:
        """Free the replicas."""
        if self._replicas is not None:
            self._replicas.free()
            self._replicas = None
