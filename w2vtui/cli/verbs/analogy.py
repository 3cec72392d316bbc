"""`w2vtui analogy`: the word that completes an analogy."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from w2vtui.cli.options.file_options import add_side, add_vectors, load
from w2vtui.cli.options.verb_options import add_lookup
from w2vtui.display import safe_text
from w2vtui.errors import QuestionError
from w2vtui.exploring.answers import AnalogyWords, as_json
from w2vtui.exploring.forms import Analogy

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

USAGE = "w2vtui analogy VECTORS a b c [d] [options]"
HELP = """Complete an analogy: a is to b as c is to ...

  w2vtui analogy notes.bin man king woman
  w2vtui analogy last man king woman            the vectors of a saved run
  w2vtui analogy last man king woman queen      and at which place queen is
  w2vtui analogy last 'man:king::?:queen'       another of the four is asked"""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui analogy` takes."""
    add_vectors(parser)
    parser.add_argument(
        "words", metavar="a b c", nargs="+", help="three words, a fourth that is expected, or a "
        "line such as man:king::woman:?",
    )  # fmt: skip
    parser.add_argument(
        "--method",
        choices=("3cosadd", "3cosmul"),
        default="3cosadd",
        help="score by the cosine with b - a + c, or by the product of the cosines with b and c, "
        "divided by that with a (default: 3cosadd)",
    )
    add_side(parser)
    add_lookup(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is to c as b is to a.

    Raises:
        QuestionError: it is not an analogy.
    """
    from w2vtui.cli.answers import analogy_title, print_answer
    from w2vtui.cli.results import print_json
    from w2vtui.exploring.asking import Asking, ask

    words: list[str] = arguments.words
    is_line = len(words) == 1 or "::" in words
    if not is_line and len(words) not in (3, 4):
        raise QuestionError(
            f"an analogy takes three words a b c, and a fourth if it is expected, got {len(words)}:"
            f" {safe_text(' '.join(words), 60)}"
        )
    vectors = load(arguments)
    question = _question(words, is_line, vectors)
    answer = ask(vectors, question, Asking(arguments.n, method=arguments.method))
    assert isinstance(answer, AnalogyWords)
    if not arguments.json:
        print_answer(analogy_title(question), answer)
    elif len(words) == 3:
        print_json([(one.word, one.score) for one in answer.words])
    else:
        print_json(as_json(answer))
    return 0


def _question(words: Sequence[str], is_line: bool, vocabulary: Container[str]) -> Analogy:
    from w2vtui.exploring.questions import parse_question

    if not is_line:
        a, b, c = words[:3]
        return Analogy(a, b, c, words[3] if len(words) > 3 else None)
    line = " ".join(words)
    question = parse_question(line, vocabulary)
    if not isinstance(question, Analogy):
        raise QuestionError(
            f"'{safe_text(line, 60)}' is not an analogy: give three words a b c, or a line "
            "such as 'man:king::woman:?'"
        )
    return question
