"""A sweep at work on a thread of its own: trial after trial, then the best on the whole text.

Viewers read `shot()` on a timer, as they do of a run.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
import threading
import time
from collections import deque

from w2vtui.errors import RunError
from w2vtui.sweeping.outcome.results import TrialResult, TrialShot, best_of, ranked
from w2vtui.sweeping.proposing import Proposal, Proposer
from w2vtui.sweeping.publishing import Publisher
from w2vtui.sweeping.setting_up import SetUp
from w2vtui.sweeping.space import Point
from w2vtui.sweeping.trial import Judge, Trial
from w2vtui.sweeping.trial_opening import TrialOpener
from w2vtui.sweeping.watched_sweep import OVER, About, SweepShot, SweepState

_WORTH_STARTING = 0.5
"""Of the time that a trial takes: with less left, none is started."""
_MOST_FAILURES = 3
"""Trials in a row that fail before the sweep gives up."""


class Sweep:
    """One sweep, from where it was left to its end; its folder shows it to other processes."""

    is_apart = is_attached = False

    def __init__(self, plan: SetUp) -> None:
        """plan: nothing else works on its store, which this releases at the end."""
        self.plan = plan
        request = plan.request
        self._proposer = Proposer(
            request.space,
            is_loss=request.yardstick.is_loss,
            seed=request.space.training.seed,
            gives_up=request.gives_up,
        )
        self._results = plan.store.results()
        self._n_trials = plan.n_trials
        self._messages: deque[str] = deque(maxlen=100)
        self._opener = TrialOpener(plan, self._messages)
        self._stopping, self._ended = threading.Event(), threading.Event()
        self._state: SweepState = "preparing"
        self._current: Trial | None = None
        self._error: BaseException | None = None

    # ---- for any thread

    @property
    def about(self) -> About:
        """What stays the same of it."""
        return self.plan.about

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._main, name="w2vtui-sweep", daemon=True).start()

    def stop(self) -> None:
        """End it in good order: the trial at work can be resumed."""
        self._stopping.set()

    def give_up(self) -> None:
        """End the trial at work, and begin the next one."""
        current = self._current
        if current is not None:
            current.give_up()

    def leave(self) -> None:
        """Does nothing: it ends with this process."""

    def is_over(self, timeout: float | None) -> bool:
        """Whether it has ended; waits up to `timeout` seconds for it, or for ever."""
        return self._ended.wait(timeout)

    def wait(self) -> None:
        """Wait for its end. Raises the error that ended it."""
        self._ended.wait()
        if self._error is not None:
            raise self._error

    def shot(self) -> SweepShot:
        """What it looks like now."""
        results, current = tuple(self._results), self._current
        shown = None if current is None else current.shot()
        spent = sum(one.seconds for one in results if not one.is_whole)
        return SweepShot(
            state="stopping" if self._is_stopping else self._state,
            results=tuple(one for one in results if one.state != "started"),
            current=shown,
            n_trials=self._n_trials,
            seconds=spent + (0 if shown is None or shown.is_whole else shown.seconds),
            eta_seconds=None if self._state in OVER else self._eta(results, shown),
            messages=tuple(self._messages),
            error=self._error,
        )

    @property
    def _is_stopping(self) -> bool:
        """Whether it is asked to end, and has not."""
        return self._stopping.is_set() and self._state in ("preparing", "training")

    @property
    def best(self) -> TrialResult | None:
        """The best trial so far."""
        return best_of(self._results, self.plan.request.yardstick)

    # ---- the thread

    def _main(self) -> None:
        publisher = Publisher(self)
        publisher.start()
        try:
            self._state = "training"
            self._try_points()
            self._train_whole()
            self._state = "stopped" if self._stopping.is_set() else "done"
        except BaseException as error:  # raised again by `wait`
            self._error, self._state = error, "failed"
        finally:
            self._current = None
            publisher.close()
            self.plan.store.release()
            self._ended.set()

    def _try_points(self) -> None:
        """Train trials until all are over, or the time is."""
        n_failed = 0
        while not self._stopping.is_set():
            over = [one for one in self._trials() if one.state != "started"]
            number = len(over) + 1
            if number > self._n_trials:
                return
            deadline = self._deadline(over)
            if deadline < time.monotonic():
                self._messages.append("the time is over")
                return
            started = next((one for one in self._trials() if one.state == "started"), None)
            proposal = self._proposal(over, number, started)
            if proposal is None:
                return
            result = self._train(number, proposal.point, proposal.should_end, deadline, started)
            n_failed = n_failed + 1 if result.state == "failed" else 0
            if n_failed >= _MOST_FAILURES:
                raise RunError(f"{n_failed} trials in a row failed, the last one: {result.error}")
            if result.state == "started" and not self._stopping.is_set():
                self._messages.append(
                    f"the time is over: trial {number} was stopped; more --minutes continue it"
                )
                return

    def _train_whole(self) -> None:
        """Train the best settings again, on the whole text."""
        if not self.plan.sees_part:
            return
        limits, yardstick = self.plan.request.limits, self.plan.request.yardstick
        done = [one for one in ranked(self._trials(), yardstick) if one.state == "done"]
        for trial in done[: limits.whole]:
            if self._stopping.is_set():
                return
            known = next((one for one in self._wholes() if one.point == trial.point), None)
            if known is not None and known.state != "started":
                continue
            self._train(trial.number, trial.point, lambda step, value: False, math.inf, known,
                        is_whole=True)  # fmt: skip

    def _train(
        self,
        number: int,
        point: Point,
        judge: Judge,
        deadline: float,
        started: TrialResult | None,
        *,
        is_whole: bool = False,
    ) -> TrialResult:
        """Train one run and note what came of it."""
        trial = self._opener.opened(number, point, started, is_whole=is_whole)
        if isinstance(trial, TrialResult):
            self._note(trial)
            return trial
        now = TrialResult(number=number, point=point, state="started", is_whole=is_whole)
        self._note(dataclasses.replace(now, run=started.run if started else None))
        self._current = trial
        try:
            result = trial.train(judge, self._stopping, deadline)
        finally:
            self._current = None
        earlier = 0.0 if started is None else started.seconds
        result = dataclasses.replace(result, seconds=result.seconds + earlier)
        self._note(result)
        return result

    def _proposal(
        self, over: list[TrialResult], number: int, started: TrialResult | None
    ) -> Proposal | None:
        if started is not None:
            return self._proposer.again(over, number, started.point)
        return self._proposer.next(over, number, self._n_trials)

    def _note(self, result: TrialResult) -> None:
        """Store what is known of a trial, in place of what was known."""
        self.plan.store.note(result)
        key = result.is_whole, result.number
        others = [one for one in self._results if (one.is_whole, one.number) != key]
        self._results = [*others, result]

    # ---- what is left

    def _trials(self) -> list[TrialResult]:
        return [one for one in self._results if not one.is_whole]

    def _wholes(self) -> list[TrialResult]:
        return [one for one in self._results if one.is_whole]

    def _deadline(self, over: list[TrialResult]) -> float:
        """When the trials must end, on the monotonic clock; in the past if none should start."""
        minutes = self.plan.request.limits.minutes
        if minutes is None:
            return math.inf
        left = 60 * minutes - sum(one.seconds for one in self._trials())
        full = [one.seconds for one in over if one.state == "done"]
        needed = statistics.mean(full) if full else 0.0
        return time.monotonic() + left if left > _WORTH_STARTING * needed else -math.inf

    def _eta(self, results: tuple[TrialResult, ...], current: TrialShot | None) -> float:
        """Seconds to the end: by the trials so far, or by the cost model before there are any."""
        cost, limits = self.plan.cost, self.plan.request.limits
        over = [one for one in results if not one.is_whole and one.state != "started"]
        done = [one.seconds for one in over if one.state == "done"]
        each = statistics.mean([one.seconds for one in over]) if over else cost.trial_seconds
        left = max(self._n_trials - len(over), 0) * each
        if current is not None:
            left -= min(current.seconds, each)
        if limits.minutes is not None:
            left = min(left, max(60 * limits.minutes - sum(one.seconds for one in over), 0.0))
        pace = statistics.mean(done) / cost.trial_seconds if done else 1.0
        n_whole = max(limits.whole - len(self._wholes()), 0)
        return max(left, 0.0) + n_whole * cost.whole_seconds * pace
