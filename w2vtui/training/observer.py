"""Everything looked at while training goes on: the probe loss and the watched words, on their own
slow clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from w2vtui.training.backend import CpuBackend, Plan
from w2vtui.training.breakpoints import Breakpoints
from w2vtui.training.history import Curve
from w2vtui.training.lookout import Lookout
from w2vtui.training.probe import ProbeSet
from w2vtui.training.snapshot import Neighbors, Probe
from w2vtui.training.watch import nearest
from w2vtui.vectors import KeyedVectors

PROBE_COST_SHARE = 0.04
"""The probe may take this share of one core,"""
LEAST_PROBE_SECONDS, MOST_PROBE_SECONDS = 0.5, 5.0
"""but comes no more and no less often than this."""
WATCH_COST_SHARE = 0.02
LEAST_WATCH_SECONDS = 0.5
WATCH_TOP = 10


class Observer:
    """A thread that measures the vectors as they train and keeps the last results for whoever
    reads them.
    """

    def __init__(
        self,
        backend: CpuBackend,
        probe_set: ProbeSet | None,
        plan_and_tokens: Callable[[], tuple[Plan, int, float]],
        *,
        breakpoints: Breakpoints,
    ) -> None:
        """plan_and_tokens gives the plan in force, the tokens trained and the training seconds;
        what the breakpoints ask is looked up.
        """
        self._backend = backend
        self._probe_set = probe_set
        self._now = plan_and_tokens
        vocab = backend.corpus.vocab
        self._words = KeyedVectors(vocab.words, backend.input_vectors, counts=vocab.counts)
        self.lookout = Lookout(backend, self._words, breakpoints)
        self._wanted: tuple[str, ...] = ()
        self._wake = threading.Event()
        self._changed = threading.Event()
        self._leave = threading.Event()
        self._thread: threading.Thread | None = None
        self._probe_due = self._watch_due = 0.0
        self._probed: tuple[Plan | None, int] = None, -1
        self.probe: Probe | None = None
        self.neighbors: tuple[Neighbors, ...] = ()
        self._neighbors_tokens = -1
        self.probe_curve = Curve()
        """Probe loss, nats."""
        self.error: BaseException | None = None

    def start(self) -> None:
        """Take a first look, at untrained vectors, then go on looking in a thread."""
        self._look(leaving=False)
        self._thread = threading.Thread(target=self._main, name="w2vtui-observer", daemon=True)
        self._thread.start()

    def watch(self, queries: tuple[str, ...]) -> None:
        """Name the queries whose nearest words are kept up to date from now on."""
        self._wanted = queries
        self._wake.set()

    def look_soon(self) -> None:
        """Measure the probe now, not when it is next due: something has changed."""
        self._changed.set()
        self._wake.set()

    def finish(self) -> None:
        """Leave, after a last look at the vectors as they are."""
        self._leave.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _main(self) -> None:
        try:
            while not self._leave.is_set():
                self._wake.wait(max(min(self._probe_due, self._watch_due) - time.monotonic(), 0.05))
                self._wake.clear()
                self._look(leaving=self._leave.is_set())
        except BaseException as error:  # shown by the run, which looks here at every tick
            self.error = error

    def _look(self, *, leaving: bool) -> None:
        """Measure and look up what is due, or on leaving all that is not of this very moment."""
        plan, tokens, seconds = self._now()
        started = time.monotonic()
        due = leaving or self._changed.is_set() or started >= self._probe_due
        self._changed.clear()
        probed_plan, probed_tokens = self._probed
        if self._probe_set and due and (plan is not probed_plan or tokens != probed_tokens):
            self.probe = self._probe_set.measure(self._backend, plan, tokens)
            self.probe_curve.append(tokens, seconds, self.probe.loss)
            self._probed = plan, tokens
            pause = (time.monotonic() - started) / PROBE_COST_SHARE
            self._probe_due = started + min(max(pause, LEAST_PROBE_SECONDS), MOST_PROBE_SECONDS)
        started, wanted = time.monotonic(), self._wanted
        answered = tuple(found.query for found in self.neighbors)
        stale = bool(wanted) and tokens != self._neighbors_tokens
        if wanted != answered or (stale and (leaving or started >= self._watch_due)):
            self.neighbors = tuple(
                nearest(self._backend, self._words, query, WATCH_TOP, tokens) for query in wanted
            )
            self._neighbors_tokens = tokens
            pause = max(LEAST_WATCH_SECONDS, (time.monotonic() - started) / WATCH_COST_SHARE)
            self._watch_due = started + pause
        self.lookout.look(tokens)
