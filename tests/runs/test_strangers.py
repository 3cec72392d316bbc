"""Run folders from somebody else: they write, read and remove nothing outside themselves."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.support.run_folders import change, posix, resealed, small_checkpoint, small_record
from w2vtui.cli import run_command_line
from w2vtui.errors import DamagedRunError, DiskError
from w2vtui.formats import load_vectors
from w2vtui.runs.disk import inside, origin
from w2vtui.runs.disk.checkpoint_files import (
    FOLDER,
    MANIFEST,
    TENSORS,
    checkpoint_folders,
    newest_intact,
    write_checkpoint,
)
from w2vtui.runs.disk.journal import (
    EVENTS,
    METRICS,
    LineFile,
    event_line,
    metrics_rows,
    read_events,
)
from w2vtui.runs.disk.lock import NAME as LOCK
from w2vtui.runs.disk.lock import RunLock, in_use
from w2vtui.runs.disk.origin import is_signed_here, signature
from w2vtui.runs.listed.status import LiveStatus, status_of
from w2vtui.runs.record import RECORD, STATUS, RunRecord
from w2vtui.runs.words import VOCAB, read_vocab, write_vocab

PRECIOUS = b"alias ls='ls -F'\nall of my words\n"


def data_folder() -> Path:
    return Path(os.environ["XDG_DATA_HOME"]) / "w2vtui"


# ---- stored paths


@pytest.fixture
def home(tmp_path):
    """Two files that a stranger would like to be written."""
    (tmp_path / "home").mkdir()
    for name in ("notes.txt", "bashrc"):
        (tmp_path / "home" / name).write_bytes(PRECIOUS)
    return tmp_path / "home"


@pytest.fixture
def done(run, home):
    """A run that was made here and is done; it names both files."""
    outputs = {"output": str(home / "notes.txt"), "save_vocab": str(home / "bashrc")}
    small_record(**outputs, is_made_here=True).write(run)
    write_vocab(run, ["a", "b", "c"], np.array([3, 2, 1]))
    (run / EVENTS).unlink()
    write_checkpoint(run, small_checkpoint(10_000, state="done"))
    return run


@pytest.fixture
def w2v(run, capsys):
    """Run a verb on a run, by default `run`: the exit code and what was reported."""

    def call(verb, *argv, name=run.name):
        code = run_command_line([verb, name, "--runs-dir", str(run.parent), *map(str, argv)])
        return code, capsys.readouterr().err

    return call


def copied(run, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another user"))
    signature(1.0)  # who has made runs, too


def old_program(run, *_):
    resealed(run / RECORD, lambda body: body.pop("signature"))


def new_output(run, *_):
    bashrc = RunRecord.read(run).request.save_vocab
    resealed(run / RECORD, lambda body: body.update(output=str(Path(bashrc).with_name("x.txt"))))


def new_counts(run, *_):
    resealed(run / RECORD, lambda body: body.update(save_vocab=body["output"] + ".vocab"))


def not_ascii(run, *_):
    resealed(run / RECORD, lambda body: body.update(signature="\u202e" * 64))


def no_secret(*_):
    (data_folder() / origin.NAME).unlink()


def empty_secret(*_):
    (data_folder() / origin.NAME).write_bytes(b"")


def secret_folder(*_):
    no_secret()
    (data_folder() / origin.NAME).mkdir()


def no_home(run, monkeypatch, *_):
    monkeypatch.setattr(origin, "user_folder", lambda kind: None)


FORGED = (copied, old_program, new_output, new_counts, not_ascii, no_secret, empty_secret,
          secret_folder, no_home)  # fmt: skip


@pytest.mark.parametrize("forge", FORGED)
def test_a_path_that_a_stranger_stored_is_never_written(
    forge, done, home, w2v, monkeypatch, tmp_path
):
    forge(done, monkeypatch, tmp_path)
    before = {path: path.read_bytes() for path in home.iterdir()}
    for verb, *argv in (
        ("export",), ("export", "--overwrite"), ("export", "-o", ""), ("resume",),
        ("resume", "--overwrite"), ("resume", "--force"), ("resume", "--epochs", 9, "--force"),
    ):  # fmt: skip
        code, err = w2v(verb, *argv)
        assert code == 2, err
        assert f"run {done.name} was not made on this machine: name the output with -o" in err
        assert {path: path.read_bytes() for path in home.iterdir()} == before
    assert status_of(done).output is None


@pytest.mark.parametrize("verb", ["export", "resume"])
def test_a_strangers_run_is_saved_where_it_is_said_and_its_counts_beside(verb, done, home, w2v):
    old_program(done)
    output = home / "notes.txt"  # the very file that the stranger named
    assert w2v(verb, "-o", output)[0] == 2
    assert output.read_bytes() == PRECIOUS
    code, err = w2v(verb, "-o", output, "--overwrite")
    assert code == 0, err
    assert load_vectors(output).index_to_key == ["a", "b", "c"]
    assert (home / "notes.txt.vocab").exists()
    assert (home / "bashrc").read_bytes() == PRECIOUS


def test_a_run_that_was_made_here_is_saved_where_it_says(done, home, w2v):
    for name in ("notes.txt", "bashrc"):
        (home / name).unlink()
    done = done.rename(done.with_name("renamed"))
    code, err = w2v("export", name="renamed")
    assert code == 0, err
    assert len(load_vectors(home / "notes.txt")) == 3
    assert (home / "bashrc").read_text() == "a 3\nb 2\nc 1\n"


@pytest.mark.parametrize("verb", ["export", "resume"])
def test_stored_counts_replace_only_counts_whatever_may_be_overwritten(verb, done, home, w2v):
    (home / "notes.txt").unlink()
    named = ["-o", home / "notes.txt"] if verb == "resume" else []
    for forced in ([], ["--overwrite"]):
        code, err = w2v(verb, *named, *forced)
        assert code == 2
        assert "bashrc exists and is not a file of word counts: move it elsewhere" in err
        assert (home / "bashrc").read_bytes() == PRECIOUS
    (home / "bashrc").write_text("old 9\nolder 8\n")
    assert w2v(verb, *named)[0] == 0
    assert (home / "bashrc").read_text() == "a 3\nb 2\nc 1\n"


def test_the_secret_is_made_once_for_the_user_alone_and_is_in_no_run(done):
    secret = (data_folder() / origin.NAME).read_bytes()
    mode = stat.S_IMODE((data_folder() / origin.NAME).stat().st_mode)
    assert mode == 0o600
    assert secret.strip() not in (done / RECORD).read_bytes()
    assert [path.name for path in data_folder().iterdir()] == [origin.NAME]
    no_secret()
    found, ready = [], threading.Barrier(8)

    def sign():
        ready.wait()
        found.append(signature("a"))

    threads = [threading.Thread(target=sign) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert is_signed_here(found[0], "a")
    assert not is_signed_here(found[0], "b")


@pytest.mark.usefixtures("unprivileged")
def test_without_a_place_for_the_secret_nothing_is_made_here():
    Path(os.environ["XDG_DATA_HOME"]).mkdir(0o500, parents=True)
    assert signature("a") is None
    assert not is_signed_here(None, "a")


# ---- links in the folder


@pytest.fixture(params=[True, False], ids=["by descriptors", "by looks"])
def _ways(request, monkeypatch):
    monkeypatch.setattr(inside, "_HAS_DESCRIPTORS", request.param and inside._HAS_DESCRIPTORS)


def linked(path: Path, target: Path) -> None:
    """Put a link where something is."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def write_all(run: Path) -> None:
    """Write each file of a run."""
    small_record().write(run)
    write_vocab(run, ["a"], np.array([3]))
    LiveStatus(
        state="done", tokens=1, tokens_planned=1, seconds=1.0, words_per_second=1.0,
        probe_loss=None, error=None, pid=1,
    ).write(run)  # fmt: skip
    for name in (EVENTS, METRICS):
        file = LineFile(run / name)
        if not file.append([event_line(change(3, 300))]):
            file.rewrite([event_line(change(3, 300))])
    RunLock(run).release()
    write_checkpoint(run, small_checkpoint(300))


@posix
@pytest.mark.usefixtures("_ways")
@pytest.mark.parametrize("name", [RECORD, VOCAB, STATUS, EVENTS, METRICS, LOCK])
def test_a_link_in_place_of_a_file_is_replaced(name, run, home):
    linked(run / name, home / "bashrc")
    write_all(run)
    assert (home / "bashrc").read_bytes() == PRECIOUS
    assert (run / name).is_file()
    assert not (run / name).is_symlink()
    assert not list(run.glob(".*"))


@posix
@pytest.mark.usefixtures("_ways")
def test_a_link_in_place_of_a_file_is_not_read(run, tmp_path):
    write_all(run)
    other = tmp_path / "other"
    shutil.copytree(run, other)
    for name in (RECORD, VOCAB, STATUS, EVENTS, METRICS, LOCK):
        linked(run / name, other / name)
    with pytest.raises(DamagedRunError, match=r"run\.json cannot be read: a link, which is not fo"):
        RunRecord.read(run)
    with pytest.raises(DamagedRunError, match=r"vocab\.json cannot be read: a link"):
        read_vocab(run)
    assert LiveStatus.read(run) is None
    assert read_events(run / EVENTS)[0] == []
    assert metrics_rows(run / METRICS) == []
    lock = RunLock(other)
    assert not in_use(run)
    lock.release()
    assert status_of(run).state == "damaged"


@posix
@pytest.mark.usefixtures("_ways")
def test_a_link_in_place_of_the_checkpoints_is_neither_read_nor_written(run, tmp_path):
    """What it leads to looks like checkpoints, of which only the newest stay."""
    other = tmp_path / "other"
    shutil.copytree(run / FOLDER, other)
    for name in ("000007", "000008.tmp"):
        shutil.copytree(other / "000002", other / name)
    before = {path: path.read_bytes() for path in other.rglob("*") if path.is_file()}
    linked(run / FOLDER, other)
    more = small_checkpoint(300)
    for call in (checkpoint_folders, newest_intact, lambda run: write_checkpoint(run, more)):
        with pytest.raises(DamagedRunError, match="checkpoints cannot be read: a link"):
            call(run)
    assert {path: path.read_bytes() for path in other.rglob("*") if path.is_file()} == before
    assert "a link, which is not followed" in status_of(run).error


@posix
@pytest.mark.usefixtures("_ways")
@pytest.mark.parametrize("name", ["", MANIFEST, TENSORS])
def test_a_link_in_place_of_a_checkpoint_or_its_files_is_damage(name, run, tmp_path):
    newest = checkpoint_folders(run)[0] / name
    shutil.move(newest, tmp_path / "other")
    linked(newest, tmp_path / "other")
    checkpoint, spoiled = newest_intact(run)
    assert checkpoint.clock == 100
    assert "link" in "".join(spoiled.values())
    for clock in (300, 400):
        write_checkpoint(run, small_checkpoint(clock))
    assert [path.name for path in checkpoint_folders(run)] == ["000004", "000003"]
    assert len(list((run / FOLDER).iterdir())) == 2
    assert (tmp_path / "other").exists()
    assert name or (tmp_path / "other" / MANIFEST).exists()


@posix
@pytest.mark.usefixtures("_ways")
@pytest.mark.parametrize("name", [EVENTS, METRICS, LOCK])
def test_a_file_that_has_another_name_elsewhere_is_not_changed_there(name, run, home):
    (run / name).unlink(missing_ok=True)
    (run / name).hardlink_to(home / "bashrc")
    write_all(run)
    assert (home / "bashrc").read_bytes() == PRECIOUS
    if name == EVENTS:
        assert (run / name).read_bytes() == PRECIOUS + event_line(change(3, 300))


@posix
def test_a_run_may_be_reached_by_a_link(run, tmp_path):
    """A link beside runs, or to the folder of all runs, is the user's own."""
    (tmp_path / "linked").symlink_to(run.parent)
    (run.parent / "text-linked").symlink_to(run)
    for folder in (tmp_path / "linked" / run.name, run.parent / "text-linked"):
        write_all(folder)
        assert newest_intact(folder)[0].clock == 300
        assert status_of(folder).state == "done"


@posix
def test_a_lock_that_is_a_folder_is_reported(run):
    (run / LOCK).mkdir()
    with pytest.raises(DiskError, match="cannot write"):
        RunLock(run)


# ---- all of it


@posix
@pytest.mark.slow
def test_a_strangers_run_is_resumed_without_harm(
    topical_corpus, tmp_path, home, capsys, monkeypatch
):
    runs = tmp_path / "runs"
    quick = ["--vector-size", "8", "--workers", "1", "--runs-dir", str(runs)]
    stopped = ["--epochs", "100000", "--stop-when", "tokens 20000", "-o", str(home / "v.txt")]
    assert run_command_line(["train", str(topical_corpus), *quick, *stopped]) == 0
    err = capsys.readouterr().err
    assert err.index("vectors will be saved to") < err.index("14,250 tokens")
    (folder,) = runs.iterdir()
    shutil.rmtree(home)
    home.mkdir()
    (home / "bashrc").write_bytes(PRECIOUS)
    for name in (VOCAB, STATUS, EVENTS, METRICS, LOCK):
        linked(folder / name, home / "bashrc")
    resume = ["resume", f"{folder}/", "--runs-dir", str(runs), "--stop-when", "tokens 40000"]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another user"))
    assert run_command_line(resume) == 2
    assert "name the output with -o" in capsys.readouterr().err
    assert run_command_line([*resume, "-o", str(home / "mine.txt")]) == 0
    err = capsys.readouterr().err
    assert err.index(f"vectors will be saved to {home}/mine.txt") < err.index("resumed at")
    assert "v.txt is not written" in err
    assert (home / "bashrc").read_bytes() == PRECIOUS
    assert {path.name for path in home.iterdir()} == {"bashrc", "mine.txt", "mine.txt.vocab"}
    assert not [path for path in folder.rglob("*") if path.is_symlink()]
