"""Branches of a run that trains: forked at this moment, and trained beside it or after it."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from w2vtui.corpus import EncodedCorpus, ReadingProgress, ReadingStopped
from w2vtui.errors import DamagedRunError, RunError, W2vtuiError
from w2vtui.runs.disk.checkpoint_files import checkpoint_folders, read_manifest
from w2vtui.runs.disk.lock import in_use
from w2vtui.runs.listed.status import ACTIVE, LiveStatus, RunStatus, status_of
from w2vtui.runs.resuming.branching import branch, what_a_branch_adds
from w2vtui.system.resources import available_cores
from w2vtui.trainer_process.attaching import attach
from w2vtui.trainer_process.starting import ResumeOrder, start_trainer
from w2vtui.training.preparing import ReadCorpus
from w2vtui.training.state.snapshot import ENDED
from w2vtui.training.watched_run import WatchedRun

CHECKPOINT_SECONDS = 60.0
"""How long a branch waits for the checkpoint of the run that it leaves."""
BEGIN_SECONDS = 30.0
"""How long somebody waits for a branch to train, to see whether it does."""
_POLL_SECONDS = 0.05
_LOOK_SECONDS = 0.5
"""From one look at a run whose end is waited for to the next."""


class Way(StrEnum):
    """How a branch trains."""

    LATER = "later"
    """When somebody resumes it."""
    NOW = "now"
    """At once: the two divide the threads of a run that trains."""
    AFTER = "after"
    """Once the run has ended, or is paused."""
    INSTEAD = "instead"
    """At once, while the run is paused."""


@dataclass(frozen=True, slots=True)
class Branched:
    """A branch that was made."""

    folder: Path
    status: RunStatus
    """As it was made, before it trained."""
    added: Sequence[str]
    """What it trains beyond a run that was done, and at which rate."""
    problem: str = ""
    """What went otherwise than was asked for."""


def make_branch(
    folder: Path,
    way: Way = Way.LATER,
    at: str | None = None,
    name: str | None = None,
    *,
    run: WatchedRun | None = None,
    root: Path | None = None,
    **live: Any,
) -> Branched:
    """Branch a run where it is now, or at a checkpoint, and train the branch as asked.

    A run whose process lets nobody in is branched at its newest checkpoint.

    folder   of the run
    run      the run itself, where it is at hand
    at, name, root, live   as for `branch`

    Raises:
        RunError: the checkpoint of the run cannot be written, or no process trains the branch; the
            run is then as it was before.
        W2vtuiError: as `branch` raises.
    """
    if run is not None:
        return _branched(run, folder, way, at, name, root=root, **live)
    if status_of(folder).state not in ACTIVE:
        return _begun(branch(folder, at, name, root=root, **live), folder, way)
    try:
        attached = attach(folder, attends=False)
    except RunError as error:
        made = _begun(branch(folder, at, name, root=root, **live), folder, way)
        where = "" if at else ": the branch leaves at its newest checkpoint"
        return dataclasses.replace(made, problem=f"{error}{where}")
    try:
        return _branched(attached, folder, way, at, name, root=root, **live)
    finally:
        with suppress(RunError):  # this process may end now: the run is not to stay paused
            attached.settle()
        attached.leave()


def _branched(
    run: WatchedRun, folder: Path, way: Way, at: str | None, name: str | None, **named: Any
) -> Branched:
    """Branch a run that can be steered, which gives up threads once its branch trains."""
    shot = run.snapshot()
    mine = workers = shot.settings.workers or 1
    if way == Way.NOW and not shot.ended:
        mine, theirs = divided(workers, available_cores())
        named = {"workers": theirs} | named
    pauses = way == Way.INSTEAD and shot.state == "training"
    if pauses:
        run.pause("paused for a branch")
    try:
        if at is None:
            new = branch_here(run, folder, name, **named)
        else:
            new = branch(folder, at, name, **named)
        made = _begun(new, folder, way)
    except BaseException:
        if pauses:
            run.resume("resumed: its branch does not train")
        raise
    try:
        if mine != workers:
            run.change(workers=mine)
    except W2vtuiError as error:
        problem = f"run {folder.name} keeps its {workers} threads: {error}"
        return dataclasses.replace(made, problem=problem)
    return made


def _begun(new: Path, folder: Path, way: Way) -> Branched:
    """A branch, which trains unless that is left for later."""
    made = Branched(new, status_of(new), what_a_branch_adds(new))
    if way != Way.LATER:
        train_branch(new, folder if way == Way.AFTER else None)
    return made


def branch_here(run: WatchedRun, folder: Path, name: str | None = None, **live: Any) -> Path:
    """Branch a run where it is now; returns the folder of the branch, which does not train.

    folder   of the run
    name, live   as for `branch`

    Raises:
        RunError: its checkpoint cannot be written, or does not come.
        W2vtuiError: as `branch` raises.
    """
    if run.snapshot().state in ("training", "paused"):
        _take_checkpoint(run, folder)
    return branch(folder, name=name, **live)


def _take_checkpoint(run: WatchedRun, folder: Path) -> None:
    """Have a checkpoint written of what the run has trained by now, unless there is one.

    Raises:
        RunError: it does not come.
    """
    tokens, until = run.snapshot().progress.tokens, time.monotonic() + CHECKPOINT_SECONDS
    run.checkpoint()
    while _newest_tokens(folder) < tokens:
        now = run.snapshot()
        if now.checkpoint.failed or time.monotonic() > until:
            raise RunError(
                f"run {folder.name} cannot be branched: its checkpoint was not written, "
                "as its events say"
            )
        if now.ended:
            return
        time.sleep(_POLL_SECONDS)


def _newest_tokens(folder: Path) -> int:
    """Training tokens of the newest checkpoint of a run; -1 if there is none."""
    for generation in checkpoint_folders(folder)[:1]:
        with suppress(DamagedRunError):  # a newer one has replaced it since
            return read_manifest(generation).clock
    return -1


def divided(workers: int, cores: int) -> tuple[int, int]:
    """The threads of a run and of its branch that train at the same time.

    workers   of the run so far
    """
    if 2 * workers <= cores:
        return workers, workers
    return max(workers - workers // 2, 1), max(workers // 2, 1)


def train_branch(folder: Path, after: Path | None = None) -> None:
    """Train a branch in a process of its own, which is left to itself.

    after   the folder of a run whose end, or pause, it waits for

    Raises:
        RunError: no process can be started, or it cannot train the branch.
    """
    run = start_trainer(
        ResumeOrder(folder=str(folder), after="" if after is None else str(after)), attends=False
    )
    try:
        until = time.monotonic() + (BEGIN_SECONDS if after is None else 1.0)
        while run.snapshot().state == "preparing" and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        if (error := run.snapshot().error) is not None:
            raise RunError(f"branch {folder.name} is made, but does not train: {error}") from error
    finally:
        run.leave()


def end_run(folder: Path) -> None:
    """End a run that another process trains, if one does that lets this one in, and wait for its
    last checkpoint.

    Raises:
        RunError: its process does not end it.
    """
    if not in_use(folder):
        return
    try:
        run = attach(folder, attends=False)
    except RunError:  # the removal reports who holds it
        return
    try:
        run.stop()
        run.settle()
        if not run.gone.wait(CHECKPOINT_SECONDS):
            raise RunError(f"run {folder.name} has not ended yet: wait, or try again")
    finally:
        run.leave()


def read_after(other: Path, read: ReadCorpus) -> ReadCorpus:
    """Reads a text once another run trains no more."""

    def read_later(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        while _trains(other):
            if stop.wait(_LOOK_SECONDS):
                raise ReadingStopped(f"stopped while run {other.name} trained")
        return read(progress, stop)

    return read_later


def _trains(folder: Path) -> bool:
    """Whether a process trains a run now."""
    if not in_use(folder):
        return False
    status = LiveStatus.read(folder)
    return status is None or status.state not in ("paused", *ENDED)
