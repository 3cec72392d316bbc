"""`w2vtui phrases`: a text with its phrases joined, as word2phrase writes it."""

from __future__ import annotations

import argparse
from typing import Any

from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.setting_options import add_setting
from w2vtui.cli.options.verb_options import add_result_json
from w2vtui.errors import SettingsError
from w2vtui.settings import CorpusSettings

USAGE = "w2vtui phrases CORPUS ... -o FILE [options]"
HELP = """Join words that belong together, `new york` -> `new_york`, and write the text with them.

  w2vtui phrases notes.txt -o joined.txt --connector-words english
  w2vtui phrases notes.txt -o joined.txt --passes 2     new_york_times, too
  w2vtui phrases big.gz -o - | w2vtui train - -o big.bin

The command line of word2phrase works as it is, with its score and its threshold of 100; phrases
do not go beyond the end of a line, though:

  w2vtui phrases -train text8 -output joined.txt -min-count 5 -threshold 100

Lines stay lines. The text is read once for each pass, and once more to write it."""
SETTINGS = ()

SCORINGS = {"default": 10.0, "npmi": 0.5, "word2phrase": 100.0}
"""Scores by name, and the thresholds that suit them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui phrases` takes."""
    parser.add_argument(
        "corpus", nargs="*", metavar="CORPUS", help="text files, also compressed, and folders"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write the text here; - for standard output"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="let -o replace a file; never one that is read"
    )
    parser.add_argument(
        "--min-count",
        metavar="N",
        type=whole_number,
        default=5,
        help="join only pairs that occur this often (default: 5)",
    )
    parser.add_argument(
        "--threshold",
        metavar="X",
        type=_number,
        help="join pairs whose score is above this (default: 10; npmi 0.5, word2phrase 100)",
    )
    parser.add_argument(
        "--scoring",
        choices=tuple(SCORINGS),
        default="default",
        help="default: by the counts of the pair, its words and the vocabulary; npmi: normalized "
        "pointwise mutual information, -1 to 1; word2phrase: by the words of the text (default: "
        "default)",
    )
    parser.add_argument(
        "--passes",
        metavar="N",
        type=whole_number,
        default=1,
        help="join phrases with words again, for longer ones (default: 1)",
    )
    parser.add_argument(
        "--connector-words",
        metavar="english|none|FILE",
        default="none",
        help="words that may stand within phrases, not at their ends, as in bank_of_america "
        "(default: none)",
    )
    parser.add_argument(
        "--delimiter", metavar="TEXT", default="_", help="what joins words (default: _)"
    )
    parser.add_argument(
        "--max-vocab-size",
        metavar="N",
        type=whole_number,
        help="count at most this many words and pairs, and forget the rarest beyond it (default: "
        "40,000,000, or as many as fit in half of the free memory)",
    )
    for name in ("encoding", "encoding_errors"):
        add_setting(parser, CorpusSettings, name)
    parser.add_argument("--quiet", action="store_true", help="print no progress")
    add_result_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the text with its phrases.

    Raises:
        SettingsError: no text or no output is named, or the output is not to be written.
        CorpusError: the text cannot be read.
    """
    from w2vtui.cli.work.joining_phrases import join_phrases

    if not arguments.corpus:
        raise SettingsError("name a text: a file or a folder")
    if "-" in arguments.corpus:
        raise SettingsError("the text is read more than once: name a file instead of -")
    if not arguments.output:
        raise SettingsError("nothing would be written: give -o FILE, or -o - for standard output")
    if arguments.output == "-" and arguments.json:
        raise SettingsError("-o - and --json both write to standard output: give one of them")
    if arguments.threshold is None:
        arguments.threshold = SCORINGS[arguments.scoring]
    return join_phrases(arguments, _corpus_settings(arguments))


def _corpus_settings(arguments: argparse.Namespace) -> CorpusSettings:
    named: dict[str, Any] = {
        name: value
        for name in ("encoding", "encoding_errors")
        if (value := getattr(arguments, name)) is not None
    }
    return CorpusSettings(**named)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, got {text!r}") from None
