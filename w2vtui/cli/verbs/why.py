"""`w2vtui why`: why two words are near, from the text that taught it."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from w2vtui.cli.options.file_options import add_vectors, load_file
from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.run_vectors import named_run
from w2vtui.cli.options.setting_options import add_setting, given_settings, settle
from w2vtui.cli.options.verb_options import add_result_json
from w2vtui.cli.output import report
from w2vtui.config import read_config
from w2vtui.display import safe_text
from w2vtui.errors import CorpusError, SettingsError, VectorsError
from w2vtui.exploring.forms import COMPARED
from w2vtui.settings import CorpusSettings, LiveSettings, field_types

if TYPE_CHECKING:
    from w2vtui.corpus import EncodedCorpus
    from w2vtui.exploring.why_near.contexts import Windows
    from w2vtui.vectors import WordVectors

USAGE = "w2vtui why VECTORS WORD [WORD] [options]"
HELP = """Say why two words are near: the contexts that they share, and the lines of the text that
taught it. With one word, its contexts.

  w2vtui why last rome italy                          a saved run: its own text and settings
  w2vtui why last rome                                the contexts of one word
  w2vtui why brisk-otter rome italy --corpus moved.txt
  w2vtui why notes.bin rome italy --corpus notes.txt  a file of vectors, and its text
  w2vtui why rome italy --corpus notes.txt            a text alone

×52 says that a word is a context 52 times as often as by chance. The lines are those of the encoded
text: tokens outside of the vocabulary are absent."""
SETTINGS = ()
_LIVE = ("window", "shrink_windows", "sample")
_SECONDS = 60.0
"""How long the words are looked for: all of the text, unless it is huge."""


class _Asked(NamedTuple):
    """A question, and the text that answers it."""

    words: tuple[str, ...]
    corpus: EncodedCorpus
    windows: Windows
    settings: LiveSettings
    vectors: WordVectors | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui why` takes."""
    add_vectors(parser, at=False)
    parser.add_argument("words", metavar="WORD", nargs="*", help="two words, or one")
    parser.add_argument(
        "--corpus",
        metavar="FILE",
        nargs="+",
        default=[],
        help="the text; of a saved run, where it is now",
    )
    parser.add_argument(
        "-n",
        dest="n",
        metavar="N",
        type=whole_number,
        default=8,
        help="number of contexts to print (default: 8)",
    )
    add_result_json(parser)
    group = parser.add_argument_group("Windows, in place of those of a saved run")
    for name in _LIVE:
        add_setting(group, LiveSettings, name)
    group = parser.add_argument_group("Reading a text that is not that of a saved run")
    for name in field_types(CorpusSettings):
        if name != "encoding_errors":  # an option of vectors too, and the same
            add_setting(group, CorpusSettings, name)


def run(arguments: argparse.Namespace) -> int:
    """Print why words are near.

    Raises:
        SettingsError: there are not one or two words, or there is no text.
        CorpusError: the text is gone, or cannot be read.
        UnknownWordError: a word is not in the text.
    """
    from w2vtui.cli.results import print_json
    from w2vtui.cli.work.reasons import print_reasons
    from w2vtui.exploring.why_near.why import Explainer

    asked = _asked(arguments)
    words = (asked.words[0], asked.words[-1])
    pair = words if words[0] != words[1] else words[:1]
    why = Explainer(asked.corpus).why(pair, asked.windows, arguments.n, seconds=_SECONDS)
    cosine = None
    if asked.vectors is not None and all(word in asked.vectors for word in words):
        cosine = float(asked.vectors.similarity(*words))
    if arguments.json:
        print_json({"cosine": cosine, **why.as_json()})
        return 0
    if len(asked.words) > len(pair):
        report("the same word twice: these are its contexts")
    print_reasons(why, cosine, asked.settings)
    return 0


def _asked(arguments: argparse.Namespace) -> _Asked:
    """The question and its text, by what is named: a run, a file of vectors, a text alone."""
    words = _words_of(arguments.words)
    if arguments.corpus and _names_a_word(arguments):
        words = (arguments.vectors, *words)
        folder, vectors = None, None
    else:
        _check_words(words)
        folder = named_run(arguments)
        vectors = None if folder is not None or not arguments.corpus else load_file(arguments)
    _check_words(words)
    if folder is not None:
        return _of_run(arguments, folder, words)
    if not arguments.corpus:
        raise SettingsError(_text_to_name(arguments.vectors, words))
    return _of_text(arguments, words, vectors)


def _text_to_name(name: str, words: tuple[str, ...]) -> str:
    """Why a file that is named without --corpus does not do, and what to name instead."""
    from w2vtui.corpus import is_vector_file
    from w2vtui.corpus.sources.looks import looks_like_text

    shown, path = safe_text(name, 80), Path(name)
    is_text = path.is_file() and looks_like_text(path, CorpusSettings().encoding)
    if is_text and not is_vector_file(path, tables=True):
        line = shlex.join(["w2vtui", "why", *words, "--corpus", name])
        return f"{shown} is a text, not a run or vectors: {safe_text(line)} answers from it"
    return f"{shown} holds vectors, not the text that taught them: name it with --corpus FILE"


def _words_of(given: Sequence[str]) -> tuple[str, ...]:
    """The words that are given, also as on the query line: `a | b`, in one piece or in three."""
    parts = " ".join(given).split()
    return (parts[0], parts[2]) if len(parts) == 3 and parts[1] == COMPARED else tuple(given)


def _names_a_word(arguments: argparse.Namespace) -> bool:
    """Whether what stands where vectors are named is a word of a text that is named by itself."""
    if len(arguments.words) > 1 or os.path.lexists(arguments.vectors):
        return False
    try:
        return named_run(arguments) is None and not Path(arguments.vectors).suffix
    except VectorsError:  # neither a file nor a run
        return True


def _check_words(words: tuple[str, ...]) -> None:
    if len(words) not in (1, 2):
        raise SettingsError(
            f"why takes two words, or one, got {len(words)}: as w2vtui why last rome italy"
        )


def _of_run(arguments: argparse.Namespace, folder: Path, words: tuple[str, ...]) -> _Asked:
    """The question about a saved run: its text, and the settings of its newest checkpoint."""
    from w2vtui.exploring.why_near.trained_windows import trained_windows
    from w2vtui.runs.agreement import checkpoint_vectors
    from w2vtui.runs.requested.request import absolute
    from w2vtui.runs.resuming.trained_text import trained_text

    vectors, checkpoint, troubles = checkpoint_vectors(folder)
    corpus, remark = trained_text(folder, absolute(arguments.corpus))
    for line in (*troubles, *filter(None, (remark,))):
        report(line)
    report(f"run {folder.name}, at {checkpoint.fraction:.1%} of the training")
    given = {name: one for name, one in given_settings(arguments, LiveSettings).items()
             if name in _LIVE}  # fmt: skip
    settings = checkpoint.settings.changed(**given)
    windows = trained_windows(corpus, checkpoint.training, settings)
    return _Asked(words, corpus, windows, settings, vectors)


def _of_text(
    arguments: argparse.Namespace, words: tuple[str, ...], vectors: WordVectors | None
) -> _Asked:
    """The question about a text that no run is known to have trained on."""
    from w2vtui.corpus import open_corpus
    from w2vtui.exploring.why_near.contexts import Windows

    if "-" in arguments.corpus:
        raise CorpusError("--corpus takes files and folders: a piped text cannot be read again")
    settle(arguments, read_config(), (CorpusSettings, LiveSettings))
    corpus = open_corpus(arguments.corpus, arguments.corpus_settings)
    for hint in corpus.hints:
        report(f"hint: {hint}")
    settings: LiveSettings = arguments.live_settings
    return _Asked(words, corpus, Windows.of(corpus.vocab.counts, settings), settings, vectors)
