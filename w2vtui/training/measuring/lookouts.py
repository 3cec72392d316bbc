"""At which tokens the conditions of breakpoints are looked at.

    epoch 3, tokens 5M    at that very token
    all others            on a grid, at multiples of a step: 1/256 of an epoch, or more tokens where
                          measuring would take more than SHARE of the training
    minutes 10            by the clock, the only one

The step depends on the text and the settings alone, so a run that a condition ends, ends at the
same token every time; with one worker, or with any number under `deterministic`, also with the same
bits. In deterministic training of several workers a look waits for the end of a round, since a
round that is cut gives other bits; only `epoch` and `tokens` cut it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from w2vtui.training.costs.cost_model import CostModel
from w2vtui.training.engine.dispatcher import Dispatcher, Marks
from w2vtui.training.engine.plan import Moment
from w2vtui.training.live.conditions import Condition, Kind
from w2vtui.training.live.waiting import Breakpoint, Breakpoints
from w2vtui.training.measuring.gauges import Gauges
from w2vtui.training.state.snapshot import Snapshot

SHARE = 0.08
"""The largest share of the training that a kind of measurement is predicted to take."""
MOST_LOOKS_AN_EPOCH = 256
_LEAST_SECONDS_A_TOKEN = 1e-9

_DUE = "due"
_KINDS: tuple[Kind, ...] = get_args(Kind)


class Lookouts:
    """Looks at the conditions of a run at marks, and makes the workers wait there.

    The run's thread looks; any thread may call `schedule` after it added or removed breakpoints.
    """

    def __init__(
        self,
        breakpoints: Breakpoints,
        dispatcher: Dispatcher,
        gauges: Gauges,
        now: Callable[[], Moment],
        *,
        costs: CostModel,
        tokens_per_epoch: int,
    ) -> None:
        """now: the plan and the counters of the run."""
        self._breakpoints, self._dispatcher = breakpoints, dispatcher
        self._gauges, self._now = gauges, now
        self._costs, self._tokens_per_epoch = costs, tokens_per_epoch
        self._lock = threading.Lock()
        self._due: dict[Kind, int] = {}
        self._looked_at: set[Kind] | None = None
        """What was measured at the mark where the workers wait; None while they train."""

    # ---- when

    def begin(self, saved: Mapping[str, NDArray[np.float64]]) -> None:
        """Before the workers begin: wait at the first marks, or at those of a checkpoint."""
        if _DUE in saved:
            due = zip(_KINDS, saved[_DUE].astype(np.int64).tolist(), strict=False)
            self._due = {kind: clock for kind, clock in due if clock >= 0}
        self._gauges.restore(saved)
        if "loss" in self._kinds() and "loss" not in self._due:
            self._gauges.begin(self._now())
        self.schedule()

    def schedule(self) -> None:
        """Wait at the next marks of all breakpoints."""
        with self._lock:
            if self._looked_at is not None:  # the run's thread schedules once it has acted
                return
            kinds = self._kinds()
            self._due = {kind: clock for kind, clock in self._due.items() if kind in kinds}
            steps = {kind: self._step(kind) for kind in kinds - self._due.keys()}
            self._dispatcher.look_at(lambda clock: self._marks(clock, steps))

    def _marks(self, clock: int, steps: Mapping[Kind, int]) -> Marks:
        self._due |= {kind: (clock // step + 1) * step for kind, step in steps.items()}
        exact = (one.condition.exact_mark(self._tokens_per_epoch) for one in self._breakpoints)
        return Marks(
            exact=min((mark for mark in exact if mark is not None), default=None),
            coarse=min(self._due.values(), default=None),
        )

    def _kinds(self) -> set[Kind]:
        kinds = (one.condition.kind for one in self._breakpoints)
        return {kind for kind in kinds if kind is not None}

    def _step(self, kind: Kind) -> int:
        """Tokens from one look to the next, under the present settings."""
        plan, planned = self._dispatcher.plan, self._dispatcher.schedule.planned
        seconds = self._gauges.seconds(kind, plan, len(self._queries()))
        # Predicted without the run's own measurements, which differ each time.
        per_token = self._costs.seconds_a_token(plan.settings, []) / plan.settings.workers
        dear = math.ceil(seconds / (SHARE * max(per_token, _LEAST_SECONDS_A_TOKEN)))
        step = max(math.ceil(self._tokens_per_epoch / MOST_LOOKS_AN_EPOCH), dear)
        return self._gauges.churn.step(step, planned) if kind == "churn" else step

    def _queries(self) -> dict[str, int]:
        """How many nearest words of each query the breakpoints want."""
        wanted: dict[str, int] = {}
        for one in self._breakpoints:
            for query in one.condition.queries:
                wanted[query] = max(wanted.get(query, 0), one.condition.top)
        return wanted

    # ---- looking, on the run's thread

    def look(self, snapshot: Callable[[], Snapshot]) -> list[tuple[Breakpoint, str]]:
        """The breakpoints met at the mark where the workers wait, until `move_on`.

        snapshot   the run as it is now
        """
        clock = self._dispatcher.clock
        with self._lock:
            due = {kind for kind in _KINDS if self._due.get(kind, clock + 1) <= clock}
            self._looked_at = due
        return self._met(due, snapshot)

    def move_on(self) -> None:
        """Let the workers train up to the next marks."""
        with self._lock:
            assert self._looked_at is not None
            for kind in self._looked_at:
                del self._due[kind]
            self._looked_at = None
        self.schedule()

    def last_look(self, snapshot: Callable[[], Snapshot]) -> list[tuple[Breakpoint, str]]:
        """The breakpoints met at the end of the training."""
        return self._met(self._kinds(), snapshot)

    def by_clock(self, snapshot: Callable[[], Snapshot]) -> list[tuple[Breakpoint, str]]:
        """The breakpoints met by the wall clock, wherever the workers are."""
        if not any(one.condition.by_clock for one in self._breakpoints):
            return []
        return self._breakpoints.met(snapshot(), lambda condition: condition.by_clock)

    def _met(
        self, kinds: set[Kind], snapshot: Callable[[], Snapshot]
    ) -> list[tuple[Breakpoint, str]]:
        ordered = [kind for kind in _KINDS if kind in kinds]
        shot = self._gauges.look(ordered, self._queries(), self._now(), snapshot())

        def is_looked_at(condition: Condition) -> bool:
            exact = condition.exact_mark(self._tokens_per_epoch) is not None
            return exact or condition.kind in kinds

        return self._breakpoints.met(shot, is_looked_at)

    # ---- checkpoints

    def ends_round(self, breakpoint: Breakpoint) -> bool:
        """Whether a breakpoint that is met ended a round of deterministic training where it is."""
        exact = breakpoint.condition.exact_mark(self._tokens_per_epoch) is not None
        return exact and self._dispatcher.cuts_rounds

    def saved(self) -> dict[str, NDArray[np.float64]]:
        """Where it looks next, and what it remembers."""
        due = [self._due.get(kind, -1) for kind in _KINDS]
        return {_DUE: np.array(due, dtype=np.float64)} | self._gauges.saved()
