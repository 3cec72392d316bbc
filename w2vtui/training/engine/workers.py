"""The workers of a run, and the one clock they take their text from."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.settings import ResolvedSettings
from w2vtui.training.costs.cost_model import Spent
from w2vtui.training.engine.backend import Backend, Scratch
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.plan import Plan, Rates
from w2vtui.training.engine.rounds import Round, Rounds
from w2vtui.training.engine.tallies import Tallies, empty_tallies
from w2vtui.training.engine.token_order import TokenOrder

SPAN_SECONDS = 0.05
"""How long a worker trains before it looks up: the delay of a pause, a stop or a changed
setting.
"""
FIRST_SPAN_TOKENS = 2_000
LEAST_SPAN_TOKENS = 50
SHORT_SHARE = 1 / 16
"""Of a span: what workers get that would otherwise wait for the others to end theirs."""


class _Job(NamedTuple):
    """What a worker does next."""

    plan: Plan
    n_tokens: int
    train: Callable[[Scratch, NDArray[np.float64]], None]


@dataclass(slots=True)
class _Spell:
    """What one worker has trained under one plan."""

    plan: Plan
    tokens: int = 0
    seconds: float = 0.0


class WorkerPool:
    """Worker threads over `nogil` kernels. They share, under one lock, the clock, and the weights:
    all at any time (Hogwild), or where the training is deterministic in rounds (rounds.py).
    """

    def __init__(
        self,
        backend: Backend,
        order: TokenOrder,
        plan: Plan,
        schedule: Schedule,
        *,
        clock: int = 0,
        earlier: NDArray[np.float64] | None = None,
        milestone: int | None = None,
        arrived: Callable[[], object] = lambda: None,
    ) -> None:
        """
        clock      where to begin
        earlier    float64 (8,): the tallies of what was trained before
        milestone  as `wait_at` takes it
        arrived    called when all text before the milestone is trained
        """
        self._backend = backend
        self._order = order
        self._changed = threading.Condition()
        self._clock = clock
        self._earlier = empty_tallies() if earlier is None else earlier
        self._milestone, self._arrived = milestone, arrived
        self._plan = plan
        self._schedule = schedule
        self._rounds = Rounds(backend, order) if backend.training.deterministic else None
        self._round: Round | None = None
        self._asking: set[int] = set()
        self._at_work: set[int] = set()
        self._held = False
        self._awaited: set[int] = set()
        self._paused = False
        self._stopped = False
        self._workers: list[threading.Thread] = []
        self._tallies: list[NDArray[np.float64]] = []
        self._spells: list[list[_Spell]] = []
        self.error: BaseException | None = None
        """The error that ended a worker; the others stop at their next span."""
        self.worked_until: float | None = None
        """When a worker last finished a span, on the monotonic clock; None while none has."""

    # ---- looking

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self._plan

    @property
    def schedule(self) -> Schedule:
        """The line of the learning rate in force."""
        return self._schedule

    @property
    def clock(self) -> int:
        """Training tokens handed out so far."""
        return self._clock

    @property
    def finished(self) -> bool:
        """Whether all the planned text has been handed out."""
        return self._clock >= self._schedule.planned

    @property
    def busy(self) -> bool:
        """Whether any worker is still training, or waiting for a pause to end."""
        return any(worker.is_alive() for worker in self._workers)

    @property
    def block_tokens(self) -> int | None:
        """Tokens that each of several deterministic workers trains in a round; else None."""
        return self._rounds.block_tokens(self._plan) if self._rounds else None

    def tallies(self) -> Tallies:
        """Sums over all workers of the run so far."""
        return Tallies.summed([self._earlier, *self._tallies])

    def tally_array(self) -> NDArray[np.float64]:
        """The same as the kernels keep them: float64 (8,)."""
        return np.sum([self._earlier, *self._tallies], axis=0)

    def tokens_of_workers(self) -> tuple[int, ...]:
        """Tokens trained by each worker of the run so far."""
        return tuple(Tallies.summed([one]).tokens for one in self._tallies)

    def spent(self) -> list[Spent]:
        """What was trained under each setting, and the workers' time for it."""
        sums: dict[ResolvedSettings, tuple[int, float]] = {}
        for spell in [spell for spells in self._spells for spell in spells.copy()]:
            tokens, seconds = sums.get(spell.plan.settings, (0, 0.0))
            sums[spell.plan.settings] = tokens + spell.tokens, seconds + spell.seconds
        return [Spent(settings, *sum_) for settings, sum_ in sums.items()]

    # ---- control

    def staff(self) -> None:
        """Start the workers that the plan calls for and that are missing; surplus ones leave at
        their next span.
        """
        wanted = self._plan.settings.workers
        for number in range(wanted):
            if number == len(self._workers):
                self._tallies.append(empty_tallies())
                self._spells.append([])
                self._workers.append(self._new_worker(number))
            elif not self._workers[number].is_alive():
                self._workers[number] = self._new_worker(number)

    def _new_worker(self, number: int) -> threading.Thread:
        worker = threading.Thread(
            target=self._work, args=(number,), name=f"w2vtui-worker-{number}", daemon=True
        )
        worker.start()
        return worker

    def adopt(self, plan: Plan, reschedule: Callable[[Schedule, int], Schedule]) -> int:
        """Let every span handed out from now on follow another plan; returns the clock at that
        moment.
        """
        with self._changed:
            self._plan = plan
            self._schedule = reschedule(self._schedule, self._clock)
            clock = self._clock
            self._changed.notify_all()
        self.staff()
        return clock

    @contextmanager
    def held(self) -> Iterator[int]:
        """Pause the workers between two spans within the block; gives the clock: every token before
        it is trained, none after it.

        Workers that are done first train short spans until the last has ended its long one, so
        that all are paused for a moment only.
        """
        with self._changed:
            self._held, self._awaited = True, set(self._at_work)
            self._changed.wait_for(lambda: not (self._awaited or self._at_work))
        try:
            yield self._clock
        finally:
            with self._changed:
                self._held = False
                self._changed.notify_all()

    def wait_at(self, milestone: int | None) -> None:
        """Hand out no text from this clock on until another milestone is named."""
        with self._changed:
            self._milestone = milestone
            self._changed.notify_all()

    @property
    def at_milestone(self) -> bool:
        """Whether all text before the milestone is trained."""
        return self._milestone is not None and self._clock >= self._milestone and not self._at_work

    def pause(self) -> None:
        """Hand out no more text for now."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Hand out text again."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self) -> None:
        """Hand out no more text."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait until every worker has left; their replicas go with them."""
        for worker in self._workers:
            worker.join()
        if self._rounds is not None:
            self._rounds.disband()

    # ---- the workers

    @property
    def _waits(self) -> bool:
        """Whether no text is handed out for now."""
        at_milestone = self._milestone is not None and self._clock >= self._milestone
        holds = self._held and not self._awaited
        return self._paused or holds or (at_milestone and not self.finished)

    @property
    def _until(self) -> int:
        """The clock at which no more text is handed out."""
        planned = self._schedule.planned
        return planned if self._milestone is None else min(planned, self._milestone)

    def _finish_span(self, number: int) -> None:
        """A span that a worker was given is trained, or given up."""
        with self._changed:
            self._at_work.discard(number)
            self._awaited.discard(number)
            self._changed.notify_all()
            arrived = self.at_milestone
        if arrived:
            self._arrived()

    def _next_job(self, number: int, most: int) -> _Job | None:
        """What a worker does next: a span of up to `most` tokens, or its part of a round. None
        when it is to leave.
        """
        with self._changed:
            self._asking.add(number)
            try:
                while self._round is None or not self._round.awaits(number):
                    workers = self._plan.settings.workers
                    if self._stopped or self.finished or number >= workers:
                        return None
                    if not self._waits and (self._rounds is None or workers == 1):
                        return self._next_span(number, most)
                    if not self._waits and self._asking.issuperset(range(workers)):
                        self._begin_round()
                    else:
                        self._changed.wait()
                first, stop = self._round.block(number)
                return _Job(self._round.plan, stop - first, partial(self._round.train, number))
            finally:
                self._asking.discard(number)

    def _next_span(self, number: int, most: int) -> _Job:
        plan, schedule = self._plan, self._schedule
        if self._held:
            most = int(most * SHORT_SHARE)
        # Towards the end spans shrink, so that all workers leave at about the same time.
        fair = (schedule.planned - self._clock) // (2 * plan.settings.workers)
        most = max(min(most, fair), LEAST_SPAN_TOKENS)
        span = self._order.span(self._clock, most, self._until)
        n_tokens = span.stop - span.first
        self._clock += n_tokens
        self._at_work.add(number)
        if self._rounds is not None:
            self._rounds.disband()
        rates = Rates.along(schedule, span)
        return _Job(plan, n_tokens, partial(self._backend.train_span, plan, span, rates))

    def _begin_round(self) -> None:
        assert self._rounds is not None
        self._round = self._rounds.next_round(
            self._plan, self._schedule, first=self._clock, until=self._until
        )
        self._clock = self._round.stop
        self._at_work.update(range(self._plan.settings.workers))
        self._changed.notify_all()

    def _work(self, number: int) -> None:
        """A worker's life: take a span, train it without the GIL, take the next."""
        most, spell, scratch = FIRST_SPAN_TOKENS, None, None
        try:
            while (job := self._next_job(number, most)) is not None:
                try:
                    if spell is None or job.plan is not spell.plan:
                        spell, scratch = _Spell(job.plan), self._backend.scratch(job.plan, number)
                        self._spells[number].append(spell)
                    assert scratch is not None
                    started = time.perf_counter()
                    job.train(scratch, self._tallies[number])
                    took = time.perf_counter() - started
                except threading.BrokenBarrierError:
                    raise
                except BaseException as error:
                    self.error = error  # before the span is given up: it is not trained
                    raise
                finally:
                    self._finish_span(number)
                self.worked_until = time.monotonic()
                spell.tokens += job.n_tokens
                spell.seconds += took
                fitting = job.n_tokens * SPAN_SECONDS / max(took, 1e-6)
                most = max(int(min(fitting, 4 * most)), LEAST_SPAN_TOKENS)
        except threading.BrokenBarrierError:  # another worker has died, and reports why
            self.stop()
        except BaseException as error:  # shown by the run, which looks here at every tick
            self.error = error
            if self._round is not None:
                self._round.give_up()
            self.stop()
