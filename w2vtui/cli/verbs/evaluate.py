"""`w2vtui evaluate`: the scores of vectors on word pairs, analogies and sessions."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from w2vtui.cli.evaluation import (
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
from w2vtui.cli.file_options import (
    add_question_columns,
    add_session_options,
    add_vectors,
    load_all,
    report_hint,
)
from w2vtui.cli.options import add_result_json, whole_number
from w2vtui.cli.output import report
from w2vtui.cli.run_vectors import named_run
from w2vtui.errors import DiskError, SettingsError, VectorsError
from w2vtui.question_files import QuestionOptions
from w2vtui.questions import read_analogies, read_pairs
from w2vtui.sessions import read_sessions
from w2vtui.training.state.snapshot import Score

if TYPE_CHECKING:
    from w2vtui.evaluate import AnalogyResult, PairsResult
    from w2vtui.next_item import SessionsResult

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


def run(arguments: argparse.Namespace) -> int:
    """Print the scores of vectors on files of word pairs, analogies and sessions.

    Raises:
        SettingsError: no file is given to evaluate on.
        VectorsError: the vectors have no answer to any question of a file; raised at the end.
    """
    from w2vtui import evaluate
    from w2vtui.cli.results import print_json
    from w2vtui.next_item import evaluate_next_item

    if not (arguments.pairs or arguments.analogies or arguments.sessions):
        raise SettingsError(
            "nothing to evaluate on: give --pairs FILE, --analogies FILE or --sessions FILE"
        )
    skips = arguments.skip_bad_rows
    pairs = {
        path: read_pairs(path, arguments.pairs_columns, skip_bad_rows=skips, report=report_hint)
        for path in arguments.pairs
    }
    analogies = {
        path: read_analogies(
            path, arguments.analogies_columns, skip_bad_rows=skips, report=report_hint
        )
        for path in arguments.analogies
    }
    sessions = {path: read_sessions(path, report=report_hint) for path in arguments.sessions}
    vectors = load_all(arguments)
    pair_results = {path: evaluate.evaluate_pairs(vectors, read) for path, read in pairs.items()}
    analogy_results = {
        path: evaluate.evaluate_analogies(vectors, sections, restrict=arguments.restrict)
        for path, sections in analogies.items()
    }
    session_results = {
        path: evaluate_next_item(
            vectors, read, context=arguments.session_context, repeats=arguments.session_repeats
        )
        for path, read in sessions.items()
    }
    _keep(arguments, pair_results, analogy_results, session_results)
    if arguments.json:
        print_json(
            {
                "pairs": {path: pairs_json(result) for path, result in pair_results.items()},
                "analogies": {path: analogies_json(r) for path, r in analogy_results.items()},
                "sessions": {path: sessions_json(r) for path, r in session_results.items()},
            }
        )
    else:
        for path, result in pair_results.items():
            if result.covered:
                print_pairs(path, result)
        for path, scored in analogy_results.items():
            if scored.total.covered:
                print_analogies(path, scored)
        for path, guessed in session_results.items():
            if guessed.covered:
                print_sessions(path, guessed, by_counts=vectors.counts is not None)
    _check_known(arguments, pair_results, analogy_results, session_results)
    return 0


def _check_known(
    arguments: argparse.Namespace,
    pairs: Mapping[str, PairsResult],
    analogies: Mapping[str, AnalogyResult],
    sessions: Mapping[str, SessionsResult],
) -> None:
    """
    Raises:
        VectorsError: the vectors have no answer to any question of a file.
    """
    problems = [
        f"none of the {one.total:,} pairs in {title(path)} has vectors for both words"
        for path, one in pairs.items()
        if not one.covered
    ]
    problems += [
        f"none of the {one.total.total:,} analogies in {title(path)} has its four words among "
        f"the first {arguments.restrict:,} (--restrict)"
        for path, one in analogies.items()
        if not one.total.covered
    ]
    problems += [
        f"none of the {one.total:,} sessions in {title(path)} can be asked: "
        f"{why_not_asked(one)} (a line is a session, its items as in the trained text)"
        for path, one in sessions.items()
        if not one.covered
    ]
    if problems:
        raise VectorsError("; ".join(problems))


def _keep(
    arguments: argparse.Namespace,
    pairs: Mapping[str, PairsResult],
    analogies: Mapping[str, AnalogyResult],
    sessions: Mapping[str, SessionsResult],
) -> None:
    """Keep the scores of a saved run, which `w2vtui runs` lists, unless they were measured in
    another way than others are.
    """
    from w2vtui.runs.measured import RunScore, note_scores
    from w2vtui.runs.status import status_of
    from w2vtui.training.measuring.known_questions import (
        N_CANDIDATES,
        analogy_scores,
        session_scores,
    )

    run = named_run(arguments)
    if run is None or arguments.at is not None or arguments.limit is not None:
        return
    scores = [Score(title(path), "pairs", one.spearman, one.covered, one.total)
              for path, one in pairs.items() if path != "-"]  # fmt: skip
    for path, answered in analogies.items():
        if path != "-" and arguments.restrict == N_CANDIDATES:
            scores += analogy_scores(title(path), answered)
    for path, guessed in sessions.items():
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
