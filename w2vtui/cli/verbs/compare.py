"""`w2vtui compare`: how near two words are, and through which neighbors."""

from __future__ import annotations

import argparse

from w2vtui.cli.file_options import add_side, add_vectors, load
from w2vtui.cli.options import add_lookup
from w2vtui.display import safe_text
from w2vtui.errors import QuestionError
from w2vtui.exploring.answers import as_json

USAGE = "w2vtui compare VECTORS a b [options]"
HELP = """Compare two words: their cosine, the place of each among the nearest words of the other,
and the nearest words that they share.

  w2vtui compare notes.bin coffee tea
  w2vtui compare last 'coffee | tea'            the vectors of a saved run"""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui compare` takes."""
    add_vectors(parser)
    parser.add_argument("words", metavar="a b", nargs="+", help="two words, or a line: a | b")
    add_side(parser)
    add_lookup(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print how near two words are.

    Raises:
        QuestionError: there are not two words.
    """
    from w2vtui.cli.answers import print_answer
    from w2vtui.cli.results import print_json
    from w2vtui.exploring.asking import Asking, ask
    from w2vtui.exploring.questions import Comparison, parse_question

    words = [word for word in arguments.words if word != "|"]
    shown = safe_text(" ".join(arguments.words), 60)
    if len(words) > 2:
        raise QuestionError(f"two words are compared, got {len(words)}: {shown}")
    vectors = load(arguments)
    question = Comparison(*words) if len(words) == 2 else parse_question(words[0], vectors)
    if not isinstance(question, Comparison):
        raise QuestionError(f"two words are compared, got '{shown}': give a b, or 'a | b'")
    answer = ask(vectors, question, Asking(arguments.n))
    if arguments.json:
        print_json(as_json(answer))
    else:
        print_answer(question.text, answer)
    return 0
