"""`w2vtui runs`, `resume`, `replay` and `export`: runs that are kept."""

from __future__ import annotations

import argparse
import dataclasses
import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from w2vtui.cli.output import tell
from w2vtui.cli.train import absolute, carry_out, check_outputs
from w2vtui.corpus import EncodedCorpus, ReadingProgress, open_corpus
from w2vtui.display import cell_width, pad, safe_text
from w2vtui.errors import CorpusError, RunError, SettingsError
from w2vtui.formats import save_vectors
from w2vtui.runs.folder import (
    RunRecord,
    RunStatus,
    all_runs,
    find_run,
    read_vocab,
    remove_run,
    runs_folder,
    status_of,
)
from w2vtui.runs.generations import newest_whole
from w2vtui.runs.resuming import largest_difference, replay_of, resumption
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.quality import QualitySets
from w2vtui.training.run import ReadCorpus, Run
from w2vtui.vectors import KeyedVectors


def runs(arguments: argparse.Namespace) -> int:
    """List the runs that are kept, or remove some."""
    root = runs_folder(arguments.run_settings.runs_dir)
    if arguments.remove:
        for folder in [find_run(root, name) for name in arguments.remove]:
            remove_run(folder)
            tell(f"removed {folder.name}")
        return 0
    found = [status_of(folder) for folder in all_runs(root)]
    if arguments.json:
        for status in found:
            print(json.dumps(dataclasses.asdict(status) | {"fraction": round(status.fraction, 6)}))
    elif found:
        _print_table(found)
    else:
        tell(f"no run is kept in {safe_text(str(root))}")
    return 0


def resume(arguments: argparse.Namespace) -> int:
    """Go on with a run; return the exit code."""
    folder = find_run(runs_folder(arguments.run_settings.runs_dir), arguments.run)
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
        output = arguments.output or taken.record.output
        check_outputs(output, None, taken.sources)
        record = taken.record
        sets = QualitySets.for_corpus(
            taken.sources, _still_there(record.pairs), _still_there(record.analogies)
        )
        run = Run(
            _reader(folder.name, taken.sources, taken.corpus_settings),
            record.training,
            record.settings,
            quality_sets=sets,
            keeper=taken.recorder,
            checkpoint_seconds=arguments.run_settings.checkpoint_seconds,
            go_on_from=taken.fit,
            earlier=taken.events,
            script=taken.script,
        )
        if taken.checkpoint is None:
            for condition, ends in record.breakpoints:
                run.break_when(condition, stop=ends)
        for note in taken.notes:
            tell(safe_text(note))
    except BaseException:
        taken.recorder.close()
        raise
    return carry_out(
        run,
        taken.recorder,
        output=output,
        stop_when=arguments.stop_when,
        words=arguments.neighbors,
        json_lines=arguments.json,
    )


def replay(arguments: argparse.Namespace) -> int:
    """Repeat a run and compare; return the exit code."""
    folder = find_run(runs_folder(arguments.run_settings.runs_dir), arguments.run)
    repeated = replay_of(folder)
    record = repeated.record
    sources = absolute(arguments.corpus) or record.sources
    check_outputs(arguments.output, None, sources)
    read = _reader(folder.name, sources, record.corpus_settings)

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
    if code or run.snapshot().tokens != repeated.checkpoint.clock:
        return code
    apart = largest_difference(run.matrices(), repeated.checkpoint.vectors)
    if not apart:
        tell(f"the vectors are those of {folder.name}, bit for bit")
        return 0
    tell(f"the vectors differ from those of {folder.name} by up to {apart:.3g}")
    if not repeated.exact:
        tell("as several threads do: --workers 1 or --deterministic repeats bit for bit")
    return 1 if repeated.exact else 0


def export(arguments: argparse.Namespace) -> int:
    """Save the vectors of a run's newest checkpoint."""
    folder = find_run(runs_folder(arguments.run_settings.runs_dir), arguments.run)
    record = RunRecord.read(folder)
    output = arguments.output or record.output
    if output is None:
        raise SettingsError(f"name a place for the vectors of {folder.name}: -o FILE")
    check_outputs(output, None, record.sources)
    checkpoint, troubles = newest_whole(folder)
    for trouble in troubles:
        tell(safe_text(trouble))
    if checkpoint is None:
        raise RunError(f"run {folder.name} has no checkpoint: there are no vectors to save")
    words, counts = read_vocab(folder)
    vectors = KeyedVectors(words, checkpoint.vectors["input_vectors"], counts=counts)
    save_vectors(vectors, output)
    tell(
        f"saved {safe_text(output)}: {len(vectors):,} words x {vectors.vector_size}, "
        f"as of {checkpoint.fraction:.1%}"
    )
    return 0


def _still_there(paths: Sequence[str]) -> list[str]:
    """Files of questions that can be asked again; of others it is told."""
    for path in paths:
        if not Path(path).exists():
            tell(f"{safe_text(path)} is gone: its questions are not asked")
    return [path for path in paths if Path(path).exists()]


def _reader(name: str, sources: Sequence[str], settings: CorpusSettings) -> ReadCorpus:
    """Reads the text of a run again."""

    def read(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        gone = [source for source in sources if source != "-" and not Path(source).exists()]
        if gone:
            raise CorpusError(
                f"the text of run {name} is gone from {gone[0]}: --corpus FILE names where it is "
                "now"
            )
        return open_corpus(sources, settings, progress=progress, stop=stop)

    return read


def _print_table(found: Sequence[RunStatus]) -> None:
    """A line a run, in columns."""
    heads = ("NAME", "STATE", "DONE", "PROBE", "TRAINED ON", "HOW", "WHEN")
    now = time.time()
    rows = [
        (
            safe_text(status.name),
            status.state,
            f"{100 * status.fraction:.1f}%",
            "-" if status.probe_loss is None else f"{status.probe_loss:.3f}",
            safe_text(status.text, 24),
            f"{status.model} {status.objective}".strip(),
            _ago(now - status.changed),
        )
        for status in found
    ]
    widths = [
        max(cell_width(row[column]) for row in (heads, *rows)) for column in range(len(heads))
    ]
    for row in (heads, *rows):
        print("  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _ago(seconds: float) -> str:
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name} ago"
    return "now"
