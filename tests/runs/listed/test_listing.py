"""Names of runs, the list of runs, their export."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.permissions import NO_LISTING, NOTHING, closed
from tests.support.run_folders import content, many, posix, small_checkpoint
from w2vtui.cli import run_command_line
from w2vtui.errors import DamagedRunError, RunError
from w2vtui.formats import load_vectors
from w2vtui.runs.disk.checkpoint_files import (
    FOLDER,
    MANIFEST,
    TENSORS,
    checkpoint_folders,
    newest_intact,
    write_checkpoint,
)
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.listed.listing import all_runs, find_run
from w2vtui.runs.listed.status import LiveStatus, status_of
from w2vtui.runs.names import new_name
from w2vtui.runs.record import RECORD, STATUS
from w2vtui.runs.words import write_vocab
from w2vtui.training.state.measurements import PROBE_CONTEXTS, Probe

# ---- names, the list of runs


@many
@given(corpus=st.text(st.characters(codec=None)))
def test_a_name_is_easy_to_type_and_a_good_folder(corpus):
    name = new_name(corpus)
    stem, how, what = name.rsplit("-", 2)
    assert 1 <= len(stem) <= 24
    assert how.isalpha()
    assert what.isalpha()
    assert not set(name) & set("/\\.\0 \n\t:*?'\"")
    assert name[0] not in "-."


@pytest.mark.parametrize(
    ("corpus", "stem"),
    [("notes/ (400 files)", "notes"), ("my notes/ (1 file)", "my-notes"), ("4 files", "4-files"),
     ("notes.txt", "notes"), (" (3 files)", "3-files")],
)  # fmt: skip
def test_a_run_is_named_after_its_file_or_folder(corpus, stem):
    assert new_name(corpus).rsplit("-", 2)[0] == stem


def test_a_run_is_found_by_its_name_a_part_of_it_a_path_or_as_the_last(run, tmp_path):
    root = run.parent
    other = root / "text-calm-heron"
    shutil.copytree(run, other)
    os.utime(other / RECORD, (2**31, 2**31))
    assert find_run(root, "text-brisk-otter") == run
    assert find_run(root, "otter") == run
    assert find_run(root, "last") == other
    assert find_run(tmp_path / "elsewhere", str(run)) == run
    with pytest.raises(RunError, match=r"may be text-.*: give more of the name"):
        find_run(root, "text")
    with pytest.raises(RunError, match="did you mean text-brisk-otter"):
        find_run(root, "text-brisk-oter")
    with pytest.raises(RunError, match="w2vtui runs lists those in"):
        find_run(root, "\x1b[31mxyz")


@pytest.mark.parametrize("damage", ["garbled", "gone", "unreadable", "pipe", "a folder"])
def test_a_damaged_run_is_listed_and_hides_no_other(damage, run, capsys):
    other = run.parent / "text-calm-heron"
    shutil.copytree(run, other)
    path = other / RECORD
    content = path.read_bytes()
    path.unlink()
    if damage == "garbled":
        path.write_bytes(content[:-50])
    elif damage == "unreadable":
        path.symlink_to(path)
    elif damage == "pipe":
        os.mkfifo(path)
    elif damage == "a folder":
        path.mkdir()
    for status in ('{"state": "done", "tokens": "many"}', '{"state": []}', "\x00", '{"tokens": 1}'):
        (run / STATUS).write_text(status)
        states = {one.name: status_of(one).state for one in all_runs(run.parent)}
        assert states == {run.name: "interrupted", other.name: "damaged"}
    for argv in (["runs"], ["runs", "--json"]):
        assert run_command_line([*argv, "--runs-dir", str(run.parent)]) == 0
        out = capsys.readouterr().out
        assert run.name in out
        assert "damaged" in out
    for argv in (["resume", other.name], ["export", other.name, "-o", str(run.parent / "o.bin")]):
        assert run_command_line([*argv, "--runs-dir", str(run.parent)]) == 3


def test_a_run_on_a_disk_that_has_gone_hides_no_other(run, monkeypatch):
    other = run.parent / "text-calm-heron"
    other.mkdir()
    real = os.stat

    def stat(path, *arguments, **named):
        if not isinstance(path, int) and Path(path).is_relative_to(other):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(path))
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "stat", stat)
    states = {one.name: status_of(one).state for one in all_runs(run.parent)}
    assert states == {run.name: "interrupted", other.name: "damaged"}


def test_a_runs_folder_that_does_not_exist_is_reported(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert run_command_line(["runs", "--runs-dir", str(tmp_path / "file")]) == 2
    assert "cannot list the runs in" in capsys.readouterr().err
    assert run_command_line(["runs", "--runs-dir", str(tmp_path / "none")]) == 0


def test_words_and_vectors_of_two_runs_are_distinguished(run, capsys):
    write_vocab(run, ["a", "b"], np.array([2, 1]))
    arguments = ["--runs-dir", str(run.parent), "-o", str(run.parent / "out.bin")]
    assert run_command_line(["export", run.name, *arguments]) == 3
    assert "2 words and 3 vectors" in capsys.readouterr().err


def test_an_export_reports_damage_and_saves_what_is_intact(run, capsys):
    (checkpoint_folders(run)[0] / TENSORS).write_bytes(b"")
    write_vocab(run, ["a", "b", "c"], np.array([3, 2, 1]))
    output = run.parent / "out.bin"
    assert (
        run_command_line(["export", run.name, "--runs-dir", str(run.parent), "-o", str(output)])
        == 0
    )
    assert "has changed: 0 bytes, not " in capsys.readouterr().err
    found = small_checkpoint(100).vectors["input_vectors"]
    assert np.array_equal(load_vectors(output).vectors, found)


@pytest.mark.usefixtures("unprivileged")
@pytest.mark.parametrize("mode", [NOTHING, NO_LISTING])
def test_checkpoints_that_may_not_be_looked_for_are_not_taken_for_none(mode, run, capsys):
    before = content(run)
    LiveStatus(
        state="done", tokens=200, tokens_planned=200, seconds=1.0, words_per_second=9.0,
        probe_loss=None, error=None, pid=1,
    ).write(run)  # fmt: skip
    with closed(run / FOLDER, mode):
        with pytest.raises(DamagedRunError, match="checkpoints cannot be read: Permission denied"):
            write_checkpoint(run, small_checkpoint(300))
        status = status_of(run)
        assert (status.state, status.can_resume) == ("damaged", False)
        assert "checkpoints cannot be read: Permission denied" in status.error
        for argv in (["resume", run.name], ["export", run.name, "-o", str(run.parent / "o.bin")]):
            assert run_command_line([*argv, "--runs-dir", str(run.parent)]) == 3
            assert "checkpoints cannot be read: Permission denied" in capsys.readouterr().err
    assert newest_intact(run)[0].clock == 200
    assert {path: was for path, was in content(run).items() if path in before} == before


@pytest.mark.parametrize(("contexts", "shown"), [(PROBE_CONTEXTS, 3.25), (1, None)])
def test_a_probe_that_asked_other_questions_is_not_shown(contexts, shown, run):
    LiveStatus(
        state="done", tokens=200, tokens_planned=200, seconds=1.0, words_per_second=9.0,
        probe_loss=3.25, error=None, pid=1, probe_contexts=contexts,
    ).write(run)  # fmt: skip
    assert status_of(run).probe_loss == shown
    (run / STATUS).unlink()
    probe = Probe(tokens=300, loss=3.25, standard_error=0.1, contexts=contexts)
    write_checkpoint(run, small_checkpoint(300, probe=probe))
    assert status_of(run).probe_loss == shown


@posix
def test_a_run_at_work_shows_the_settings_that_it_trains_with_now(run):
    live = dataclasses.replace(newest_intact(run)[0].settings, negative=12)
    lock = RunLock(run)
    try:
        LiveStatus(
            state="training", tokens=250, tokens_planned=900, seconds=1.0, words_per_second=9.0,
            probe_loss=None, error=None, pid=1, settings=live,
        ).write(run)  # fmt: skip
        assert status_of(run).settings["negative"] == 12
    finally:
        lock.release()
    assert status_of(run).settings["negative"] == 5  # what came after the checkpoint is lost


def test_who_may_read_a_run_may_read_its_tensors(run):
    newest = checkpoint_folders(run)[0]
    modes = {name: (newest / name).stat().st_mode for name in (TENSORS, MANIFEST)}
    assert modes[TENSORS] == modes[MANIFEST]
