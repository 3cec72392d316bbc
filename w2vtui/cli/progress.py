"""The progress of a run without a screen: a live line, plain lines for a log, or JSON."""

from __future__ import annotations

import json
import math
import sys
import time
from typing import Literal, Protocol

from rich.live import Live
from rich.text import Text

from w2vtui.cli.console import SafeConsole
from w2vtui.cli.output import flush_results, report, report_unwritten, show, silence
from w2vtui.display import safe_text
from w2vtui.progress_line import drawn_line, how_text, line_of, where_text
from w2vtui.training.state.events import Event
from w2vtui.training.state.snapshot import Snapshot

TERMINAL_SECONDS = 0.2
LINE_SECONDS = 2.0
JSON_SECONDS = 1.0
POLL_SECONDS = 0.1
Show = Literal["progress", "json", "results"]
"""What is shown of a run: its progress, that as JSON and nothing else, or only its results."""


class FollowedRun(Protocol):
    """A run, of this process or of another one."""

    def snapshot(self) -> Snapshot:
        """What it looks like now."""

    def is_over(self, timeout: float | None) -> bool:
        """Whether it has ended; waits up to `timeout` seconds for it, or for ever."""


class Progress:
    """Follows a run until it is over, and prints its events as they happen."""

    seconds = LINE_SECONDS
    """Seconds between two lines."""
    is_lost = False
    """Whether something that was asked for could not be written."""

    def __init__(self, run: FollowedRun) -> None:
        """run: events that it has already had are not printed."""
        self.run = run
        self._n_events = len(run.snapshot().events)

    def follow(self) -> None:
        """Show the run until it is over."""
        over = False
        shown = -math.inf
        while not over:
            over = self.run.is_over(POLL_SECONDS)
            snapshot = self.run.snapshot()
            for event in snapshot.events[self._n_events :]:
                if event.kind != "error":  # ends the command, which reports it
                    self.note(event)
            self._n_events = len(snapshot.events)
            if over or time.monotonic() - shown >= self.seconds:
                self.show(snapshot)
                shown = time.monotonic()

    def note(self, event: Event) -> None:
        """Show an event."""
        report(event.text)

    def show(self, snapshot: Snapshot) -> None:
        """Print the progress of the run."""
        raise NotImplementedError


class PlainLines(Progress):
    """A line every two seconds, for logs."""

    _last_line = ""

    def show(self, snapshot: Snapshot) -> None:
        """Print a line on stderr, unless it is the same as the last."""
        where = where_text(snapshot)
        line = f"{where}  {how_text(snapshot)}".rstrip()
        if where and line != self._last_line:
            report(line)
            self._last_line = line


class JsonLines(Progress):
    """One JSON object a second on stdout."""

    seconds = JSON_SECONDS

    def note(self, event: Event) -> None:
        """Print nothing: the objects hold the events."""

    def show(self, snapshot: Snapshot) -> None:
        """Print the numbers of the run on stdout; unknown ones are null."""
        values = {
            "state": snapshot.state,
            "activity": snapshot.activity or None,
            "corpus": snapshot.corpus_name or None,
            "words": snapshot.n_words,
            **snapshot.as_json(),
            "events": [event.text for event in snapshot.events],
        }
        try:
            show(json.dumps(values, allow_nan=False))
            flush_results()
        except BrokenPipeError:  # its reader has gone; the training continues for the vectors
            silence(sys.stdout)
        except OSError as error:
            silence(sys.stdout)
            self.is_lost = True
            report_unwritten(error)


class LiveProgress(Progress):
    """A bar and numbers that are updated in place, for a terminal."""

    seconds = TERMINAL_SECONDS

    def __init__(self, run: FollowedRun, console: SafeConsole) -> None:
        super().__init__(run)
        self._live = Live(console=console, auto_refresh=False)

    def follow(self) -> None:
        """Show the run until it is over."""
        try:
            with self._live:
                super().follow()
        except OSError:  # the terminal has gone; the training continues for the vectors
            silence(sys.stderr)
            while not self.run.is_over(POLL_SECONDS):
                pass

    def note(self, event: Event) -> None:
        """Print an event above the bar."""
        self._live.console.print(Text(safe_text(event.text), style="dim"))

    def show(self, snapshot: Snapshot) -> None:
        """Draw the bar and the numbers."""
        line = drawn_line(line_of(snapshot), self._live.console.width)
        self._live.update(line, refresh=True)


class NoProgress(Progress):
    """Nothing until the end."""

    def note(self, event: Event) -> None:
        """Print nothing."""

    def show(self, snapshot: Snapshot) -> None:
        """Print nothing."""


def choose_progress(run: FollowedRun, show: Show) -> Progress:
    """What is wanted: nothing or JSON lines; a live line on a terminal, plain lines elsewhere."""
    if show != "progress":
        return JsonLines(run) if show == "json" else NoProgress(run)
    # With FORCE_COLOR Rich assumes a terminal, but a log with colors is still a log.
    if sys.stderr is None or not sys.stderr.isatty():
        return PlainLines(run)
    console = SafeConsole(stderr=True)
    return PlainLines(run) if console.is_dumb_terminal else LiveProgress(run, console)
