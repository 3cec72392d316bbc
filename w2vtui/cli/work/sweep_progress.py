"""The progress of a sweep without a screen: a live table, or lines for a log."""

from __future__ import annotations

import dataclasses
import json
import sys

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from w2vtui.cli.console import SafeConsole
from w2vtui.cli.output import flush_results, report, show, silence
from w2vtui.display import clock_text
from w2vtui.sweeping.outcome.results import TrialResult, best_of
from w2vtui.sweeping.outcome.table import (
    cells_of,
    cells_of_current,
    heads_of,
    numeric_columns,
    point_text,
)
from w2vtui.sweeping.watched_sweep import SweepShot, WatchedSweep

TERMINAL_SECONDS = 0.25
LINE_SECONDS = 0.2
JSON_SECONDS = 1.0
_OTHER_LINES = 6
"""Lines of the terminal that are not rows of trials."""


class SweepLines:
    """A line for each trial that is over, for logs."""

    seconds = LINE_SECONDS

    def __init__(self, work: WatchedSweep) -> None:
        """work: trials that were over before are not printed."""
        self.work = work
        shot = work.shot()
        self._n_over, self._n_said = len(shot.results), 0

    def follow(self) -> None:
        """Show the sweep until it is over."""
        over = False
        while not over:
            over = self.work.is_over(self.seconds)
            shot = self.work.shot()
            for text in shot.messages[self._n_said :]:
                self.say(text)
            self._n_said = len(shot.messages)
            for one in shot.results[self._n_over :]:
                self.note(one, shot)
            self._n_over = len(shot.results)
            self.show(shot, over=over)

    def say(self, text: str) -> None:
        """Show a message."""
        report(text)

    def note(self, one: TrialResult, shot: SweepShot) -> None:
        """Show a trial that is over."""
        report(self.line(one, shot))

    def show(self, shot: SweepShot, *, over: bool) -> None:
        """Show the sweep as it is."""

    def line(self, one: TrialResult, shot: SweepShot) -> str:
        """A trial that is over, in a line."""
        yardstick = self.work.about.request.yardstick
        best = best_of(shot.results, yardstick)
        value = "-" if one.value is None else yardstick.text(one.value)
        which = "whole text" if one.is_whole else f"trial {one.number} of {shot.n_trials}"
        state = {
            "done": "",
            "given up": f", given up at {100 * one.fraction:.0f} %",
            "failed": f", failed: {one.error}",
            "started": "",
        }[one.state]
        left = "" if shot.eta_seconds is None else f", {clock_text(shot.eta_seconds)} left"
        star = ", the best so far" if one is best else ""
        return (
            f"{which}: {point_text(one.point)}: {yardstick.name} {value}{state}{star}, "
            f"{clock_text(one.seconds)}{left}"
        )


class LiveTable(SweepLines):
    """A table that is updated in place, for a terminal."""

    seconds = TERMINAL_SECONDS

    def __init__(self, work: WatchedSweep, console: SafeConsole) -> None:
        super().__init__(work)
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def follow(self) -> None:
        """Show the sweep until it is over."""
        try:
            with self._live:
                super().follow()
        except OSError:  # the terminal has gone; the sweep continues
            silence(sys.stderr)
            self.work.is_over(None)

    def say(self, text: str) -> None:
        """Print a message above the table."""
        self._live.console.print(Text(text, style="dim"))

    def note(self, one: TrialResult, shot: SweepShot) -> None:
        """Print nothing: the table holds the trials."""

    def show(self, shot: SweepShot, *, over: bool) -> None:
        """Draw the table and what is left."""
        if over:
            self._live.update(Text(""), refresh=True)
            return
        self._live.update(Group(self._table(shot), self._line_below(shot)), refresh=True)

    def _table(self, shot: SweepShot) -> Table:
        """The trial at work and the last ones, as many as there is room for."""
        request = self.work.about.request
        space, yardstick = request.space, request.yardstick
        right = numeric_columns(space)
        table = Table(box=None, pad_edge=False, header_style="bold")
        for at, head in enumerate(heads_of(space, yardstick)):
            table.add_column(head, justify="right" if at in right else "left", no_wrap=True)
        best = best_of(shot.results, yardstick)
        room = max(self._live.console.height - _OTHER_LINES, 1)
        shown = list(shot.results)[-room:]
        if best is not None and best not in shown:
            shown = [best, *shown[1:]]
        for one in shown:
            cells = cells_of(one, space, yardstick, is_best=one is best)
            style = "bold" if one is best else "" if one.state == "done" else "dim"
            table.add_row(*map(Text, cells), style=style)
        if shot.current is not None:
            table.add_row(*map(Text, cells_of_current(shot.current, space, yardstick)))
        return table

    def _line_below(self, shot: SweepShot) -> Text:
        left = "" if shot.eta_seconds is None else f"  about {clock_text(shot.eta_seconds)} left"
        keys = (
            "Ctrl-C leaves it at work" if self.work.is_apart else "Ctrl-C ends with these results"
        )
        name = self.work.about.name
        return Text(
            f"{name}: {shot.n_over} of {shot.n_trials} trials  {clock_text(shot.seconds)}{left}"
            f"  {'stopping ...' if shot.state == 'stopping' else keys}"
        )


class SweepObjects(SweepLines):
    """An object of JSON a second, for programs."""

    seconds = JSON_SECONDS

    def say(self, text: str) -> None:
        """Print nothing: the objects hold the messages."""

    def note(self, one: TrialResult, shot: SweepShot) -> None:
        """Print nothing: the end has the trials."""

    def show(self, shot: SweepShot, *, over: bool) -> None:
        """Print the sweep as it is; its end is printed as a whole."""
        if over:
            return
        plain = {
            "name": self.work.about.name,
            "state": shot.state,
            "trials_over": shot.n_over,
            "trials_planned": shot.n_trials,
            "seconds": shot.seconds,
            "eta_seconds": shot.eta_seconds,
            "messages": shot.messages,
            "current": None if shot.current is None else dataclasses.asdict(shot.current),
        }
        show(json.dumps(plain, allow_nan=False))
        flush_results()


def choose_progress(work: WatchedSweep, *, as_json: bool) -> SweepLines:
    """A live table on a terminal, lines elsewhere; or objects of JSON."""
    if as_json:
        return SweepObjects(work)
    if sys.stderr is None or not sys.stderr.isatty():
        return SweepLines(work)
    console = SafeConsole(stderr=True)
    return SweepLines(work) if console.is_dumb_terminal else LiveTable(work, console)
