"""`w2vtui compare`: what differs between runs, or how near two words are."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.cli.options.file_options import add_side, add_vectors, load
from w2vtui.cli.options.setting_options import add_settings
from w2vtui.cli.options.verb_options import add_lookup
from w2vtui.cli.output import report
from w2vtui.cli.screens import has_screen, show_screens
from w2vtui.display import safe_text
from w2vtui.errors import QuestionError, RunError, SettingsError, VectorsError
from w2vtui.exploring.answers import as_json
from w2vtui.settings import RunSettings, ScreenSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from w2vtui.comparing.sides import Side

USAGE = "w2vtui compare RUN RUN ... | VECTORS a b [options]"
HELP = """Compare two to six runs, or files of vectors: settings that differ, losses and scores,
neighbors side by side, words that differ most, and a verdict on each with the first.

  w2vtui compare brisk-otter calm-fox           two saved runs, by their names or parts of them
  w2vtui compare a.bin b.bin --no-screen        two files, without the app
  w2vtui compare last notes.bin --word bank     a run and a file; the neighbors of a word

In a terminal the app shows them. With --word, --json or --no-screen they are printed, as in a pipe.
Where every name is that of a run or of a file, these are compared. Of a run and a file of one name,
the run is meant: ./NAME is the file. Otherwise two words are compared: their cosine, the place of
each among the nearest words of the other, and the nearest words that they share.

  w2vtui compare notes.bin coffee tea
  w2vtui compare last 'coffee | tea'            the vectors of a saved run"""
SETTINGS = (RunSettings, ScreenSettings)
HOW = "two words are compared as a b, or 'a | b'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui compare` takes."""
    add_vectors(parser)
    parser.add_argument(
        "words",
        metavar="RUN | a b",
        nargs="+",
        help="other runs or files; or two words, or a line: a | b",
    )
    parser.add_argument(
        "--word",
        metavar="WORD",
        action="append",
        default=[],
        help="a word whose neighbors in the runs are compared; may be repeated",
    )
    parser.add_argument("--no-screen", action="store_true", help="print what differs, as in a pipe")
    add_side(parser)
    add_lookup(parser)
    add_settings(parser, ["screen"])


def run(arguments: argparse.Namespace) -> int:
    """Show or print what differs between runs, or print how near two words are.

    Raises:
        QuestionError: one of two words is empty, or there are more.
        UnknownWordError: not all runs have a word of --word; raised after all is printed.
        VectorsError: a name is neither that of a run nor of a file, and no words are compared; or
            less than two have vectors, likewise.
    """
    sides, missing = _sides(arguments)
    if not missing:
        return _compare_runs(arguments, sides)
    if arguments.word:
        raise SettingsError(
            f"--word goes with runs: give two runs or files to compare: {missing[0]}"
        )
    return _compare_words(arguments, missing)


def _sides(arguments: argparse.Namespace) -> tuple[Sequence[Side], Sequence[str]]:
    """The sides, and what is wrong with each name that is neither that of a run nor a file of
    vectors.

    Raises:
        RunError: all are, but one of them may be several runs.
    """
    from w2vtui.comparing.sides import open_side

    runs_dir, sides, unclear = arguments.run_settings.runs_dir, [], None
    hints: list[str] = []
    missing: list[str] = []
    for name in (arguments.vectors, *arguments.words):
        try:
            side = open_side(name, runs_dir, hints.append)
        except VectorsError as error:
            missing.append(str(error))
            continue
        except RunError as error:
            unclear = unclear or error
            continue
        if side.folder is None and not Path(name).exists():
            missing.append(f"there is no file '{safe_text(name, 80)}'")
        else:
            sides.append(side)
    if missing:
        return sides, missing
    if unclear is not None:
        raise unclear
    for hint in hints:
        report(f"hint: {hint}")
    return sides, missing


def _compare_runs(arguments: argparse.Namespace, sides: Sequence[Side]) -> int:
    from w2vtui.cli.results import print_json
    from w2vtui.cli.work.comparing import print_report
    from w2vtui.comparing.report import as_json as report_as_json
    from w2vtui.comparing.report import report_on

    for option, value in (("--at", arguments.at), ("--limit", arguments.limit)):
        if value is not None:
            raise SettingsError(f"{option} goes with two words: runs are compared as they are now")
    if arguments.side != "input":
        raise SettingsError("--vectors goes with two words: input vectors of runs are compared")
    if has_screen() and not (arguments.no_screen or arguments.json or arguments.word):
        return _show_runs(arguments, sides)
    found = report_on(sides, arguments.word, arguments.n)
    if arguments.json:
        print_json(report_as_json(found))
    else:
        print_report(found)
    for side in sides:
        for remark in side.subject.remarks:
            report(f"hint: {safe_text(side.name, 40)}: {remark}")
    if found.comparison.shared is None:
        raise VectorsError(found.comparison.trouble)
    if found.problems:
        raise found.problems[0]
    return 0


def _show_runs(arguments: argparse.Namespace, sides: Sequence[Side]) -> int:
    """Compare runs in the app.

    Raises:
        SettingsError: there are too few or too many.
    """
    from w2vtui.comparing.report import check_number
    from w2vtui.tui.chosen.form import Form

    check_number(sides)
    arguments.output = None
    form = Form(run_settings=arguments.run_settings)
    return show_screens(arguments, form, begins_with=list(sides))


def _compare_words(arguments: argparse.Namespace, missing: Sequence[str]) -> int:
    """Print how near two words are; missing: why the names are not all runs or files."""
    from w2vtui.cli.answers import print_answer
    from w2vtui.cli.results import print_json
    from w2vtui.exploring.asking import Asking, ask
    from w2vtui.exploring.questions import Comparison, parse_question

    words = [word for word in arguments.words if word != "|"]
    shown = safe_text(" ".join(arguments.words), 60)
    if not all(word.strip() for word in words):
        raise QuestionError(f"one of the words is empty: {HOW}")
    if len(words) > 2:
        raise QuestionError(f"two words are compared, got {len(words)}: {shown}")
    vectors = load(arguments)
    question = Comparison(*words) if len(words) == 2 else parse_question(words[0], vectors)
    if not isinstance(question, Comparison):
        raise VectorsError(f"{missing[-1]}; {HOW}")
    answer = ask(vectors, question, Asking(arguments.n))
    if arguments.json:
        print_json(as_json(answer))
    else:
        print_answer(question.text, answer)
    return 0
