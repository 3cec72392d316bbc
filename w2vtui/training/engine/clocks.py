"""Training time and speed, without pauses."""

from __future__ import annotations

import time
from collections import deque

SPEED_SECONDS = 1.5
"""The speed `now` is the mean over this many seconds."""
SUSPENDED_SECONDS = 2.0
"""A process that used no processor time for this long was suspended, not slow."""


class StopWatch:
    """Seconds of training, on the monotonic clock."""

    def __init__(self, seconds: float = 0.0) -> None:
        """seconds: the initial reading."""
        self._before = seconds
        self._started: float | None = None

    @property
    def seconds(self) -> float:
        """The reading: seconds so far."""
        started = self._started
        return self._before + (0.0 if started is None else time.monotonic() - started)

    def start(self) -> None:
        """Start; has no effect while running."""
        if self._started is None:
            self._started = time.monotonic()

    def stop(self, at: float | None = None) -> None:
        """Stop, now or as of a past moment in monotonic time; has no effect while stopped."""
        if self._started is not None:
            at = time.monotonic() if at is None else max(at, self._started)
            self._before, self._started = self._before + at - self._started, None

    def leave_out(self, seconds: float) -> bool:
        """Subtract time in which nothing was trained; False if that is more than the reading."""
        if self._started is None or time.monotonic() - self._started < seconds:
            return False
        self._started += seconds
        return True


class Suspension:
    """Detects that the whole process was suspended, as by SIGSTOP: time passed, but no processor
    time.
    """

    def __init__(self) -> None:
        self._wall, self._work = time.monotonic(), time.process_time()

    def seconds(self) -> float:
        """How long the process was suspended since the last call, at least; 0 if only briefly."""
        wall, work = time.monotonic(), time.process_time()
        idle = wall - self._wall - (work - self._work)
        self._wall, self._work = wall, work
        return idle if idle > SUSPENDED_SECONDS else 0.0


class SpeedMeter:
    """Tokens a second, now and at best, from readings of a counter."""

    def __init__(self) -> None:
        self._readings: deque[tuple[float, int]] = deque()
        self.now = 0.0
        self.peak = 0.0

    def restart(self, expected: float) -> None:
        """Forget the readings, after a change; show `expected` until there are new ones."""
        self._readings.clear()
        self.now = expected

    def read(self, seconds: float, tokens: int) -> None:
        """Take a reading of the training clock and of the tokens trained."""
        self._readings.append((seconds, tokens))
        while len(self._readings) > 2 and self._readings[1][0] <= seconds - SPEED_SECONDS:
            self._readings.popleft()
        first_seconds, first_tokens = self._readings[0]
        if seconds - first_seconds > 0.1:
            self.now = (tokens - first_tokens) / (seconds - first_seconds)
            self.peak = max(self.peak, self.now)
