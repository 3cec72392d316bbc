"""Which worker trains which tokens next: all workers take their text from one clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.scratch import Scratch
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.plan import Plan, Rates
from w2vtui.training.engine.rounds import Round, Rounds
from w2vtui.training.engine.token_order import TokenOrder
from w2vtui.training.engine.trained_text import Stint

LEAST_SPAN_TOKENS = 50
SHORT_SHARE = 1 / 16
"""Share of a span given to workers that would otherwise wait for the others to finish theirs."""


class Job(NamedTuple):
    """What a worker does next."""

    plan: Plan
    n_tokens: int
    train: Callable[[Scratch, NDArray[np.float64]], None]


class Marks(NamedTuple):
    """Clocks at which the run's thread is to look before more text is handed out."""

    exact: int | None = None
    """Text is cut here, and in deterministic training a round ends, which changes the bits."""
    coarse: int | None = None
    """A round that reaches this clock is trained to its end first, so no bit changes."""

    @property
    def first(self) -> int | None:
        """The nearer of the two."""
        return _first(self.exact, self.coarse)


class Dispatcher:
    """Hands out the text of a run to its workers, under one lock.

    A worker gets a span whenever it asks (Hogwild) or, in deterministic training, its part of a
    round (rounds.py). Others may read `clock`, `plan` and `schedule`, but not set them.
    """

    def __init__(
        self,
        backend: Backend,
        order: TokenOrder,
        plan: Plan,
        schedule: Schedule,
        *,
        clock: int = 0,
        milestone: int | None = None,
        arrived: Callable[[], object] = lambda: None,
    ) -> None:
        """
        clock      where to begin
        milestone  as in `wait_at`
        arrived    called when all text before the milestone or a mark, or all of it, is trained
        """
        self._backend, self._order = backend, order
        self._changed = threading.Condition()
        self.plan = plan
        """The plan that the next span follows."""
        self.stints: tuple[Stint, ...] = (Stint(clock, plan.settings),)
        """The settings of all spans handed out so far."""
        self.schedule = schedule
        """The line of the learning rate that the next span follows."""
        self.clock = clock
        """Training tokens handed out so far."""
        self._milestone, self._arrived = milestone, arrived
        self._marks = Marks()
        self._rounds = Rounds(backend, order) if backend.training.deterministic else None
        self._round: Round | None = None
        self._asking: set[int] = set()
        self._at_work: set[int] = set()
        self._held = False
        self._awaited: set[int] = set()
        self._paused = False
        self._stopped = False

    @property
    def finished(self) -> bool:
        """Whether all the planned text has been handed out."""
        return self.clock >= self.schedule.planned

    @property
    def stopped(self) -> bool:
        """Whether no more text is handed out at all."""
        return self._stopped or self.finished

    @property
    def all_trained(self) -> bool:
        """Whether all the planned text is trained."""
        return self.finished and not self._at_work

    @property
    def at_milestone(self) -> bool:
        """Whether all text before the milestone is trained."""
        return self._has_come_to(self._milestone) and not self._at_work

    @property
    def at_mark(self) -> bool:
        """Whether all text before a mark is trained, and more follows."""
        has_come = self._has_come_to(self._marks.first)
        return has_come and not (self._at_work or self.finished)

    @property
    def cuts_rounds(self) -> bool:
        """Whether an exact mark ends a round, which the same run must repeat there."""
        return self._rounds is not None and self.plan.settings.workers > 1

    @property
    def block_tokens(self) -> int | None:
        """Tokens that each of several deterministic workers trains in a round; else None."""
        return self._rounds.block_tokens(self.plan) if self._rounds else None

    # ---- control, from any thread

    def adopt(self, plan: Plan, reschedule: Callable[[Schedule, int], Schedule]) -> int:
        """Use another plan for every span from now on; return the clock at that point.

        reschedule  from the schedule and the clock to the schedule that follows
        """
        with self._changed:
            self.plan = plan
            self.stints = (*self.stints, Stint(self.clock, plan.settings))
            self.schedule = reschedule(self.schedule, self.clock)
            clock = self.clock
            self._changed.notify_all()
        return clock

    @contextmanager
    def held(self) -> Iterator[int]:
        """Pause the workers between two spans for the length of the block.

        Gives the block the clock: every token before it is trained, none after it.

        Workers that finish early train short spans until the last has finished its long one, so
        the pause of each is short.
        """
        with self._changed:
            self._held, self._awaited = True, set(self._at_work)
            self._changed.wait_for(lambda: not (self._awaited or self._at_work))
        try:
            yield self.clock
        finally:
            with self._changed:
                self._held = False
                self._changed.notify_all()

    def wait_at(self, milestone: int | None) -> None:
        """Hand out no text past this clock until another milestone is set; None for no limit."""
        with self._changed:
            self._milestone = milestone
            self._changed.notify_all()

    def look_at(self, marks: Callable[[int], Marks]) -> None:
        """Hand out no text past other marks.

        marks   chooses them from the clock, while no text is handed out
        """
        with self._changed:
            self._marks = marks(self.clock)
            self._changed.notify_all()

    def pause(self) -> None:
        """Hand out no more text until `resume`."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Hand out text again."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self) -> None:
        """Hand out no more text at all."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def give_up(self) -> None:
        """Stop after a worker's error, without waiting for its part of a round."""
        if self._round is not None:
            self._round.give_up()
        self.stop()

    def disband(self) -> None:
        """Free the workers' replicas, once all workers have left."""
        if self._rounds is not None:
            self._rounds.disband()

    # ---- for the workers

    def next_job(self, number: int, span_tokens: Callable[[Plan], int]) -> Job | None:
        """The worker's next span, of at most `span_tokens` of its plan, or its part of a round.

        None when the worker is to leave. Waits while no text is handed out.
        """
        with self._changed:
            self._asking.add(number)
            try:
                while self._round is None or not self._round.take(number):
                    workers = self._backend.n_workers(self.plan.settings)
                    if self._stopped or self.finished or number >= workers:
                        return None
                    if not self._waits and (self._rounds is None or workers == 1):
                        return self._next_span(number, span_tokens(self.plan))
                    if not self._waits and self._asking.issuperset(range(workers)):
                        self._begin_round()
                    else:
                        self._changed.wait()
                first, stop = self._round.block(number)
                return Job(self._round.plan, stop - first, partial(self._round.train, number))
            finally:
                self._asking.discard(number)

    def finish_job(self, number: int) -> None:
        """Note that a worker's span has been trained, or has failed."""
        with self._changed:
            self._at_work.discard(number)
            self._awaited.discard(number)
            self._changed.notify_all()
            arrived = self.at_milestone or self.at_mark or self.all_trained
        if arrived:
            self._arrived()

    @property
    def _waits(self) -> bool:
        """Whether workers have to wait for their next span."""
        has_come = self._has_come_to(_first(self._milestone, self._marks.first))
        holds = self._held and not self._awaited
        return self._paused or holds or (has_come and not self.finished)

    def _has_come_to(self, clock: int | None) -> bool:
        return clock is not None and self.clock >= clock

    def _until(self, mark: int | None) -> int:
        """The clock at which no more text is handed out, given the next mark that counts."""
        limit = _first(self._milestone, mark)
        planned = self.schedule.planned
        return planned if limit is None else min(planned, limit)

    def _next_span(self, number: int, most: int) -> Job:
        plan, schedule, until = self.plan, self.schedule, self._until(self._marks.first)
        if self._held:
            most = int(most * SHORT_SHARE)
        # Spans shrink toward the end, or a mark, so that all workers are done at about one time.
        workers = self._backend.n_workers(plan.settings)
        fair = ((until if workers > 1 else schedule.planned) - self.clock) // (2 * workers)
        most = max(min(most, fair), LEAST_SPAN_TOKENS)
        span = self._order.span(self.clock, most, until)
        n_tokens = span.stop - span.first
        self.clock += n_tokens
        self._at_work.add(number)
        self.disband()
        rates = Rates.along(schedule, span)
        return Job(plan, n_tokens, partial(self._backend.train_span, plan, span, rates))

    def _begin_round(self) -> None:
        assert self._rounds is not None
        self._round = self._rounds.next_round(
            self.plan, self.schedule, first=self.clock, until=self._until(self._marks.exact)
        )
        self.clock = self._round.stop
        self._at_work.update(range(self.plan.settings.workers))
        self._changed.notify_all()


def _first(*clocks: int | None) -> int | None:
    """The least of some clocks; None stands for no clock."""
    return min((clock for clock in clocks if clock is not None), default=None)
