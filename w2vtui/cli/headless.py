"""A run without a screen: trained to the end or a signal, then saved."""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from w2vtui.cli.output import report
from w2vtui.cli.places import check_outputs
from w2vtui.cli.progress import choose_progress
from w2vtui.cli.results import print_neighbors
from w2vtui.cli.scores import print_scores
from w2vtui.corpus import EncodedCorpus, ReadingProgress, open_corpus, sample_path, without
from w2vtui.display import safe_text
from w2vtui.errors import DiskError, RunError, SettingsError, UnknownWordError
from w2vtui.formats import save_vectors
from w2vtui.runs.recorder import Recorder, recorder_of_new_run
from w2vtui.signals import handling
from w2vtui.training.measuring.quality import QualitySets
from w2vtui.training.run import Run
from w2vtui.vectors import KeyedVectors

if TYPE_CHECKING:
    from w2vtui.training.run import Run

SAMPLE = "atlas.txt"
SAMPLE_WORDS = ("king", "paris", "river", "bread", "walked")


def train(
    arguments: argparse.Namespace,
    *,
    save_vocab: str | None = None,
    cache: bool = True,
    stop_when: Sequence[str] = (),
    words: Sequence[str] | None = (),
    json_lines: bool = False,
) -> int:
    """Train on the corpus of the arguments with their settings; return the exit code.

    The other parameters are those of `carry_out`.

    Raises:
        SettingsError: the output is not a file that this run may write.
    """
    if arguments.output == "":
        raise SettingsError("-o has an empty file name: give a name such as vectors.bin")
    outputs = check_outputs(arguments.output, save_vocab, arguments.corpus)
    sources = arguments.corpus or [str(sample_path(SAMPLE))]
    quality_sets = QualitySets.for_corpus(sources, arguments.pairs, arguments.analogies)

    def read(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        return open_corpus(
            without(sources, outputs, arguments.corpus_settings),
            arguments.corpus_settings,
            progress=progress,
            stop=stop,
            cache=cache,
        )

    recorder = _recorder(arguments, sources, save_vocab)
    run = Run(
        read,
        arguments.training_settings,
        arguments.live_settings,
        quality_sets=quality_sets,
        store=recorder,
        checkpoint_seconds=arguments.run_settings.checkpoint_seconds,
    )
    return carry_out(
        run,
        recorder,
        output=arguments.output,
        save_vocab=save_vocab,
        stop_when=stop_when,
        words=words,
        json_lines=json_lines,
    )


def _recorder(
    arguments: argparse.Namespace, sources: Sequence[str], save_vocab: str | None
) -> Recorder | None:
    """What saves checkpoints of the run; None, which is reported, if there is no folder for it."""
    try:
        return recorder_of_new_run(
            arguments.run_settings,
            sources,
            arguments.corpus_settings,
            output=arguments.output,
            save_vocab=save_vocab,
            pairs=arguments.pairs,
            analogies=arguments.analogies,
        )
    except RunError as error:
        report(f"this run cannot be resumed later: {error}")
        return None


def carry_out(
    run: Run,
    recorder: Recorder | None,
    *,
    output: str | None,
    own_outputs: Sequence[str] = (),
    save_vocab: str | None = None,
    stop_when: Sequence[str] = (),
    words: Sequence[str] | None = (),
    json_lines: bool = False,
) -> int:
    """Train to the end or to a signal, save, print nearest words; return the exit code.

    own_outputs  the files that a resumed run saved its vectors and counts to, used again unless it
                 has become another run
    words        the words to print the nearest words of; None for some worth showing
    """
    run.is_attended = False
    progress = choose_progress(run, json_lines)
    with _recorded(run, recorder), _stopped_by_signals(run) as interrupted:
        for condition in stop_when:
            run.break_when(condition, stop=True)
        run.start()
        progress.follow()
        if interrupted.exit_code and run.snapshot().progress.tokens == 0:
            report("w2vtui: interrupted before anything was learned")
            return interrupted.exit_code
        run.wait()  # raises the error that ended the run
        for condition in run.breakpoints:
            report(f"--stop-when {condition!r} was never met")
        vectors = run.vectors()
        if output is None and own_outputs and not (recorder is not None and recorder.is_branch):
            output, save_vocab = own_outputs
        if output:
            _save(vectors, output, save_vocab)
    if not json_lines:
        print_scores(run.snapshot().quality)
        _print_words(vectors, words)
    if recorder is not None:
        if way_on := recorder.way_on(run.snapshot(), saved=bool(output)):
            report(way_on)
        if recorder.failed:
            report("the last checkpoint could not be written: this run cannot be resumed")
        if recorder.failed and not output:
            return DiskError.exit_code
    return interrupted.exit_code


def follow(run: Run) -> int:
    """Follow a started run whose screen is gone; return the exit code of a signal, or 0."""
    run.is_attended = False
    with _stopped_by_signals(run) as interrupted:
        choose_progress(run, json_lines=False).follow()
    return interrupted.exit_code


@contextmanager
def _recorded(run: Run, recorder: Recorder | None) -> Iterator[None]:
    """Record a run, and close the recorder in good order, or at once on a second Ctrl-C."""
    if recorder is None:
        yield
        return
    recorder.follow(run.snapshot)
    try:
        yield
    except KeyboardInterrupt:
        recorder.abandon()
        if recorder.folder is not None:
            report(f"w2vtui resume {recorder.folder.name} resumes it from its last checkpoint")
        raise
    except BaseException:
        recorder.close()
        raise
    recorder.close()
    for text in recorder.news():
        report(safe_text(text))


def _save(vectors: KeyedVectors, path: str, vocab_path: str | None) -> None:
    """Save; if that fails, save to a temporary folder before raising, so that nothing is lost."""
    try:
        save_vectors(vectors, path, vocab_path=vocab_path)
    except DiskError as error:
        try:
            rescued = Path(tempfile.mkdtemp(prefix="w2vtui-rescued-")) / Path(path).name
            save_vectors(vectors, rescued)
        except (DiskError, OSError):
            raise error from None
        raise DiskError(f"{error}; the vectors are safe in {rescued}") from error
    report(f"saved {safe_text(path)}: {len(vectors):,} words x {vectors.vector_size}")


def _print_words(vectors: KeyedVectors, words: Sequence[str] | None) -> None:
    for word in telling_words(vectors) if words is None else words:
        try:
            print_neighbors(vectors, word, 8)
        except (UnknownWordError, SettingsError) as error:
            report(f"w2vtui: {error}")


def telling_words(vectors: KeyedVectors, n: int = 5) -> list[str]:
    """Frequent words that are not the most frequent ones, which are near everything."""
    words = vectors.index_to_key
    return words[min(len(words) // 20, 150) :][:n]


class _Interrupted:
    """Which signal stopped the run, if any."""

    exit_code = 0


@contextmanager
def _stopped_by_signals(run: Run) -> Iterator[_Interrupted]:
    """End the run in good order on the first Ctrl-C, SIGTERM or SIGHUP, at once on the second."""
    interrupted = _Interrupted()

    def stop(number: int, frame: FrameType | None) -> None:
        if interrupted.exit_code:
            raise KeyboardInterrupt(128 + number)
        interrupted.exit_code = 128 + number
        run.stop()

    def suspend(number: int, frame: FrameType | None) -> None:
        """Suspend on ctrl+z; the clock of the run does not count that time."""
        trains = run.snapshot().state == "training"
        if trains:
            _in_thread(partial(run.pause, "suspended"))
        os.kill(os.getpid(), signal.SIGSTOP)
        if trains:
            _in_thread(run.resume)

    handlers = {"SIGINT": stop, "SIGTERM": stop, "SIGHUP": stop, "SIGTSTP": suspend}
    with handling(handlers):
        yield interrupted


def _in_thread(action: Callable[[], None]) -> None:
    """Do something that takes the run's lock, from a signal handler.

    Were the lock taken in this thread, the handler of the next signal would wait for it for ever.
    """
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()
