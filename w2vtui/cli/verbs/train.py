"""`w2vtui train`: a training without a screen."""

from __future__ import annotations

import argparse

from w2vtui.cli.options.file_options import add_quality
from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.setting_options import add_settings, without_effect
from w2vtui.cli.options.verb_options import (
    add_neighbors,
    add_output,
    add_preset,
    add_progress_json,
    add_stop_when,
)
from w2vtui.cli.output import report
from w2vtui.cli.piped import is_text_piped
from w2vtui.errors import SettingsError
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings

USAGE = "w2vtui train CORPUS ... -o FILE [settings]"
HELP = """Train vectors from text and save them.

  w2vtui train notes.txt -o notes.bin
  w2vtui train books/ -o books.vec --model cbow --vector-size 200 --tokenizer words --lowercase
  w2vtui train sessions.txt -o items.bin --preset recommender --sessions held-out.txt
  zcat logs.gz | w2vtui train - -o logs.bin --epochs 10 --json

The command line of word2vec.c works as it is, with its defaults: CBOW at 0.05, 0.025 with -cbow 0,
and 5 epochs; all cores train:

  w2vtui train -train text8 -output v.bin -cbow 0 -size 200 -window 8 -negative 25 -sample 1e-4

Ctrl-C stops the training and saves what it has learned so far. Exit codes: 0 done, 2 usage,
3 unreadable corpus, 4 diverged (no vectors are saved) or nothing learned (the vectors are saved,
and !! lines say why), 5 disk, 6 not enough memory, 130 interrupted."""
SETTINGS = (CorpusSettings, LiveSettings, TrainingSettings, RunSettings)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui train` takes."""
    parser.add_argument(
        "corpus",
        nargs="*",
        metavar="CORPUS",
        help="text files (also .gz .bz2 .xz .zst .zip), folders, patterns, or - for standard "
        "input, which is meant if none is named and text is piped in",
    )
    add_output(parser)
    parser.add_argument(
        "--save-vocab", metavar="FILE", help="save the word counts here (default: FILE.vocab)"
    )
    parser.add_argument(
        "--read-vocab",
        metavar="FILE",
        help="train the words of this file, a line `word count` each, instead of counting those of "
        "the text; --min-count and --max-final-vocab choose among them",
    )
    parser.add_argument(
        "--classes",
        metavar="K",
        type=whole_number,
        help="group the words into K classes by their vectors, and save a line `word class` for "
        "each word to -o instead of the vectors",
    )
    add_neighbors(parser)
    add_progress_json(parser)
    parser.add_argument("--quiet", action="store_true", help="print no progress")
    parser.add_argument(
        "--no-cache", action="store_true", help="do not cache the encoded text for the next run"
    )
    add_quality(parser)
    add_stop_when(parser)
    add_preset(parser)
    add_settings(parser, ["corpus", "vectors", "training", "runs"])


def run(arguments: argparse.Namespace) -> int:
    """Train, save, print nearest words; return the exit code.

    Raises:
        SettingsError: there is no text, or the training would leave nothing behind.
    """
    from w2vtui.cli.headless import request_of, train

    for remark in without_effect(arguments):
        report(remark)
    if not arguments.corpus:
        if not is_text_piped():
            raise SettingsError("name a text: a file, a folder, or - for what is piped in")
        arguments.corpus = ["-"]
    prints_words = arguments.neighbors and not arguments.json
    if arguments.output is None and not (prints_words or arguments.run_settings.checkpoints):
        raise SettingsError(
            "nothing would be saved: give -o FILE (.bin, .txt or .vec) to save the vectors, or "
            "--neighbors WORD ... without --json to print nearest words"
        )
    return train(
        request_of(arguments),
        stop_when=arguments.stop_when,
        words=arguments.neighbors,
        show="json" if arguments.json else "results" if arguments.quiet else "progress",
    )
