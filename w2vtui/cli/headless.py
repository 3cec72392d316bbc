"""A run without a screen: trained to the end or a signal, then saved."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType

from w2vtui.cli.answers import answer_to, print_answer
from w2vtui.cli.options.file_options import question_options
from w2vtui.cli.output import flush_results, report, silence
from w2vtui.cli.progress import Show, choose_progress
from w2vtui.cli.scores import print_scores
from w2vtui.corpus import SAMPLE, check_sources, sample_path
from w2vtui.errors import DiskError, DivergedError, QuestionError, VectorsError
from w2vtui.notable_words import notable_words
from w2vtui.runs.opening import open_run
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.recording.remains import what_remains
from w2vtui.runs.requested.request import RunRequest
from w2vtui.system.signals import QUIET_SECONDS, SIGNALS, SignalsSeen, handling, way_out
from w2vtui.system.streams import (
    NO_PATIENCE_SECONDS,
    discard_what_blocks,
    let_writes_be_interrupted,
    write_now,
)
from w2vtui.trainer_process.server import serving
from w2vtui.training.run import Run
from w2vtui.training.state.snapshot import ALARM, WORTHLESS, Snapshot
from w2vtui.training.watched_run import WatchedRun
from w2vtui.vectors import WordVectors

N_WORDS_PRINTED = 5
_N_NEIGHBORS = 8
_OF_TRAIN = ("save_vocab", "read_vocab", "classes")
"""Of a request, what only `w2vtui train` has options for."""


def request_of(arguments: argparse.Namespace) -> RunRequest:
    """What the arguments of a training ask for; those that the verb lacks keep their defaults."""
    given = {name: value for name in _OF_TRAIN if (value := getattr(arguments, name, None))}
    return RunRequest(
        sources=tuple(arguments.corpus or [str(sample_path(SAMPLE))]),
        corpus_settings=arguments.corpus_settings,
        training=arguments.training_settings,
        live=arguments.live_settings,
        output=arguments.output,
        pairs=tuple(arguments.pairs),
        analogies=tuple(arguments.analogies),
        sessions=tuple(arguments.sessions),
        questions=question_options(arguments),
        run_settings=arguments.run_settings,
        cache=not getattr(arguments, "no_cache", False),
        layout=arguments.layout,
        overwrite=arguments.overwrite,
        **given,
    )


def train(
    request: RunRequest,
    *,
    stop_when: Sequence[str] = (),
    words: Sequence[str] | None = (),
    show: Show = "progress",
) -> int:
    """Train as requested; return the exit code.

    The other parameters are those of `carry_out`.

    Raises:
        SettingsError: the output is not a file that this run may write.
        CorpusError: a text is not there.
    """
    run, recorder = open_run(request, report)
    check_sources(request.sources)
    return carry_out(run, recorder, request, stop_when=stop_when, words=words, show=show)


def carry_out(
    run: Run,
    recorder: Recorder | None,
    request: RunRequest,
    *,
    saves_branch: bool = True,
    stop_when: Sequence[str] = (),
    words: Sequence[str] | None = (),
    show: Show = "progress",
) -> int:
    """Train to the end or to a signal, save, print nearest words; return the exit code.

    It is that of the signal, of a disk that failed, or of a training that learned nothing.

    saves_branch  whether to save vectors to the request's output even if a resumed run has become
                  another run
    words         the words to print the nearest words of; None for some worth showing
    show          progress as it suits stderr, as JSON on stdout, or the results alone
    """
    run.is_attended = False
    progress = choose_progress(run, show)
    if request.output is not None and show != "results":
        unless = "" if saves_branch else ", unless its text has changed"
        what = "vectors" if request.classes is None else "classes"
        report(f"{what} will be saved to {request.output}{unless}")
    with _stopped_by_signals(run) as interrupted:  # to the end: an echo may come late
        with _recorded(run, recorder):
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
            vectors = run.trained.vectors()
            saved = _save(run, vectors, recorder, request, saves_branch=saves_branch)
        interrupted.announcing.cancel()  # what is left takes a moment, and loses nothing
        if show != "json":
            _print_results(run, vectors, words, interrupted)
        learned = _report_alarms(run.snapshot())
        kept = recorder is None or _report_recorder(recorder, run.snapshot(), saved=saved)
        lost = 0 if kept or saved else DiskError.exit_code
        unwritten = DiskError.exit_code if progress.is_lost else 0
        return lost or interrupted.exit_code or unwritten or learned


def _save(
    run: Run,
    vectors: WordVectors,
    recorder: Recorder | None,
    request: RunRequest,
    *,
    saves_branch: bool,
) -> bool:
    """Save the vectors if a file is named for them; return whether it is."""
    is_branch = recorder is not None and recorder.is_branch
    output = request.output if saves_branch or not is_branch else None
    if output is not None:
        folder = None if recorder is None else recorder.folder
        request.save_somewhere(vectors, folder, run.snapshot().progress.tokens)
        if request.classes is None:
            report(f"saved {output}: {len(vectors):,} words x {vectors.vector_size}")
        else:
            report(f"saved {output}: {len(vectors):,} words in {request.classes:,} classes")
    return bool(output)


def _report_recorder(recorder: Recorder, shot: Snapshot, *, saved: bool) -> bool:
    """Report how to resume a run; return whether its last checkpoint was written.

    saved   whether its vectors were
    """
    if how_to_resume := recorder.how_to_resume(shot, saved=saved):
        report(how_to_resume)
    if recorder.failed:
        report(what_remains(recorder.folder))
    return not recorder.failed


def _report_alarms(shot: Snapshot) -> int:
    """Report what spoiled a run that has ended; return the exit code for what it learned."""
    for remark in shot.remarks:
        if remark.urgency >= ALARM:
            report(remark.line)
    worthless = any(remark.urgency == WORTHLESS for remark in shot.remarks)
    return DivergedError.exit_code if worthless else 0


def follow(run: WatchedRun) -> int:
    """Follow a started run whose screen is gone; return the exit code of a signal, or 0."""
    run.is_attended = False
    with _stopped_by_signals(run) as interrupted:
        choose_progress(run, "progress").follow()
    return interrupted.exit_code


@contextmanager
def _recorded(run: Run, recorder: Recorder | None) -> Iterator[None]:
    """Record a run and let viewers in; close the recorder in good order, or at once on a second
    Ctrl-C.
    """
    if recorder is None:
        yield
        return
    recorder.follow(run.snapshot)
    with serving(run, recorder):
        try:
            yield
        except KeyboardInterrupt:
            recorder.stop()
            if recorder.folder is not None:
                report(f"Resume it from its last checkpoint: w2vtui resume {recorder.folder.name}")
            raise
        except BaseException as error:
            recorder.close()
            advice = recorder.how_to_resume(run.snapshot(), saved=False)
            if isinstance(error, DivergedError) and advice:
                report(advice)
            raise
        recorder.close()
    for text in recorder.messages():
        report(text)


def _print_results(
    run: Run, vectors: WordVectors, words: Sequence[str] | None, interrupted: _Interrupted
) -> None:
    try:
        print_scores(run.snapshot().quality)
        _print_words(vectors, words)
        flush_results()
    except OSError:
        if not interrupted.exit_code:
            raise
        silence(sys.stdout)  # the terminal has hung up, as the exit code says


def _print_words(vectors: WordVectors, words: Sequence[str] | None) -> None:
    if words is None:
        words = notable_words(vectors.index_to_key, N_WORDS_PRINTED)
    for word in words:
        try:
            print_answer(word, answer_to(vectors, word, _N_NEIGHBORS))
        except (VectorsError, QuestionError) as error:
            report(f"w2vtui: {error}")


class _Interrupted:
    """Which signal stopped the run, if any."""

    def __init__(self, announcing: threading.Timer) -> None:
        """announcing: what reports that the end takes its time"""
        self.exit_code = 0
        self.announcing = announcing


@contextmanager
def _stopped_by_signals(run: WatchedRun) -> Iterator[_Interrupted]:
    """End the run in good order on the first Ctrl-C, SIGTERM or SIGHUP, at once on the second."""
    seen = SignalsSeen()
    announcing = threading.Timer(QUIET_SECONDS, partial(_announce, seen))
    announcing.daemon = True
    interrupted = _Interrupted(announcing)
    let_writes_be_interrupted()

    def stop(number: int, frame: FrameType | None) -> None:
        if seen.is_second(number):
            discard_what_blocks(NO_PATIENCE_SECONDS)
            raise KeyboardInterrupt(128 + number)
        discard_what_blocks()
        if not interrupted.exit_code:
            interrupted.exit_code = 128 + number
            announcing.start()
        run.stop()

    def suspend(number: int, frame: FrameType | None) -> None:
        """Suspend on ctrl+z; the clock of the run does not count that time.

        A run that is being stopped is not paused: this thread may be at that, and hold its lock.
        """
        trains = not interrupted.exit_code and run.snapshot().state == "training"
        if trains:
            _in_thread(partial(run.pause, "suspended"))
        os.kill(os.getpid(), signal.SIGSTOP)
        if trains:
            _in_thread(run.resume)

    with handling(dict.fromkeys(SIGNALS, stop) | {"SIGTSTP": suspend}):
        try:
            yield interrupted
        finally:
            announcing.cancel()


def _announce(seen: SignalsSeen) -> None:
    """Report that the end takes its time, and that Ctrl-C does not wait for it."""
    seen.is_announced = True  # before it can be read
    seen.is_announced = write_now(f"w2vtui: stopping ...; {way_out(seen.first)}, without saving")


def _in_thread(action: Callable[[], None]) -> None:
    """Do something that takes the run's lock, from a signal handler.

    If this thread took the lock, the handler of the next signal would wait for it forever.
    """
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()
