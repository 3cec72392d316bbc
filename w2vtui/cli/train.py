"""`w2vtui train`: a run without a screen."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from w2vtui.cli.look import print_neighbors
from w2vtui.cli.progress import choose_progress
from w2vtui.corpus import EncodedCorpus, ReadingProgress, open_corpus, sample_path
from w2vtui.display import safe_text
from w2vtui.errors import DiskError, SettingsError, UnknownWordError
from w2vtui.formats import check_writable, save_vectors
from w2vtui.training.run import Run
from w2vtui.vectors import KeyedVectors

SAMPLE = "atlas.txt"
SAMPLE_WORDS = ("king", "paris", "river", "bread", "walked")


def train(arguments: argparse.Namespace) -> int:
    """Train as the arguments say, save, print nearest words; return the exit code."""
    sample = not arguments.corpus
    if arguments.verb == "train" and not (arguments.output or arguments.neighbors):
        raise SettingsError(
            "nothing would be kept: give -o FILE (.bin, .txt or .vec) to save the vectors, or "
            "--neighbors WORD ... to see nearest words"
        )
    _check_first_word(arguments)
    if arguments.output:
        check_writable(arguments.output)
    sources = [str(sample_path(SAMPLE))] if sample else arguments.corpus
    keep = not getattr(arguments, "no_cache", False)

    def read(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        return open_corpus(
            sources, arguments.corpus_settings, progress=progress, stop=stop, cache=keep
        )

    run = Run(read, arguments.training_settings, arguments.live_settings)
    json_lines = getattr(arguments, "json", False)
    with _stopped_by_signals(run) as interrupted:
        run.start()
        choose_progress(run, json_lines).follow()
    run.wait()  # raises what the run failed of
    if run.snapshot().tokens == 0:
        raise KeyboardInterrupt
    vectors = run.vectors()
    if arguments.output:
        _save(vectors, arguments.output, getattr(arguments, "save_vocab", None))
    if not json_lines:
        _print_words(vectors, arguments, sample)
    return interrupted.exit_code


def _check_first_word(arguments: argparse.Namespace) -> None:
    """`w2vtui trian` is a verb mistyped, not a corpus."""
    near = getattr(arguments, "maybe_verb", None)
    if near and not Path(arguments.corpus[0]).exists():
        raise SettingsError(
            f"there is no file or command {arguments.corpus[0]!r}: did you mean w2vtui {near}?"
        )


def _save(vectors: KeyedVectors, path: str, vocab_path: str | None) -> None:
    """Save; where that fails, save elsewhere before saying so, so that the training is not lost."""
    try:
        save_vectors(vectors, path, vocab_path=vocab_path)
    except DiskError as error:
        rescued = Path(tempfile.mkdtemp(prefix="w2vtui-rescued-")) / Path(path).name
        try:
            save_vectors(vectors, rescued)
        except DiskError:
            raise error from None
        raise DiskError(f"{error}; the vectors are safe in {rescued}") from error
    print(
        f"saved {safe_text(path)}: {len(vectors):,} words x {vectors.vector_size}", file=sys.stderr
    )


def _print_words(vectors: KeyedVectors, arguments: argparse.Namespace, sample: bool) -> None:
    words = getattr(arguments, "neighbors", [])
    if arguments.verb == "app":
        words = SAMPLE_WORDS if sample else telling_words(vectors)
    for word in words:
        try:
            print_neighbors(vectors, word, 8)
        except UnknownWordError as error:
            print(f"w2vtui: {error}", file=sys.stderr)


def telling_words(vectors: KeyedVectors, n: int = 5) -> list[str]:
    """Frequent words that are not the most frequent ones, which are near everything."""
    words = vectors.index_to_key
    return words[min(len(words) // 20, 150) :][:n]


class _Interrupted:
    """Which signal stopped the run, if any."""

    exit_code = 0


@contextmanager
def _stopped_by_signals(run: Run) -> Iterator[_Interrupted]:
    """The first Ctrl-C, SIGTERM or SIGHUP ends the run in good order; a second one at once."""
    interrupted = _Interrupted()

    def stop(number: int, frame: FrameType | None) -> None:
        if interrupted.exit_code:
            raise KeyboardInterrupt
        interrupted.exit_code = 128 + number
        run.stop()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), stop) for name in names}
    try:
        yield interrupted
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
