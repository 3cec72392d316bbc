"""Measures vectors while they train: the probe loss, watched words, churn, quality and health.

Each of these has its own budget of time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.plan import Moment, Plan
from w2vtui.training.measuring.budget import Budget
from w2vtui.training.measuring.churn import ChurnMeter
from w2vtui.training.measuring.gauges import Gauges
from w2vtui.training.measuring.known_questions import KnownQuestions
from w2vtui.training.measuring.moment_taker import MomentTaker
from w2vtui.training.measuring.neighbors import NeighborLookup
from w2vtui.training.measuring.norms import HealthMeter
from w2vtui.training.measuring.probe import ProbeSet
from w2vtui.training.measuring.quality import QualityMeter
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.measurements import Probe

POLL_SECONDS = 0.05
PROBE_COST_SHARE = 0.04
"""The share of one core that the probe may take."""
LEAST_PROBE_SECONDS, MOST_PROBE_SECONDS = 0.5, 5.0
"""The shortest and the longest time between two probes, whatever they cost."""


class Observer:
    """A thread that measures the vectors as they train, and holds the latest results."""

    def __init__(  # noqa: PLR0913 - all that the thread looks at
        self,
        backend: Backend,
        probe_set: ProbeSet | None,
        lookup: NeighborLookup,
        now: Callable[[], Moment],
        *,
        curves: RunCurves,
        taker: MomentTaker,
        quality_sets: QualitySets | None = None,
        looks_at_vectors: bool = True,
    ) -> None:
        """
        now               returns the plan and counters of the run
        taker             takes the moments of its history
        looks_at_vectors  whether churn, quality and lengths are measured
        """
        self._backend = backend
        self._probe_set = probe_set
        self._lookup = lookup
        self._now = now
        self._curves, self._taker = curves, taker
        vectors = lambda: backend.input_vectors  # noqa: E731
        self.churn = ChurnMeter(vectors, backend.training.seed, curves)
        self._looks_at_vectors = looks_at_vectors
        self.quality = QualityMeter(quality_sets or QualitySets(), backend, curves)
        self.health = HealthMeter(backend)
        self.gauges = Gauges(backend, probe_set, lookup, self.churn, self.quality)
        """For the run's thread, which measures where no worker is at work."""
        self._wake = threading.Event()
        self._changed = threading.Event()
        self._leave = threading.Event()
        self._thread: threading.Thread | None = None
        self._probe_clock = Budget(
            PROBE_COST_SHARE, least=LEAST_PROBE_SECONDS, most=MOST_PROBE_SECONDS
        )
        self._probed: tuple[Plan | None, int] = None, -1
        self.probe: Probe | None = None
        self.error: BaseException | None = None

    def start(self) -> None:
        """Take a first look, at untrained vectors, then start the thread that takes the others."""
        self._look_at_losses(leaving=False)
        self._wake.set()  # look at the vectors at once, before they have moved far
        thread = threading.Thread(target=self._main, name="w2vtui-observer", daemon=True)
        thread.start()
        self._thread = thread  # not before: it may find no memory

    def score_on(self, known: KnownQuestions) -> None:
        """Measure the quality on these questions from now on, for the first time at once."""
        self.quality.use(known)
        self.measure_quality()

    def measure_quality(self) -> None:
        """Measure the quality now instead of when it is next due."""
        self.quality.ask()
        self._wake.set()

    def look_soon(self) -> None:
        """Measure the probe now instead of when it is next due, since something has changed."""
        self._changed.set()
        self._wake.set()

    def finish(self) -> None:
        """End the thread, after a last look at the vectors."""
        self._leave.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _main(self) -> None:
        try:
            leaving = False
            while not leaving:  # a run may be over before this thread has begun
                self._wake.wait(POLL_SECONDS)
                self._wake.clear()
                leaving = self._leave.is_set()
                self._look_at_losses(leaving=leaving)
                self._taker.look(self._now(), leaving=leaving)
                if self._looks_at_vectors:
                    self._look_at_vectors(self._now(), leaving=leaving)
        except BaseException as error:  # shown by the run, which looks here at every tick
            self.error = error

    def _look_at_losses(self, *, leaving: bool) -> None:
        """Measure and look up what is due, or on leaving everything that is not up to date."""
        if changed := self._changed.is_set():
            self._changed.clear()
        moment = self._now()  # after that: what has changed is in it
        plan, tokens = moment.plan, moment.tokens
        due = leaving or changed or self._probe_clock.is_due
        probed_plan, probed_tokens = self._probed
        if self._probe_set and due and (plan is not probed_plan or tokens != probed_tokens):
            with self._probe_clock.timed():
                probe = self._probe_set.measure(self._backend, plan, tokens)
            self.probe = probe
            self._curves.probe.append(
                tokens, moment.seconds, probe.loss, standard_error=probe.standard_error
            )
            self._probed = plan, tokens
        self._lookup.look(moment, leaving=leaving)

    def _look_at_vectors(self, moment: Moment, *, leaving: bool) -> None:
        """Take the measurements that read many vectors, and that a start does not wait for."""
        self.health.look(moment, leaving=leaving)
        self.churn.look(moment)
        self.quality.look(moment, leaving=leaving)
