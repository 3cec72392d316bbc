"""`w2vtui runs`: saved runs, listed, labeled, renamed or removed."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.cli.options.setting_options import add_setting
from w2vtui.cli.output import ask, report, show
from w2vtui.cli.results import json_text
from w2vtui.display import pad, safe_text
from w2vtui.errors import RunError
from w2vtui.runs.listed.choosing import NEWEST, chosen
from w2vtui.runs.listed.table import (
    Column,
    best_of,
    bests_of,
    cells_of,
    columns_of,
    fitting,
    grouped,
)
from w2vtui.settings import RunSettings

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus

USAGE = "w2vtui runs [WORD ...] [options]"
HELP = """List saved runs: by text, newest first, with the settings that differ and their scores.

  w2vtui runs                             name, state, settings, scores, probe loss, speed
  w2vtui runs atlas done 'K>5' 'probe<3'  those that every word holds for
  w2vtui runs --sort probe                the lowest probe loss first
  w2vtui runs --json                      everything, one JSON object per run
  w2vtui runs --rename atlas-brisk-otter wide-windows
  w2vtui runs --note wide-windows 'window 10 is too wide'
  w2vtui runs --star wide-windows         mark it; `w2vtui runs starred` lists those
  w2vtui runs --remove atlas-brisk-otter  remove a run that has ended, with its checkpoints;
                                          of a sweep's name, the sweep with all its runs

A WORD is a part of a run's name, text, state or note; `starred`; `trials`, those of sweeps; or a
comparison of a setting, the probe loss or a score: window=10, K>5, probe<3, pairs>0.4,
analogies>20. !done lists the others.

The old name of a renamed run still finds it. --remove takes full names. A part of a name, `last`,
a damaged run and a sweep are removed after a question, or with --yes. Only files that w2vtui writes
are removed.

A run is saved in a folder of its own: its request, words, events, metrics and newest checkpoints.
--runs-dir, W2VTUI_RUNS_DIR or runs_dir in a settings file chooses where these folders are."""
SETTINGS = (RunSettings,)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui runs` takes."""
    parser.add_argument(
        "conditions", metavar="WORD", nargs="*", help="list only runs that it holds for"
    )
    parser.add_argument(
        "--sort",
        metavar="BY",
        default=NEWEST,
        help="newest, probe, pairs, analogies, words/s, trained, name or a setting: the best first",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per run on stdout"
    )
    parser.add_argument(
        "--rename", metavar=("NAME", "NEW"), nargs=2, help="give a run that has ended another name"
    )
    parser.add_argument(
        "--note", metavar=("NAME", "TEXT"), nargs=2, help="write a note on a run; '' removes it"
    )
    parser.add_argument("--star", metavar="NAME", nargs="+", default=[], help="mark these runs")
    parser.add_argument(
        "--unstar", metavar="NAME", nargs="+", default=[], help="take their stars away"
    )
    parser.add_argument(
        "--remove", metavar="NAME", nargs="+", default=[], help="remove these runs instead"
    )
    parser.add_argument(
        "--yes", action="store_true", help="remove without a question what --remove asks about"
    )
    add_setting(parser, RunSettings, "runs_dir")


def run(arguments: argparse.Namespace) -> int:
    """List the saved runs, or change or remove some."""
    from w2vtui.runs.root import runs_folder

    root = runs_folder(arguments.run_settings.runs_dir)
    if not _change(root, arguments):
        _list(root, arguments)
    return 0


def _list(root: Path, arguments: argparse.Namespace) -> None:
    """Print the runs that are asked for.

    Raises:
        SettingsError: a word or the order names nothing that runs have.
    """
    from w2vtui.runs.listed.statuses import Statuses

    every = Statuses(root).read()
    found = chosen(every, " ".join(arguments.conditions), arguments.sort)
    if arguments.json:
        best = {one.folder for one in map(best_of, grouped(every)) if one is not None}
        for status in found:
            show(json_text(status.as_json() | {"best": status.folder in best}))
    elif found:
        _print_table(found, every)
    else:
        wanted = safe_text(" ".join(arguments.conditions), 40)
        which = f"no run of {len(every):,} matches '{wanted}'" if every else "no saved runs"
        report(f"{which} in {root}")
    if not arguments.json:
        _report_sweeps(root)


def _report_sweeps(root: Path) -> None:
    """Say which sweeps are at work."""
    from w2vtui.sweep_process.at_work import progress_text, sweeps_at_work

    for folder in sweeps_at_work(root):
        report(f"sweep {folder.name} {progress_text(folder)}: w2vtui attach {folder.name}")


# ---- changing them


def _change(root: Path, arguments: argparse.Namespace) -> bool:
    """Carry out what changes runs; return whether there was something."""
    from w2vtui.runs.labels import note_run, star_run
    from w2vtui.runs.listed.listing import find_run

    changes = [arguments.rename, arguments.note, arguments.star, arguments.unstar, arguments.remove]
    if arguments.rename:
        _rename(find_run(root, arguments.rename[0]), arguments.rename[1])
    if arguments.note:
        folder = find_run(root, arguments.note[0])
        note = note_run(folder, arguments.note[1])
        said = f"has the note: {safe_text(note, 80)}" if note else "has no note now"
        report(f"{folder.name} {said}")
    for names, starred in ((arguments.star, True), (arguments.unstar, False)):
        for folder in [find_run(root, name) for name in names]:
            star_run(folder, starred=starred)
            report(f"{folder.name} has {'a' if starred else 'no'} star now")
    if arguments.remove:
        _remove(root, arguments.remove, yes=arguments.yes)
    return any(changes)


def _rename(folder: Path, name: str) -> None:
    from w2vtui.runs.listed.renaming import rename_run

    renamed = rename_run(folder, name)
    report(f"{folder.name} is {renamed.name} now; its old name still finds it")


def _remove(root: Path, names: Sequence[str], *, yes: bool) -> None:
    """Remove runs and sweeps, once every question is answered.

    Raises:
        RunError: one of them cannot be removed, or nobody said yes.
    """
    from w2vtui.runs.listed.listing import is_full_name
    from w2vtui.runs.listed.removing import remove_run, run_to_remove
    from w2vtui.sweeping.removing import remove_sweep, whole_sweep

    chosen, sweeps = {}, []
    for name in names:
        sweep = None if is_full_name(root, name) else whole_sweep(root, name)
        if sweep is not None:
            if not yes:
                _ask(sweep.text)
            sweeps.append(sweep)
            continue
        folder, doubt = run_to_remove(root, name)
        if doubt is not None and not yes:
            _ask(doubt)
        chosen[folder] = doubt is not None
    for folder, is_meant in chosen.items():
        remove_run(folder, damaged=is_meant)
        report(f"removed {folder.name}")
    for sweep in sweeps:
        remove_sweep(sweep)
        report(f"removed {sweep.name} with {len(sweep.runs):,} runs")


def _ask(doubt: str) -> None:
    """Ask on a terminal whether to remove a run all the same.

    Raises:
        RunError: the answer is no, or there is nobody to ask.
    """
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        raise RunError(f"{doubt}: --yes removes it all the same")
    if ask(f"{doubt}. Remove it? [y/N]").lower() not in ("y", "yes"):
        raise RunError("nothing was removed")


# ---- the table


def _print_table(found: Sequence[RunStatus], every: Sequence[RunStatus]) -> None:
    """Print one line per run, in columns; those of the same text together.

    every   all runs, of which the best are marked
    """
    now, columns = time.time(), columns_of(found)
    best: dict[str, list[str]] = {}
    for group in grouped(every):
        best |= bests_of(group, columns)
    rows = [
        [*cells_of(run, columns, now, best.get(run.folder, ())), safe_text(run.text, 24)]
        for group in grouped(found)
        for run in group
    ]
    columns = [*columns, Column("text", "trained on", 7)]
    room = shutil.get_terminal_size().columns + 2 if sys.stdout.isatty() else sys.maxsize
    shown = fitting(columns, rows, room)
    for row in ([one.head.upper() for one in columns], *rows):
        show("  ".join(pad(row[at], cells) for at, cells in shown).rstrip())
