"""`w2vtui neighbors`: the nearest words of words."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from w2vtui.cli.options import add_lookup, add_vectors
from w2vtui.cli.output import report
from w2vtui.errors import UnknownWordError

if TYPE_CHECKING:
    from w2vtui.cli.results import Found

USAGE = "w2vtui neighbors VECTORS WORD ... [options]"
HELP = """Print the nearest words of each word or sum of words.

  w2vtui neighbors notes.bin king queen
  w2vtui neighbors notes.bin 'king - man + woman'"""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui neighbors` takes."""
    add_vectors(parser)
    parser.add_argument("words", metavar="WORD", nargs="+", help="a word, or a sum of words")
    add_lookup(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the nearest words of each query; an unknown word does not stop the others.

    Raises:
        UnknownWordError: a word has no vector; raised after the others are printed.
    """
    from w2vtui.cli.results import nearest_words, print_found, print_json
    from w2vtui.formats import load_vectors

    vectors = load_vectors(arguments.vectors)
    unknown: UnknownWordError | None = None
    results: dict[str, Found] = {}
    for query in arguments.words:
        try:
            found = nearest_words(vectors, query, arguments.n)
        except UnknownWordError as error:
            if unknown is not None:
                report(f"w2vtui: {unknown}")
            unknown = error
            continue
        results[query] = found
        if not arguments.json:
            print_found(query, found)
    if arguments.json:
        print_json(results)
    if unknown is not None:
        raise unknown
    return 0
