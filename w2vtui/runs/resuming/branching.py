"""Branches: runs that leave another one at a checkpoint, with its weights, place and rate.

    trunk  ────●──────────
               └──────────  branch

A branch is a run of its own, with the text, the settings and the past of the run that it leaves. It
shares files with it, which are replaced or removed, and never changed. Left as it is, it trains as
that run does: with one worker, or with any number under `deterministic`, to the same bits.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from w2vtui.errors import DamagedRunError, RunError, SettingsError
from w2vtui.runs.agreement import check_record
from w2vtui.runs.disk.checked_json import dumped
from w2vtui.runs.disk.checkpoint_files import (
    KEPT,
    checkpoint_folders,
    read_checkpoint,
    read_manifest,
    share_checkpoint,
)
from w2vtui.runs.disk.history_files import share_history
from w2vtui.runs.disk.inside import share_file
from w2vtui.runs.disk.journal import (
    EVENTS,
    METRICS,
    LineFile,
    changes_after,
    event_line,
    metrics_rows,
    read_events,
)
from w2vtui.runs.listed.renaming import check_name, check_old_names
from w2vtui.runs.listed.status import status_at
from w2vtui.runs.past import tokens_at
from w2vtui.runs.record import Fork, RunRecord
from w2vtui.runs.recording.run_folder import drafted_run, new_path
from w2vtui.runs.resuming.wanted_changes import SavedRun, wanted_change, what_is_added
from w2vtui.runs.root import is_there
from w2vtui.runs.words import VOCAB
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.events import Event

_NEAR = 0.01
"""How far a checkpoint may be from the place that was asked for, as a share of the training."""


def branch(
    folder: Path,
    at: str | int | None = None,
    name: str | None = None,
    *,
    root: Path | None = None,
    **live: Any,
) -> Path:
    """Make a run that leaves another one at a checkpoint; return its folder. It does not train.

    folder   of the run that it leaves, which may be training
    at       where: `40%`, `1.5M` tokens, `2.5 epochs`; a checkpoint must be there. None for the
             newest checkpoint, and changes that came after it
    name     of the branch; None for a new one
    root     the folder of all runs; None for that of the other run
    live     settings that are changed from there on

    Vectors that the other run saves to a file are not those of the branch, which names none.

    Raises:
        RunError: the run has no checkpoint, or is done and gets no more epochs.
        SettingsError: a setting is wrong, or no checkpoint is there.
        DamagedRunError: what was saved of the run cannot be read.
        DiskError: the branch cannot be written.
    """
    record, root = RunRecord.read(folder), root or folder.parent
    path = new_path(root, record.corpus_name) if name is None else root / name
    if name is not None:
        check_name(root / folder.name, name)
        check_old_names(path, name)
        if is_there(path):  # it is that of the run itself
            raise RunError(f"there is a run '{name}' already: choose another name")
    with drafted_run(path) as (draft, lock):
        checkpoint = _shared_checkpoint(folder, draft, at)
        check_record(folder, record, checkpoint)
        pending: list[Event] = []
        if at is None:
            pending = changes_after(checkpoint, read_events(folder / EVENTS)[0])
        saved = SavedRun(
            name=folder.name, record=record, checkpoint=checkpoint, pending=tuple(pending)
        )
        _write_past(folder, draft, saved, checkpoint, [*pending, *_changes(saved, live)])
        with suppress(DamagedRunError):  # the time machine of the branch begins there
            share_history(folder, draft, checkpoint.clock)
        with suppress(FileNotFoundError):  # it is written again from the text
            share_file(folder / VOCAB, draft / VOCAB)
        _own_record(folder, record, checkpoint).write(draft)
    lock.release()
    return path


def what_a_branch_adds(folder: Path) -> list[str]:
    """What a branch of a run that was done trains, and at which rate, for a message; empty for
    another branch.

    Raises:
        RunError: the branch cannot be read.
    """
    checkpoint = read_manifest(checkpoint_folders(folder)[0])
    changes = changes_after(checkpoint, read_events(folder / EVENTS)[0])
    left = SavedRun(
        name=folder.name, record=RunRecord.read(folder), checkpoint=checkpoint, pending=()
    )
    return what_is_added(left, changes)


# ---- the checkpoint


def _shared_checkpoint(folder: Path, draft: Path, at: str | int | None) -> Checkpoint:
    """The checkpoint of a run where it is left, which is the branch's from now on."""
    while True:
        listed = checkpoint_folders(folder)
        wanted = listed if at is None else [_checkpoint_at(folder, listed, str(at))]
        troubles: list[str] = []
        for generation in wanted:
            try:
                return read_checkpoint(share_checkpoint(generation, draft))
            except DamagedRunError as error:
                troubles.append(str(error))
        if checkpoint_folders(folder) == listed:  # else newer ones have replaced them since
            why = f" that is intact, {troubles[0]}" if troubles else " yet"
            raise RunError(f"run {folder.name} has no checkpoint{why}: there is nothing to branch")


def _checkpoint_at(folder: Path, listed: list[Path], at: str) -> Path:
    """The checkpoint at a place.

    Raises:
        SettingsError: there is none.
    """
    found: list[tuple[Checkpoint, Path]] = []
    for generation in listed:
        with suppress(DamagedRunError):
            found.append((read_manifest(generation), generation))
    if not found:
        raise RunError(f"run {folder.name} has no checkpoint that is intact: nothing to branch")
    newest = found[0][0]
    tokens = tokens_at(at, folder.name, newest)
    nearest, generation = min(found, key=lambda one: abs(one[0].clock - tokens))
    if abs(nearest.clock - tokens) > _NEAR * newest.schedule.planned:
        there = " and ".join(
            f"{one.fraction:.1%} ({one.clock:,} tokens)" for one, _ in reversed(found)
        )
        raise SettingsError(
            f"run {folder.name} has no checkpoint at '{at.strip()}': a branch leaves a run at one "
            f"of its {KEPT} newest checkpoints, now at {there}; without a place at the newest"
        )
    return generation


# ---- the other files


def _changes(saved: SavedRun, live: Mapping[str, Any]) -> list[Event]:
    """The change with which a branch begins, if it is to have other settings.

    Raises:
        RunError: the run is done, and the branch gets no more epochs.
        SettingsError: a setting is wrong.
    """
    before = saved.settings.epochs
    if saved.is_done and (live.get("epochs") or 0) <= before:
        raise RunError(
            f"run {saved.name} is done: a branch of it needs more epochs, as in "
            f"w2vtui branch {saved.name} --epochs {before + 5}"
        )
    return wanted_change(saved, saved.record.request.corpus_settings, live, force=True)


def _write_past(
    folder: Path, draft: Path, saved: SavedRun, checkpoint: Checkpoint, changes: list[Event]
) -> None:
    """Write what happened up to the fork, and the changes that come there or later."""
    left = Event(
        seconds=checkpoint.seconds,
        tokens=checkpoint.clock,
        kind="note",
        text=f"branched off {folder.name} at {checkpoint.fraction:.1%}",
    )
    lines = [event_line(event) for event in (*checkpoint.events, left, *changes)]
    LineFile(draft / EVENTS).append(lines)
    rows = [row for row in metrics_rows(folder / METRICS) if row["tokens"] <= checkpoint.clock]
    LineFile(draft / METRICS).append([dumped(row) + b"\n" for row in rows])
    line = changes[-1].schedule if changes else None
    planned = checkpoint.schedule.planned if line is None else line.planned
    status = dataclasses.replace(status_at(checkpoint), state="stopped", tokens_planned=planned)
    status.write(draft)


def _own_record(folder: Path, record: RunRecord, checkpoint: Checkpoint) -> RunRecord:
    """The record of a branch."""
    request = dataclasses.replace(
        record.request, output=None, save_vocab=None, classes=None, layout=None, overwrite=False,
        sweep=None, trial=0,
    )  # fmt: skip
    return dataclasses.replace(
        record,
        created=time.time(),
        request=request,
        fork=Fork(run=folder.name, created=record.created, tokens=checkpoint.clock),
        is_made_here=True,
    )
