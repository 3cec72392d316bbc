"""`w2vtui axis`: the words along the direction from one word to another."""

from __future__ import annotations

import argparse

from w2vtui.cli.options.file_options import add_side, add_vectors, load
from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.verb_options import add_lookup
from w2vtui.display import safe_text
from w2vtui.errors import QuestionError
from w2vtui.exploring.answers import as_json
from w2vtui.exploring.limits import AXIS_WORDS

USAGE = "w2vtui axis VECTORS a b [WORD ...] [options]"
HELP = """Print the words at both ends of the direction from a to b, b's end first.

  w2vtui axis notes.bin man woman
  w2vtui axis last man woman nurse king         and where these words stand
  w2vtui axis last 'man -> woman' nurse king

The number behind a word is the cosine of its vector with that direction, -1 to 1."""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui axis` takes."""
    add_vectors(parser)
    parser.add_argument(
        "words", metavar="a b", nargs="+", help="two words, or a line: a -> b; then words to place"
    )
    parser.add_argument(
        "--restrict",
        metavar="N",
        type=whole_number,
        default=AXIS_WORDS,
        help=f"show only the N most frequent words at the ends (default: {AXIS_WORDS})",
    )
    add_side(parser)
    add_lookup(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the words along an axis.

    Raises:
        QuestionError: there are not two words, or they point the same way.
    """
    from w2vtui.cli.answers import print_answer
    from w2vtui.cli.results import print_json
    from w2vtui.exploring.asking import Asking, ask
    from w2vtui.exploring.questions import Axis, parse_question

    first, *others = arguments.words
    vectors = load(arguments)
    question = parse_question(first, vectors)
    if not isinstance(question, Axis):
        if not others:
            raise QuestionError(
                f"an axis leads from one word to another, got '{safe_text(first, 60)}': "
                "give a b, or 'a -> b'"
            )
        question = Axis(first, others.pop(0))
    how = Asking(arguments.n, restrict=arguments.restrict, placed=tuple(others))
    answer = ask(vectors, question, how)
    if arguments.json:
        print_json(as_json(answer))
    else:
        print_answer(question.text, answer)
    return 0
