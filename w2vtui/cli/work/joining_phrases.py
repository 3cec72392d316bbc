"""The work of `w2vtui phrases`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from w2vtui.cli.options.file_options import report_hint
from w2vtui.cli.output import report
from w2vtui.cli.results import print_json
from w2vtui.corpus.files import find_texts, is_regular
from w2vtui.errors import CorpusError, SettingsError, TargetTakenError
from w2vtui.files.regular_files import TooLargeError, content_of
from w2vtui.formats.drafts.atomic import atomic_write, check_target
from w2vtui.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phrases
from w2vtui.phrases.streaming import Text, learn, write
from w2vtui.runs.requested.targets import Reads, check_not_read
from w2vtui.settings import CorpusSettings
from w2vtui.system.resources import available_memory

_SECONDS = 2.0
"""Between two lines of progress."""
_MOST_COUNTED = 40_000_000
_COUNTED_BYTES = 250
"""A word or a pair while it is counted: its text and its place in the index."""
_MOST_CONNECTOR_BYTES = 1 << 24
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zip")


def join_phrases(arguments: argparse.Namespace, settings: CorpusSettings) -> int:
    """Write the text with its phrases joined; return the exit code.

    Raises:
        SettingsError: an argument is out of range, or the output is not to be written.
        CorpusError: the text cannot be read.
        DiskError: the output cannot be written; what was there is untouched.
    """
    passes = [_nothing_counted(arguments) for _ in range(arguments.passes)]
    _check_output(arguments, settings)
    found = find_texts(arguments.corpus, settings)
    for remark in found.remarks:
        report_hint(remark)
    for path in found.files:
        if not is_regular(path):
            raise CorpusError(f"{path} can be read only once: phrases reads it again, name a file")
    text = Text(found.files, settings)
    n_bytes = sum(path.stat().st_size for path in found.files)
    progress = _Progress(n_bytes, quiet=arguments.quiet)
    finders: list[FrozenPhrases] = []
    for number, phrases in enumerate(passes, start=1):
        progress.begin(f"counting, pass {number} of {len(passes)}")
        learn(phrases, text, finders, progress.done)
        finders.append(phrases.freeze())
    progress.begin("writing")
    with _opened(arguments.output) as file:
        n_words, n_tokens = write(text, finders, file, progress.done)
    _report(arguments, n_words, n_tokens, len(set().union(*(one.phrasegrams for one in finders))))
    return 0


def _nothing_counted(arguments: argparse.Namespace) -> Phrases:
    """Phrases with the settings of the arguments.

    Raises:
        SettingsError: one of them is out of range.
        CorpusError: the file of connector words cannot be read.
    """
    free = available_memory()
    fits = _MOST_COUNTED if free is None else max(free // 2 // _COUNTED_BYTES, 100_000)
    return Phrases(
        min_count=arguments.min_count,
        threshold=arguments.threshold,
        max_vocab_size=arguments.max_vocab_size or min(_MOST_COUNTED, fits),
        delimiter=arguments.delimiter,
        scoring=arguments.scoring,
        connector_words=_connector_words(arguments.connector_words),
    )


def _connector_words(named: str) -> frozenset[str]:
    if named == "none":
        return frozenset()
    if named == "english":
        return ENGLISH_CONNECTOR_WORDS
    try:
        return frozenset(content_of(named, _MOST_CONNECTOR_BYTES).decode().split())
    except (OSError, TooLargeError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CorpusError(
            f"cannot read the connector words {named}: {reason}: give english, none or a file"
        ) from error


def _check_output(arguments: argparse.Namespace, settings: CorpusSettings) -> None:
    """Refuse an output that is read, or that holds anything.

    Raises:
        SettingsError: it is, or its name says that it is compressed.
        DiskError: it cannot be written.
    """
    if arguments.delimiter.split() != [arguments.delimiter]:
        raise SettingsError(
            f"--delimiter must not hold white space, got {arguments.delimiter!r}: words would fall "
            "apart again"
        )
    if arguments.output == "-":
        return
    path = Path(arguments.output)
    if path.suffix.lower() in _SUFFIXES:
        raise SettingsError(
            f"{path} would not be compressed, as its name says: name a .txt file, or -o - | gzip"
        )
    check_target(path)
    named = arguments.connector_words
    inputs = [] if named in ("none", "english") else [named]
    check_not_read(path, Reads(arguments.corpus, settings.encoding, inputs))
    if path.exists() and not arguments.overwrite:
        raise TargetTakenError(str(path))


@contextmanager
def _opened(output: str) -> Iterator[BinaryIO]:
    """What the text is written to."""
    if output == "-":
        if sys.stdout is None:
            raise SettingsError("standard output is closed: give -o FILE")
        sys.stdout.flush()
        yield sys.stdout.buffer
        return
    with atomic_write(output) as file:
        yield file


def _report(arguments: argparse.Namespace, n_words: int, n_tokens: int, n_phrases: int) -> None:
    if not n_phrases:
        report_hint(f"no pair scores above {arguments.threshold:g}: lower --threshold")
    if arguments.json:
        result = {"words": n_words, "tokens": n_tokens, "phrases": n_phrases}
        print_json(result | {"passes": arguments.passes, "output": arguments.output})
    elif arguments.output != "-":
        report(
            f"saved {arguments.output}: {n_words:,} words, {n_tokens:,} tokens, "
            f"{n_phrases:,} different phrases"
        )


class _Progress:
    """Says every other second how much of the text has been read."""

    def __init__(self, n_bytes: int, *, quiet: bool) -> None:
        self._n_bytes, self._quiet = n_bytes, quiet
        self._what = ""
        self._shown = time.monotonic()

    def begin(self, what: str) -> None:
        """From now on, this is done."""
        self._what = what

    def done(self, n_bytes: int) -> None:
        """Report that n bytes have been read, if it is time to."""
        if not self._quiet and time.monotonic() - self._shown >= _SECONDS:
            self._shown = time.monotonic()
            share = n_bytes / self._n_bytes if self._n_bytes else 1.0
            report(f"{self._what}  {share:4.0%}")
