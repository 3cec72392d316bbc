"""`w2vtui train`: a training without a screen."""

from __future__ import annotations

import argparse

from w2vtui.cli.file_options import add_quality
from w2vtui.cli.options import (
    add_neighbors,
    add_output,
    add_progress_json,
    add_settings,
    add_stop_when,
)
from w2vtui.cli.piped import is_text_piped
from w2vtui.errors import SettingsError
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings

USAGE = "w2vtui train CORPUS ... -o FILE [settings]"
HELP = """Train vectors from text and save them.

  w2vtui train notes.txt -o notes.bin
  w2vtui train books/ -o books.vec --model cbow --vector-size 200 --tokenizer words --lowercase
  zcat logs.gz | w2vtui train - -o logs.bin --epochs 10 --json

word2vec.c's options are understood as well: -train text8 -output v.bin -cbow 0 -negative 5 ...

Ctrl-C stops the training and saves what it has learned so far. Exit codes: 0 done, 2 usage,
3 unreadable corpus, 4 diverged or nothing learned (the vectors are saved, and !! lines say why), 5
disk, 6 not enough memory, 130 interrupted."""
SETTINGS = (CorpusSettings, LiveSettings, TrainingSettings, RunSettings)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui train` takes."""
    parser.add_argument(
        "corpus",
        nargs="*",
        metavar="CORPUS",
        help="text files (also .gz .bz2 .xz), folders, or - for standard input, which is meant if "
        "none is named and text is piped in",
    )
    add_output(parser)
    parser.add_argument(
        "--save-vocab", metavar="FILE", help="save the word counts here (default: FILE.vocab)"
    )
    add_neighbors(parser)
    add_progress_json(parser)
    parser.add_argument(
        "--no-cache", action="store_true", help="do not cache the encoded text for the next run"
    )
    add_quality(parser)
    add_stop_when(parser)
    add_settings(parser, ["corpus", "vectors", "training", "runs"])


def run(arguments: argparse.Namespace) -> int:
    """Train, save, print nearest words; return the exit code.

    Raises:
        SettingsError: there is no text, or the training would leave nothing behind.
    """
    from w2vtui.cli.headless import train

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
        arguments,
        save_vocab=arguments.save_vocab,
        cache=not arguments.no_cache,
        stop_when=arguments.stop_when,
        words=arguments.neighbors,
        json_lines=arguments.json,
    )
