"""`w2vtui bench`: how fast this machine trains, with our modes and with others' trainers."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console

from w2vtui import __version__
from w2vtui.bench.child import ask
from w2vtui.bench.plan import (
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
from w2vtui.bench.report import Report, threads_text
from w2vtui.cli.output import report
from w2vtui.corpus import find_files, open_corpus, sample_path
from w2vtui.display import clock_text, safe_text
from w2vtui.errors import ChildError, SettingsError
from w2vtui.formats import atomic_write
from w2vtui.formats.atomic import check_target
from w2vtui.resources import available_cores
from w2vtui.signals import handling

SAMPLE = "atlas.txt"
_PIPE_WIDTH = 200
"""Columns of a table that is not drawn in a terminal: more than any needs."""


def bench(arguments: argparse.Namespace) -> int:
    """Measure what the arguments say, print tables or JSON; return the exit code."""
    sources = tuple(arguments.corpus or [str(sample_path(SAMPLE))])
    # What would fail after hours is tried before.
    programs = list(dict.fromkeys(find_program(path) for path in arguments.against))
    questions = tuple(Questions.read(path) for path in arguments.quality)
    files = find_files(sources)
    check_rereadable(files)
    _check_json(arguments.json, [*files, *map(Path, arguments.quality)])
    cores = available_cores()
    threads = arguments.threads or sorted({1, cores})
    if max(threads) > cores:
        report(
            f"--threads {max(threads)} is more than the {cores} cores there are: they will share"
        )

    interrupting = {"SIGTERM": _interrupt, "SIGHUP": _interrupt}
    with handling(interrupting), tempfile.TemporaryDirectory(prefix="w2vtui-bench-") as folder:
        report("reading the corpus")
        corpus = open_corpus(sources, arguments.corpus_settings)
        report(f"{corpus.name}: {corpus.vocab.n_tokens:,} tokens, {len(corpus.vocab):,} words")
        if not arguments.corpus:
            report("this is the bundled sample: a text of 100 MB or more tells more")
        tools = find_tools(__version__, programs)
        n_tokens = corpus.vocab.n_tokens
        measuring = Bench(
            sources=sources,
            text=plain_text(files, Path(folder)) if len(tools) > 1 else Path(folder, "text.txt"),
            corpus=arguments.corpus_settings,
            live=arguments.live_settings,
            n_tokens=n_tokens,
            questions=questions,
        )
        report("measuring the processor, and compiling the kernels where that was not done before")
        try:
            machine = ask("w2vtui.bench.machine", json.dumps(threads))
        except ChildError as error:
            raise ChildError(f"the processor cannot be measured: {error}") from error
        setups = [
            Setup(mode, size, n)
            for size in arguments.vector_size
            for mode in arguments.mode
            for n in threads
        ]
        planned = list(trials(tools, setups, arguments.repeat))
        measurements: list[Measurement] = []
        code = _measure(measuring, planned, measurements)
    results = Report(
        bench=measuring,
        corpus={
            "name": corpus.name,
            "tokens": n_tokens,
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


def _measure(measuring: Bench, planned: Sequence[Trial], done: list[Measurement]) -> int:
    """Do the trials, one after another, and say on stderr how it goes; return the exit code.

    A tool that fails at a setup is not tried there again. What is done when Ctrl-C comes is kept.
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
                f"{behind + 1} of {len(planned)}{left}: {safe_text(tool.name)}, {setup.mode}, "
                f"vectors of {setup.vector_size}, {threads_text(setup.threads)}"
            )
            measurement = measuring.measure(trial)
            done.append(measurement)
            if measurement.error:
                failed.add((tool, setup))
                report(f"w2vtui: {safe_text(tool.name)}: {safe_text(measurement.error)}")
            else:
                assert measurement.outcome is not None
                report(f"  {measurement.speed:,.0f} words/s in {measurement.outcome.seconds:.2f} s")
    except KeyboardInterrupt as interrupt:
        report("w2vtui: interrupted")
        return interrupt.args[0] if interrupt.args else 130
    return ChildError.exit_code if failed else 0


def _show(results: Report, json_path: str | None) -> None:
    """Print tables, or JSON in their place; JSON for a file goes there as well."""
    text = json.dumps(results.to_json(), indent=1, allow_nan=False)  # letters of ASCII alone
    if json_path == "-":
        print(text)
        return
    console = Console(width=None if _is_terminal() else _PIPE_WIDTH)
    with console.capture() as drawn:
        console.print(results.tables())
    print("\n".join(line.rstrip() for line in drawn.get().splitlines()))
    if json_path is not None:
        with atomic_write(json_path) as file:
            file.write(text.encode() + b"\n")
        report(f"saved {safe_text(json_path)}")


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _check_json(path: str | None, read: Sequence[Path]) -> None:
    """Find out before the measuring that JSON can be written, over nothing that is read."""
    if path is None or path == "-":
        return
    check_target(path)
    for other in read:
        if os.path.realpath(other) == os.path.realpath(path):
            raise SettingsError(f"{path} is read, and would be overwritten: name another file")


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Do as Ctrl-C does."""
    raise KeyboardInterrupt(128 + number)
