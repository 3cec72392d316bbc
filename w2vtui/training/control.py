"""The state of a run, and how any thread pauses, resumes and stops it."""

from __future__ import annotations

import threading

from w2vtui.training.engine.dispatcher import Dispatcher
from w2vtui.training.measuring.counters import Counters
from w2vtui.training.state.snapshot import State


class RunControl:
    """The state of a run, the dispatch of text and the clock, changed together under one lock.

    Any thread may call pause, resume and stop; they return at once.
    """

    def __init__(self, counters: Counters) -> None:
        self.counters = counters
        self.state: State = "preparing"
        self.activity = "starting"
        """What the run is doing while nothing trains."""
        self.pause_reason = ""
        """What a breakpoint saw that paused the run; empty unless one did."""
        self.stays_paused = False
        """Whether a pause was asked for while the run was paused, as by a breakpoint."""
        self.is_attended = True
        """Whether somebody can resume the run after a pause."""
        self.lock = (
            threading.RLock()
        )  # reentrant: a signal handler may call pause while this thread is pausing
        self.stopping = threading.Event()
        """Set once the run is to end."""
        self.wake = threading.Event()
        """Set to wake the run's thread before its next tick."""
        self.halted = threading.Event()
        """Set while the run is paused, and once it is over."""
        self._dispatcher: Dispatcher | None = None
        self._begins_paused = False
        self._is_stopped = False

    def begin(self, dispatcher: Dispatcher) -> None:
        """Begin to train, unless the run was paused or stopped already."""
        with self.lock:
            self._dispatcher = dispatcher
            self.activity = ""
            self.state = "training"
            self.counters.watch.start()
            if self._is_stopped:
                self._stop(dispatcher)
            elif self._begins_paused:
                self.pause()

    @property
    def is_paused(self) -> bool:
        """Whether it is paused, or will be once it is prepared."""
        return self.state == "paused" or (self.state == "preparing" and self._begins_paused)

    def pause(self, reason: str = "") -> bool:
        """Hand out no more text, or none at first; return whether the run was to train.

        reason   what a breakpoint saw
        """
        with self.lock:
            if self.state == "preparing" and not self._is_stopped:
                before, self._begins_paused = self._begins_paused, True
                return not before
            if self.state != "training" or self._dispatcher is None:
                self.stays_paused = self.state == "paused"
                return False
            self.state, self.pause_reason = "paused", reason
            self._dispatcher.pause()
            self.counters.watch.stop()
            self.halted.set()
            return True

    def resume(self) -> bool:
        """Hand out text again; return whether the run was paused."""
        with self.lock:
            was_paused, self._begins_paused = self.is_paused, False
            if self.state != "paused" or self._dispatcher is None:
                return was_paused
            self.state, self.pause_reason = "training", ""
            self.stays_paused = False
            self.halted.clear()
            self.counters.watch.start()
            self._dispatcher.resume()
            return True

    def stop(self) -> None:
        """End the run as soon as the workers have finished what they hold."""
        with self.lock:
            if self._is_stopped:  # perhaps just now by this thread, in which a signal came
                return  # the lock of an event, which it may hold, is not reentrant
            self._is_stopped = True
            if self.state == "preparing":
                self.activity = f"stopping after this: {self.activity}"
            self.stopping.set()
            if self.state in ("training", "paused") and self._dispatcher is not None:
                self._stop(self._dispatcher)
            self.wake.set()

    def _stop(self, dispatcher: Dispatcher) -> None:
        self.state = "stopping"
        self.halted.clear()
        dispatcher.stop()

    def finish(self, worked_until: float | None) -> None:
        """Stop the clock as of the moment when a worker last trained, in monotonic time."""
        with self.lock:
            self.counters.watch.stop(worked_until)

    def end(self, ending: State) -> None:
        """The run is over."""
        with self.lock:
            self.counters.watch.stop()
            self.state = ending
            self.halted.set()
