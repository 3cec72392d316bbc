"""What is removed: what proves to be ours, and nothing else."""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.permissions import READING, closed
from tests.support.run_folders import content, posix, small_checkpoint
from w2vtui.cli import run_command_line
from w2vtui.errors import DiskError, RunError
from w2vtui.runs.disk.checkpoint_files import FOLDER, TENSORS, newest_intact, write_checkpoint
from w2vtui.runs.disk.journal import EVENTS, METRICS
from w2vtui.runs.disk.lock import NAME as LOCK
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.listed import removing
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.removing import remove_drafts, remove_run
from w2vtui.runs.record import RECORD, STATUS
from w2vtui.runs.root import draft_beside
from w2vtui.runs.words import VOCAB

PROJECTS = {
    "models": ["checkpoints/model.pt", "thesis.tex"],
    "empty checkpoints": ["checkpoints/", "thesis.tex"],
    "numbered": ["checkpoints/000001/manifest.json", "checkpoints/000001/model.pt"],
    "dated": ["checkpoints/20240131/notes.txt"],
    "drafts": ["checkpoints/notes.tmp/thesis.tex"],
    "events": ["events.jsonl", "src/events.py"],
    "tokenizer": ["vocab.json", "run.json", "merges.txt"],
    "nested": ["checkpoints/000001/000001/manifest.json"],
}
"""Folders of other programs that look like runs; a name that ends in / is a folder."""


def fill(folder: Path, names) -> Path:
    for name in names:
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text("{}")
    return folder


def tree(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder, links unfollowed."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.fixture
def remove(run, capsys):
    """Remove runs beside `run` by the command line: exit code and what it reported."""

    def call(*argv: str) -> tuple[int, str]:
        code = run_command_line(["runs", "--runs-dir", str(run.parent), "--remove", *argv])
        return code, capsys.readouterr().err

    return call


@pytest.mark.parametrize("names", PROJECTS.values(), ids=PROJECTS)
def test_a_folder_that_looks_like_a_run_is_never_removed(names, run, remove, monkeypatch):
    project = fill(run.parent / "project", names)
    before = tree(run.parent)
    for path in project.iterdir():
        os.utime(path, (2**31, 2**31))  # so it is `last`, however coarse the times of files are
    monkeypatch.chdir(run.parent)
    named = ["project", "proj", "last", "./project/", "../runs/project", str(project), "./project"]
    for name in named:
        for yes in ([], ["--yes"]):
            code, err = remove(name, *yes)
            assert (code, "removed project" in err) == (2, False), (name, yes, err)
            assert tree(run.parent) == before
    assert ("is not a part of a run" in remove("project", "--yes")[1]) is True


def test_a_file_of_the_user_in_a_run_stops_its_removal_and_is_named(run, remove):
    fill(run, ["notes/thesis.tex"])
    before = tree(run)
    code, err = remove(run.name)
    assert code == 2
    assert "notes in it is not a part of a run" in err
    assert tree(run) == before
    shutil.rmtree(run / "notes")
    assert remove(run.name) == (0, f"removed {run.name}\n")
    assert not list(run.parent.iterdir())


@posix
def test_a_file_that_stops_a_removal_is_named_without_its_controls(run):
    (run / "\x1b[2Jthesis.tex").touch()
    with pytest.raises(RunError, match=r"is not removed: \\x1b\[2Jthesis\.tex in it is not a part"):
        remove_run(run)
    assert (run / "\x1b[2Jthesis.tex").exists()


def test_a_file_that_appears_during_a_removal_is_kept(run, monkeypatch):
    real = os.unlink

    def unlink(path, **named):
        real(path, **named)
        if str(path).endswith(EVENTS):
            (folder,) = run.parent.glob(".*.tmp")
            (folder / "thesis.tex").write_text("all of it")

    monkeypatch.setattr(os, "unlink", unlink)
    with pytest.raises(RunError, match=r"thesis\.tex in it is not a part of a run"):
        remove_run(run)
    assert (run / "thesis.tex").read_text() == "all of it"


@pytest.mark.parametrize("name", ["otter", "text", "last"])
def test_a_part_of_a_name_and_last_remove_only_with_yes(name, run, remove):
    before = tree(run)
    code, err = remove(name)
    assert code == 2
    assert f"'{name}' means {run.name}" in err
    assert "--yes" in err
    assert tree(run) == before
    assert remove(name, "--yes")[0] == 0
    assert not run.exists()


def test_nothing_is_removed_where_one_of_several_is_refused(run, remove):
    other = run.parent / "text-calm-heron"
    shutil.copytree(run, other)
    assert remove(run.name, "heron")[0] == 2
    assert run.exists()
    assert other.exists()
    assert remove(run.name, other.name, run.name)[0] == 0
    assert not list(run.parent.iterdir())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answer", "goes"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
@pytest.mark.parametrize("doubt", ["last", "damaged"])
def test_on_a_terminal_a_question_is_asked(answer, goes, doubt, run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", Terminal())
    if doubt == "damaged":
        (run / RECORD).write_text("{")
    name = "last" if doubt == "last" else run.name
    code = run_command_line(["runs", "--runs-dir", str(run.parent), "--remove", name])
    assert (code, run.exists()) == ((0, False) if goes else (2, True))
    asked = sys.stderr.getvalue()
    assert run.name in asked
    assert "Remove it? [y/N]" in asked


@pytest.mark.parametrize("damage", ["gone", "garbled", "of another kind", "a link", "empty"])
def test_a_damaged_run_is_removed_by_its_full_name_and_a_yes(damage, run, remove, tmp_path):
    kept = tmp_path / "kept.json"
    shutil.copy(run / RECORD, kept)
    if damage in ("gone", "a link"):
        (run / RECORD).unlink()
    if damage == "garbled":
        (run / RECORD).write_bytes(kept.read_bytes()[:-20])
    elif damage == "of another kind":
        shutil.copy(run / VOCAB, run / RECORD)
    elif damage == "a link":
        (run / RECORD).symlink_to(kept)
    elif damage == "empty":
        (run / RECORD).write_bytes(b"")
    before = tree(run)
    for argv in ([run.name], ["otter"], ["last"], ["otter", "--yes"], ["last", "--yes"]):
        code, err = remove(*argv)
        assert (code, "may not be a run" in err) == (2, True), err
        assert tree(run) == before
    assert remove(run.name, "--yes")[0] == 0
    assert not run.exists()
    assert kept.exists()


# ---- links


@posix
def test_of_a_link_to_a_run_the_link_alone_is_removed(run, remove, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    real = run.rename(elsewhere / run.name)
    (run.parent / "text-linked").symlink_to(real)
    before = tree(real)
    assert remove("text-linked")[0] == 0
    assert not list(run.parent.iterdir())
    assert tree(real) == before


@posix
@pytest.mark.parametrize("name", [VOCAB, EVENTS, METRICS, STATUS, LOCK, FOLDER, f"{FOLDER}/000001"])
def test_links_in_a_run_are_removed_and_what_they_lead_to_is_not(name, run, remove, tmp_path):
    home = fill(tmp_path / "home", ["precious.txt", "000001.tmp/x", "000001/x", "000002/x"])
    before = tree(home)
    path = run / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(home if FOLDER in name else home / "precious.txt")
    assert remove(run.name)[0] == 0
    assert not run.exists()
    assert tree(home) == before


# ---- drafts beside runs and in them


@posix
@pytest.mark.parametrize(
    ("name", "names"),
    [
        (".cargo.tmp", ["lock"]),
        (".0123456789ab.tmp", ["lock", "thesis.tex"]),
        (".0123456789ab.tmp", ["lock", "checkpoints/model.pt"]),
        (".0123456789ab.tmp", ["thesis.tex"]),
        (".0123456789.tmp", ["lock", "run.json"]),
        (".0123456789AB.tmp", ["lock", "run.json"]),
        ("0123456789ab.tmp", ["lock", "run.json"]),
    ],
)
def test_a_sweep_leaves_what_is_not_a_draft_of_ours(name, names, run):
    draft = fill(run.parent / name, names)
    before = tree(draft)
    remove_drafts(run.parent, run)
    assert tree(draft) == before


@posix
def test_a_sweep_follows_no_link(run, tmp_path):
    home = fill(tmp_path / "home", ["lock", "run.json"])
    (run.parent / ".0123456789ab.tmp").symlink_to(home)
    own = fill(run.parent / ".ba9876543210.tmp", ["lock", "run.json"])
    (own / FOLDER).symlink_to(home)
    fill(run, [".w2vtui-notes.tmp", ".w2vtui-0123.tmp", ".run.json.w2vtui-01.tmp"])
    before = tree(home)
    remove_drafts(run.parent, run)
    assert not own.exists()
    assert tree(home) == before
    assert [path.name for path in run.glob(".*")] == [".w2vtui-notes.tmp"]


def test_new_checkpoints_remove_only_old_ones_of_ours(run):
    foreign = {"notes.tmp/thesis.tex", "000001/thesis.tex", "000009.tmp/thesis.tex", "a.tmp"}
    fill(run / FOLDER, foreign)
    fill(run / FOLDER, ["000008.tmp/" + TENSORS, "000007.tmp/.tmpF7UOhz"])
    before = content(run)
    kept = {path: was for path, was in before.items() if path.name in ("thesis.tex", "a.tmp")}
    for clock in (300, 400, 500):
        write_checkpoint(run, small_checkpoint(clock))
    now = content(run)
    assert len(kept) == len(foreign)
    assert {path: now.get(path) for path in kept} == kept
    assert newest_intact(run)[0].clock == 500
    left = {path.name for path in (run / FOLDER).iterdir()}
    assert left == {"notes.tmp", "000001", "000009.tmp", "a.tmp", "000004", "000005"}


def test_a_run_is_proved_again_when_it_is_removed(run):
    (run / RECORD).unlink()
    before = tree(run)
    with pytest.raises(RunError, match="may not be a run"):
        remove_run(run)
    assert tree(run) == before


def test_a_run_that_is_removed_leaves_nothing(run, capsys):
    arguments = ["--runs-dir", str(run.parent)]
    assert run_command_line(["runs", "--remove", run.name, *arguments]) == 0
    assert not list(run.parent.iterdir())
    assert run_command_line(["runs", "--remove", run.name, *arguments]) == 2


@posix
def test_what_killed_processes_left_is_removed_and_what_is_in_use_is_not(run):
    root = run.parent
    left, busy, fresh = (draft_beside(run) for _ in range(3))
    for draft in (left, busy, fresh):
        draft.mkdir()
        (draft / VOCAB).write_text("x")
    RunLock(left).release()
    held = RunLock(busy)
    (run / ".w2vtui-0123.tmp").touch()
    remove_drafts(root, run)
    assert sorted(root.iterdir()) == sorted([busy, fresh, run])
    assert not list(run.glob("*.tmp"))
    assert busy not in all_runs(root)
    held.release()


@posix
@pytest.mark.parametrize("at", ["the look at its lock", "its first file"])
def test_a_sweep_ignores_what_another_process_has_removed(at, run, monkeypatch):
    left = draft_beside(run)
    left.mkdir()
    (left / RECORD).touch()
    RunLock(left).release()

    def in_use(draft):
        shutil.rmtree(draft)
        return False

    def unlink(path, **named):
        raced.undo()
        shutil.rmtree(left)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))

    with monkeypatch.context() as raced:
        if at == "the look at its lock":
            raced.setattr(removing, "in_use", in_use)
        else:
            raced.setattr(os, "unlink", unlink)
        remove_drafts(run.parent, run)
    assert list(run.parent.iterdir()) == [run]


@posix
def test_a_run_whose_removal_was_killed_is_swept(run, tmp_path):
    """The lock is removed last: without it, other processes could not tell a leftover draft."""
    other = tmp_path / "other"
    shutil.copytree(run, other)
    left_after = []

    class KilledError(BaseException):
        """Stands for a kill: nothing more is done."""

    for n_files in range(100):
        shutil.copytree(other, run, dirs_exist_ok=True)
        removed = []

        def unlink(*arguments, n_files=n_files, removed=removed, real=os.unlink, **named):
            if len(removed) == n_files:
                raise KilledError
            removed.append(arguments)
            real(*arguments, **named)

        with pytest.MonkeyPatch.context() as killed:
            killed.setattr(os, "unlink", unlink)
            try:
                remove_run(run)
            except KilledError:
                left_after.append(n_files)
            else:
                break
        assert not run.exists()
        remove_drafts(run.parent, other)
        assert list(run.parent.glob(".*")) == []
    assert len(left_after) > 3
    assert not run.exists()


def test_removing_a_run_in_use_is_refused(run):
    lock = RunLock(run)
    with pytest.raises(RunError, match="in use"):
        remove_run(run)
    lock.release()
    assert run.exists()


@pytest.mark.usefixtures("unprivileged")
@pytest.mark.parametrize("of_all", [True, False])
def test_a_run_that_may_not_be_removed_stays_whole(of_all, run):
    before = content(run)
    with closed(run.parent if of_all else run, READING), pytest.raises(DiskError, match="denied"):
        remove_run(run)
    assert content(run) == before
    assert all_runs(run.parent) == [run]
    remove_run(run)
    assert not list(run.parent.iterdir())
