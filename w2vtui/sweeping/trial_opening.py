"""Opens the trials of a sweep: new ones, and those that it was left in the middle of."""

from __future__ import annotations

from collections import deque
from functools import partial
from pathlib import Path

from w2vtui.errors import DiskError, RunError, W2vtuiError
from w2vtui.runs.opening import open_run
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.runs.resuming.wanted_changes import RunIsDoneError
from w2vtui.sweeping.outcome.finished import finished_trial
from w2vtui.sweeping.outcome.results import TrialResult
from w2vtui.sweeping.setting_up import SetUp
from w2vtui.sweeping.space import Point
from w2vtui.sweeping.trial import Trial


class TrialOpener:
    """The runs behind the trials of a sweep."""

    def __init__(self, plan: SetUp, messages: deque[str]) -> None:
        """messages: gets what is to be said of runs that are opened."""
        self._plan, self._messages = plan, messages

    def opened(
        self, number: int, point: Point, started: TrialResult | None, *, is_whole: bool
    ) -> Trial | TrialResult:
        """A trial: new, or resumed from the last checkpoint of the run that it was; the result of
        one whose run is done. A run that is not as the sweep has left it stays, and another begins.

        Raises:
            W2vtuiError: a new run cannot begin.
        """
        folder = self._run_of(number, started, is_whole=is_whole)
        if folder is not None:
            try:
                return self._resumed(folder, number, point, is_whole=is_whole)
            except W2vtuiError as error:
                self._messages.append(f"trial {number} begins again, {folder.name} stays: {error}")
        request = self._request(point, number, is_whole=is_whole)
        read = partial(self._plan.texts.read, request)
        run, recorder = open_run(request, self._messages.append, read)
        if recorder is None:
            raise DiskError(f"trial {number} cannot be saved: {self._messages[-1]}")
        yardstick = self._plan.request.yardstick
        return Trial(
            number, point, yardstick=yardstick, is_whole=is_whole, run=run, recorder=recorder
        )

    def _resumed(
        self, folder: Path, number: int, point: Point, *, is_whole: bool
    ) -> Trial | TrialResult:
        """A trial that was interrupted, or the result of one that was over.

        Raises:
            W2vtuiError: its run is not as the sweep has left it.
        """
        yardstick = self._plan.request.yardstick
        try:
            taken = resumption(folder)
            run = taken.run(partial(self._plan.texts.read, taken.request))
        except RunIsDoneError:
            done = finished_trial(folder, number, point, yardstick, is_whole=is_whole)
            if done is None:
                raise RunError("it was changed") from None
            return done
        return Trial(
            number, point, yardstick=yardstick, is_whole=is_whole, run=run, recorder=taken.recorder
        )

    def _run_of(self, number: int, started: TrialResult | None, *, is_whole: bool) -> Path | None:
        """The folder of a run that was interrupted; None without one."""
        if started is None:
            return None
        named = f"{self._plan.store.name}-{'whole' if is_whole else f'{number:02}'}"
        folder = self._plan.root / (started.run or named)
        return folder if folder.is_dir() else None

    def _request(self, point: Point, number: int, *, is_whole: bool) -> RunRequest:
        plan, files = self._plan, self._plan.request.yardstick.files
        settled = plan.request.space.settings_at(point)
        sources, reading = plan.texts.request(settled, whole=is_whole)
        return RunRequest(
            sources=sources,
            corpus_settings=reading,
            training=settled.training,
            live=settled.live,
            pairs=files.pairs,
            analogies=files.analogies,
            sessions=files.sessions,
            questions=files.options,
            run_settings=plan.run_settings,
            sweep=plan.store.name,
            trial=0 if is_whole else number,
        )
