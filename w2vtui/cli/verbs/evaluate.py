"""`w2vtui evaluate`: the scores of vectors on word pairs, analogies and sessions."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from w2vtui.cli.options.file_options import (
    add_question_columns,
    add_session_options,
    add_vectors,
    load_all,
    report_hint,
)
from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.run_vectors import named_run
from w2vtui.cli.options.verb_options import add_result_json
from w2vtui.cli.output import report
from w2vtui.cli.work.evaluation import (
    analogies_json,
    number,
    pairs_json,
    print_analogies,
    print_pairs,
    print_sessions,
    sessions_json,
    title,
    why_not_asked,
)
from w2vtui.errors import DiskError, SettingsError, VectorsError
from w2vtui.evaluation.question_files import QuestionOptions
from w2vtui.evaluation.questions import read_analogies, read_pairs
from w2vtui.evaluation.sessions import read_sessions
from w2vtui.training.state.measurements import Score

if TYPE_CHECKING:
    from w2vtui.evaluation.evaluate import AnalogyResult, PairsResult
    from w2vtui.evaluation.next_item import SessionsResult

USAGE = "w2vtui evaluate VECTORS [--pairs|--analogies|--sessions FILE ...] [options]"
HELP = """Score vectors on word pairs (Spearman correlation), analogies (accuracy) and sessions (how
often the last item is among ten guesses). Those of a saved run are kept: `w2vtui runs` lists them.

  w2vtui evaluate notes.bin --pairs pairs.txt --analogies questions.txt
  w2vtui evaluate last --pairs pairs.txt   the vectors of a saved run
  w2vtui evaluate notes.bin --pairs SimLex-999.txt --pairs-columns word1,word2,SimLex999
  w2vtui evaluate last --sessions held-out.txt   a session a line, its items in order"""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui evaluate` takes."""
    add_vectors(parser)
    parser.add_argument(
        "--pairs", metavar="FILE", nargs="+", default=[], help="word pairs with scores; - for stdin"
    )
    parser.add_argument(
        "--analogies", metavar="FILE", nargs="+", default=[], help="analogies in Google's format"
    )
    parser.add_argument(
        "--sessions",
        metavar="FILE",
        nargs="+",
        default=[],
        help="sessions, a line each: the last item is guessed from those before it",
    )
    parser.add_argument(
        "--restrict",
        metavar="N",
        type=whole_number,
        default=30_000,
        help="for analogies, use only the N most frequent words (default: 30000)",
    )
    add_question_columns(parser)
    add_session_options(parser)
    add_result_json(parser)


class _Results(NamedTuple):
    """What the vectors score on each file, by its path."""

    pairs: dict[str, PairsResult]
    analogies: dict[str, AnalogyResult]
    sessions: dict[str, SessionsResult]

    def as_json(self) -> dict[str, object]:
        """All of them as plain values."""
        return {
            "pairs": {path: pairs_json(one) for path, one in self.pairs.items()},
            "analogies": {path: analogies_json(one) for path, one in self.analogies.items()},
            "sessions": {path: sessions_json(one) for path, one in self.sessions.items()},
        }

    def show(self, *, by_counts: bool) -> None:
        """Print those that say something.

        by_counts   whether the counts of items are known, and not their order alone
        """
        for path, ranked in self.pairs.items():
            if ranked.covered:
                print_pairs(path, ranked)
        for path, answered in self.analogies.items():
            if answered.total.covered:
                print_analogies(path, answered)
        for path, guessed in self.sessions.items():
            if guessed.covered:
                print_sessions(path, guessed, by_counts=by_counts)


def run(arguments: argparse.Namespace) -> int:
    """Print the scores of vectors on files of word pairs, analogies and sessions.

    Raises:
        SettingsError: no file is given to evaluate on.
        VectorsError: the vectors have no answer to any question of a file; raised at the end.
    """
    from w2vtui.cli.results import print_json

    if not (arguments.pairs or arguments.analogies or arguments.sessions):
        raise SettingsError(
            "nothing to evaluate on: give --pairs FILE, --analogies FILE or --sessions FILE"
        )
    results, by_counts = _evaluated(arguments)
    _keep(arguments, results)
    if arguments.json:
        print_json(results.as_json())
    else:
        results.show(by_counts=by_counts)
    _check_known(arguments, results)
    return 0


def _evaluated(arguments: argparse.Namespace) -> tuple[_Results, bool]:
    """The scores, and whether the counts of the words are known. Files of questions are read before
    the vectors.
    """
    from w2vtui.evaluation.evaluate import evaluate_analogies, evaluate_pairs
    from w2vtui.evaluation.next_item import evaluate_next_item

    skips = arguments.skip_bad_rows
    pairs = {
        path: read_pairs(path, arguments.pairs_columns, skip_bad_rows=skips, report=report_hint)
        for path in arguments.pairs
    }
    columns = arguments.analogies_columns
    analogies = {
        path: read_analogies(path, columns, skip_bad_rows=skips, report=report_hint)
        for path in arguments.analogies
    }
    sessions = {path: read_sessions(path, report=report_hint) for path in arguments.sessions}
    vectors = load_all(arguments)
    asked = {"context": arguments.session_context, "repeats": arguments.session_repeats}
    results = _Results(
        {path: evaluate_pairs(vectors, read) for path, read in pairs.items()},
        {
            path: evaluate_analogies(vectors, read, restrict=arguments.restrict)
            for path, read in analogies.items()
        },
        {path: evaluate_next_item(vectors, read, **asked) for path, read in sessions.items()},
    )
    return results, vectors.counts is not None


def _check_known(arguments: argparse.Namespace, results: _Results) -> None:
    """
    Raises:
        VectorsError: the vectors have no answer to any question of a file.
    """
    problems = [
        f"none of the {one.total:,} pairs in {title(path)} has vectors for both words"
        for path, one in results.pairs.items()
        if not one.covered
    ]
    problems += [
        f"none of the {one.total.total:,} analogies in {title(path)} has its four words among "
        f"the first {arguments.restrict:,} (--restrict)"
        for path, one in results.analogies.items()
        if not one.total.covered
    ]
    problems += [
        f"none of the {one.total:,} sessions in {title(path)} can be asked: "
        f"{why_not_asked(one)} (a line is a session, its items as in the trained text)"
        for path, one in results.sessions.items()
        if not one.covered
    ]
    if problems:
        raise VectorsError("; ".join(problems))


def _keep(arguments: argparse.Namespace, results: _Results) -> None:
    """Keep the scores of a saved run, which `w2vtui runs` lists, unless they were measured in
    another way than others are.
    """
    from w2vtui.runs.listed.status import status_of
    from w2vtui.runs.measured import RunScore, note_scores
    from w2vtui.training.measuring.known_questions import (
        N_CANDIDATES,
        analogy_scores,
        session_scores,
    )

    run = named_run(arguments)
    if run is None or arguments.at is not None or arguments.limit is not None:
        return
    scores = [Score(title(path), "pairs", one.spearman, one.covered, one.total)
              for path, one in results.pairs.items() if path != "-"]  # fmt: skip
    for path, answered in results.analogies.items():
        if path != "-" and arguments.restrict == N_CANDIDATES:
            scores += analogy_scores(title(path), answered)
    for path, guessed in results.sessions.items():
        if path != "-" and _is_usual(arguments):
            scores += [replace(one, name=title(path)) for one in session_scores(guessed)]
    scores = [one for one in scores if one.covered]
    status = status_of(run)
    if status.is_active or status.checkpoint_tokens is None or not scores:
        return
    tokens = status.checkpoint_tokens
    try:
        note_scores(run, [RunScore(one.name, one.kind, number(one.value), one.covered, one.total,
                                   tokens) for one in scores])  # fmt: skip
    except DiskError as error:
        report(f"the scores are not kept: {error}")


def _is_usual(arguments: argparse.Namespace) -> bool:
    """Whether sessions are asked as they are while a run trains."""
    usual = QuestionOptions()
    asked = arguments.session_context, arguments.session_repeats
    return asked == (usual.context, usual.repeats)
