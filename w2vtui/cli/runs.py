"""`w2vtui runs`, `resume`, `replay` and `export`: runs that are kept."""

from __future__ import annotations

import argparse
import dataclasses
import json
import threading
import time
from collections.abc import Sequence

from w2vtui.cli.output import tell
from w2vtui.cli.train import carry_out, check_outputs
from w2vtui.corpus import EncodedCorpus, ReadingProgress
from w2vtui.display import ago_text, cell_width, pad, safe_text
from w2vtui.errors import SettingsError
from w2vtui.formats import save_vectors
from w2vtui.runs.folder import (
    RunRecord,
    RunStatus,
    all_runs,
    find_run,
    remove_run,
    runs_folder,
    status_of,
)
from w2vtui.runs.recorder import absolute
from w2vtui.runs.resuming import (
    kept_vectors,
    largest_difference,
    replay_of,
    resumption,
    text_of_run,
)
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.quality import QualitySets
from w2vtui.training.run import Run


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
        sets = QualitySets.for_corpus(taken.sources, record.pairs, record.analogies)
        run = Run(
            text_of_run(folder.name, taken.sources, taken.corpus_settings),
            record.training,
            record.settings,
            quality_sets=sets,
            keeper=taken.recorder,
            checkpoint_seconds=arguments.run_settings.checkpoint_seconds,
            go_on_from=taken.fit,
            script=taken.script,
        )
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
    read = text_of_run(folder.name, sources, record.corpus_settings)

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
    vectors, checkpoint, troubles = kept_vectors(folder)
    for trouble in troubles:
        tell(safe_text(trouble))
    save_vectors(vectors, output)
    tell(
        f"saved {safe_text(output)}: {len(vectors):,} words x {vectors.vector_size}, "
        f"as of {checkpoint.fraction:.1%}"
    )
    return 0


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
            ago_text(now - status.changed),
        )
        for status in found
    ]
    widths = [
        max(cell_width(row[column]) for row in (heads, *rows)) for column in range(len(heads))
    ]
    for row in (heads, *rows):
        print("  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())
