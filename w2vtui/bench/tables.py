"""The tables of a report: a row for each tool at each number of threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rich import box
from rich.table import Table
from rich.text import Text

from w2vtui.bench.plan import OWN, Measurement, Setup, Tool
from w2vtui.bench.quality import Score
from w2vtui.display import safe_text

NOTHING = "-"


@dataclass(frozen=True)
class Row:
    """All runs of one tool at one setup."""

    setup: Setup
    tool: Tool
    speeds: tuple[float, ...]
    """Tokens per second of every run; empty if all failed."""
    peak_memory: int
    """The largest memory use of any run, in bytes."""
    peak_share: float | None
    """Share of the processor's multiply-adds, or of what the memory of a GPU moves; None if they
    were not counted.
    """

    @property
    def speed(self) -> float:
        """The median of the speeds."""
        return median(self.speeds)


def speed_table(rows: Sequence[Row]) -> Table:
    """The speed of each tool at each number of threads, and on a GPU."""
    table = _table("words/s", "min..max", "w2vtui is", "scaling", "of peak", "memory")
    ours = {row.setup: row.speed for row in rows if row.tool.name == OWN}
    fewest: dict[Tool, Row] = {}
    for row in rows:
        known = fewest.setdefault(row.tool, row)
        if not row.setup.on_gpu and row.setup.threads < known.setup.threads:
            fewest[row.tool] = row
    before = None
    for row in rows:
        if before is not None and row.setup != before:
            table.add_section()
        base, own = fewest[row.tool], ours.get(row.setup)
        low, high = min(row.speeds), max(row.speeds)
        table.add_row(
            "" if row.setup == before else _threads(row.setup),
            Text(safe_text(row.tool.name)),
            _thousands(row.speed),
            f"{_thousands(low)}..{_thousands(high)}",
            NOTHING if own is None or row.tool.name == OWN else f"{own / row.speed:.2f}x",
            NOTHING if row is base else f"{row.speed / base.speed:.2f}x",
            NOTHING if row.peak_share is None else f"{row.peak_share:.1%}",
            f"{row.peak_memory / 2**20:,.0f} MiB" if row.peak_memory else NOTHING,
        )
        before = row.setup
    return table


def quality_table(measurements: Sequence[Measurement]) -> Table:
    """The scores of each tool's vectors."""
    names = [
        f"{score.name}, {'Spearman' if score.kind == 'pairs' else '% correct'}"
        for score in measurements[0].scores
    ]
    table = _table(*names)
    before = None
    for measurement in measurements:
        tool, setup = measurement.trial.tool, measurement.trial.setup
        table.add_row(
            "" if setup == before else _threads(setup),
            Text(safe_text(tool.name)),
            *(
                f"{_score_text(score)} ({score.covered:,} of {score.total:,})"
                for score in measurement.scores
            ),
        )
        before = setup
    return table


def _score_text(score: Score) -> str:
    """A score as `w2vtui evaluate` prints it, without a sign for percent."""
    if score.percent is None:
        return NOTHING
    return f"{score.percent / 100:.3f}" if score.kind == "pairs" else f"{score.percent:.1f}"


def _table(*numbers: str) -> Table:
    """An empty table of tools, with right-aligned columns of numbers."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    table.add_column("threads")
    table.add_column("tool")
    for name in numbers:
        table.add_column(Text(safe_text(name)), justify="right")
    return table


def title_of(mode: str, vector_size: int) -> str:
    """What a table is about."""
    return f"{mode}, vectors of {vector_size}"


def _threads(setup: Setup) -> str:
    return "GPU" if setup.on_gpu else str(setup.threads)


def _thousands(speed: float) -> str:
    """A speed in thousands: `1,234k`, with a decimal below ten."""
    return f"{speed / 1000:,.0f}k" if speed >= 10_000 else f"{speed / 1000:.1f}k"
