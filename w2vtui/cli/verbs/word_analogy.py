"""`w2vtui word-analogy`: analogies, asked line by line, as word2vec.c's word-analogy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from w2vtui.cli.options.file_options import add_vectors, load
from w2vtui.cli.options.verb_options import add_lookup

if TYPE_CHECKING:
    from w2vtui.cli.results import Found

USAGE = "w2vtui word-analogy VECTORS [options]"
HELP = """Complete analogies line by line, as in word2vec.c's word-analogy: type man king woman for
`man is to king as woman is to ...`; EXIT or Ctrl-D ends it. w2vtui analogy answers without asking.

  w2vtui word-analogy notes.bin
  echo 'man king woman' | w2vtui word-analogy notes.bin"""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui word-analogy` takes."""
    add_vectors(parser)
    add_lookup(parser, n=40)


def run(arguments: argparse.Namespace) -> int:
    """Answer each line of stdin with what completes its analogy."""
    from w2vtui.cli.work.interactive import answer_lines, answer_lines_as_json

    vectors = load(arguments)

    def answer(words: Sequence[str]) -> Found:
        a, b, c = words[:3]
        return vectors.most_similar(positive=[b, c], negative=[a], topn=arguments.n)

    if arguments.json:
        answer_lines_as_json(vectors, answer, least=3)
    else:
        prompt = "Enter three words (EXIT to break):"
        answer_lines(vectors, answer, prompt, "Distance", least=3)
    return 0
