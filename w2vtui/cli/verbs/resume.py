"""`w2vtui resume` and `replay`: runs that are kept, gone on with or repeated."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence
from pathlib import Path

from w2vtui.cli.output import report
from w2vtui.cli.places import check_outputs
from w2vtui.cli.verbs.runs import save_kept
from w2vtui.cli.verbs.train import carry_out
from w2vtui.corpus import EncodedCorpus, ReadingProgress
from w2vtui.display import safe_text
from w2vtui.runs.record import RunRecord, find_run, runs_folder
from w2vtui.runs.recorder import Recorder, absolute
from w2vtui.runs.resuming import (
    RunIsDoneError,
    largest_difference,
    replay_of,
    resumption,
    text_of_run,
)
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings
from w2vtui.training.run import Run


def resume(arguments: argparse.Namespace) -> int:
    """Go on with a run; return the exit code.

    One that is done is saved, where it was not before or a place is named.
    """
    folder = find_run(runs_folder(arguments.run_settings.runs_dir), arguments.run)
    try:
        run, recorder, own_outputs = _taken_up(folder, arguments)
    except RunIsDoneError:
        output = arguments.output or _not_saved_yet(folder)
        if output is None or arguments.force:
            raise
        report(f"run {folder.name} is done")
        save_kept(folder, output)
        return 0
    return carry_out(
        run,
        recorder,
        output=arguments.output,
        own_outputs=own_outputs,
        stop_when=arguments.stop_when,
        words=arguments.neighbors,
        json_lines=arguments.json,
    )


def _not_saved_yet(folder: Path) -> str | None:
    """Where the vectors of a run that is done were to go, and are not."""
    output = RunRecord.read(folder).output
    return None if output is None or Path(output).exists() else output


def _taken_up(folder: Path, arguments: argparse.Namespace) -> tuple[Run, Recorder, Sequence[str]]:
    """The run that the arguments mean, who keeps it, and where vectors and counts went before.

    Nothing else is held on to: the checkpoint is a file that shall not take room once it is old.
    """
    wanted = arguments.wanted
    taken = resumption(
        folder,
        force=arguments.force,
        sources=absolute(arguments.corpus),
        corpus_settings=wanted[CorpusSettings],
        training=wanted[TrainingSettings],
        live=wanted[LiveSettings],
    )
    try:
        own_outputs = taken.record.outputs
        vectors, counts = own_outputs or (None, None)
        if arguments.output is not None:
            vectors, counts = arguments.output, None
        check_outputs(vectors, counts, taken.sources)
        run = taken.run(checkpoint_seconds=wanted[RunSettings].get("checkpoint_seconds"))
        for note in taken.notes:
            report(safe_text(note))
    except BaseException:
        taken.recorder.close()
        raise
    return run, taken.recorder, own_outputs


def replay(arguments: argparse.Namespace) -> int:
    """Repeat a run and compare; return the exit code."""
    folder = find_run(runs_folder(arguments.run_settings.runs_dir), arguments.run)
    repeated = replay_of(folder)
    record = repeated.record
    sources = absolute(arguments.corpus) or record.sources
    check_outputs(arguments.output, None, sources)
    read = text_of_run(folder.name, sources, record.corpus_settings, record.outputs, "replay")

    def read_same(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        corpus = read(progress, stop)
        repeated.check(corpus)
        return corpus

    run = Run(
        read_same,
        record.training,
        record.settings,
        looks_at_vectors=False,
        script=repeated.script,
    )
    code = carry_out(run, None, output=arguments.output, json_lines=arguments.json)
    if code:
        return code
    tokens, clock = run.snapshot().progress.tokens, repeated.checkpoint.clock
    if tokens != clock:
        report(
            f"nothing is compared: the repeat ended at {tokens:,} tokens, the checkpoint of "
            f"{folder.name} is of {clock:,}"
        )
        return 1
    apart = largest_difference(run.matrices(), repeated.checkpoint.vectors)
    if not apart:
        report(f"the vectors are those of {folder.name}, bit for bit")
        return 0
    report(f"the vectors differ from those of {folder.name} by up to {apart:.3g}")
    if not repeated.exact:
        report("as several threads do: --workers 1 or --deterministic repeats bit for bit")
    return 1 if repeated.exact else 0
