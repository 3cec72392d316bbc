"""`w2vtui runs` and `export`: runs that are kept, listed, removed, saved as vectors."""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from w2vtui.cli.output import report
from w2vtui.cli.places import check_outputs
from w2vtui.display import ago_text, cell_width, loss_text, pad, safe_text
from w2vtui.errors import SettingsError
from w2vtui.formats import save_vectors
from w2vtui.runs.record import (
    RunRecord,
    RunStatus,
    all_runs,
    find_run,
    kept_vectors,
    remove_run,
    runs_folder,
    status_of,
)


def runs(arguments: argparse.Namespace) -> int:
    """List the runs that are kept, or remove some."""
    root = runs_folder(arguments.run_settings.runs_dir)
    if arguments.remove:
        for folder in [find_run(root, name) for name in arguments.remove]:
            remove_run(folder)
            report(f"removed {folder.name}")
        return 0
    found = [status_of(folder) for folder in all_runs(root)]
    if arguments.json:
        for status in found:
            print(json.dumps(dataclasses.asdict(status) | {"fraction": round(status.fraction, 6)}))
    elif found:
        _print_table(found)
    else:
        report(f"no run is kept in {safe_text(str(root))}")
    return 0


def export(arguments: argparse.Namespace) -> int:
    """Save the vectors of a run's newest checkpoint."""
    folder = find_run(runs_folder(arguments.run_settings.runs_dir), arguments.run)
    output = arguments.output or RunRecord.read(folder).output
    if output is None:
        raise SettingsError(f"name a place for the vectors of {folder.name}: -o FILE")
    save_kept(folder, output)
    return 0


def save_kept(folder: Path, output: str) -> None:
    """Save the vectors of a run's newest checkpoint, and say so."""
    record = RunRecord.read(folder)
    counts = record.save_vocab if output == record.output else None
    check_outputs(output, counts, record.sources)
    vectors, checkpoint, troubles = kept_vectors(folder)
    for trouble in troubles:
        report(safe_text(trouble))
    save_vectors(vectors, output, vocab_path=counts)
    report(
        f"saved {safe_text(output)}: {len(vectors):,} words x {vectors.vector_size}, "
        f"as of {checkpoint.fraction:.1%}"
    )


_KEPT_COLUMNS = ("NAME", "STATE", "DONE", "WHEN")
"""The others leave, the last first, where a terminal is too narrow for all."""


def _print_table(found: Sequence[RunStatus]) -> None:
    """A line a run, in columns."""
    heads = ("NAME", "STATE", "DONE", "PROBE", "TRAINED ON", "HOW", "WHEN")
    now = time.time()
    rows = [
        (
            safe_text(status.name),
            status.state,
            f"{100 * status.fraction:.1f}%",
            "-" if status.probe_loss is None else loss_text(status.probe_loss),
            safe_text(status.text, 24),
            f"{status.model} {status.objective}".strip(),
            ago_text(now - status.changed),
        )
        for status in found
    ]
    columns = list(range(len(heads)))
    widths = [max(cell_width(row[column]) for row in (heads, *rows)) for column in columns]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    spare = [column for column in columns if heads[column] not in _KEPT_COLUMNS]
    while spare and sum(widths[column] + 2 for column in columns) - 2 > room:
        columns.remove(spare.pop())
    for row in (heads, *rows):
        cells = [pad(row[column], widths[column]) for column in columns]
        print("  ".join(cells).rstrip())
