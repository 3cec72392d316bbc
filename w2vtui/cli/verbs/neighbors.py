"""`w2vtui neighbors`: the nearest words of words."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from w2vtui.cli.file_options import add_vectors, load
from w2vtui.cli.options import add_lookup
from w2vtui.cli.output import report
from w2vtui.errors import VectorsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from w2vtui.cli.results import Found

USAGE = "w2vtui neighbors VECTORS WORD ... [options]"
HELP = """Print the nearest words of each word or sum of words.

  w2vtui neighbors notes.bin king queen
  w2vtui neighbors last king                       the vectors of a saved run
  w2vtui neighbors notes.bin 'king - man + woman'
  w2vtui neighbors notes.bin -- -word             a word that begins with a dash"""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui neighbors` takes."""
    add_vectors(parser)
    parser.add_argument("words", metavar="WORD", nargs="+", help="a word, or a sum of words")
    add_lookup(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the nearest words of each query; a word without any does not stop the others.

    Raises:
        VectorsError: a word has no vector, or none of numbers; raised after the others are printed.
    """
    from w2vtui.cli.results import nearest_words, print_found, print_json

    vectors = load(arguments)
    failed: VectorsError | None = None
    results: dict[str, Found] = {}
    for query in _queries(arguments.words):
        try:
            found = nearest_words(vectors, query, arguments.n)
        except VectorsError as error:
            if failed is not None:
                report(f"w2vtui: {failed}")
            failed = error
            continue
        results[query] = found
        if not arguments.json:
            print_found(query, found)
    if arguments.json:
        print_json(results)
    if failed is not None:
        raise failed
    return 0


def _queries(words: Sequence[str]) -> Sequence[str]:
    """The words, or the one sum that they are if a sign stands between two of them."""
    from w2vtui.vectors import SIGNS

    sums = any(
        sign in SIGNS and {before, after}.isdisjoint(SIGNS)
        for before, sign, after in zip(words, words[1:], words[2:], strict=False)
    )
    return [" ".join(words)] if sums else words
