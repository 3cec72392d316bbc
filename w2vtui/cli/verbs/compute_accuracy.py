"""`w2vtui compute-accuracy`: analogies scored, as word2vec.c's compute-accuracy prints them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from w2vtui.cli.options.file_options import add_vectors, load_all, report_hint
from w2vtui.cli.options.verb_options import add_result_json
from w2vtui.cli.output import report, show
from w2vtui.cli.work.evaluation import analogies_json
from w2vtui.errors import SettingsError
from w2vtui.evaluation.questions import read_analogies

if TYPE_CHECKING:
    from w2vtui.evaluation.evaluate import AnalogyResult, SectionResult

USAGE = "w2vtui compute-accuracy VECTORS [THRESHOLD] < QUESTIONS"
HELP = """Score vectors on analogies, with the output of word2vec.c's compute-accuracy.

  w2vtui compute-accuracy notes.bin 30000 < questions-words.txt

Case does not matter, as in word2vec.c. The scores are those of w2vtui evaluate: words of the
question are not answers, in any case, and the fourth word is right in any case. Sections whose
names begin with gram are the syntactic ones, as in questions-words.txt."""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui compute-accuracy` takes."""
    add_vectors(parser)
    parser.add_argument(
        "threshold",
        metavar="THRESHOLD",
        nargs="?",
        default="0",
        help="use only this many words, the most frequent; 0, the default, uses all",
    )
    parser.add_argument(
        "--questions", metavar="FILE", default="-", help="read these instead of standard input"
    )
    add_result_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the scores of vectors on the analogies that are piped in."""
    from w2vtui.cli.results import print_json
    from w2vtui.evaluation.evaluate import evaluate_analogies

    restrict = _threshold(arguments.threshold)
    if arguments.questions == "-" and sys.stdin is not None and sys.stdin.isatty():
        report("type questions, a line of four words each, and Ctrl-D; or give < FILE")
    sections = read_analogies(
        arguments.questions, skip_bad_rows=arguments.skip_bad_rows, report=report_hint
    )
    result = evaluate_analogies(load_all(arguments), sections, restrict=restrict)
    if arguments.json:
        print_json(analogies_json(result))
    else:
        _print(result)
    return 0


def _threshold(text: str) -> int | None:
    """How many words to use; None for all.

    Raises:
        SettingsError: it is not a number.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise SettingsError(f"THRESHOLD must be a whole number, 0 for all words, got {text!r}")
    return int(text) or None


def _print(result: AnalogyResult) -> None:
    seen: list[SectionResult] = []
    for row in result.sections:
        seen.append(row)
        syntactic = [one for one in seen if one.name.startswith("gram")]
        semantic = [one for one in seen if not one.name.startswith("gram")]
        show(
            f"{row.name}:",
            f"ACCURACY TOP1: {_percent([row])} %  ({row.correct} / {row.covered})",
            f"Total accuracy: {_percent(seen)} %   Semantic accuracy: {_percent(semantic)} %   "
            f"Syntactic accuracy: {_percent(syntactic)} % ",
        )
    covered, total = result.total.covered, result.total.total
    show(f"Questions seen / total: {covered} {total}   {100 * covered / total:.2f} % ")


def _percent(rows: list[SectionResult]) -> str:
    """The share of right answers; nan where none was covered."""
    covered = sum(row.covered for row in rows)
    return f"{100 * sum(row.correct for row in rows) / covered:.2f}" if covered else "nan"
