"""`w2vtui distance`: nearest words, asked line by line, as word2vec.c's distance."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from w2vtui.cli.options.file_options import add_vectors, load
from w2vtui.cli.options.verb_options import add_lookup

if TYPE_CHECKING:
    from w2vtui.cli.results import Found

USAGE = "w2vtui distance VECTORS [options]"
HELP = """Ask for nearest words line by line, as in word2vec.c's distance: type a word, or several,
whose vectors are added; EXIT or Ctrl-D ends it. w2vtui neighbors answers without asking.

  w2vtui distance notes.bin
  echo 'new york' | w2vtui distance notes.bin"""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui distance` takes."""
    add_vectors(parser)
    add_lookup(parser, n=40)


def run(arguments: argparse.Namespace) -> int:
    """Answer each line of stdin with its nearest words."""
    from w2vtui.cli.work.interactive import answer_lines, answer_lines_as_json

    vectors = load(arguments)

    def answer(words: Sequence[str]) -> Found:
        return vectors.most_similar(positive=list(words), topn=arguments.n)

    if arguments.json:
        answer_lines_as_json(vectors, answer)
    else:
        prompt = "Enter word or sentence (EXIT to break):"
        answer_lines(vectors, answer, prompt, "Cosine distance")
    return 0
