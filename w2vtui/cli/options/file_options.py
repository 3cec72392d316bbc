"""Options of files that are read besides the text: vectors, word pairs, analogies, sessions."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.run_vectors import named_run, vectors_of
from w2vtui.cli.options.setting_options import add_setting
from w2vtui.cli.output import PassingLine, report
from w2vtui.display import safe_text
from w2vtui.errors import SettingsError
from w2vtui.evaluation.question_files import QuestionOptions
from w2vtui.files.reports import Report
from w2vtui.files.tables import split
from w2vtui.settings import RunSettings

if TYPE_CHECKING:
    from w2vtui.vectors import WordVectors


def add_vectors(parser: argparse.ArgumentParser, *, at: bool = True) -> None:
    """Add the positional VECTORS, and the options of how it is read.

    at   whether --at names a moment of a saved run
    """
    parser.add_argument(
        "vectors",
        metavar="VECTORS",
        help="a file of vectors, or a saved run: its name, part of its name, or last; ./NAME is a "
        "file, where a run has its name",
    )
    group = parser.add_argument_group("Reading vectors")
    group.add_argument(
        "--limit", metavar="N", type=whole_number, help="read the first N words only"
    )
    if at:
        group.add_argument(
            "--at",
            metavar="MOMENT",
            help="of a saved run: its vectors as of a moment of its training, 40%%, 1500000 or "
            "1.5M tokens, or '2.5 epochs'; the nearest that was kept",
        )
    group.add_argument(
        "--encoding-errors",
        choices=("strict", "replace", "ignore"),
        default="strict",
        help="how to read words that are not UTF-8 (default: strict, which refuses them)",
    )
    add_skip_bad_rows(group)
    add_setting(group, RunSettings, "runs_dir")


def add_side(parser: argparse.ArgumentParser) -> None:
    """Add --vectors, which `load` obeys."""
    parser.add_argument(
        "--vectors",
        dest="side",
        choices=("input", "output", "sum"),
        default="input",
        help="which vectors of each word, of a saved run or a folder of w2vtui's (default: input)",
    )


def add_quality(parser: argparse.ArgumentParser) -> None:
    """Add --pairs, --analogies and --sessions, which score vectors during training."""
    for flag, what in (
        ("--pairs", "word pairs with scores"),
        ("--analogies", "analogies"),
        ("--sessions", "sessions, whose last item is guessed,"),
    ):
        parser.add_argument(
            flag,
            metavar="FILE",
            action="append",
            default=[],
            help=f"score the vectors on these {what} during training; may be repeated",
        )
    add_question_columns(parser)
    add_session_options(parser)
    add_skip_bad_rows(parser)


def add_question_columns(parser: argparse.ArgumentParser) -> None:
    """Add --pairs-columns and --analogies-columns."""
    for flag, n, what in (
        ("--pairs-columns", 3, "two words and their score"),
        ("--analogies-columns", 4, "the four words"),
    ):
        parser.add_argument(
            flag,
            metavar="A,B,...",
            type=_columns_reader(n),
            default=(),
            help=f"the columns of {what}, by number from 1 or by name (default: found out)",
        )


def add_session_options(parser: argparse.ArgumentParser) -> None:
    """Add --session-context and --session-repeats."""
    parser.add_argument(
        "--session-context",
        metavar="N",
        type=whole_number,
        default=QuestionOptions().context,
        help="guess the last item of a session from the N items before it (default: "
        f"{QuestionOptions().context})",
    )
    parser.add_argument(
        "--session-repeats",
        action="store_true",
        help="let items that occur in a session before be guesses too, as in logs and walks",
    )


def add_skip_bad_rows(parser: argparse._ActionsContainer) -> None:
    """Add --skip-bad-rows."""
    parser.add_argument(
        "--skip-bad-rows",
        action="store_true",
        help="leave out rows that cannot be read of vectors as text, word pairs and analogies, and "
        "say how many",
    )


def question_options(arguments: argparse.Namespace) -> QuestionOptions:
    """How the files of questions are read, and what sessions ask."""
    return QuestionOptions(
        pairs_columns=arguments.pairs_columns,
        analogies_columns=arguments.analogies_columns,
        skip_bad_rows=arguments.skip_bad_rows,
        context=getattr(arguments, "session_context", QuestionOptions().context),
        repeats=getattr(arguments, "session_repeats", False),
    )


def _columns_reader(n: int) -> Callable[[str], tuple[str, ...]]:
    """A reader of n columns between commas, which may be quoted."""

    def read(text: str) -> tuple[str, ...]:
        columns = tuple(split(text, ","))
        if len(columns) != n or not all(columns):
            raise argparse.ArgumentTypeError(
                f"must be {n} columns, by number from 1 or by name, such as "
                f"{','.join(map(str, range(1, n + 1)))}, got {text!r}"
            )
        return columns

    return read


def load(arguments: argparse.Namespace) -> WordVectors:
    """The vectors that the arguments name, to ask and not to change: those of a large file stay in
    it. Reports what was left out or mended.

    Raises:
        VectorsError: they cannot be read, or do not have the vectors that --vectors names.
        RunError: the name is that of several runs, or of one without vectors.
        SettingsError: --at is given for a file, or is not a moment of the run.
    """
    from w2vtui.exploring.sides import with_side

    run = named_run(arguments)
    if run is not None:
        vectors = vectors_of(run, arguments.limit, arguments.at)
    else:
        check_moment(arguments)
        with PassingLine("reading the vectors") as line:
            vectors = load_file(arguments, line.report, line.show)
    return with_side(vectors, getattr(arguments, "side", "input"))


def check_moment(arguments: argparse.Namespace) -> None:
    """
    Raises:
        SettingsError: --at is given for a file.
    """
    if arguments.at is not None:
        raise SettingsError(
            f"--at {safe_text(arguments.at, 40)} goes with a saved run: "
            f"{safe_text(arguments.vectors, 80)} holds the vectors of one moment"
        )


def load_file(
    arguments: argparse.Namespace,
    report: Report = report,
    progress: Callable[[float], object] = lambda _: None,
) -> WordVectors:
    """The vectors of the file or folder that the arguments name, those of a large file in it.

    report    gets what was left out
    progress  gets how much is done, 0..1

    Raises:
        VectorsError: they cannot be read.
    """
    from w2vtui.large_files import open_vectors

    return open_vectors(
        arguments.vectors,
        limit=arguments.limit,
        encoding_errors=arguments.encoding_errors,
        skip_bad_rows=arguments.skip_bad_rows,
        report=lambda remark: report(f"hint: {remark}"),
        progress=progress,
    )


def load_all(arguments: argparse.Namespace) -> WordVectors:
    """As `load`, with all vectors in the memory, in which thousands of questions are answered.

    Raises:
        VectorsError: they cannot be read.
        RunError: the name is that of several runs, or of one without vectors.
    """
    from w2vtui.formats import load_vectors

    run = named_run(arguments)
    if run is not None:
        return vectors_of(run, arguments.limit, arguments.at)
    check_moment(arguments)
    return load_vectors(
        arguments.vectors,
        limit=arguments.limit,
        encoding_errors=arguments.encoding_errors,
        skip_bad_rows=arguments.skip_bad_rows,
        report=report_hint,
    )


def report_hint(remark: str) -> None:
    """Report what a reader left out or mended."""
    report(f"hint: {remark}")
