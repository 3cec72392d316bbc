"""`w2vtui runs`: saved runs, listed or removed."""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from w2vtui.cli.options import add_setting
from w2vtui.cli.output import report
from w2vtui.display import ago_text, cell_width, loss_text, pad, safe_text
from w2vtui.settings import RunSettings

if TYPE_CHECKING:
    from w2vtui.runs.status import RunStatus

USAGE = "w2vtui runs [options]"
HELP = """List saved runs, newest first.

  w2vtui runs                             name, state, progress, probe loss
  w2vtui runs --json                      everything, one JSON object per run
  w2vtui runs --remove atlas-brisk-otter  remove a run that has ended, with its checkpoints

A run is saved in a folder of its own: its request, words, events, metrics and newest checkpoints.
--runs-dir, W2VTUI_RUNS_DIR or runs_dir in a settings file chooses where these folders are."""
SETTINGS = (RunSettings,)

_ALWAYS_SHOWN = ("NAME", "STATE", "DONE", "WHEN")
"""Columns that a narrow terminal shows, too; the others are dropped, the last one first."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui runs` takes."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per run on stdout"
    )
    parser.add_argument(
        "--remove", metavar="NAME", nargs="+", default=[], help="remove these runs instead"
    )
    add_setting(parser, RunSettings, "runs_dir")


def run(arguments: argparse.Namespace) -> int:
    """List the saved runs, or remove some."""
    from w2vtui.runs.listing import all_runs, find_run, remove_run
    from w2vtui.runs.root import runs_folder
    from w2vtui.runs.status import status_of

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
        report(f"no saved runs in {safe_text(str(root))}")
    return 0


def _print_table(found: Sequence[RunStatus]) -> None:
    """Print one line per run, in columns."""
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
    spare = [column for column in columns if heads[column] not in _ALWAYS_SHOWN]
    while spare and sum(widths[column] + 2 for column in columns) - 2 > room:
        columns.remove(spare.pop())
    for row in (heads, *rows):
        cells = [pad(row[column], widths[column]) for column in columns]
        print("  ".join(cells).rstrip())
