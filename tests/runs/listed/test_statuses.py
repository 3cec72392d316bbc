"""The states of all runs: read again where something changed, else taken from the cache."""

from __future__ import annotations

import dataclasses
import os
import shutil

import pytest

from tests.support.run_folders import posix, resealed, small_checkpoint
from w2vtui.runs.disk.checkpoint_files import MANIFEST, checkpoint_folders, write_checkpoint
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.labels import note_run
from w2vtui.runs.listed import statuses
from w2vtui.runs.listed.renaming import rename_run
from w2vtui.runs.listed.status import LiveStatus, status_of
from w2vtui.runs.listed.statuses import Statuses
from w2vtui.runs.record import RECORD, STATUS
from w2vtui.settings import ALL_WORDS


@pytest.fixture
def reads(monkeypatch, tmp_path):
    """The names of the runs that are read; all files count as settled."""
    found = []
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(statuses, "_SETTLED_NS", 0)
    monkeypatch.setattr(
        statuses, "status_of", lambda folder: found.append(folder.name) or status_of(folder)
    )
    return found


def is_over(folder, state="done") -> None:
    LiveStatus(
        state=state, tokens=200, tokens_planned=200, seconds=1.0, words_per_second=9.0,
        probe_loss=3.25, error=None, pid=1,
    ).write(folder)  # fmt: skip


def test_runs_are_read_once_until_something_of_them_changes(run, reads):
    root, other = run.parent, run.with_name("text-calm-heron")
    is_over(run)
    shutil.copytree(run, other)
    first = Statuses(root).read()
    assert sorted(reads) == sorted([run.name, other.name])
    reads.clear()
    again = Statuses(root)
    assert again.read() == first == again.read()
    assert reads == []
    changes = [
        lambda: note_run(run, "wide"),
        lambda: resealed(run / RECORD, lambda body: body.update(corpus_name="x.txt")),
        lambda: write_checkpoint(run, small_checkpoint(300)),
        lambda: (checkpoint_folders(run)[0] / MANIFEST).write_text("{"),
        (run / STATUS).unlink,
    ]
    for change in changes:
        change()
        for reader in (again, Statuses(root)):
            assert {one.name: one for one in reader.read()}[run.name] == status_of(run)
        assert set(reads) == {run.name}
        reads.clear()
    rename_run(other, "another")
    assert {one.name for one in Statuses(root).read()} == {run.name, "another"}


@posix
def test_what_may_change_without_a_trace_is_read_again(run, reads, monkeypatch):
    (kept,) = Statuses(run.parent).read()
    assert kept.state == "interrupted"
    lock = RunLock(run)
    (again,) = Statuses(run.parent).read()
    assert again.state == "training"
    lock.release()
    is_over(run, "stopped")
    assert [one.state for one in Statuses(run.parent).read()] == ["stopped"]
    lock = RunLock(run)
    assert [one.state for one in Statuses(run.parent).read()] == ["preparing"]
    lock.release()
    (run / RECORD).write_text("{")
    for _ in range(2):
        reads.clear()
        assert [one.state for one in Statuses(run.parent).read()] == ["damaged"]
        assert reads == [run.name]
    monkeypatch.setattr(statuses, "_SETTLED_NS", 60 * 10**9)
    shutil.copytree(run, run.with_name("new"))
    Statuses(run.parent).read()
    reads.clear()
    Statuses(run.parent).read()
    assert "new" in reads


@pytest.mark.parametrize("content", [b"", b"{", b'{"version": []}', b'{"version": null}', None])
def test_a_cache_that_cannot_be_used_is_as_if_empty(content, run, reads, tmp_path):
    is_over(run)
    expected = Statuses(run.parent).read()
    (place,) = (tmp_path / "cache" / "lists").iterdir()
    if content is None:
        place.unlink()
        place.mkdir()
    else:
        place.write_bytes(content)
    reads.clear()
    assert Statuses(run.parent).read() == expected
    assert reads == [run.name]


def test_the_lists_in_the_cache_are_few(run, reads, tmp_path, monkeypatch):
    monkeypatch.setattr(statuses, "KEPT_LISTS", 2)
    is_over(run)
    for number in range(4):
        root = tmp_path / f"runs{number}"
        shutil.copytree(run, root / run.name)
        Statuses(root).read()
        places = sorted((tmp_path / "cache" / "lists").iterdir(), key=os.path.getmtime)
        os.utime(places[-1], (number, number))
    assert len(places) == 2


def test_a_window_of_all_words_stays_one_in_the_cache(run, reads, monkeypatch):
    is_over(run)
    status = dataclasses.replace(status_of(run), settings={"window": ALL_WORDS, "negative": 5})
    monkeypatch.setattr(statuses, "status_of", lambda folder: reads.append(folder.name) or status)
    for _ in range(2):
        (found,) = Statuses(run.parent).read()
        assert {name: f"{value:,}" for name, value in found.settings.items()} == {
            "window": "all", "negative": "5",
        }  # fmt: skip
    assert reads == [run.name]
