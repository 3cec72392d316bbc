"""`w2vtui stability`: which nearest words another seed gives again."""

from __future__ import annotations

import argparse

from w2vtui.cli.options.readers import list_of
from w2vtui.cli.options.setting_options import add_settings
from w2vtui.cli.options.verb_options import add_preset, add_result_json
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings

USAGE = "w2vtui stability TEXT ... [--seeds N] [--words WORD,...] [--keep] [settings]"
HELP = """Train several times with another seed each, and say which nearest words to trust.

  w2vtui stability notes.txt
  w2vtui stability notes.txt --seeds 10 --words king,bank --epochs 20 --window 8

Runs that differ by the seed alone never give the same vectors. For words that occur about as often,
the table says how many of the ten nearest words two seeds have in common, how much that differs
from word to word (spread), how often another seed has the first and the last of the ten, and how
many to trust: those that another seed gives again in 80 % of cases. --words names the neighbors of
words with the seeds that have them.

The runs are thrown away, unless --keep saves them in the list of runs. Ctrl-C ends with what the
seeds trained so far show. Exit codes: 0 done, 2 usage, 3 unreadable text, 4 nothing learned, 5
disk, 6 not enough memory, 130 interrupted."""
SETTINGS = (CorpusSettings, LiveSettings, TrainingSettings, RunSettings)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui stability` takes."""
    parser.add_argument(
        "corpus", nargs="+", metavar="TEXT", help="text files, folders, patterns, or - for a pipe"
    )
    parser.add_argument(
        "--seeds",
        metavar="N",
        type=_n_seeds,
        default=5,
        help="how many to train: --seed (1) and those after it (default: 5)",
    )
    parser.add_argument(
        "--words",
        metavar="WORD,...",
        type=list_of(str),
        default=[],
        help="words whose neighbors are named, with the seeds that have them",
    )
    parser.add_argument("--keep", action="store_true", help="save the runs, as train does")
    add_result_json(parser)
    add_preset(parser)
    add_settings(parser, ["corpus", "vectors", "training", "runs"])


def _n_seeds(text: str) -> int:
    """Read a number of seeds."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 2 <= int(text) <= 100):
        raise argparse.ArgumentTypeError(f"seeds must be 2 to 100, got {text}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Train, compare, and print what came of it; return the exit code."""
    from w2vtui.cli.work.stability import stability

    return stability(arguments)
