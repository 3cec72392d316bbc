"""The work of `w2vtui bench`: check, read, measure, print."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2vtui import __version__
from w2vtui.bench.child import ask
from w2vtui.bench.plan import (
    OURS,
    Bench,
    Measurement,
    Setup,
    Tool,
    Trial,
    check_rereadable,
    find_tools,
    plain_text,
    trials,
)
from w2vtui.bench.program import find_program
from w2vtui.bench.quality import Questions
from w2vtui.bench.report import Report
from w2vtui.cli.console import show_drawn
from w2vtui.cli.options.file_options import question_options, report_hint
from w2vtui.cli.output import report, show
from w2vtui.config import settings_files
from w2vtui.corpus import SAMPLE, EncodedCorpus, find_files, open_corpus, sample_path
from w2vtui.display import clock_text
from w2vtui.errors import ChildError, TargetTakenError
from w2vtui.files.regular_files import content_of
from w2vtui.formats import atomic_write
from w2vtui.formats.drafts.atomic import check_target
from w2vtui.runs.requested.targets import Reads, check_not_read
from w2vtui.settings import TrainingSettings
from w2vtui.system.resources import available_cores
from w2vtui.training.engine.devices import check_device

_MOST_BYTES = 1 << 26
"""Of a report that is read again."""
_PIPE_WIDTH = 200
"""Columns of a table that is not printed on a terminal; more than any table needs."""


def run_benchmark(arguments: argparse.Namespace) -> int:
    """Measure what the arguments say, print tables or JSON; return the exit code."""
    wanted = _Wanted.checked(arguments)
    measurements: list[Measurement] = []
    with tempfile.TemporaryDirectory(prefix="w2vtui-bench-") as folder:
        corpus = _read_corpus(wanted.sources, arguments)
        tools = find_tools(__version__, wanted.programs, scaling=arguments.scaling)
        bench = Bench(
            sources=wanted.sources,
            text=plain_text(wanted.files, Path(folder))
            if any(tool.name not in OURS for tool in tools)
            else Path(folder, "text.txt"),
            corpus=arguments.corpus_settings,
            live=arguments.live_settings,
            n_tokens=corpus.vocab.n_tokens,
            questions=wanted.questions,
        )
        machine = _measure_machine(wanted.threads, on_gpu=wanted.on_gpu)
        setups = [
            setup
            for size in arguments.vector_size
            for mode in arguments.mode
            for setup in wanted.setups(mode, size)
        ]
        code = _measure(bench, list(trials(tools, setups, arguments.repeat)), measurements)
    results = Report(
        bench=bench,
        corpus={
            "name": corpus.name,
            "tokens": corpus.vocab.n_tokens,
            "words": len(corpus.vocab),
            "sentences": corpus.n_sentences,
        },
        tools=tools,
        machine=machine,
        repeats=arguments.repeat,
        measurements=measurements,
        complete=code < 128,
    )
    _show(results, arguments.json)
    return code


@dataclass(frozen=True)
class _Wanted:
    """What the arguments name, all of it found and readable: hours of measuring depend on it."""

    sources: tuple[str, ...]
    files: Sequence[Path]
    programs: Sequence[str]
    questions: tuple[Questions, ...]
    threads: Sequence[int]
    """None where only a GPU is measured."""
    on_gpu: bool

    @classmethod
    def checked(cls, arguments: argparse.Namespace) -> _Wanted:
        """Look for all of it; raises what the command line should show of what is missing."""
        sources = tuple(arguments.corpus or [str(sample_path(SAMPLE))])
        programs = list(dict.fromkeys(find_program(path) for path in arguments.against))
        on_gpu = "cuda" in arguments.device
        for size in arguments.vector_size if on_gpu else ():
            training = TrainingSettings(device="cuda", vector_size=size)
            check_device(training, arguments.live_settings)
        options = question_options(arguments)
        questions = tuple(Questions.read(path, options, report_hint) for path in arguments.quality)
        files = find_files(sources)
        check_rereadable(files)
        _check_json(arguments, sources)
        cores = available_cores()
        threads = (arguments.threads or sorted({1, cores})) if "cpu" in arguments.device else []
        if max(threads, default=0) > cores:
            report(f"--threads {max(threads)} is more than the {cores} available cores")
        return cls(sources, files, programs, questions, threads, on_gpu)

    def setups(self, mode: str, vector_size: int) -> Sequence[Setup]:
        """A mode at a size: on threads, then on a GPU."""
        on_gpu = [Setup(mode, vector_size, 0, "cuda")] * self.on_gpu
        return [*(Setup(mode, vector_size, n) for n in self.threads), *on_gpu]


def _read_corpus(sources: Sequence[str], arguments: argparse.Namespace) -> EncodedCorpus:
    """Read and encode the text, which also caches it for the trainings to come."""
    report("reading the corpus")
    corpus = open_corpus(sources, arguments.corpus_settings)
    report(f"{corpus.name}: {corpus.vocab.n_tokens:,} tokens, {len(corpus.vocab):,} words")
    if not arguments.corpus:
        report("this is the bundled sample: use 100 MB of text or more for a meaningful result")
    return corpus


def _measure_machine(threads: Sequence[int], *, on_gpu: bool) -> dict[str, Any]:
    """Measure the processor in a child process, which also compiles the kernels, and a GPU.

    Raises:
        ChildError: one of them cannot be measured.
    """
    report("measuring the processor; compiling the kernels if that has not been done before")
    try:
        machine = ask("w2vtui.bench.machine", json.dumps(threads))
    except ChildError as error:
        raise ChildError(f"the processor cannot be measured: {error}") from error
    if on_gpu:
        report("measuring the memory of the GPU")
        try:
            machine["gpu"] = ask("w2vtui.bench.gpu", "")
        except ChildError as error:
            raise ChildError(f"the GPU cannot be measured: {error}") from error
    return machine


def _measure(bench: Bench, planned: Sequence[Trial], done: list[Measurement]) -> int:
    """Run the trials one after another, reporting on stderr; return the exit code.

    A tool that fails at a setup is not tried there again.

    done   the measurements; those made before Ctrl-C are in it as well
    """
    failed: set[tuple[Tool, Setup]] = set()
    started = time.monotonic()
    try:
        for behind, trial in enumerate(planned):
            tool, setup = trial.tool, trial.setup
            if (tool, setup) in failed:
                continue
            spent, ahead = time.monotonic() - started, len(planned) - behind
            left = f", {clock_text(spent / behind * ahead)} left" if behind else ""
            report(
                f"{behind + 1} of {len(planned)}{left}: {tool.name}, {setup.mode}, "
                f"vectors of {setup.vector_size}, {setup.trained_by}"
            )
            measurement = bench.measure(trial)
            done.append(measurement)
            if measurement.error:
                failed.add((tool, setup))
                report(f"w2vtui: {tool.name}: {measurement.error}")
            else:
                assert measurement.outcome is not None
                report(f"  {measurement.speed:,.0f} words/s in {measurement.outcome.seconds:.2f} s")
    except KeyboardInterrupt as interrupt:
        report("w2vtui: interrupted")
        return interrupt.args[0] if interrupt.args else 130
    return ChildError.exit_code if failed else 0


def _show(results: Report, json_path: str | None) -> None:
    """Print tables, or JSON in their place; save JSON if a file is named for it."""
    text = json.dumps(results.to_json(), indent=1, allow_nan=False)  # ASCII only
    if json_path == "-":
        show(*text.split("\n"))
        return
    show_drawn(results.tables(), None if _is_terminal() else _PIPE_WIDTH)
    if json_path is not None:
        with atomic_write(json_path) as file:
            file.write(text.encode() + b"\n")
        report(f"saved {json_path}")


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _check_json(arguments: argparse.Namespace, sources: Sequence[str]) -> None:
    """Refuse a JSON file that cannot be written, that is read, or that holds something else.

    Raises:
        W2vtuiError: it is one of these.
    """
    if arguments.json is None or arguments.json == "-":
        return
    path = Path(arguments.json)
    check_target(path)
    inputs = (*arguments.quality, *settings_files())
    check_not_read(path, Reads(sources, arguments.corpus_settings.encoding, inputs))
    if path.exists() and not arguments.overwrite and not _is_report(path):
        raise TargetTakenError(str(path), "a report of w2vtui bench")


def _is_report(path: Path) -> bool:
    try:
        found = json.loads(content_of(path, _MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and {"complete", "machine", "tools"} <= found.keys()
