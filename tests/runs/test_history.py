"""Past moments of a run on disk: what comes back, what damage and full disks cost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.inner_loop import examples
from tests.support.run_folders import json_values, many, places, posix, resealed
from tests.support.runs import take_moments_from_the_start
from tests.support.wait import DEADLINE, until
from w2vtui.errors import DamagedRunError, DiskError, RunError
from w2vtui.runs.disk.checked_json import loaded
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.disk.history_files import (
    HISTORY,
    INDEX,
    read_index,
    read_moment,
    write_index,
    write_moment,
)
from w2vtui.runs.listed.removing import remove_run
from w2vtui.runs.opening import open_run
from w2vtui.runs.recording import history_recorder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings
from w2vtui.training.history.half import packed, unpacked
from w2vtui.training.history.moments import PastMoment

VECTORS = np.arange(15, dtype=np.float32).reshape(5, 3)


def moment(number: int) -> PastMoment:
    return PastMoment(number=number, tokens=10 * number, planned=1000, seconds=0.5)


@pytest.fixture
def with_history(run):
    """A run's folder with three moments, of 10, 20 and 30 tokens."""
    stored = [
        write_moment(run, moment(n), {"input_vectors": packed(n * VECTORS)}) for n in (1, 2, 3)
    ]
    write_index(run, stored)
    return run


# ---- files


def test_moments_come_back_as_they_were(with_history):
    stored = read_index(with_history)
    assert [one.moment for one in stored] == [moment(1), moment(2), moment(3)]
    for n, one in enumerate(stored, 1):
        rows = read_moment(with_history, one)["input_vectors"]
        np.testing.assert_array_equal(unpacked(rows), n * VECTORS)


def test_a_run_without_a_history_has_no_moments(run):
    assert read_index(run) == []


def test_files_that_the_index_does_not_name_are_removed(with_history):
    folder = with_history / HISTORY
    (folder / "000004.safetensors.tmp").touch()
    write_index(with_history, read_index(with_history)[::2])
    assert sorted(path.name for path in folder.iterdir()) == [
        "000001.safetensors", "000003.safetensors", INDEX,
    ]  # fmt: skip


def test_a_folder_without_an_index_has_no_moments(run):
    (run / HISTORY).mkdir()
    assert read_index(run) == []
    write_moment(run, moment(1), {})
    assert read_index(run) == []


def test_files_that_are_gone_are_not_listed(with_history):
    (with_history / HISTORY / "000002.safetensors").unlink()
    listed = write_index(with_history, read_index(with_history))
    assert [one.moment.number for one in listed] == [1, 3]
    assert read_index(with_history) == listed


def recording(path: Path) -> history_recorder.HistoryRecorder:
    """The recorder of a run that has moments."""
    folder = SimpleNamespace(path=path, write=lambda write, report: write(path))
    recorder = history_recorder.HistoryRecorder(folder, print)
    recorder.earlier(1000)
    return recorder


def test_a_moment_that_is_dropped_while_it_is_read_is_not_damaged(with_history, monkeypatch):
    recorder = recording(with_history)

    def read(run, stored):
        recorder.remove([moment(2)])
        raise DamagedRunError("no such file")

    monkeypatch.setattr(history_recorder, "read_moment", read)
    with pytest.raises(LookupError):
        recorder.read(moment(2))
    with pytest.raises(DamagedRunError):
        recorder.read(moment(1))


def test_moments_of_a_folder_that_was_removed_are_forgotten(with_history):
    recorder = recording(with_history)
    assert recorder.size_of(moment(1)) > 30
    (with_history / HISTORY / "000001.safetensors").unlink()
    recorder._write_one(None)
    assert [one.moment.number for one in read_index(with_history)] == [2, 3]
    assert recorder.size_of(moment(1)) == 0
    with pytest.raises(LookupError):
        recorder.read(moment(1))


@pytest.mark.parametrize("damage", ["flipped", "short", "gone"])
def test_a_damaged_moment_is_never_used(with_history, damage):
    first, second, _ = read_index(with_history)
    path = with_history / HISTORY / "000002.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content if damage == "flipped" else content[:-1])
    with pytest.raises(DamagedRunError, match="000002"):
        read_moment(with_history, second)
    read_moment(with_history, first)


@settings(many, max_examples=examples(15))
@given(st.data())
def test_a_changed_index_is_damage_or_moments(with_history, data):
    path = with_history / HISTORY / INDEX
    whole = path.read_bytes()
    spots = list(places(loaded(whole)["body"]))

    def change(body):
        *way, last = data.draw(st.sampled_from(spots))
        for key in way:
            body = body[key]
        body[last] = data.draw(json_values)

    resealed(path, change)
    try:
        for one in read_index(with_history):
            read_moment(with_history, one)
    except DamagedRunError:
        pass
    finally:
        path.write_bytes(whole)


@posix
def test_links_in_a_history_are_not_followed(with_history, tmp_path):
    target = tmp_path / "target"
    file = with_history / HISTORY / "000001.safetensors"
    shutil.move(file, target)
    file.symlink_to(target)
    with pytest.raises(DamagedRunError):
        read_moment(with_history, read_index(with_history)[0])
    shutil.move(with_history / HISTORY, tmp_path / "elsewhere")
    (with_history / HISTORY).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DamagedRunError):
        read_index(with_history)
    with pytest.raises(DiskError):
        write_index(with_history, [])
    assert (tmp_path / "elsewhere" / INDEX).exists()


def test_a_run_is_removed_with_its_history_but_not_with_what_is_not_ours(with_history):
    stranger = with_history / HISTORY / "thesis.tex"
    stranger.touch()
    with pytest.raises(RunError, match=r"history/thesis\.tex"):
        remove_run(with_history)
    stranger.unlink()
    remove_run(with_history)
    assert not os.path.lexists(with_history)


# ---- a run that is saved


@pytest.fixture
def train(topical_corpus, tmp_path, monkeypatch):
    """Train a run that is saved, up to a token if one is named: the run and its folder."""
    take_moments_from_the_start(monkeypatch)

    def call(*, stop_when: str | None = None, history: int = 4) -> SimpleNamespace:
        request = RunRequest(
            sources=(str(topical_corpus),),
            corpus_settings=CorpusSettings(min_count=1),
            training=TrainingSettings(vector_size=8),
            live=LiveSettings(epochs=20, workers=1),
            run_settings=RunSettings(runs_dir=str(tmp_path / "runs"), history=history),
        )
        run, recorder = open_run(request)
        return ended(run, recorder, stop_when)

    return call


def ended(run, recorder, stop_when: str | None = None) -> SimpleNamespace:
    if stop_when:
        run.break_when(stop_when, stop=True)
    run.start()
    assert run.wait(DEADLINE)
    recorder.close()
    return SimpleNamespace(run=run, folder=recorder.folder)


def listed(folder: Path) -> list[PastMoment]:
    return [one.moment for one in read_index(folder)]


def test_the_history_of_a_run_is_in_its_folder(train):
    trained = train()
    moments = trained.run.history.moments
    assert len(moments) >= 2
    assert listed(trained.folder) == list(moments)
    assert moments[-1].tokens == trained.run.snapshot().progress.tokens
    last = trained.run.history.matrices_at(moments[-1])
    for name, matrix in trained.run.trained.matrices().items():
        np.testing.assert_allclose(last[name], matrix, atol=2e-3)


def test_a_resumed_run_forgets_the_moments_after_its_checkpoint(train):
    before = train(stop_when="tokens > 100000")
    kept = listed(before.folder)
    clock = newest_intact(before.folder)[0].clock
    # As if it had trained on and then lost its newest checkpoint.
    late = PastMoment(number=900, tokens=clock + 5000, planned=1, seconds=9.0)
    vectors = {"input_vectors": packed(VECTORS)}
    write_index(
        before.folder, [*read_index(before.folder), write_moment(before.folder, late, vectors)]
    )
    taken = resumption(before.folder)
    after = ended(taken.run(), taken.recorder)
    moments = after.run.history.moments
    assert moments[: len(kept)] == tuple(kept)
    assert late not in moments
    assert listed(before.folder) == list(moments)
    tokens = [moment.tokens for moment in moments]
    assert tokens == sorted(set(tokens))
    assert tokens[-1] > clock


def test_without_a_history_a_resumed_run_forgets_them_too(train):
    before = train(stop_when="tokens > 100000", history=0)
    assert not (before.folder / HISTORY).exists()
    late = PastMoment(number=1, tokens=10**9, planned=1, seconds=9.0)
    write_index(before.folder, [write_moment(before.folder, late, {})])
    taken = resumption(before.folder)
    ended(taken.run(), taken.recorder)
    assert listed(before.folder) == []


def test_a_damaged_index_begins_again_and_is_reported(train):
    before = train(stop_when="tokens > 100000")
    (before.folder / HISTORY / INDEX).write_text("{")
    taken = resumption(before.folder)
    after = ended(taken.run(), taken.recorder)
    assert any("time machine begins again" in one.text for one in after.run.snapshot().events)
    assert listed(before.folder) == list(after.run.history.moments)
    assert len(after.run.history.moments) > 1


@pytest.mark.parametrize("trouble", ["full", "little room"])
def test_a_full_disk_ends_the_history_and_nothing_else(train, monkeypatch, trouble):
    write, written = history_recorder.write_moment, []

    def fail(run, moment, vectors):
        if len(written) == 1:
            raise DiskError("cannot write: No space left on device")
        written.append(moment)
        return write(run, moment, vectors)

    monkeypatch.setattr(history_recorder, "write_moment", fail)
    if trouble == "little room":
        monkeypatch.setattr(
            history_recorder.shutil, "disk_usage", lambda path: SimpleNamespace(free=10)
        )
    trained = train()
    shot, moments = trained.run.snapshot(), trained.run.history.moments
    assert shot.state == "done"
    (remark,) = [one.text for one in shot.events if "time machine" in one.text]
    assert ("No space" if trouble == "full" else "10 bytes is free") in remark
    assert newest_intact(trained.folder)[0].fraction == 1
    assert len(moments) == len(written) + 1
    for one in moments:  # the last one stays in memory
        assert trained.run.history.matrices_at(one)
    assert listed(trained.folder) == written


def test_a_last_moment_that_cannot_be_written_is_among_the_events_of_the_run(train, monkeypatch):
    write = history_recorder.write_moment

    def fail(run, moment, vectors):
        if moment.fraction < 1:
            return write(run, moment, vectors)
        until(lambda: getattr(newest_intact(run)[0], "fraction", 0) == 1, "the last checkpoint")
        raise DiskError("cannot write: No space left on device")

    monkeypatch.setattr(history_recorder, "write_moment", fail)
    events = train().run.snapshot().events
    assert "no further moments: cannot write: No space" in events[-1].text


@pytest.mark.parametrize(
    ("module", "name"), [(history_recorder, "write_moment"), (shutil, "disk_usage")]
)
def test_a_folder_that_is_removed_while_a_moment_is_written_ends_no_history(
    train, monkeypatch, module, name
):
    do, removed = getattr(module, name), []

    def remove_before(run, *arguments):
        if not removed:
            removed.append(run)
            run.rename(run.parent / "elsewhere")
        return do(run, *arguments)

    monkeypatch.setattr(module, name, remove_before)
    trained = train()
    assert removed
    assert listed(trained.folder) == list(trained.run.history.moments)
    texts = [event.text for event in trained.run.snapshot().events]
    assert any("the run's folder was removed: created again" in text for text in texts)
    assert not any("no further moments" in text for text in texts)


def test_no_thread_to_write_with_leaves_nothing_waiting(run, monkeypatch):
    def fail(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(history_recorder.threading.Thread, "start", fail)
    recorder = history_recorder.HistoryRecorder(SimpleNamespace(path=run), print)
    with pytest.raises(RuntimeError):
        recorder.save(moment(1), {})
    monkeypatch.undo()
    assert recorder.ready
    recorder.close()
