"""Looks at a run that another process trains, again and again, and keeps what it saw."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path

import numpy as np

from w2vtui.errors import RunError
from w2vtui.runs.disk.lock import in_use
from w2vtui.runs.listed.status import LiveStatus
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.trainer_process import messages as m
from w2vtui.trainer_process.connection import ConnectionLostError, Frame
from w2vtui.trainer_process.failures import error_of
from w2vtui.trainer_process.line import Line
from w2vtui.trainer_process.remote.remote_history import RemoteHistory
from w2vtui.training.state.curves import RunCurves, SavedCurve
from w2vtui.training.state.events import Event
from w2vtui.training.state.snapshot import ENDED, Snapshot

LOOK_SECONDS = 0.2
"""From one look at the run to the next."""
CONNECT_SECONDS = 1.0
_RECONNECTS = 3
_REPEATS = 1
"""A look that fails at a run that has let this side in is asked for as many times again."""


class RemoteLook:
    """A run as it was at the last look."""

    def __init__(
        self,
        training: TrainingSettings | None,
        folder: Path | None,
        live: LiveSettings | None = None,
    ) -> None:
        """
        training, live  the run's settings, where they are known before the trainer says them
        folder    where it is saved; None where that is not known yet
        """
        self.training = training or TrainingSettings()
        """The settings that are fixed for the run."""
        self.folder = folder
        """Where the run is saved."""
        self.curves = RunCurves()
        """What viewers draw; the same objects from beginning to end."""
        self.history = RemoteHistory(lambda: self.folder)
        """Its past moments."""
        self.seen: m.Seen | None = None
        """What was seen last."""
        self.over = threading.Event()
        """Set once the run has ended."""
        self.heard = time.monotonic()
        """When the trainer answered last."""
        self.shot = Snapshot(
            state="preparing",
            activity="starting",
            vector_size=self.training.vector_size,
            settings=live or LiveSettings(),
        )
        """The run at the last look."""
        self._events: tuple[Event, ...] = ()
        self._lock = threading.Lock()

    def known(self, *, follows: bool = False) -> m.Look:
        """What is known here, in a question for the rest."""
        known = [
            m.KnownCurve(name=name, merge=curve.merge, n_rows=len(curve))
            for name, curve in self.curves.named().items()
        ]
        moments = self.history.moments
        return m.Look(
            events=len(self._events),
            curves=tuple(known),
            moments=(len(moments), moments[-1].number if moments else 0),
            follows=follows,
        )

    def take(self, frame: Frame, welcome: m.Welcome | None = None) -> None:
        """Take what was seen, unless something later was seen already.

        welcome   what the trainer said of itself
        """
        seen = frame.message
        assert isinstance(seen, m.Seen), "the answer to a look"
        self.heard = time.monotonic()
        with self._lock:
            if welcome is not None:
                self.training = welcome.training
            if self.seen is not None and seen.number <= self.seen.number:
                return
            if seen.events or seen.first_event < len(self._events):
                self._events = (*self._events[: seen.first_event], *seen.events)
            self._take_curves(seen.curves, frame.beside)
            if seen.moments is not None:
                self.history.moments = seen.moments
            self.history.sizing = seen.sizing
            self.folder = Path(seen.folder) if seen.folder else self.folder
            self.seen = seen
            self.shot = dataclasses.replace(
                seen.shot,
                settings=seen.settings,
                events=self._events,
                error=None if seen.error is None else error_of(seen.error),
            )
            if self.shot.ended:
                self.over.set()

    def _take_curves(self, parts: tuple[m.CurvePart, ...], content: bytes) -> None:
        rows = np.frombuffer(content, np.float64).reshape(-1, 5)
        curves, at = self.curves.named(), 0
        for part in parts:
            new, at = rows[at : at + part.n_rows], at + part.n_rows
            if part.first:
                new = np.concatenate((curves[part.name].rows()[: part.first], new))
            self.curves.restore({part.name: SavedCurve(new, part.merge)})

    def end(self, error: Exception | None, code: int | None, *, stop_asked: bool) -> None:
        """The trainer is gone: show what its run has come to.

        error        why it did not begin, or cannot be looked at
        code         that its process ended with, if it is known
        stop_asked   whether this side asked for the end
        """
        with self._lock:
            if not self.shot.ended:
                self.shot = self._last(error, code, stop_asked=stop_asked)
        self.over.set()

    def _last(self, error: Exception | None, code: int | None, *, stop_asked: bool) -> Snapshot:
        """The end of a run whose trainer went without a word."""
        status = None if self.folder is None else LiveStatus.read(self.folder)
        if error is None and status is not None and status.state in ENDED:
            return dataclasses.replace(self.shot, state=status.state, activity="")
        if error is None and self.folder is None and stop_asked:
            return dataclasses.replace(self.shot, state="stopped", activity="")
        how = f" (signal {-code})" if code is not None and code < 0 else ""
        if self.folder is None:
            advice = "start the training again"
        else:
            advice = f"w2vtui resume {self.folder.name} continues from the last checkpoint"
        error = error or RunError(f"the process that trained has ended{how}: {advice}")
        return dataclasses.replace(self.shot, state="failed", activity="", error=error)

    @property
    def is_at_work(self) -> bool:
        """Whether some process holds the run."""
        return self.folder is not None and in_use(self.folder)


def look_on(line: Line, look: RemoteLook, left: threading.Event) -> Exception | None:
    """Look until nobody answers any more, or until this side has left; return the trainer's error.

    line   is asked; closed at the end
    left   set once this side leaves
    """
    tries = failures = 0
    try:
        while not left.wait(LOOK_SECONDS if look.seen is not None or failures else 0.0):
            try:
                look.take(line.ask(look.known(follows=True)), line.welcome)
                tries = failures = 0
            except ConnectionLostError:
                tries += 1
                if tries > _RECONNECTS or not look.is_at_work:
                    return None
            except Exception as error:  # it did not begin, or is another version
                failures += 1
                if line.welcome is None or failures > _REPEATS:
                    return error
    finally:
        line.close()
    return None
