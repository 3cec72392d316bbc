"""`w2vtui neighbors`: the nearest words of words, and answers to other questions about words."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from w2vtui.cli.options.file_options import add_side, add_vectors, load
from w2vtui.cli.options.verb_options import add_lookup
from w2vtui.cli.output import report
from w2vtui.errors import QuestionError, VectorsError, W2vtuiError
from w2vtui.exploring.answers import Answer, NearestWords, as_json
from w2vtui.exploring.forms import COMPARED, ODD, TO

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

USAGE = "w2vtui neighbors VECTORS WORD ... [options]"
HELP = """Print the nearest words of each word or sum of words.

  w2vtui neighbors notes.bin king queen
  w2vtui neighbors last king                       the vectors of a saved run
  w2vtui neighbors last king --at 40%              the same at 40 % of its training
  w2vtui neighbors notes.bin 'king - man + woman'
  w2vtui neighbors notes.bin -- -word             a word that begins with a dash

It answers every question that the app's query line takes:

  'man:king::woman:?'        an analogy            'king | queen'   two words compared
  '!king queen milk prince'  the odd one out       'man -> woman'   words along an axis
  '/^new/'                   words that match a regular expression; '/^new/i' in any case"""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui neighbors` takes."""
    add_vectors(parser)
    parser.add_argument("words", metavar="WORD", nargs="+", help="a word, or a question")
    add_side(parser)
    add_lookup(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer each query; one without an answer does not stop the others.

    Raises:
        VectorsError: a word has no vector, or none of numbers; raised after the others are printed.
        QuestionError: a query asks nothing; likewise.
    """
    from w2vtui.cli.answers import answer_to, print_answer
    from w2vtui.cli.results import print_json

    vectors = load(arguments)
    failed: W2vtuiError | None = None
    results: dict[str, Any] = {}
    for query in _queries(arguments.words, vectors):
        try:
            answer = answer_to(vectors, query, arguments.n)
        except (VectorsError, QuestionError) as error:
            if failed is not None:
                report(f"w2vtui: {failed}")
            failed = error
            continue
        results[query] = _as_json(answer)
        if not arguments.json:
            print_answer(query, answer)
    if arguments.json:
        print_json(results)
    if failed is not None:
        raise failed
    return 0


def _as_json(answer: Answer) -> Any:
    """Nearest words as [word, cosine]; other answers as objects."""
    if isinstance(answer, NearestWords):
        return [(one.word, one.score) for one in answer.words]
    return as_json(answer)


def _queries(words: Sequence[str], vocabulary: Container[str]) -> Sequence[str]:
    """The words, or the one question that they are: a sign stands between two of them, or the
    first begins as the odd one out is asked for.
    """
    from w2vtui.vectors import SIGNS

    signs = (*SIGNS, COMPARED, *TO, "::")
    is_one = any(
        sign in signs and {before, after}.isdisjoint(signs)
        for before, sign, after in zip(words, words[1:], words[2:], strict=False)
    )
    first = words[0]
    is_odd = len(words) > 1 and first.startswith(ODD) and first not in vocabulary
    return [" ".join(words)] if is_one or is_odd else words
