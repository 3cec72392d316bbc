"""`w2vtui bench`: how fast this machine trains, with our modes and with other trainers."""

from __future__ import annotations

import argparse
from typing import Any

from w2vtui.bench.job import MODES
from w2vtui.cli.options.file_options import add_question_columns, add_skip_bad_rows
from w2vtui.cli.options.readers import list_of, one_of, whole_number
from w2vtui.cli.options.setting_options import AUTO, add_setting, setting_reader
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings, field_default
from w2vtui.system.resources import available_cores

USAGE = "w2vtui bench [CORPUS ...] [options]"
HELP = f"""Measure how fast this machine trains in each mode, and compare it with gensim, if that is
installed, and with any program that takes word2vec.c's options.

  w2vtui bench                            on the bundled sample
  w2vtui bench text8 --threads 1,4 --vector-size 100,300 --against ./word2vec
  w2vtui bench text8 --threads 1,2,4,8,16 --scaling --repeat 1
  w2vtui bench text8 --device cpu,cuda --quality pairs.txt
  w2vtui bench text8 --quality pairs.txt --quality questions.txt --json here.json

Modes:
{chr(10).join("  " + name for name in MODES)}

Only the training is timed. Each training runs in its own process, and the tools take turns. Ctrl-C
stops and prints the results so far. Exit codes: 0 done, 1 a tool failed, 2 usage, 3 unreadable
corpus, 5 disk, 130 interrupted."""
SETTINGS = (CorpusSettings, LiveSettings)

_COMPARABLE: tuple[tuple[type[Any], str], ...] = (
    (CorpusSettings, "min_count"),
    (LiveSettings, "window"),
    (LiveSettings, "negative"),
    (LiveSettings, "sample"),
    (LiveSettings, "alpha"),
    (LiveSettings, "noise_sharing"),
)
"""Settings that every trainer has, and noise_sharing, which makes ours different."""
_EPOCHS = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui bench` takes."""
    parser.add_argument(
        "corpus",
        nargs="*",
        metavar="CORPUS",
        help="text files (also .gz .bz2 .xz .zst .zip) and folders (default: the bundled sample)",
    )
    _add_setups(parser)
    parser.add_argument(
        "--against",
        metavar="PROGRAM",
        action="append",
        default=[],
        help="a program that takes word2vec.c's options; may be repeated",
    )
    parser.add_argument(
        "--scaling",
        action="store_true",
        help="in place of gensim, measure as many one-thread trainings as there are threads, side "
        "by side: what the cores reach where nothing is shared",
    )
    parser.add_argument(
        "--quality",
        metavar="FILE",
        action="append",
        default=[],
        help="also score the vectors on these word pairs or analogies; may be repeated",
    )
    add_question_columns(parser)
    add_skip_bad_rows(parser)
    parser.add_argument(
        "--json",
        metavar="FILE",
        help="save every run as JSON; - prints it on stdout in place of the tables",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="let --json replace a file that is not such a report; never one that is read",
    )
    group = parser.add_argument_group("Training")
    add_setting(group, LiveSettings, "epochs", default=_EPOCHS)
    for settings, name in _COMPARABLE:
        add_setting(group, settings, name)


def _add_setups(parser: argparse.ArgumentParser) -> None:
    """Declare what trainings are compared at, and how often each is repeated."""
    vector_size = field_default(TrainingSettings, "vector_size")
    parser.add_argument(
        "--mode",
        metavar="NAME,...",
        type=list_of(one_of(*MODES)),
        default=list(MODES),
        help="modes to measure (default: all four)",
    )
    parser.add_argument(
        "--threads",
        metavar="N,...",
        type=list_of(_threads),
        help="numbers of training threads (default: 1 and all available cores)",
    )
    parser.add_argument(
        "--device",
        metavar="NAME,...",
        type=list_of(one_of("cpu", "cuda")),
        default=["cpu"],
        help="devices to measure w2vtui on: cpu, cuda (default: cpu)",
    )
    parser.add_argument(
        "--vector-size",
        metavar="N,...",
        type=list_of(setting_reader(TrainingSettings, "vector_size")),
        default=[vector_size],
        help=f"numbers of dimensions (default: {vector_size})",
    )
    parser.add_argument(
        "--repeat",
        metavar="N",
        type=whole_number,
        default=3,
        help="runs of each training, whose median is reported (default: 3)",
    )


def _threads(text: str) -> int:
    """Read a number of threads; `auto` is one per core."""
    value = setting_reader(LiveSettings, "workers")(text)
    return available_cores() if value is AUTO else value


def run(arguments: argparse.Namespace) -> int:
    """Measure, and print tables or JSON; return the exit code."""
    from w2vtui.cli.work.benchmark import run_benchmark

    return run_benchmark(arguments)
