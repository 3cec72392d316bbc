"""One line that says how far a run is: words, and a bar before them where it is drawn."""

from __future__ import annotations

from typing import NamedTuple

from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from w2vtui.corpus import ReadingProgress
from w2vtui.display import cell_width, clock_text, loss_text
from w2vtui.training.state.snapshot import Snapshot

LEAST_BAR, MOST_BAR = 8, 30
"""The width of the bar, in terminal cells."""


class Line(NamedTuple):
    """What is known of something that goes on."""

    where: str
    """How far it is; empty for what has nothing to show."""
    how: str
    """Figures of it."""
    fraction: float | None
    """How much of it is done, 0..1; None if that is unknown."""

    def __str__(self) -> str:
        return f"{self.where}  {self.how}".rstrip()


def line_of(snapshot: Snapshot) -> Line:
    """The line of a run."""
    fraction: float | None = snapshot.progress.fraction
    if snapshot.state == "preparing":
        fraction = snapshot.activity_fraction
    return Line(where_text(snapshot), how_text(snapshot), fraction)


def line_of_reading(reading: ReadingProgress) -> Line:
    """The line of a corpus that is read."""
    what = "encoding" if reading.phase == "encoding" else "reading"
    return Line(f"{what} the corpus", f"{reading.tokens:,} tokens", reading.fraction)


def drawn_line(line: Line, width: int) -> Table:
    """A line with its bar, in `width` cells."""
    room = width - cell_width(line.where) - cell_width(line.how) - 5
    n_cells = min(max(room, LEAST_BAR), MOST_BAR)
    done, pulse = line.fraction or 0.0, line.fraction is None
    bar = ProgressBar(total=1.0, completed=done, width=n_cells, pulse=pulse)
    drawn = Table.grid(padding=(0, 2))
    text = Text.assemble(line.where, "  ", (line.how, "dim"), no_wrap=True)
    text.truncate(width - n_cells - 3, overflow="ellipsis")
    drawn.add_row(bar, text)
    return drawn


def where_text(snapshot: Snapshot) -> str:
    """How far the run is."""
    if snapshot.state == "preparing":
        done = snapshot.activity_fraction
        return snapshot.activity + ("" if done is None else f"  {done:4.0%}")
    progress = snapshot.progress
    if snapshot.state == "failed" or (snapshot.ended and not progress.tokens):
        return ""  # the error that ended it is reported instead
    if snapshot.ended or snapshot.state == "finishing":
        state = "finished" if progress.fraction >= 1 else f"stopped at {progress.fraction:.1%}"
        return f"{state} after {clock_text(progress.seconds)}"
    return (
        f"epoch {progress.epoch}/{snapshot.settings.epochs}  {progress.fraction:6.1%}  "
        f"ETA {clock_text(progress.eta_seconds)}"
    )


def how_text(snapshot: Snapshot) -> str:
    """Speed, losses and learning rate."""
    parts = []
    over = snapshot.ended or snapshot.state == "finishing"
    if snapshot.progress.tokens:
        speed, loss = snapshot.speed.now, snapshot.losses.now
        if over:
            speed, loss = snapshot.speed.mean, snapshot.losses.mean
        parts.append(f"{speed:,.0f} words/s")
        if loss is not None:
            parts.append(f"loss {loss_text(loss)}")
    if snapshot.probe:
        parts.append(
            f"probe {loss_text(snapshot.probe.loss)} \N{PLUS-MINUS SIGN} "
            f"{loss_text(snapshot.probe.standard_error)}"
        )
    if snapshot.progress.tokens and not over:
        parts.append(f"learning rate {snapshot.rate:.5f}")
    return "  ".join(parts)
