"""The curves of all runs on one pair of axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from w2vtui.comparing.curves import PROBE
from w2vtui.comparing.letters import LETTERS
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.widgets.charts.lines_chart import LinesChart
from w2vtui.tui.widgets.charts.plot import Line, Marker, Plot

_TITLES = {
    PROBE: "Probe loss", "loss": "Objective loss", "speed": "Words a second",
    "alpha": "Learning rate", "churn": "Churn", "settled": "Settled words",
}  # fmt: skip


class Fork(NamedTuple):
    """Where a run branched off another."""

    tokens: float
    letter: str


class Curves(NamedTuple):
    """What the pane shows."""

    names: tuple[str, ...]
    """The curves that there are."""
    rows: tuple[dict[str, NDArray[np.float64]], ...]
    """Of each side, by name: (n, 5), columns tokens, seconds, value, weight, standard error."""
    are_comparable: bool
    """Whether all are of one text, so that their probe losses can be compared."""
    forks: tuple[Fork, ...] = ()


@dataclass(frozen=True, slots=True)
class CurvesView:
    """How the pane shows it."""

    name: str = PROBE
    by_seconds: bool = False
    log: bool = False


class CurvesPane(Vertical, can_focus=True):
    """A chart with a line for each run."""

    NAME = "curves"
    HELP_TITLE = "The curves"
    HELP = "Losses, scores and speed of all runs on one pair of axes, each line with its letter."
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "curve(-1)", "previous curve", show=False, id="compare.previous_curve",
                tooltip="the curve before: losses, scores, speed"),
        Binding("right", "curve(1)", "next curve", show=False, id="compare.next_curve",
                tooltip="the next curve: losses, scores, speed"),
        Binding("z", "log", "log scale", show=False, id="compare.log",
                tooltip="a logarithmic scale, or a linear one"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__(id=self.NAME, classes="framed pane")
        self.view = CurvesView()
        self._curves: Curves | None = None

    def compose(self) -> ComposeResult:
        """Yield the chart."""
        yield LinesChart(id="lines")

    def show(self, curves: Curves) -> None:
        """Show other curves."""
        self._curves = curves
        self._draw()

    def action_curve(self, by: int) -> None:
        """Show the next curve, or the one before."""
        names = () if self._curves is None else self._curves.names
        if names:
            at = names.index(self.view.name) if self.view.name in names else -(by > 0)
            self.look(name=names[(at + by) % len(names)])

    def action_log(self) -> None:
        """Switch between a logarithmic scale and a linear one."""
        self.look(log=not self.view.log)

    def toggle_seconds(self) -> None:
        """Draw over training seconds, or over tokens."""
        self.look(by_seconds=not self.view.by_seconds)

    def look(self, **changes: str | bool) -> None:
        """Show it in another way."""
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]
        self._draw()

    def _draw(self) -> None:
        view, curves = self.view, self._curves
        words = ["seconds" if view.by_seconds else "tokens", "log" if view.log else "linear"]
        self.border_subtitle = " · ".join(words)
        if curves is None:
            return
        name = view.name if view.name in curves.names or not curves.names else curves.names[0]
        title = _TITLES.get(name, name) if curves.names else "Curves"
        if name == PROBE and curves.names and not curves.are_comparable:
            title += "  of other texts: not comparable"
        self.border_title = title
        plot = plot_of(curves, replace(view, name=name))
        self.query_one(LinesChart).show(replace(plot, glyphs=self.app.glyphs))


def plot_of(curves: Curves, view: CurvesView) -> Plot:
    """One of the curves, a line for each side that has it."""
    lines = [
        Line(rows[view.name][:, [int(view.by_seconds), 2]], LETTERS[at], at)
        for at, rows in enumerate(curves.rows)
        if view.name in rows and len(rows[view.name])
    ]
    ends = [float(line.points[-1, 0]) for line in lines]
    markers = () if view.by_seconds else tuple(map(_fork, curves.forks))
    return Plot(
        lines=tuple(lines),
        x_high=max(ends, default=1.0) or 1.0,
        markers=markers,
        log=view.log,
        has_head=bool(markers),
        has_foot=True,
        message="no curves: files have none, and runs once they have trained a while",
    )


def _fork(fork: Fork) -> Marker:
    return Marker(fork.tokens, (f"fork {fork.letter}", fork.letter))


def rows_by_name(
    all_rows: Sequence[dict[str, NDArray[np.float64]]],
) -> tuple[dict[str, NDArray[np.float64]], ...]:
    """Rows of each side without those of no length."""
    return tuple({name: rows for name, rows in one.items() if len(rows)} for one in all_rows)
