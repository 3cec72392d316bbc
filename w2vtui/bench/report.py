"""The measurements as tables for people and as JSON for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from w2vtui.bench.job import MODES
from w2vtui.bench.plan import OURS, Bench, Measurement, Setup, Tool, threads_text
from w2vtui.bench.tables import Row, quality_table, speed_table, title_of
from w2vtui.display import safe_text
from w2vtui.settings import default_alpha

REUSED_NOISE = (
    "w2vtui uses a noise word for several pairs, the others draw new ones for each: see "
    "--noise-sharing none"
)

SHARED_CORES = 0.75
"""Threads that do less than this share of the expected multiply-adds share their cores."""

SHORT_SECONDS = 0.5
"""Seconds; a shorter run is mostly start and end."""


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
        if setup.on_gpu:
            most = self.machine["gpu"]["bytes_per_second"]
            rates = [run.row_bytes / max(run.seconds, 1e-9) for run in outcomes if run.row_bytes]
        else:
            most = self.machine["multiply_adds_per_second"][str(setup.threads)]
            rates = [
                run.multiply_adds / max(run.seconds, 1e-9)
                for run in outcomes
                if run.multiply_adds is not None
            ]
        return Row(
            setup,
            tool,
            tuple(run.speed for run in runs if run.outcome),
            max((outcome.peak_memory for outcome in outcomes), default=0),
            median(rates) / most if rates else None,
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
                "noise_sharing": live.noise_sharing,
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
            parts += [Text(f"\n{title_of(*key)}"), speed_table(group)]
        parts += self._quality_tables()
        parts += [Text(line) for line in ("", *self._notes(), *self._legend())]
        return Group(*parts)

    def _heading(self) -> Text:
        machine, corpus = self.machine, self.corpus
        gpu = f"{machine['gpu']['name']}; " if "gpu" in machine else ""
        versions = ", ".join(
            f"{tool.name} {tool.version}" if tool.version else tool.name for tool in self.tools
        )
        return Text(
            safe_text(
                f"{machine['processor']}, {machine['cores']} cores, {machine['simd']}; {gpu}"
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
        if draws_noise and self.bench.live.noise_sharing != "none" and others:
            notes[REUSED_NOISE] = None
        for measurement in self.measurements:
            tool, setup = measurement.trial.tool, measurement.trial.setup
            if measurement.outcome is not None:
                notes |= dict.fromkeys(f"{tool.name}: {n}" for n in measurement.outcome.notes)
            if measurement.error:
                title = title_of(setup.mode, setup.vector_size)
                where = f"{title}, {setup.trained_by}"
                notes[f"{tool.name} failed: {where}: {measurement.error}"] = None
        notes |= dict.fromkeys(self._doubts())
        if not self.complete:
            notes["incomplete: interrupted before everything was measured"] = None
        return [safe_text(note) for note in notes]

    def _doubts(self) -> Iterator[str]:
        """Reasons to doubt these numbers."""
        rates = {int(n): rate for n, rate in self.machine["multiply_adds_per_second"].items()}
        fewest = min(rates, default=1)
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
            *self._legend_of_gpu(),
            "memory     the largest memory use of the process",
        ]

    def _legend_of_gpu(self) -> list[str]:
        if "gpu" not in self.machine:
            return []
        speed = self.machine["gpu"]["bytes_per_second"] / 1e9
        return [
            "           on a GPU: the time in which its memory would move each row of a center",
            f"           once to it and back, at the {speed:,.0f} GB/s of copying, as a share",
            "           of the time it took; above 100 % where caches hold the most used rows",
        ]

    def _quality_tables(self) -> list[RenderableType]:
        groups: dict[tuple[str, int], list[Measurement]] = {}
        for measurement in self.measurements:
            if measurement.scores:
                setup = measurement.trial.setup
                groups.setdefault((setup.mode, setup.vector_size), []).append(measurement)
        parts: list[RenderableType] = []
        for key, group in groups.items():
            parts += [Text(f"\nquality of {title_of(*key)}"), quality_table(group)]
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
        if outcome.row_bytes is not None:
            values["row_bytes"] = outcome.row_bytes
        if outcome.notes:
            values["notes"] = list(outcome.notes)
    if measurement.error:
        values["error"] = measurement.error
    if measurement.scores:
        values["scores"] = [dataclasses.asdict(score) for score in measurement.scores]
    return values
