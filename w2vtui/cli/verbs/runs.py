"""`w2vtui runs`: saved runs, listed or removed."""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.cli.options import add_setting
from w2vtui.cli.output import ask, report, show
from w2vtui.display import pad, safe_text
from w2vtui.errors import RunError
from w2vtui.runs.table import Column, best_of, cells_of, columns_of, fitting, grouped
from w2vtui.settings import RunSettings

if TYPE_CHECKING:
    from w2vtui.runs.status import RunStatus

USAGE = "w2vtui runs [options]"
HELP = """List saved runs: by text, newest first, with the settings that differ.

  w2vtui runs                             name, state, settings, probe loss, speed
  w2vtui runs --json                      everything, one JSON object per run
  w2vtui runs --remove atlas-brisk-otter  remove a run that has ended, with its checkpoints

--remove takes full names. A part of a name, `last` and a damaged run are removed after a question,
or with --yes. Only files that w2vtui writes are removed.

A run is saved in a folder of its own: its request, words, events, metrics and newest checkpoints.
--runs-dir, W2VTUI_RUNS_DIR or runs_dir in a settings file chooses where these folders are."""
SETTINGS = (RunSettings,)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui runs` takes."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per run on stdout"
    )
    parser.add_argument(
        "--remove", metavar="NAME", nargs="+", default=[], help="remove these runs instead"
    )
    parser.add_argument(
        "--yes", action="store_true", help="remove without a question what --remove asks about"
    )
    add_setting(parser, RunSettings, "runs_dir")


def run(arguments: argparse.Namespace) -> int:
    """List the saved runs, or remove some."""
    from w2vtui.runs.listing import all_runs
    from w2vtui.runs.root import runs_folder
    from w2vtui.runs.status import status_of

    root = runs_folder(arguments.run_settings.runs_dir)
    if arguments.remove:
        _remove(root, arguments.remove, yes=arguments.yes)
        return 0
    found = [status_of(folder) for folder in all_runs(root)]
    if arguments.json:
        for status in found:
            show(json.dumps(dataclasses.asdict(status) | {"fraction": round(status.fraction, 6)}))
    elif found:
        _print_table(found)
    else:
        report(f"no saved runs in {root}")
    return 0


def _remove(root: Path, names: Sequence[str], *, yes: bool) -> None:
    """Remove runs, once every question is answered.

    Raises:
        RunError: one of them cannot be removed, or nobody said yes.
    """
    from w2vtui.runs.listing import remove_run, run_to_remove

    chosen = {}
    for name in names:
        folder, doubt = run_to_remove(root, name)
        if doubt is not None and not yes:
            _ask(doubt)
        chosen[folder] = doubt is not None
    for folder, is_meant in chosen.items():
        remove_run(folder, damaged=is_meant)
        report(f"removed {folder.name}")


def _ask(doubt: str) -> None:
    """Ask on a terminal whether to remove a run all the same.

    Raises:
        RunError: the answer is no, or there is nobody to ask.
    """
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        raise RunError(f"{doubt}: --yes removes it all the same")
    if ask(f"{doubt}. Remove it? [y/N]").lower() not in ("y", "yes"):
        raise RunError("nothing was removed")


def _print_table(found: Sequence[RunStatus]) -> None:
    """Print one line per run, in columns; those of the same text together."""
    now, columns = time.time(), columns_of(found)
    rows = [
        [*cells_of(run, columns, now, is_best=run is best), safe_text(run.text, 24)]
        for group in grouped(found)
        for best in [best_of(group)]
        for run in group
    ]
    columns = [*columns, Column("text", "trained on", 6)]
    room = shutil.get_terminal_size().columns + 2 if sys.stdout.isatty() else sys.maxsize
    shown = fitting(columns, rows, room)
    for row in ([one.head.upper() for one in columns], *rows):
        show("  ".join(pad(row[at], cells) for at, cells in shown).rstrip())
