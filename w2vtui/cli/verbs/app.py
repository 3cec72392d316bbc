"""`w2vtui` without a verb: the screens, or a training without them if there is no terminal."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from w2vtui import __version__
from w2vtui.cli.options.file_options import add_quality, question_options
from w2vtui.cli.options.setting_options import add_settings
from w2vtui.cli.options.verb_options import add_output, add_preset
from w2vtui.cli.output import report, show
from w2vtui.cli.piped import is_text_piped
from w2vtui.cli.screens import has_screen, show_screens
from w2vtui.config import TABLES
from w2vtui.errors import RunError
from w2vtui.notable_words import WORDS_OF_SAMPLE
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    RunSettings,
    ScreenSettings,
    TrainingSettings,
)

if TYPE_CHECKING:
    from w2vtui.tui.chosen.form import Form

USAGE = "w2vtui [CORPUS ...] [settings]"
HELP = """Train word2vec in the terminal: watch it learn, and change its settings while it runs.

  w2vtui                                  open the app on the bundled sample
  w2vtui notes.txt                        open the app on your text
  cat notes.txt | w2vtui                  train on piped text, without a screen
  w2vtui train notes.txt -o notes.bin     train without a screen
  w2vtui resume NAME                      resume a run that was interrupted
  w2vtui attach NAME                      return to a run that trains in another process
  w2vtui branch NAME --negative 25        train it otherwise from here on, as another run
  w2vtui explore notes.bin                explore vectors on the screen
  w2vtui neighbors notes.bin king         print nearest words
  w2vtui analogy notes.bin man king woman
  w2vtui evaluate notes.bin --pairs pairs.txt --analogies questions.txt
  w2vtui compare NAME NAME                which of two runs is better, and how sure that is

Verbs:
  texts      get (known ones), phrases (joins words that belong together: new_york)
  training   train, sweep (settings that fit), stability (neighbors that any seed gives), bench
  runs       runs (lists them), resume, attach (to one at work), branch, replay, export
  words      neighbors, analogy, compare (two), odd (one out), axis (between two), why (near)
  vectors    explore, map, clusters, evaluate, compare, convert
  more       learn (how it works), config, and word2vec.c's distance, word-analogy, compute-accuracy

w2vtui VERB --help explains a verb. Without a terminal, w2vtui trains without a screen.

Settings come from these places; the first one that has a value wins: flags, --preset, environment
variables (W2VTUI_WINDOW=8), w2vtui.toml in the current folder, your config.toml, the defaults.
w2vtui config path prints where config.toml is, w2vtui config init creates it, and W2VTUI_CONFIG
names another file in its place."""
SETTINGS = (CorpusSettings, LiveSettings, TrainingSettings, ScreenSettings, RunSettings)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui` takes."""
    parser.add_argument("--version", action="version", version=f"w2vtui {__version__}")
    parser.add_argument(
        "--completion",
        choices=("bash", "zsh", "fish"),
        metavar="bash|zsh|fish",
        help="print a script that completes w2vtui's command lines in this shell, and says where "
        "to put it",
    )
    parser.add_argument(
        "corpus",
        nargs="*",
        help="text files or folders; - for standard input, which trains without a screen",
    )
    add_output(parser)
    add_quality(parser)
    add_preset(parser)
    add_settings(parser, TABLES)


def run(arguments: argparse.Namespace) -> int:
    """Open the app on a terminal; elsewhere train without a screen."""
    if arguments.completion:
        _print_completion(arguments.completion)
        return 0
    if not has_screen():
        from w2vtui.cli.headless import request_of, train

        if not arguments.corpus and is_text_piped():
            report("training on the text from stdin: -o FILE saves its vectors")
            arguments.corpus = ["-"]
        words = None if arguments.corpus else WORDS_OF_SAMPLE
        return train(request_of(arguments), words=words)
    return show_screens(arguments, form_of(arguments))


def _print_completion(shell: str) -> None:
    """Print the script that completes command lines in a shell."""
    from w2vtui.cli.completion import script, spelled
    from w2vtui.cli.parser import parser_of
    from w2vtui.cli.verbs import VERBS
    from w2vtui.runs.root import runs_folder

    try:
        runs = runs_folder()
    except RunError:
        runs = None
    lines = script(shell, {name: spelled(parser_of(name)) for name in ("", *VERBS)}, runs)
    show(*lines.split("\n"))


def form_of(arguments: argparse.Namespace) -> Form:
    """What the app shows at the start."""
    from w2vtui.tui.chosen.form import Form
    from w2vtui.tui.chosen.sources import field_text

    return Form(
        corpus=field_text(arguments.corpus),
        preset="" if arguments.preset is None else arguments.preset.name,
        corpus_settings=arguments.corpus_settings,
        training=arguments.training_settings,
        live=arguments.live_settings,
        pairs=tuple(arguments.pairs),
        analogies=tuple(arguments.analogies),
        sessions=tuple(arguments.sessions),
        questions=question_options(arguments),
        run_settings=arguments.run_settings,
        layout=arguments.layout,
        overwrite=arguments.overwrite,
    )
