"""One trial of a sweep: a run that is trained, measured at equal parts, and given up if behind."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from w2vtui.errors import DiskError, RunError, W2vtuiError
from w2vtui.runs.disk.checkpoint_files import remove_older
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.recording.unattended import unattended
from w2vtui.sweeping.outcome.readings import Readings
from w2vtui.sweeping.outcome.results import N_STEPS, State, TrialResult, TrialShot
from w2vtui.sweeping.space import Point
from w2vtui.sweeping.yardstick import Yardstick
from w2vtui.training.run import Run

POLL_SECONDS = 0.05
PREPARING_SECONDS = 2.0
"""The most that counts of the time before a trial trains: kernels are compiled once, and not in the
trials that follow.
"""
Judge = Callable[[int, float], bool]
"""Says of a step and the value after it whether the trial should be given up."""


class Trial:
    """A run of a sweep, from its start to its end."""

    def __init__(
        self,
        number: int,
        point: Point,
        run: Run,
        recorder: Recorder,
        yardstick: Yardstick,
        *,
        is_whole: bool = False,
    ) -> None:
        """The run is not started, and nothing else looks after its recorder."""
        self.number, self.point, self.is_whole = number, point, is_whole
        self._run, self._recorder, self._yardstick = run, recorder, yardstick
        self._readings, self._steps = Readings(), list[float]()
        self._began, self._is_prepared = time.monotonic(), False
        self._given_up = threading.Event()

    def shot(self) -> TrialShot:
        """What it looks like now; for any thread."""
        folder, run, value = self._recorder.folder, self._run.snapshot(), self._readings.last
        return TrialShot(
            number=self.number,
            point=self.point,
            is_whole=self.is_whole,
            run=None if folder is None else folder.name,
            seconds=round(time.monotonic() - self._began, 1),
            value=value if value is not None and math.isfinite(value) else None,
            state=run.state,
            activity=run.activity,
            fraction=round(run.progress.fraction, 4),
            words_per_second=round(run.speed.now),
        )

    def give_up(self) -> None:
        """End it early, as if it were behind; for any thread."""
        self._given_up.set()

    def train(self, judge: Judge, stopping: threading.Event, deadline: float) -> TrialResult:
        """Train it to its end, until it is given up, or until it should stop.

        deadline   on the monotonic clock, when it is to stop

        Raises:
            DiskError: it cannot be saved.
        """
        run, recorder = self._run, self._recorder
        state: State = "done"
        error: W2vtuiError | None = None
        try:
            with unattended(run, recorder):
                while not run.is_over(POLL_SECONDS):
                    if stopping.is_set() or time.monotonic() > deadline:
                        state = "started"
                    elif self._given_up.is_set() or self._is_behind(judge):
                        state = "given up"
                    if state != "done":
                        run.stop()
                        break
                run.wait()
        except DiskError:
            raise
        except W2vtuiError as trouble:
            state, error = "failed", trouble
        if recorder.failed:
            said = recorder.messages()[-1:] or ["its last checkpoint could not be written"]
            raise DiskError(f"trial {self.number} cannot be saved: {said[0]}")
        return self._result(state, error)

    def _is_behind(self, judge: Judge) -> bool:
        """Take in the newest measurement; whether the trial is to be given up for it."""
        shot = self._run.snapshot()
        planned = shot.progress.tokens_planned
        if not planned:
            return False
        if not self._is_prepared:
            self._is_prepared = True
            self._began = max(self._began, time.monotonic() - PREPARING_SECONDS)
            curves = {name: curve.rows() for name, curve in self._run.curves.named().items()}
            self._readings.rows = self._yardstick.readings(curves)  # of a resumed run
        self._readings.add(self._yardstick.reading(shot))
        step = len(self._steps) + 1
        if step > N_STEPS or shot.progress.tokens < step * planned / N_STEPS:
            return False
        place, late = step * planned / N_STEPS, planned / N_STEPS
        value = self._readings.at(place, late)
        if value is None:
            if not self._yardstick.is_loss and self._readings.may_reach(place, late):
                self._run.measure_quality()
            return False
        self._steps.append(value)
        return judge(step, value)

    def _result(self, state: State, error: W2vtuiError | None) -> TrialResult:
        shot = self._run.snapshot()
        self._readings.add(self._yardstick.reading(shot))
        folder, value = self._recorder.folder, self._readings.last
        reason = None if error is None else str(error)
        if state == "done" and shot.progress.fraction < 1:
            state = "started"  # something else has stopped it
        if state == "done" and (value is None or not math.isfinite(value)):
            state, reason = "failed", f"no {self._yardstick.name} could be measured"
        if folder is not None and state != "started":
            with suppress(DiskError, RunError):  # they take room, and do no other harm
                remove_older(folder)
        return TrialResult(
            number=self.number,
            point=self.point,
            state=state,
            value=value,
            steps=tuple(self._steps),
            seconds=round(time.monotonic() - self._began, 3),
            words_per_second=round(shot.speed.mean),
            run=None if folder is None else folder.name,
            error=reason,
            fraction=round(shot.progress.fraction, 4),
            is_whole=self.is_whole,
        )
