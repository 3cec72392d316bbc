"""The measurements as tables for people and as JSON for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from w2vtui.bench.job import MODES
from w2vtui.bench.plan import OURS, Bench, Measurement, Setup, Tool
from w2vtui.bench.quality import Score
from w2vtui.display import safe_text
from w2vtui.settings import default_alpha

NOTHING = "-"
SHARED_NOISE = "w2vtui draws noise words per center, the others per pair: see --no-shared-noise"

SHARED_CORES = 0.75
"""Threads that do less than this share of the expected multiply-adds share their cores."""

SHORT_SECONDS = 0.5
"""Seconds; a shorter run is mostly start and end."""


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
    """Share of the processor's multiply-adds; None if they were not counted."""

    @property
    def speed(self) -> float:
        """The median of the speeds."""
        return median(self.speeds)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All measurements, and the machine they were made on."""

    bench: Bench
    corpus: dict[str, Any]
    tools: Sequence[Tool]
    machine: dict[str, Any]
    repeats: int
    measurements: Sequence[Measurement]
    complete: bool

    # ---- numbers

    def rows(self) -> list[Row]:
        """A row per tool and setup, in the order of measurement."""
        together: dict[tuple[Setup, Tool], list[Measurement]] = {}
        for measurement in self.measurements:
            key = measurement.trial.setup, measurement.trial.tool
            together.setdefault(key, []).append(measurement)
        return [self._row(*key, runs) for key, runs in together.items()]

    def _row(self, setup: Setup, tool: Tool, runs: Sequence[Measurement]) -> Row:
        outcomes = [run.outcome for run in runs if run.outcome]
        rates = [
            outcome.multiply_adds / max(outcome.seconds, 1e-9)
            for outcome in outcomes
            if outcome.multiply_adds is not None
        ]
        peak = self.machine["multiply_adds_per_second"][str(setup.threads)]
        return Row(
            setup,
            tool,
            tuple(run.speed for run in runs if run.outcome),
            max((outcome.peak_memory for outcome in outcomes), default=0),
            median(rates) / peak if rates else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Every run, with all that is needed to compare it with a run on another machine."""
        live = self.bench.live
        return {
            "complete": self.complete,
            "machine": self.machine,
            "tools": [
                {"name": tool.name, "version": tool.version, "program": tool.program or None}
                for tool in self.tools
            ],
            "corpus": self.corpus,
            "settings": {
                "min_count": self.bench.corpus.min_count,
                "window": live.window,
                "negative": live.negative,
                "sample": live.sample,
                "shared_noise": live.shared_noise,
                "alpha": {
                    mode.name: live.alpha or default_alpha(mode.model, mode.objective)
                    for mode in MODES.values()
                },
                "epochs": live.resolved(self.bench.n_tokens, 1).epochs,
                "repeat": self.repeats,
            },
            "runs": [_run_as_json(measurement) for measurement in self.measurements],
        }

    # ---- tables

    def tables(self) -> RenderableType:
        """The tables, with notes and a legend of their columns."""
        rows = [row for row in self.rows() if row.speeds]
        groups: dict[tuple[str, int], list[Row]] = {}
        for row in rows:
            groups.setdefault((row.setup.mode, row.setup.vector_size), []).append(row)
        parts: list[RenderableType] = [self._heading()]
        for key, group in groups.items():
            parts += [Text(f"\n{_title(*key)}"), _speed_table(group)]
        parts += self._quality_tables()
        parts += [Text(line) for line in ("", *self._notes(), *self._legend())]
        return Group(*parts)

    def _heading(self) -> Text:
        machine, corpus = self.machine, self.corpus
        versions = ", ".join(
            f"{tool.name} {tool.version}" if tool.version else tool.name for tool in self.tools
        )
        return Text(
            safe_text(
                f"{machine['processor']}, {machine['cores']} cores, {machine['simd']}; "
                f"{corpus['name']}, {corpus['tokens']:,} tokens, {corpus['words']:,} words; "
                f"{versions}"
            )
        )

    def _notes(self) -> list[str]:
        """What one must know to read the numbers, each note once."""
        notes: dict[str, None] = {}
        modes = [measurement.trial.setup.mode for measurement in self.measurements]
        draws_noise = any(MODES[mode].objective == "negative-sampling" for mode in modes)
        others = {tool.name for tool in self.tools} - OURS
        if draws_noise and self.bench.live.shared_noise and others:
            notes[SHARED_NOISE] = None
        for measurement in self.measurements:
            tool, setup = measurement.trial.tool, measurement.trial.setup
            if measurement.outcome is not None:
                notes |= dict.fromkeys(f"{tool.name}: {n}" for n in measurement.outcome.notes)
            if measurement.error:
                title = _title(setup.mode, setup.vector_size)
                where = f"{title}, {threads_text(setup.threads)}"
                notes[f"{tool.name} failed: {where}: {measurement.error}"] = None
        notes |= dict.fromkeys(self._doubts())
        if not self.complete:
            notes["incomplete: interrupted before everything was measured"] = None
        return [safe_text(note) for note in notes]

    def _doubts(self) -> Iterator[str]:
        """Reasons to doubt these numbers."""
        rates = {int(n): rate for n, rate in self.machine["multiply_adds_per_second"].items()}
        fewest = min(rates)
        for threads, rate in rates.items():
            gain, even = rate / rates[fewest], threads / fewest
            if gain < SHARED_CORES * even:
                yield (
                    f"{threads} threads do only {gain:.2f}x the multiply-adds of {fewest}: other "
                    "programs use the same cores, which distorts the measurements"
                )
        ours = [m.outcome for m in self.measurements if m.outcome and m.outcome.multiply_adds]
        if ours and (shortest := min(outcome.seconds for outcome in ours)) < SHORT_SECONDS:
            yield (
                f"runs as short as {shortest:.2f} s are not meaningful: use more --epochs or a "
                "larger text"
            )

    def _legend(self) -> list[str]:
        rates = ", ".join(
            f"{2 * rate / 1e9:,.3g} GFLOP/s on {threads_text(int(threads))}"
            for threads, rate in self.machine["multiply_adds_per_second"].items()
        )
        of_runs = "one run" if self.repeats == 1 else f"the median of {self.repeats} runs"
        if not self.complete:
            of_runs = "the median of the completed runs"
        return [
            f"words/s    of the text, before subsampling: {of_runs}",
            "w2vtui is  times as fast as the tool, by the medians",
            "scaling    relative to the tool's run with the fewest threads",
            "of peak    multiply-adds of the formulas, as a share of what the processor can do:",
            f"           {rates}",
            "           the rest of the time goes into waiting for memory, choosing words, and",
            "           loading and storing vectors",
            "memory     the largest memory use of the process",
        ]

    def _quality_tables(self) -> list[RenderableType]:
        groups: dict[tuple[str, int], list[Measurement]] = {}
        for measurement in self.measurements:
            if measurement.scores:
                setup = measurement.trial.setup
                groups.setdefault((setup.mode, setup.vector_size), []).append(measurement)
        parts: list[RenderableType] = []
        for key, group in groups.items():
            parts += [Text(f"\nquality of {_title(*key)}"), _quality_table(group)]
        return parts


def _run_as_json(measurement: Measurement) -> dict[str, Any]:
    trial, outcome = measurement.trial, measurement.outcome
    values: dict[str, Any] = {
        "tool": trial.tool.name,
        **trial.setup._asdict(),
        "repeat": trial.repeat,
        "tokens": measurement.tokens,
    }
    if outcome is not None:
        values |= {
            "seconds": outcome.seconds,
            "tokens_per_second": measurement.speed,
            "peak_memory_bytes": outcome.peak_memory,
        }
        if outcome.multiply_adds is not None:
            values["multiply_adds"] = outcome.multiply_adds
        if outcome.notes:
            values["notes"] = list(outcome.notes)
    if measurement.error:
        values["error"] = measurement.error
    if measurement.scores:
        values["scores"] = [dataclasses.asdict(score) for score in measurement.scores]
    return values


def _speed_table(rows: Sequence[Row]) -> Table:
    table = _table("words/s", "min..max", "w2vtui is", "scaling", "of peak", "memory")
    ours = {row.setup: row.speed for row in rows if row.tool.name == "w2vtui"}
    fewest: dict[Tool, Row] = {}
    for row in rows:
        known = fewest.get(row.tool)
        if known is None or row.setup.threads < known.setup.threads:
            fewest[row.tool] = row
    before = None
    for row in rows:
        if before is not None and row.setup != before:
            table.add_section()
        base, own = fewest[row.tool], ours.get(row.setup)
        low, high = min(row.speeds), max(row.speeds)
        table.add_row(
            "" if row.setup == before else str(row.setup.threads),
            Text(safe_text(row.tool.name)),
            _thousands(row.speed),
            f"{_thousands(low)}..{_thousands(high)}",
            NOTHING if own is None or row.tool.name == "w2vtui" else f"{own / row.speed:.2f}x",
            NOTHING if row is base else f"{row.speed / base.speed:.2f}x",
            NOTHING if row.peak_share is None else f"{row.peak_share:.1%}",
            f"{row.peak_memory / 2**20:,.0f} MiB" if row.peak_memory else NOTHING,
        )
        before = row.setup
    return table


def _quality_table(measurements: Sequence[Measurement]) -> Table:
    names = [
        f"{score.name}, {'Spearman' if score.kind == 'pairs' else '% correct'}"
        for score in measurements[0].scores
    ]
    table = _table(*names)
    before = None
    for measurement in measurements:
        tool, setup = measurement.trial.tool, measurement.trial.setup
        table.add_row(
            "" if setup == before else str(setup.threads),
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


def _title(mode: str, vector_size: int) -> str:
    return f"{mode}, vectors of {vector_size}"


def threads_text(threads: int) -> str:
    """`1 thread`, `2 threads`."""
    return "1 thread" if threads == 1 else f"{threads} threads"


def _thousands(speed: float) -> str:
    """A speed in thousands: `1,234k`, with a decimal below ten."""
    return f"{speed / 1000:,.0f}k" if speed >= 10_000 else f"{speed / 1000:.1f}k"
