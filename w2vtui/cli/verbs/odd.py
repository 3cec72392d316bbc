"""`w2vtui odd`: the word that does not belong to the others."""

from __future__ import annotations

import argparse
from dataclasses import replace

from w2vtui.cli.options.file_options import add_side, add_vectors, load
from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.verb_options import add_result_json
from w2vtui.exploring.answers import OddWord, as_json

USAGE = "w2vtui odd VECTORS WORD WORD WORD ... [options]"
HELP = """Find the word that does not belong to the others.

  w2vtui odd notes.bin breakfast cereal dinner lunch
  w2vtui odd last king queen milk prince        the vectors of a saved run

Behind each word stands its mean cosine with the others; the odd one out has the lowest."""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui odd` takes."""
    add_vectors(parser)
    parser.add_argument("words", metavar="WORD", nargs="+", help="three words or more")
    add_side(parser)
    parser.add_argument(
        "-n",
        metavar="N",
        type=whole_number,
        help="print only the N words that fit least (default: all)",
    )
    add_result_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the words, the one that fits best first and the odd one last.

    Raises:
        QuestionError: there are fewer than three words.
    """
    from w2vtui.cli.answers import print_answer
    from w2vtui.cli.results import print_json
    from w2vtui.exploring.asking import ask
    from w2vtui.exploring.questions import odd_one_out

    words: list[str] = arguments.words
    if len(words) == 1:  # the line of the app
        words = words[0].removeprefix("!").split()
    question = odd_one_out(words)
    answer = ask(load(arguments), question)
    assert isinstance(answer, OddWord), "it was asked for"
    if arguments.n is not None:
        answer = replace(answer, words=answer.words[-arguments.n :])
    if arguments.json:
        print_json(as_json(answer))
    else:
        print_answer(question.text, answer)
    return 0
