"""What is compared is found by the name of a run, a part of it, or as a file."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from tests.support.run_folders import small_checkpoint, small_record
from w2vtui.comparing import sides
from w2vtui.comparing.facts import facts_of, progress_text
from w2vtui.comparing.sides import live_side, open_side, watched_side
from w2vtui.errors import RunError, VectorsError
from w2vtui.formats import save_vectors
from w2vtui.runs.disk.checkpoint_files import write_checkpoint
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.explored import explored_run
from w2vtui.runs.listed.status import status_at
from w2vtui.runs.words import write_vocab
from w2vtui.settings import LiveSettings
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.vectors import WordVectors


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """The folder of two runs, beside the current folder."""
    root = tmp_path / "runs"
    for name in ("text-brisk-otter", "text-calm-fox"):
        folder = root / name
        folder.mkdir(parents=True)
        small_record().write(folder)
        write_vocab(folder, ["a", "b", "c"], np.array([3, 2, 1]))
        write_checkpoint(folder, small_checkpoint(100))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return root


def saved(path):
    save_vectors(WordVectors(["x"], np.ones((1, 2), np.float32)), path)


def refuse(remark):
    raise AssertionError(remark)


@pytest.mark.parametrize("text", ["text-calm-fox", "fox", "PATH"])
def test_a_run_is_found_by_its_name_a_part_of_it_or_its_path(runs, text):
    text = text.replace("PATH", str(runs / "text-calm-fox"))
    side = open_side(text, str(runs), refuse)
    assert (side.name, side.folder) == ("text-calm-fox", runs / "text-calm-fox")
    assert side.status.tokens == 100
    assert side.subject.view().vectors.index_to_key == ["a", "b", "c"]


def test_last_is_the_run_that_was_written_last(runs):
    assert open_side("last", str(runs), refuse).folder.parent == runs


def test_a_file_is_a_side_without_a_run(runs, tmp_path):
    saved(tmp_path / "here" / "v.txt")
    side = open_side("v.txt", str(runs), refuse)
    assert (side.name, side.folder, side.status) == ("v.txt", None, None)
    assert side.subject.view().vectors.index_to_key == ["x"]


def test_of_a_full_name_and_a_file_the_run_is_meant_of_a_part_of_it_the_file(runs, tmp_path):
    hints = []
    for name in ("text-calm-fox", "fox"):
        saved(tmp_path / "here" / "v.txt")
        (tmp_path / "here" / "v.txt").rename(tmp_path / "here" / name)
    assert open_side("text-calm-fox", str(runs), hints.append).folder is not None
    assert hints == ["text-calm-fox is the run of that name: ./text-calm-fox is the file"]
    assert open_side("./text-calm-fox", str(runs), refuse).folder is None
    assert open_side("fox", str(runs), refuse).folder is None


def test_what_is_neither_is_said(runs):
    with pytest.raises(VectorsError, match="there is no file 'zebra', and there is no run 'zebra'"):
        open_side("zebra", str(runs))
    with pytest.raises(RunError, match="may be text-"):
        open_side("text", str(runs))
    with pytest.raises(VectorsError, match="no such file"):
        open_side("missing.bin", str(runs)).subject.view()


def test_a_run_that_is_not_saved_has_no_folder(runs):
    subject = explored_run(runs / "text-calm-fox")
    assert live_side(subject, None).folder is None
    assert live_side(subject, runs / "text-calm-fox").status.checkpoint_tokens == 100


@pytest.fixture
def at_work(runs):
    """A run that another process trains, as its folder shows it."""
    folder = runs / "text-calm-fox"
    lock = RunLock(folder)
    status = dataclasses.replace(status_at(small_checkpoint(100)), state="training", tokens=150)
    status.write(folder)
    yield folder
    lock.release()


def test_a_run_that_trains_elsewhere_is_watched_until_it_is_left(at_work, monkeypatch):
    left, shot = [], Snapshot(state="preparing", settings=LiveSettings())
    run = SimpleNamespace(
        leave=lambda: left.append(True), snapshot=lambda: shot, curves=RunCurves()
    )
    monkeypatch.setattr(sides, "attach", lambda folder, attends: run)
    side = watched_side(at_work)
    assert (side.is_watched, side.subject.run, side.status.state) == (True, run, "training")
    assert progress_text(side, facts_of(side), None) == "preparing, 0.0 %"
    assert side.lasting_subject.view().tokens == 100
    side.leave()
    assert left == [True]
    alone = live_side(side.subject, at_work)
    alone.leave()
    assert left == [True], "what this process trains is not left with the comparison"


def test_a_run_whose_process_lets_nobody_in_is_shown_at_its_checkpoint(at_work):
    side = watched_side(at_work)
    assert not side.is_watched
    shown = progress_text(side, facts_of(side), side.subject.view())
    assert shown == "training, 1.5 %: shown at its checkpoint of 100 tokens"
    assert progress_text(side, facts_of(side), None).endswith("shown once it has a checkpoint")
