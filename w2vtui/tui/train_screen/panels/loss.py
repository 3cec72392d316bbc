"""The loss pane: probe loss above objective loss, on one x axis, with changes as markers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import MouseScrollDown, MouseScrollUp

from w2vtui.display import cell_width, clock_text, loss_text, safe_text, short
from w2vtui.training.state.events import Event
from w2vtui.tui.looks.glyphs import Glyphs
from w2vtui.tui.train_screen.smoothing import SMOOTHINGS, nearest, smoothed
from w2vtui.tui.widgets.charts.chart import Chart
from w2vtui.tui.widgets.charts.plot import Marker, Plot

_LONGEST_TEXT = 28
_ROWS_FOR_TWO = 12
NO_ROWS = np.empty((0, 5))
"""A curve before its first point."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Losses:
    """What the pane shows."""

    probe: NDArray[np.float64] = field(default_factory=lambda: NO_ROWS)
    """(n, 5): tokens, seconds, loss, weight, standard error."""
    objective: NDArray[np.float64] = field(default_factory=lambda: NO_ROWS)
    """(n, 5) like `probe`; the standard error is NaN."""
    labels: tuple[str, str] = ("", "")
    """The names of probe and objective loss, with their last values."""
    changes: tuple[Event, ...] = ()
    full: tuple[float, float] = (0.0, 1.0)
    """Tokens at both ends of the whole curve."""
    recent: tuple[float, float] = (0.0, 1.0)
    """Tokens at both ends of its recent part."""
    end: float | None = None
    """Tokens at the planned end; None once the run is over."""
    has_probe: bool = True
    message: str = ""
    """Shown until there are curves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LossView:
    """How the pane shows it."""

    log: bool = False
    recent: bool = False
    smoothing: float = 0.0
    """One of `SMOOTHINGS`; only the drawing is smoothed, the cursor reads what was measured."""
    cursor: float | None = None
    """Tokens where values are read; None shows no cursor."""


class LossPanel(Vertical):
    """Two charts, since the two losses measure different things; one when there is little room."""

    PANE_NAME = "Loss"
    HELP = "The losses over the tokens trained; lower is better. Numbers mark your changes."

    def __init__(self, glyphs: Glyphs, *, id: str, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self.view = LossView()
        self._glyphs = glyphs
        self._losses = Losses()

    def compose(self) -> ComposeResult:
        """Yield the two charts."""
        yield Chart(id="probe-chart")
        yield Chart(id="loss-chart")

    def show(self, losses: Losses) -> None:
        """Show these losses."""
        self._losses = losses
        self._draw()

    # ---- looking closer, which works while the display is frozen too

    def toggle_log(self) -> None:
        """Switch between a logarithmic and a linear scale."""
        self._look(log=not self.view.log)

    def toggle_recent(self) -> None:
        """Switch between the recent part and the whole curve."""
        self._look(recent=not self.view.recent)

    def smooth(self, by: int) -> None:
        """Smooth more, or with a negative number of steps less."""
        at = SMOOTHINGS.index(self.view.smoothing) + by
        self._look(smoothing=SMOOTHINGS[min(max(at, 0), len(SMOOTHINGS) - 1)])

    def move_cursor(self, by: int) -> None:
        """Move the cursor by columns; the first move puts it on the newest point."""
        low, high = self._measured()
        plot, n_columns = self._plot(), self._chart.n_columns
        if low > high or not n_columns:
            return
        cursor = self.view.cursor
        if cursor is None or not plot.shows(cursor):
            self._look(cursor=high)
            return
        column = plot.column(cursor, n_columns) + by
        # Beyond the first and the last point there is nothing to read.
        self._look(cursor=min(max(plot.x_at(column, n_columns), low), high))

    def to_marker(self, by: int) -> None:
        """Move the cursor to the previous (-1) or next (1) marker in sight."""
        plot = self._plot()
        places = [event.tokens for event in self._losses.changes if plot.shows(event.tokens)]
        cursor = math.inf if self.view.cursor is None else self.view.cursor
        if by < 0:
            found = max((place for place in places if place < cursor), default=None)
        else:
            found = min((place for place in places if place > cursor), default=None)
        if found is not None:
            self._look(cursor=found)

    def shows(self, tokens: float) -> bool:
        """Whether a number of tokens is in sight."""
        return self._plot().shows(tokens)

    def put_cursor(self, tokens: float) -> None:
        """Put the cursor at a number of tokens, or at the nearest measured one in sight."""
        low, high = self._measured()
        if low <= high:
            self._look(cursor=min(max(tokens, low), high))

    def drop_cursor(self) -> None:
        """Remove the cursor."""
        self._look(cursor=None)

    def on_chart_picked(self, event: Chart.Picked) -> None:
        """Put the cursor where the mouse was clicked."""
        event.stop()
        self.put_cursor(event.x)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Zoom in to the recent part."""
        event.stop()
        self._look(recent=True)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Zoom out to the whole curve."""
        event.stop()
        self._look(recent=False)

    def _look(self, **changes: float | bool | None) -> None:
        view = replace(self.view, **changes)  # type: ignore[arg-type]
        if view != self.view:
            self.view = view
            self._draw()

    # ---- drawing

    @property
    def _both(self) -> bool:
        return self._losses.has_probe and self.size.height >= _ROWS_FOR_TWO

    @property
    def _chart(self) -> Chart:
        """The chart of the main curve."""
        return self.query_one("#probe-chart" if self._losses.has_probe else "#loss-chart", Chart)

    @property
    def _rows(self) -> NDArray[np.float64]:
        """The main curve; the other one while it has no point yet."""
        losses = self._losses
        return losses.probe if losses.has_probe and len(losses.probe) else losses.objective

    def _plot(self) -> Plot:
        """The plot that both charts share, without points."""
        losses, view = self._losses, self.view
        low, high = losses.recent if view.recent else losses.full
        return Plot(
            x_low=low,
            x_high=high,
            markers=tuple(_marker(event, self._glyphs) for event in losses.changes),
            cursor=view.cursor,
            end=losses.end,
            log=view.log,
            glyphs=self._glyphs,
        )

    def _measured(self) -> tuple[float, float]:
        """Tokens of the first and last point in sight; (1, 0) when there is none."""
        plot, tokens = self._plot(), self._rows[:, 0]
        seen = tokens[(tokens >= plot.x_low) & (tokens <= plot.x_high)]
        return (float(seen[0]), float(seen[-1])) if len(seen) else (1.0, 0.0)

    def _draw(self) -> None:
        losses, view, both, common = self._losses, self.view, self._both, self._plot()
        above, below = self.query_one("#probe-chart", Chart), self.query_one("#loss-chart", Chart)
        above.display, below.display = losses.has_probe, both or not losses.has_probe
        curves = losses.probe, losses.objective
        for chart, rows, label in zip((above, below), curves, losses.labels, strict=True):
            if not chart.display:
                continue
            is_first = chart is above or not losses.has_probe
            chart.show(
                replace(
                    common,
                    points=smoothed(rows, view.smoothing)[:, [0, 2, 4]],
                    label=label if both else "",
                    has_head=is_first,
                    has_foot=chart is below or not both,
                    message=losses.message if is_first else "",
                )
            )
        if view.cursor is not None and common.shows(view.cursor):
            self.border_title = self._reading(view.cursor)
        else:
            label = losses.labels[0 if losses.has_probe else 1]
            self.border_title = "Loss" if both else f"Loss   {label}"
        words = ["tokens", "log" if view.log else "linear"]
        words += [f"smooth {view.smoothing:g}"] * bool(view.smoothing)
        self.border_subtitle = " · ".join([*words, "recent" if view.recent else "full"])

    def _reading(self, cursor: float) -> str:
        """What was measured nearest to the cursor, shortened to fit the title."""
        at = nearest(self._rows, cursor)
        if at is None:
            return "Loss"
        tokens, seconds = float(at[0]), float(at[1])
        parts = [(f"{tokens:,.0f} tokens", f"{short(tokens)} tokens"), (clock_text(seconds),) * 2]
        curves = ("probe", self._losses.probe), ("loss", self._losses.objective)
        for name, rows in curves:
            row = nearest(rows, tokens)
            if row is not None:
                known = math.isfinite(row[4])
                parts.append((f"{name} {loss_text(row[2])}" + f" ± {row[4]:.3f}" * known,) * 2)
        passed = [event.number for event in self._losses.changes if event.tokens <= cursor]
        if passed:
            sign = self._glyphs.numeral(passed[-1] or 0)
            parts.append((f"after {sign}", sign))
        texts = [self._glyphs.spelled("  ".join(text)) for text in zip(*parts, strict=True)]
        return texts[0] if cell_width(texts[0]) <= self.size.width else texts[1]


def _marker(event: Event, glyphs: Glyphs) -> Marker:
    """A change on the curve, with its number and texts from long to short."""
    sign = glyphs.numeral(event.number or 0)
    text = glyphs.spelled(safe_text(event.text.replace(" → ", "→")))
    first = text.split(",")[0]
    name = first.rsplit(" ", 1)[0]
    texts = [f"{sign} {text}", f"{sign} {first}", f"{sign} {name}", sign]
    return Marker(event.tokens, tuple(text for text in texts if len(text) <= _LONGEST_TEXT))
