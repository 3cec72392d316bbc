"""Branches of runs that train: what fails leaves the run as it was, and says what happened."""

from __future__ import annotations

import dataclasses
import errno
from pathlib import Path
from typing import Any

import pytest

from tests.support.run_folders import small_checkpoint
from w2vtui.errors import DiskError, RunError, SettingsError
from w2vtui.runs.disk import inside
from w2vtui.runs.disk.checkpoint_files import TENSORS, checkpoint_folders, newest_intact
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import status_at, status_of
from w2vtui.runs.resuming import branching as saved_branching
from w2vtui.settings import LiveSettings
from w2vtui.trainer_process import branching
from w2vtui.trainer_process.branching import Way, make_branch
from w2vtui.training.state.snapshot import CheckpointStatus, Progress, Snapshot


class Trunk:
    """A run that trains as far as a branch sees it; notes what was asked of it."""

    def __init__(self, *, tokens: int = 200, workers: int = 2, saves: bool = True) -> None:
        """tokens: trained so far; saves: whether its checkpoints can be written"""
        self.asked: list[str] = []
        self.refuses = False
        self._shot = Snapshot(
            state="training",
            settings=LiveSettings(workers=workers, epochs=2, alpha=0.05).resolved(100, workers),
            progress=Progress(tokens=tokens, tokens_planned=10_000),
            checkpoint=CheckpointStatus(failed=not saves),
        )

    def snapshot(self) -> Snapshot:
        return self._shot

    def pause(self, event: str) -> None:
        self.asked.append("pause")

    def resume(self, event: str) -> None:
        self.asked.append("resume")

    def checkpoint(self) -> None:
        self.asked.append("checkpoint")

    def change(self, **settings: Any) -> None:
        if self.refuses:
            raise SettingsError("threads cannot be changed now")
        self.asked.append(f"change {settings}")


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    """The branches whose training was begun; none is trained."""
    found: list[Path] = []
    monkeypatch.setattr(branching, "train_branch", lambda new, after: found.append(new))
    monkeypatch.setattr(branching, "available_cores", lambda: 2)
    return found


def names(run: Path) -> list[str]:
    return sorted(one.name for one in run.parent.iterdir())


def at_work(run: Path) -> RunLock:
    """Let a run look as if a process trained it that lets nobody in."""
    lock = RunLock(run)
    dataclasses.replace(status_at(small_checkpoint(200)), state="training").write(run)
    return lock


def test_both_train_once_the_branch_has_begun(run, begun):
    trunk = Trunk()
    made = make_branch(run, Way.NOW, run=trunk, window=9)
    assert begun == [made.folder]
    assert trunk.asked == ["checkpoint", "change {'workers': 1}"]
    assert (made.status.settings["window"], made.problem) == (9, "")


@pytest.mark.parametrize("way", [Way.NOW, Way.INSTEAD])
def test_a_checkpoint_that_cannot_be_written_leaves_the_run_as_it_was(run, way, begun):
    trunk, before = Trunk(tokens=5_000, saves=False), names(run)
    with pytest.raises(RunError, match="its checkpoint was not written, as its events say"):
        make_branch(run, way, run=trunk)
    expected = ["pause", "checkpoint", "resume"] if way == Way.INSTEAD else ["checkpoint"]
    assert (trunk.asked, names(run), begun) == (expected, before, [])


def test_a_full_disk_leaves_no_branch_and_the_run_trains_on(run, begun, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(inside.OpenFolder, "link", full)
    monkeypatch.setattr(inside, "_copy", full)
    trunk, before = Trunk(), names(run)
    with pytest.raises(DiskError, match="no space left"):
        make_branch(run, Way.INSTEAD, run=trunk)
    assert (trunk.asked, names(run), begun) == (["pause", "checkpoint", "resume"], before, [])


def test_a_branch_that_cannot_be_recorded_leaves_nothing(run, monkeypatch):
    def full(*_: object) -> None:
        raise DiskError("cannot write run.json: No space left on device")

    monkeypatch.setattr(saved_branching.RunRecord, "write", full)
    before = names(run)
    with pytest.raises(DiskError):
        make_branch(run, run=Trunk())
    assert names(run) == before


def test_damaged_checkpoints_leave_the_run_as_it_was(run, begun):
    for generation in checkpoint_folders(run):
        (generation / TENSORS).write_bytes(b"other")
    trunk, before = Trunk(), names(run)
    with pytest.raises(RunError, match="has no checkpoint that is intact"):
        make_branch(run, Way.INSTEAD, run=trunk)
    assert (trunk.asked[-1], names(run), begun) == ("resume", before, [])


def test_a_branch_that_does_not_train_stays_and_the_run_keeps_its_threads(run, monkeypatch):
    def fails(new: Path, after: Path | None) -> None:
        raise RunError(f"branch {new.name} is made, but does not train: no memory")

    monkeypatch.setattr(branching, "train_branch", fails)
    trunk = Trunk()
    with pytest.raises(RunError, match="branch k9 is made, but does not train"):
        make_branch(run, Way.NOW, name="k9", run=trunk)
    assert trunk.asked == ["checkpoint"]
    assert status_of(run.parent / "k9").can_resume


def test_threads_that_the_run_keeps_are_said(run):
    trunk = Trunk()
    trunk.refuses = True
    problem = make_branch(run, Way.NOW, run=trunk).problem
    assert problem == f"run {run.name} keeps its 2 threads: threads cannot be changed now"


@pytest.mark.parametrize("at", [None, "1%"])
def test_a_run_whose_process_lets_nobody_in_is_branched_at_a_checkpoint(run, at):
    lock = at_work(run)
    made = make_branch(run, at=at)
    lock.release()
    assert newest_intact(made.folder)[0].clock == (200 if at is None else 100)
    assert made.problem.endswith("leaves at its newest checkpoint") == (at is None)
    assert len(all_runs(run.parent)) == 2
