"""Writes the events, metrics and status of a run while it trains."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

from w2vtui.runs.disk.checked_json import dumped
from w2vtui.runs.disk.journal import EVENTS, METRICS, LineFile, event_line, metrics_rows
from w2vtui.runs.listed.status import LiveStatus
from w2vtui.runs.record import STATUS
from w2vtui.settings import ResolvedSettings
from w2vtui.training.state.events import Event
from w2vtui.training.state.snapshot import Snapshot

METRICS_SECONDS = 2.0
"""Seconds from one row of metrics to the next."""


class RunLog:
    """The files of one run that follow its snapshots. A write that fails can be tried again."""

    def __init__(self, n_events: int = 0) -> None:
        """n_events: events that are in the journal of a resumed run"""
        self._n_events = n_events
        self._events: LineFile | None = None
        self._metrics: LineFile | None = None
        self._status: LiveStatus | None = None
        self._measured_at = 0.0

    def write(self, folder: Path, shot: Snapshot, *, is_last: bool) -> None:
        """Write new events, and metrics and status when they are due or this is the last time.

        Raises:
            DiskError: a file cannot be written.
        """
        self._write_events(folder, shot.events)
        if not is_last and time.monotonic() - self._measured_at < METRICS_SECONDS:
            return
        self._measured_at = time.monotonic()
        self._write_metrics(folder, shot)
        self._write_status(folder, shot)

    def _write_events(self, folder: Path, events: tuple[Event, ...]) -> None:
        if self._events is None:
            self._events = LineFile(folder / EVENTS)
        new = [event_line(event) for event in events[self._n_events :]]
        is_due = bool(new) or not self._events.path.exists()
        if is_due and not self._events.append(new):
            self._events.rewrite(event_line(event) for event in events)
        self._n_events = len(events)

    def _write_metrics(self, folder: Path, shot: Snapshot) -> None:
        tokens = shot.progress.tokens
        if not tokens:
            return
        row = dumped(shot.as_json()) + b"\n"
        if self._metrics is None:
            # A resumed run trains again what came after its checkpoint.
            rows = [old for old in metrics_rows(folder / METRICS) if old["tokens"] < tokens]
            self._metrics = LineFile(folder / METRICS)
            self._metrics.rewrite(dumped(old) + b"\n" for old in rows)
        if not self._metrics.append([row]):
            self._metrics.rewrite([row])

    def _write_status(self, folder: Path, shot: Snapshot) -> None:
        probe = shot.probe
        status = LiveStatus(
            state=shot.state,
            tokens=shot.progress.tokens,
            tokens_planned=shot.progress.tokens_planned,
            seconds=round(shot.progress.seconds, 3),
            words_per_second=round(shot.speed.now),
            probe_loss=None if probe is None or not math.isfinite(probe.loss) else probe.loss,
            error=None if shot.error is None else str(shot.error),
            pid=os.getpid(),
            probe_contexts=1 if probe is None else probe.contexts,
            settings=shot.settings if isinstance(shot.settings, ResolvedSettings) else None,
        )
        if status != self._status or not (folder / STATUS).is_file():
            status.write(folder)
            self._status = status
