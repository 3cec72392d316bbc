"""The clock, the loss and the speed of a training, from the workers' counters."""

from __future__ import annotations

from w2vtui.training.engine.clocks import SpeedMeter, StopWatch
from w2vtui.training.engine.tallies import Tallies
from w2vtui.training.engine.workers import WorkerPool
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.measurements import PROBE_CONTEXTS


class Counters:
    """Read on the run's thread at every tick; any thread may use the values."""

    def __init__(self, curves: RunCurves) -> None:
        self._curves = curves
        self.watch = StopWatch()
        """Training time."""
        self.speed = SpeedMeter()
        """Of all threads together."""
        self.thread_speeds: list[SpeedMeter] = []
        """Of each thread that ever trained."""
        self.loss: float | None = None
        """nats a pair, between the last two readings that saw any"""
        self._read = Tallies()

    def resume_from(self, start: Checkpoint, tallies: Tallies) -> None:
        """Continue a checkpoint's clock and curves; tallies: all that was trained before it."""
        self.watch = StopWatch(start.seconds)
        curves = dict(start.curves)
        if start.probe is not None and start.probe.contexts != PROBE_CONTEXTS:
            curves.pop("probe", None)  # on another scale than what will be measured
        self._curves.restore(curves)
        self._read = tallies

    def read(self, pool: WorkerPool) -> bool:
        """Take a reading; return whether any pair was trained since the last one."""
        tallies, seconds, before = pool.tallies(), self.watch.seconds, self._read
        self._read = tallies
        pairs = tallies.pairs - before.pairs
        if pairs > 0:
            self.loss = (tallies.loss - before.loss) / pairs
            self._curves.loss.append(tallies.tokens, seconds, self.loss, pairs)
        if tallies.tokens > before.tokens:
            self.speed.read(seconds, tallies.tokens)
            for number, tokens in enumerate(pool.tokens_of_workers()):
                if number == len(self.thread_speeds):
                    self.thread_speeds.append(SpeedMeter())
                self.thread_speeds[number].read(seconds, tokens)
            if self.speed.now:  # one reading does not make a speed
                self._curves.speed.append(tallies.tokens, seconds, self.speed.now)
        return pairs > 0
