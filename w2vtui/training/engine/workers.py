"""The worker threads of a run, and what each has trained."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.settings import ResolvedSettings
from w2vtui.training.costs.cost_model import Measurement
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.dispatcher import LEAST_SPAN_TOKENS, Dispatcher, Job
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.plan import Plan
from w2vtui.training.engine.tallies import Tallies, empty_tallies

SPAN_SECONDS = 0.05
"""How long a span lasts, and so the delay of a pause, a stop or a changed setting."""
FIRST_SPAN_TOKENS = 2_000
_FIRST_SPAN_CONTEXTS = 100_000
"""About as many contexts of a long window take no longer than a span should."""


@dataclass(slots=True)
class _Stint:
    """What one worker has trained under one plan."""

    plan: Plan
    tokens: int = 0
    seconds: float = 0.0


class WorkerPool:
    """Worker threads over `nogil` kernels; each trains the spans that the dispatcher gives it."""

    def __init__(
        self,
        backend: Backend,
        dispatcher: Dispatcher,
        *,
        earlier: NDArray[np.float64] | None = None,
    ) -> None:
        """
        earlier   float64 (8,), the tallies of what was trained before; or (1 + n, 8), as
                  `tally_rows` gave them
        """
        self._backend = backend
        self.dispatcher = dispatcher
        rows = [empty_tallies()] if earlier is None else np.atleast_2d(earlier)
        self._earlier = rows[0]
        self._workers: list[threading.Thread] = []
        self._tallies: list[NDArray[np.float64]] = []
        for row in rows[1:]:
            self._tallies.append(empty_tallies())
            self._tallies[-1][:] = row
        self._stints: list[list[_Stint]] = []
        self.most_speed: float | None = None
        """Tokens a second, all workers together, that they do not exceed; None for no limit."""
        self.error: BaseException | None = None
        """The error that ended a worker; the others stop at their next span."""
        self.worked_until: float | None = None
        """When a worker last finished a span, in monotonic time; None before the first."""

    @property
    def busy(self) -> bool:
        """Whether any worker is still training, or waiting for a pause to end."""
        return any(worker.is_alive() for worker in self._workers)

    def tallies(self) -> Tallies:
        """Sums over all workers of the run so far."""
        return Tallies.summed([self._earlier, *self._tallies])

    def tally_array(self) -> NDArray[np.float64]:
        """The same sums in the order of the kernels: float64 (8,)."""
        sums: NDArray[np.float64] = self.tally_rows().sum(axis=0)
        return sums

    def tally_rows(self) -> NDArray[np.float64]:
        """What was trained before, then by each worker: float64 (1 + n, 8).

        A sum of losses that continues from these is the same to the last bit as one that was never
        interrupted.
        """
        return np.array([self._earlier, *self._tallies])

    def tokens_of_workers(self) -> tuple[int, ...]:
        """Tokens trained by each worker of the run so far."""
        return tuple(Tallies.summed([one]).tokens for one in self._tallies)

    def measurements(self) -> list[Measurement]:
        """The tokens trained under each setting, and the workers' time for them."""
        sums: dict[ResolvedSettings, tuple[int, float]] = {}
        for stint in [stint for stints in self._stints for stint in stints.copy()]:
            tokens, seconds = sums.get(stint.plan.settings, (0, 0.0))
            sums[stint.plan.settings] = tokens + stint.tokens, seconds + stint.seconds
        return [Measurement(settings, *sum_) for settings, sum_ in sums.items()]

    def staff(self) -> None:
        """Start workers up to the number that the plan asks for; surplus workers leave at their
        next span.
        """
        wanted = self._backend.n_workers(self.dispatcher.plan.settings)
        for number in range(wanted):
            if number == len(self._workers):
                if number == len(self._tallies):
                    self._tallies.append(empty_tallies())
                self._stints.append([])
                self._workers.append(self._new_worker(number))
            elif not self._workers[number].is_alive():
                self._workers[number] = self._new_worker(number)

    def adopt(self, plan: Plan, reschedule: Callable[[Schedule, int], Schedule]) -> int:
        """Use another plan, and its number of workers, for every span from now on.

        Returns the clock at that point. The arguments are those of `Dispatcher.adopt`.
        """
        clock = self.dispatcher.adopt(plan, reschedule)
        self.staff()
        return clock

    def wait(self, timeout: float) -> None:
        """Wait until every worker has left, for this many seconds at most."""
        until = time.monotonic() + timeout
        for worker in self._workers:
            worker.join(max(until - time.monotonic(), 0))

    def join(self) -> None:
        """Wait until every worker has left, then free their replicas."""
        for worker in self._workers:
            worker.join()
        self.dispatcher.disband()

    def _new_worker(self, number: int) -> threading.Thread:
        worker = threading.Thread(
            target=self._work, args=(number,), name=f"w2vtui-worker-{number}", daemon=True
        )
        worker.start()
        return worker

    def _work(self, number: int) -> None:
        """The body of a worker's thread."""
        try:
            self._train_spans(number)
        except threading.BrokenBarrierError:  # another worker has died, and reports why
            self.dispatcher.stop()
        except BaseException as error:  # raised by the run, which looks here at every tick
            self.error = error
            self.dispatcher.give_up()

    def _train_spans(self, number: int) -> None:
        """Take a span, train it without the GIL, take the next."""
        most, stint, scratch = 0, None, None  # most: tokens of the next span under its plan

        def span_tokens(plan: Plan) -> int:
            is_known = stint is not None and plan is stint.plan
            return most if is_known else first_span_tokens(plan.settings.reach)

        while (job := self.dispatcher.next_job(number, span_tokens)) is not None:
            with self._finishing(number):
                if stint is None or job.plan is not stint.plan:
                    stint, scratch = _Stint(job.plan), self._backend.scratch(job.plan, number)
                    self._stints[number].append(stint)
                    most = first_span_tokens(job.plan.settings.reach)
                assert scratch is not None
                started = time.perf_counter()
                job.train(scratch, self._tallies[number])
                took = time.perf_counter() - started
            self.worked_until = time.monotonic()
            stint.tokens += job.n_tokens
            stint.seconds += took
            fitting = job.n_tokens * SPAN_SECONDS / max(took, 1e-6)
            if (share := self._rest(job, took)) is not None:
                fitting = min(fitting, share * SPAN_SECONDS)
            most = max(int(min(fitting, 4 * most)), LEAST_SPAN_TOKENS)

    def _rest(self, job: Job, took: float) -> float | None:
        """Wait after a span, so that the speed is not exceeded; return a worker's share of it, None
        without a limit.

        The limit may be changed or lifted, and the run stopped, in the meantime.
        """
        began = time.monotonic() - took
        while (most_speed := self.most_speed) is not None:
            share = most_speed / self._backend.n_workers(job.plan.settings)
            left = began + job.n_tokens / share - time.monotonic()
            if left <= 0 or self.dispatcher.stopped:
                return share
            time.sleep(min(left, SPAN_SECONDS))
        return None

    @contextmanager
    def _finishing(self, number: int) -> Iterator[None]:
        """Report a worker's job as finished after the block.

        `error` is set first, so that a failed span is never taken for a trained one.
        """
        try:
            yield
        except threading.BrokenBarrierError:
            raise
        except BaseException as error:
            self.error = error
            raise
        finally:
            self.dispatcher.finish_job(number)


def first_span_tokens(window: int) -> int:
    """The tokens of a worker's first span under a plan, whose speed is not known yet."""
    return max(min(FIRST_SPAN_TOKENS, _FIRST_SPAN_CONTEXTS // window), LEAST_SPAN_TOKENS)
