"""The loss panel: probe loss above, objective loss below, one x axis, the changes as markers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.containers import Vertical

from w2vtui.display import safe_text
from w2vtui.training.snapshot import Event
from w2vtui.tui.figures import numeral
from w2vtui.tui.widgets.chart import Chart, Marker, Plot

_LONGEST_TEXT = 28
_ROWS_FOR_TWO = 12


class LossPanel(Vertical):
    """Two charts, since the two losses are different measures; one where there is little room."""

    HELP = "The losses over the tokens trained, lower is better; numbers mark your changes."

    def compose(self) -> ComposeResult:
        """Two charts."""
        yield Chart(id="probe-chart")
        yield Chart(id="loss-chart")

    def show(
        self,
        curves: Sequence[NDArray[np.float64]],
        labels: tuple[str, str],
        changes: Sequence[Event],
        *,
        x_high: float,
        log: bool,
        has_probe: bool,
        message: str,
    ) -> None:
        """Draw.

        curves   of probe and objective: tokens, seconds, loss, weight (n, 4)
        labels   their names with their last values
        message  stands there as long as there are no curves
        """
        above, below = self.query_one("#probe-chart", Chart), self.query_one("#loss-chart", Chart)
        both = has_probe and self.size.height >= _ROWS_FOR_TWO
        above.display, below.display = has_probe, both or not has_probe
        markers = tuple(_marker(event) for event in changes)
        for chart, rows, label in zip((above, below), curves, labels, strict=True):
            chart.show(
                Plot(
                    points=rows[:, [0, 2]],
                    x_high=x_high,
                    label=label if both else "",
                    markers=markers,
                    log=log,
                    has_head=chart is above or not has_probe,
                    has_foot=chart is below or not both,
                    message=message if chart is above or not has_probe else "",
                )
            )
        self.border_title = "Loss" if both else f"Loss   {labels[0 if has_probe else 1]}"
        self.border_subtitle = f"tokens · {'log' if log else 'linear'}"


def _marker(event: Event) -> Marker:
    """A change on the curve: its number and text, as long as there is room."""
    sign = numeral(event.number or 0)
    text = safe_text(event.text.replace(" → ", "→"))
    first = text.split(",")[0]
    name = first.rsplit(" ", 1)[0]
    texts = [f"{sign} {text}", f"{sign} {first}", f"{sign} {name}", sign]
    return Marker(event.tokens, tuple(text for text in texts if len(text) <= _LONGEST_TEXT))
