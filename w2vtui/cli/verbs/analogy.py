"""`w2vtui analogy`: the word that completes an analogy."""

from __future__ import annotations

import argparse

from w2vtui.cli.file_options import add_vectors, load
from w2vtui.cli.options import add_lookup

USAGE = "w2vtui analogy VECTORS a b c [options]"
HELP = """Complete an analogy: a is to b as c is to ...

  w2vtui analogy notes.bin man king woman
  w2vtui analogy last man king woman      the vectors of a saved run"""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui analogy` takes."""
    add_vectors(parser)
    for name in ("a", "b", "c"):
        parser.add_argument(name)
    add_lookup(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is to c as b is to a."""
    from w2vtui.cli.results import print_found, print_json

    vectors = load(arguments)
    a, b, c = arguments.a, arguments.b, arguments.c
    found = vectors.most_similar(positive=[b, c], negative=[a], topn=arguments.n)
    if arguments.json:
        print_json(found)
    else:
        print_found(f"{a} is to {b} as {c} is to", found)
    return 0
