"""Runs that are killed, and disks that fail: what was saved is there, and resumes correctly."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError

from tests.support.corpora import topical_sentences
from tests.support.kills import CASES
from tests.support.permissions import NO_LISTING, NOTHING, READING, closed
from tests.support.processes import run_tool, start_program
from tests.support.runs import until_spans_are_trained
from tests.support.wait import DEADLINE, until
from tests.support.warm import COMMAND_LINE
from w2vtui.cli import run_command_line
from w2vtui.corpus import encode_sentences
from w2vtui.errors import RunError
from w2vtui.runs.disk import tensor_file
from w2vtui.runs.disk.checkpoint_files import FOLDER, KEPT, checkpoint_folders, newest_intact
from w2vtui.runs.disk.journal import EVENTS, METRICS, read_events
from w2vtui.runs.disk.lock import RunLock, in_use
from w2vtui.runs.listed.listing import all_runs, find_run
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.record import RECORD, STATUS
from w2vtui.runs.recording import recorder, run_log
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.recording.run_folder import RunFolder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.runs.root import draft_beside
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.system import signals
from w2vtui.training import loop
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.dispatcher import Dispatcher
from w2vtui.training.run import Run

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("KILLS", "8"))
"""A case; `KILLS=100 make test` for more, tools/kills.py for as many as one likes."""

posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 and locks are POSIX'")
pytestmark = [posix, pytest.mark.slow]


# ---- kill -9


@pytest.mark.parametrize("case", CASES)
@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_ends_as_if_it_had_not_been(
    case, environment, tmp_path
):
    """kills.py compares the vectors with those of a run that was not interrupted."""
    place = tmp_path / "lives"
    place.mkdir()
    told = run_tool("kills.py", "--case", case, KILLS, 1, place, environment=environment)
    report = Counter(json.loads(told))  # what never happened is not in it
    assert report["kills"] == KILLS
    assert report["while writing one"] > 0
    assert report["before the folder"] + report["before the first checkpoint"] > 0
    assert report["runs that were interrupted"] > 0
    assert (report["changes"] > 0) == (case == "changed")
    assert report["apart"] <= (0.01 if case == "two-workers" else 0.0)


def finish(process: subprocess.Popen) -> tuple[int, str]:
    """Exit code and what was said on stderr."""
    _, err = process.communicate(timeout=DEADLINE)
    assert "Traceback" not in err, err
    assert "Exception ignored" not in err, err
    return process.returncode, err


def test_a_command_that_is_killed_twice_and_resumed_writes_the_same_file(
    started, topical_corpus, tmp_path
):
    settings = ["--epochs", 1200, "--vector-size", 16, "--workers", 1, "--checkpoint-seconds", 0.1]
    usual, output, runs = tmp_path / "usual.bin", tmp_path / "out.bin", tmp_path / "runs"
    code, err = finish(started("train", topical_corpus, "-o", usual, *settings, "--no-checkpoints"))
    assert code == 0, err

    process = started("train", topical_corpus, "-o", output, *settings, "--runs-dir", runs)
    folder = until(lambda: all_runs(runs), "a run")[0]
    for _ in range(2):
        known = {path.name for path in checkpoint_folders(folder)}
        until(
            lambda known=known: {path.name for path in checkpoint_folders(folder)} - known,
            "progress",
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert status_of(folder).state == "interrupted"
        process = started("resume", "last", "--checkpoint-seconds", 0.1, "--runs-dir", runs)
    code, err = finish(process)
    assert code == 0, err
    assert "resumed at" in err
    assert status_of(folder).state == "done"
    assert output.read_bytes() == usual.read_bytes()


# ---- disks that fail while a run continues


@pytest.fixture(autouse=True)
def _tried_again_soon(monkeypatch):
    monkeypatch.setattr(recorder, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(recorder, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(run_log, "METRICS_SECONDS", 0.02)
    monkeypatch.setattr(loop, "TICK_SECONDS", 0.02)


def corpus():
    return encode_sentences(topical_sentences(1500), CorpusSettings(min_count=1))


class SavedRun:
    """A run in this process that is saved in a folder."""

    def __init__(self, root: Path, *, named=False, checkpoint_seconds=0.02, **live):
        self.store = Recorder(RunRequest(sources=("-",)), RunFolder(root), must_be_saved=named)
        self.run = Run(
            lambda progress, stop: corpus(),
            TrainingSettings(vector_size=8, seed=3),
            LiveSettings(**({"epochs": 100_000, "workers": 1} | live)),
            looks_at_vectors=False,
            store=self.store,
            checkpoint_seconds=checkpoint_seconds,
        )
        self.store.follow(self.run.snapshot)

    def __enter__(self):
        self.run.start()
        return self

    def __exit__(self, *raised):
        self.run.stop()
        assert self.run.is_over(DEADLINE)
        self.store.close()

    @property
    def folder(self) -> Path:
        return until(lambda: self.store.folder, "a folder")

    def reported(self, text: str) -> str:
        """The last event that contains a text; empty if there is none."""
        events = [event.text for event in self.run.snapshot().events if text in event.text]
        return events[-1] if events else ""

    def until_reported(self, text: str) -> str:
        return until(lambda: self.reported(text), f"'{text}'")

    def until_trained_further(self) -> None:
        tokens = self.run.snapshot().progress.tokens
        until(lambda: self.run.snapshot().progress.tokens > tokens, "further training")

    def saved_tokens(self) -> int:
        checkpoint, _ = newest_intact(self.folder)
        return 0 if checkpoint is None else checkpoint.clock

    def until_saved_further(self) -> None:
        known = checkpoint_folders(self.folder)
        until(lambda: set(checkpoint_folders(self.folder)) - set(known), "another checkpoint")

    def pause(self) -> None:
        self.run.pause()
        until_spans_are_trained(self.run)

    def pause_and_save(self) -> None:
        """Pause the run, and wait until there is nothing more to save before it is resumed."""
        self.pause()
        tokens = self.run.snapshot().progress.tokens
        until(lambda: self.saved_tokens() == tokens and self.store.ready, "the last checkpoint")


def refused(number):
    """As the library says it: by text alone."""

    def save(*_):
        raise SafetensorError(
            f"Error while serializing: I/O error: {os.strerror(number)} (os error {number})"
        )

    return save


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "no space left on device: free some space"),
        (errno.EDQUOT, "disk quota exceeded: remove files"),
        (errno.EFBIG, "file too large"),
        (errno.EIO, "input/output error"),
        (errno.EROFS, "read-only file system: the disk is read-only"),
    ],
)
def test_a_checkpoint_without_room_is_reported_once_and_retried(
    number, reason, tmp_path, monkeypatch
):
    with SavedRun(tmp_path) as saved:
        saved.until_saved_further()
        with monkeypatch.context() as broken:
            broken.setattr(tensor_file, "save_file", refused(number))
            assert reason in saved.until_reported("no checkpoint")
            before = newest_intact(saved.folder)[0]
            saved.until_trained_further()
            until(lambda: saved.store.ready and saved.store.failed, "another try")
            now, spoiled = newest_intact(saved.folder)
            assert (now.clock, spoiled) == (before.clock, {})
            until(lambda: not list((saved.folder / FOLDER).glob("*.tmp")), "no draft")
        saved.until_reported("checkpoints are being written again")
        assert sum("no checkpoint" in one.text for one in saved.run.snapshot().events) == 1
    assert not saved.store.failed
    assert newest_intact(saved.folder)[0].reason == "stopped"


def test_a_file_that_cannot_be_synced_is_not_a_checkpoint(tmp_path, monkeypatch):
    with SavedRun(tmp_path) as saved:
        saved.until_saved_further()
        saved.until_saved_further()

        def fsync(descriptor):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", fsync)
            saved.until_reported("no checkpoint")
            saved.until_reported("events and metrics are not written")
            saved.until_trained_further()
            assert len(checkpoint_folders(saved.folder)) >= KEPT
            assert newest_intact(saved.folder)[0] is not None
        saved.until_reported("checkpoints are being written again")
        saved.until_reported("events and metrics are being written again")
    events, troubles = read_events(saved.folder / EVENTS)
    assert not troubles
    # What is reported after the end of the run is not among its events.
    assert [one.text for one in events] == [one.text for one in saved.run.snapshot().events]


@pytest.mark.parametrize("what", ["run", "root", "checkpoints", "lock", "record", "journal"])
def test_what_is_removed_during_a_run_is_made_again(what, tmp_path):
    root = tmp_path / "runs"
    with SavedRun(root) as saved:
        saved.until_saved_further()
        saved.run.change(window=3)
        saved.until_saved_further()
        folder = saved.folder
        removed = {
            "run": folder, "root": root, "checkpoints": folder / FOLDER, "lock": folder / "lock",
            "record": folder / RECORD, "journal": folder / EVENTS,
        }[what]  # fmt: skip
        until(removed.exists, what)
        removed.rename(tmp_path / "away")  # at once, as rm -r of a folder in use would not be
        until(
            lambda: newest_intact(folder)[0] and (folder / EVENTS).exists() and removed.exists(),
            "all of it",
        )
        saved.until_trained_further()
        saved.until_saved_further()
        assert in_use(folder)
        with pytest.raises(RunError, match=f"in use by process {os.getpid()}"):
            RunLock(folder)
    assert all_runs(root) == [folder]
    assert status_of(folder).state == "stopped"
    assert status_of(folder).error is None
    assert [one.number for one in read_events(folder / EVENTS)[0] if one.kind == "change"] == [1]
    resumption(folder).recorder.close()


def test_a_folder_that_goes_and_cannot_come_again_ends_no_run(tmp_path):
    root, obstacle = tmp_path / "runs", tmp_path / "obstacle"
    (tmp_path / "away").mkdir()
    root.symlink_to(tmp_path / "away")
    obstacle.write_text("in the way")
    with SavedRun(root) as saved:
        saved.until_saved_further()
        obstacle.replace(root)  # at once, or the folder would be made again before that
        saved.until_reported("no checkpoint")
        saved.until_trained_further()
        root.unlink()
        saved.until_reported("checkpoints are being written again")
    assert status_of(saved.folder).state == "stopped"


def test_a_run_is_saved_as_soon_as_its_folder_can_be_made(tmp_path):
    """A run trains even while its folder cannot be created."""
    root = tmp_path / "runs"
    root.write_text("in the way")
    with SavedRun(root) as saved:
        assert "a file is in the way" in saved.until_reported("this run cannot be resumed later")
        saved.until_trained_further()
        root.unlink()
        saved.until_reported("saving this run as")
        saved.until_saved_further()
    assert status_of(saved.folder).state == "stopped"


# ---- permissions


@pytest.mark.usefixtures("unprivileged")
@pytest.mark.parametrize(
    ("what", "mode", "troubles"),
    [
        ("root", NOTHING, ["no checkpoint", "events and metrics are not written"]),
        ("run", NOTHING, ["no checkpoint", "events and metrics are not written"]),
        ("run", READING, ["events and metrics are not written"]),
        ("checkpoints", NOTHING, ["no checkpoint"]),
        ("checkpoints", READING, ["no checkpoint"]),
    ],
)
def test_a_run_is_saved_again_once_its_permissions_return(what, mode, troubles, tmp_path):
    """A run whose folder loses its permissions continues to train."""
    root = tmp_path / "runs"
    with SavedRun(root) as saved:
        saved.until_saved_further()
        until((saved.folder / STATUS).exists, "all files")
        taken = {"root": root, "run": saved.folder, "checkpoints": saved.folder / FOLDER}[what]
        saved.pause_and_save()
        known = checkpoint_folders(saved.folder)
        with closed(taken, mode):
            saved.run.resume()
            for trouble in troubles:
                assert "permission denied" in saved.until_reported(trouble).lower()
            saved.until_trained_further()
            saved.run.change(window=3)
            saved.until_trained_further()
            saved.pause()  # one checkpoint takes the place of one of those at most
        if "no checkpoint" in troubles:
            assert set(checkpoint_folders(saved.folder)) & set(known)
            saved.until_reported("checkpoints are being written again")
        if "events and metrics are not written" in troubles:
            saved.until_reported("events and metrics are being written again")
        reported = [one.text for one in saved.run.snapshot().events]
        for trouble in ("no checkpoint", "events and metrics are not written"):
            assert sum(trouble in text for text in reported) == (trouble in troubles)
    assert all_runs(root) == [saved.folder]
    checkpoint, spoiled = newest_intact(saved.folder)
    assert (checkpoint.reason, spoiled) == ("stopped", {})
    assert not list(root.rglob("*.tmp"))
    journal, troubles = read_events(saved.folder / EVENTS)
    assert not troubles
    assert [one.number for one in journal if one.kind == "change"] == [1]


@pytest.mark.usefixtures("unprivileged")
@pytest.mark.parametrize("name", [EVENTS, METRICS])
def test_a_file_of_a_run_that_may_not_be_written_any_more_ends_nothing(name, tmp_path):
    with SavedRun(tmp_path) as saved:
        saved.until_saved_further()
        file = saved.folder / name
        until(file.exists, name)
        with closed(file):
            saved.run.change(window=3)
            assert "permission denied" in saved.until_reported("events and metrics are not written")
            saved.until_saved_further()
            saved.until_trained_further()
        saved.until_reported("events and metrics are being written again")
    assert status_of(saved.folder).state == "stopped"
    assert [one.number for one in read_events(saved.folder / EVENTS)[0] if one.number] == [1]


def test_a_run_that_diverges_keeps_its_last_good_checkpoint(tmp_path, monkeypatch):
    train = CpuBackend.train_span

    def spoil(backend, *arguments):
        """As arithmetic does, but at once."""
        backend.input_vectors[:] = np.nan
        train(backend, *arguments)

    with SavedRun(tmp_path) as saved:
        saved.until_saved_further()
        monkeypatch.setattr(CpuBackend, "train_span", spoil)
        assert saved.run.is_over(DEADLINE)
        assert saved.run.snapshot().state == "failed"
    checkpoint, spoiled = newest_intact(saved.folder)
    assert not spoiled
    assert all(np.isfinite(matrix).all() for matrix in checkpoint.vectors.values())
    status = status_of(saved.folder)
    assert (status.state, status.can_resume) == ("failed", True)
    assert "diverged" in status.error


def diverges_after_a_change(root: Path, n_checkpoints: int) -> SavedRun:
    """A run that fails after a change, with a checkpoint before that and others after it."""
    with SavedRun(root, checkpoint_seconds=3600.0, window=5) as saved:
        saved.until_trained_further()
        saved.run.change(window=2)
        until(lambda: saved.run.snapshot().last_change, "the change")
        for _ in range(n_checkpoints):
            saved.until_trained_further()
            tokens = saved.run.snapshot().progress.tokens
            saved.run.checkpoint()
            until(lambda tokens=tokens: saved.saved_tokens() >= tokens, "another checkpoint")
        saved.run.trained.matrices()["input_vectors"][:] = np.nan
        assert saved.run.is_over(DEADLINE)
    return saved


def test_a_run_that_failed_after_a_change_is_undone_from_before_it(tmp_path):
    saved = diverges_after_a_change(tmp_path, 1)
    after, before = checkpoint_folders(saved.folder)
    with_the_change = resumption(saved.folder)
    assert with_the_change.checkpoint.reason == "asked for"
    assert "the run failed after change 1, window 5" in with_the_change.notes[-1]
    with_the_change.recorder.close()
    without = resumption(saved.folder, undo=True)
    assert without.checkpoint.reason == "before change 1"
    assert "the checkpoint before the change is used" in " ".join(without.notes)
    assert [change.undoes for change in without.script.changes] == [None, 1]
    assert checkpoint_folders(saved.folder) == [after, before]  # it may still be refused
    run = without.run(lambda progress, stop: corpus())
    run.start()
    until(lambda: run.snapshot().progress.tokens > without.checkpoint.clock, "further training")
    assert run.snapshot().settings.window == 5
    assert after not in checkpoint_folders(saved.folder)
    run.stop()
    assert run.is_over(DEADLINE)
    without.recorder.close()
    again = resumption(saved.folder)
    assert (again.checkpoint.settings.window, again.script.changes) == (5, ())
    again.recorder.close()


def test_a_run_with_no_checkpoint_from_before_the_change_is_undone_from_the_newest(tmp_path):
    saved = diverges_after_a_change(tmp_path, 2)
    newest, _ = checkpoint_folders(saved.folder)
    without = resumption(saved.folder, undo=True)
    without.recorder.close()
    assert without.checkpoint.clock == newest_intact(saved.folder)[0].clock
    assert [change.undoes for change in without.script.changes] == [1]
    assert checkpoint_folders(saved.folder)[0] == newest


def test_no_checkpoint_has_text_that_a_worker_failed_to_train(tmp_path, monkeypatch):
    train, finish, calls = CpuBackend.train_span, Dispatcher.finish_job, iter(range(10**9))
    saved = SavedRun(tmp_path)
    taken = threading.Event()

    def fail(*arguments):
        if next(calls) > 20:
            raise MemoryError("as a worker may")
        train(*arguments)

    def finish_and_wait(dispatcher, number):
        """Give the run the time to take a checkpoint of what was not trained."""
        finish(dispatcher, number)
        if sys.exc_info()[1] is not None:
            saved.run._trainer.checkpointing.look("paused")
            taken.set()

    monkeypatch.setattr(CpuBackend, "train_span", fail)
    monkeypatch.setattr(Dispatcher, "finish_job", finish_and_wait)
    with saved:
        assert saved.run.is_over(DEADLINE)
    assert taken.is_set()
    assert saved.run.snapshot().state == "failed"
    checkpoint, _ = newest_intact(saved.folder)
    assert checkpoint is None or checkpoint.tallies[3] == checkpoint.clock


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what is mapped")
def test_a_checkpoint_that_was_resumed_takes_no_room_once_it_is_old(tmp_path):
    with SavedRun(tmp_path) as saved:
        saved.until_saved_further()
    taken = resumption(saved.folder)
    run = Run(
        lambda progress, stop: corpus(), taken.record.request.training, taken.record.settings,
        looks_at_vectors=False, store=taken.recorder, checkpoint_seconds=0.02,
        resume_from=taken.fit, earlier=taken.events, script=taken.script,
    )  # fmt: skip
    taken.recorder.follow(run.snapshot)
    store, before = taken.recorder, checkpoint_folders(saved.folder)
    del taken
    run.start()
    until(lambda: not set(before) & set(checkpoint_folders(saved.folder)), "newer checkpoints")
    maps = Path("/proc/self/maps").read_text()
    run.stop()
    assert run.wait(DEADLINE)
    store.close()
    assert str(saved.folder) not in maps


@pytest.mark.parametrize("step", [-86_400.0, 1e9])
def test_clocks_that_jump_change_nothing(step, tmp_path, monkeypatch):
    jumps = iter(range(10**9))
    usual = time.time
    monkeypatch.setattr(time, "time", lambda: usual() + step * next(jumps))
    with SavedRun(tmp_path) as saved:
        for _ in range(4):
            saved.until_saved_further()
        folder = saved.folder
        saved.pause_and_save()
        for age, generation in enumerate(checkpoint_folders(folder)):  # the newest seems the oldest
            os.utime(generation, (age * 1e6, age * 1e6))
        saved.run.resume()
        saved.until_saved_further()
    for path in [folder, *folder.iterdir()]:
        os.utime(path, (2**33, 2**33))
    newest = newest_intact(folder)[0]
    assert (newest.reason, newest.clock) == ("stopped", saved.run.snapshot().progress.tokens)
    assert [int(path.name) for path in checkpoint_folders(folder)] == sorted(
        (int(path.name) for path in checkpoint_folders(folder)), reverse=True
    )
    assert status_of(folder).state == "stopped"
    assert find_run(tmp_path, "last") == folder


# ---- disks that fail, from the start or at the end


@pytest.fixture
def w2v(capsys):
    """Run a command line in this process: its exit code and what it said on stderr."""

    def run(*argv) -> tuple[int, str]:
        code = run_command_line([str(word) for word in argv])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.err

    return run


QUICK = ("--epochs", 3, "--vector-size", 8, "--workers", 1)


def test_an_unwritable_named_folder_is_refused_before_training(w2v, topical_corpus, tmp_path):
    (tmp_path / "file").touch()
    output = tmp_path / "out.bin"
    code, err = w2v(
        "train", topical_corpus, "-o", output, *QUICK, "--runs-dir", tmp_path / "file" / "runs"
    )
    assert code == 5
    assert "is a file: name a folder" in err
    assert not output.exists()


@pytest.mark.parametrize("saved", [True, False])
def test_a_disk_that_is_full_at_the_end_fails_only_where_nothing_is_saved(
    saved, w2v, topical_corpus, tmp_path, monkeypatch
):
    usual, output = tmp_path / "usual.bin", tmp_path / "out.bin"
    assert w2v("train", topical_corpus, "-o", usual, *QUICK, "--no-checkpoints")[0] == 0
    monkeypatch.setattr(tensor_file, "save_file", refused(errno.ENOSPC))
    wanted = ["-o", output] if saved else ["--neighbors", "ship"]
    code, err = w2v("train", topical_corpus, *wanted, *QUICK)
    assert code == (0 if saved else 5)
    assert "no checkpoint: cannot write" in err
    assert "no space left" in err
    if saved:
        assert output.read_bytes() == usual.read_bytes()


_LIMITED = """
import resource, sys
from w2vtui.cli import run_command_line
text, usual, output, runs, limit, *settings = sys.argv[1:]
run_command_line(["train", text, "-o", usual, "--no-checkpoints", *settings])
usual = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), usual[1]))
code = run_command_line(["train", text, "-o", output, "--runs-dir", runs, *settings])
resource.setrlimit(resource.RLIMIT_FSIZE, usual)  # what counts the lines that ran writes a file
sys.exit(code)
"""


def test_files_that_may_not_grow_end_no_training(environment, topical_corpus, tmp_path):
    """Vectors of 26 x 100 fit, both matrices of them do not."""
    usual, output, runs = tmp_path / "usual.bin", tmp_path / "out.bin", tmp_path / "runs"
    settings = ["--epochs", "20", "--vector-size", "100", "--workers", "1"]
    process = start_program(
        _LIMITED, topical_corpus, usual, output, runs, 16384, *settings, environment=environment
    )
    code, err = finish(process)
    assert code == 0, err
    assert "no checkpoint: cannot write" in err
    assert "file too large" in err
    assert output.read_bytes() == usual.read_bytes()
    (folder,) = all_runs(runs)
    assert not checkpoint_folders(folder)
    assert not list(folder.rglob("*.tmp"))


_MOUNTED = f"""
import ctypes, subprocess, sys
mount = sys.argv.pop(1)
assert ctypes.CDLL(None).unshare(0x00020000) == 0  # CLONE_NEWNS: nobody else sees the mount
subprocess.run(["sh", "-c", "mount --make-rprivate / && " + mount], check=True)
{COMMAND_LINE}
"""
_MOUNTED_AND_COPIED = f"""
import shutil, sys
from w2vtui.training import loop
loop.TICK_SECONDS = 0.02  # several checkpoints of a short training
mounted_at, copy = sys.argv.pop(1), sys.argv.pop(1)
try:
    exec({_MOUNTED!r})
finally:
    shutil.copytree(mounted_at, copy)
"""


@pytest.fixture(scope="module")
def _may_mount():
    """Skip where this user may not mount."""
    tried = ["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
    try:
        works = not subprocess.run(tried, capture_output=True, check=False).returncode
    except OSError:
        works = False
    if not works:
        pytest.skip("this user may not mount")


@pytest.fixture
def ended_with_a_mount(_may_mount, environment):
    """Exit code and stderr of a command line for which a shell command has mounted something.

    copied   a mounted folder, and where to copy what is in it at the end
    """

    def run(mount, *argv, copied=(), variables=None):
        program = _MOUNTED_AND_COPIED if copied else _MOUNTED
        return finish(
            start_program(
                program, *copied, mount, *argv, environment=environment | (variables or {})
            )
        )

    return run


WIDE = ["--epochs", 12, "--vector-size", 100, "--workers", 1, "--min-count", 1]


@pytest.fixture(scope="module")
def wide_text(tmp_path_factory):
    """A text of 1,500 words, whose checkpoints are large, and the vectors of a usual training."""
    place = tmp_path_factory.mktemp("wide")
    text, usual = place / "wide.txt", place / "usual.bin"
    lines = (" ".join(f"w{(i * j) % 1500}" for j in range(1, 11)) for i in range(1, 4000))
    text.write_text("\n".join(lines) + "\n")
    argv = ["train", text, "-o", usual, *WIDE, "--no-checkpoints"]
    assert run_command_line(list(map(str, argv))) == 0
    return text, usual.read_bytes()


@pytest.mark.parametrize(("megabytes", "holds"), [(2, 1), (3, 2)])
@pytest.mark.slow
def test_a_small_disk_keeps_what_it_can(megabytes, holds, ended_with_a_mount, wide_text, tmp_path):
    """A checkpoint has 1.2 MB. Where there is room for two, a third takes the oldest one's."""
    text, usual = wide_text
    output, runs, copy = (tmp_path / name for name in ("out.bin", "runs", "copy"))
    runs.mkdir()
    code, err = ended_with_a_mount(
        f"mount -t tmpfs -o size={megabytes}m tmpfs {runs}",
        "train", text, "-o", output, *WIDE, "--runs-dir", runs, "--checkpoint-seconds", 0.1,
        copied=(runs, copy),
    )  # fmt: skip
    assert code == 0, err
    assert ("no space left on device: free some space" in err) == (holds == 1)
    assert output.read_bytes() == usual
    (folder,) = all_runs(copy)
    checkpoint, spoiled = newest_intact(folder)
    assert not spoiled
    assert (checkpoint.fraction == 1) == (holds == 2)
    assert len(checkpoint_folders(folder)) == holds
    assert not list((folder / FOLDER).glob("*.tmp"))


@pytest.mark.parametrize("kilobytes", [8, 96])
def test_a_full_disk_of_the_cache_is_done_without(
    kilobytes, ended_with_a_mount, w2v, topical_corpus, tmp_path
):
    cache, usual, output = (tmp_path / name for name in ("cache", "usual.bin", "out.bin"))
    cache.mkdir()
    options = [*QUICK, "--no-checkpoints"]
    assert w2v("train", topical_corpus, "-o", usual, *options)[0] == 0
    code, err = ended_with_a_mount(
        f"mount -t tmpfs -o size={kilobytes}k tmpfs {cache}",
        "train", topical_corpus, "-o", output, *options,
        variables={"W2VTUI_CACHE_DIR": str(cache)},
    )  # fmt: skip
    assert code == 0, err
    assert f"cannot write to the cache in {cache / 'corpora'} (No space left on device)" in err
    assert output.read_bytes() == usual.read_bytes()


@pytest.mark.parametrize("named", [True, False])
def test_a_read_only_disk_is_refused_before_training_or_noted(
    named, ended_with_a_mount, topical_corpus, tmp_path
):
    place, output = tmp_path / "place", tmp_path / "out.bin"
    place.mkdir()
    code, err = ended_with_a_mount(
        f"mount --bind {place} {place} && mount -o remount,ro,bind {place}",
        "train", topical_corpus, "-o", output, *QUICK, *(["--runs-dir", place] if named else []),
        variables={"XDG_DATA_HOME": str(place), "W2VTUI_RUNS_DIR": ""},
    )  # fmt: skip
    assert code == (5 if named else 0), err
    assert "read-only file system: the disk is read-only" in err
    assert output.exists() != named
    assert ("this run cannot be resumed later" in err) != named


@pytest.mark.usefixtures("unprivileged")
def test_an_unreadable_text_is_reported(w2v, topical_corpus, tmp_path):
    with closed(topical_corpus):
        code, err = w2v("train", topical_corpus, "-o", tmp_path / "out.bin", *QUICK)
    assert code == 3
    assert f"cannot read {topical_corpus}: Permission denied" in err
    assert not list(all_runs(Path(os.environ["W2VTUI_RUNS_DIR"])))


@pytest.mark.usefixtures("unprivileged")
@pytest.mark.parametrize("mode", [NOTHING, READING])
def test_an_unwritable_folder_for_vectors_is_refused_before_training(
    mode, w2v, topical_corpus, tmp_path
):
    place = tmp_path / "place"
    place.mkdir()
    with closed(place, mode):
        code, err = w2v("train", topical_corpus, "-o", place / "out.bin", *QUICK)
    assert code == 5
    assert f"cannot write {place / 'out.bin'}: permission denied: choose a folder you may" in err
    assert not list(place.iterdir())
    assert not list(all_runs(Path(os.environ["W2VTUI_RUNS_DIR"])))


@pytest.mark.usefixtures("unprivileged")
def test_an_output_that_is_closed_during_training_stays_and_no_vector_is_lost(
    w2v, topical_corpus, tmp_path, monkeypatch
):
    """Where the folder of the output is closed during the training, the old file stays."""
    place, usual, output = tmp_path / "place", tmp_path / "usual.bin", tmp_path / "place/out.bin"
    place.mkdir()
    old = b"2 1\nold 0.5\nolder 0.25\n"
    output.write_bytes(old)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert w2v("train", topical_corpus, "-o", usual, *QUICK, "--no-checkpoints")[0] == 0
    start = Run.start

    def start_and_close(run):
        place.chmod(READING)
        start(run)

    monkeypatch.setattr(Run, "start", start_and_close)
    code, err = w2v("train", topical_corpus, "-o", output, *QUICK)
    place.chmod(0o700)
    assert code == 5
    assert "permission denied" in err
    assert list(place.iterdir()) == [output]
    assert output.read_bytes() == old
    (rescued,) = tmp_path.glob("w2vtui-rescued-*/out.bin")
    assert f"the vectors are safe in {rescued}" in err
    assert rescued.read_bytes() == usual.read_bytes()


@pytest.mark.usefixtures("unprivileged")
@pytest.mark.parametrize("mode", [NOTHING, READING])
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("below", ["", "runs", "w2vtui/runs"])
def test_an_unwritable_folder_for_runs_is_refused_or_noted(
    below, named, mode, w2v, topical_corpus, tmp_path, monkeypatch
):
    place, output = tmp_path / "place", tmp_path / "out.bin"
    runs = place / below
    place.mkdir()
    if named:
        named_place = ["--runs-dir", runs]
    else:
        named_place = []
        monkeypatch.delenv("W2VTUI_RUNS_DIR")
        monkeypatch.setattr(recorder, "runs_folder", lambda named=None: runs)
    with closed(place, mode):
        code, err = w2v("train", topical_corpus, "-o", output, *QUICK, *named_place)
    assert code == (5 if named else 0), err
    assert "permission denied: choose a folder you may write to" in err
    assert output.exists() != named
    assert ("this run cannot be resumed later" in err) != named
    assert not list(place.iterdir())


@pytest.mark.usefixtures("unprivileged")
def test_what_another_user_left_half_made_hinders_no_run(tmp_path):
    foreign = draft_beside(tmp_path / "run")
    (foreign / "checkpoints").mkdir(parents=True)
    (foreign / "lock").touch()
    for mode in (NOTHING, READING, NO_LISTING):
        with closed(foreign, mode), SavedRun(tmp_path) as saved:
            saved.until_saved_further()
            assert not saved.reported("cannot be resumed later")
    assert (foreign / "checkpoints").is_dir()


# ---- one process at a time


def test_a_place_for_runs_that_cannot_be_swept_hinders_no_run(tmp_path, monkeypatch):
    def refuse(root, run):
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(recorder, "remove_drafts", refuse)
    with SavedRun(tmp_path) as saved:
        saved.until_saved_further()
    assert not saved.reported("cannot be resumed later")


def test_a_run_in_use_is_refused_by_the_process_that_holds_it(started, w2v, topical_corpus):
    process = started("train", topical_corpus, "--neighbors", "ship", "--epochs", 10**6)
    runs = Path(os.environ["W2VTUI_RUNS_DIR"])
    (folder,) = until(lambda: all_runs(runs), "a run")
    for argv in (["resume", "last"], ["runs", "--remove", folder.name]):
        code, err = w2v(*argv)
        assert code == 2
        assert f"run {folder.name} is in use by process {process.pid}" in err
    assert status_of(folder).state in ("interrupted", "preparing", "training")
    process.kill()
    process.wait()
    assert not in_use(folder)
    RunLock(folder).release()


def test_a_second_ctrl_c_waits_for_no_checkpoint(
    w2v, topical_corpus, tmp_path, monkeypatch, request
):
    stopped, go_on, stop = threading.Event(), threading.Event(), Run.stop
    request.addfinalizer(go_on.set)

    def save(*_):
        os.kill(os.getpid(), signal.SIGINT)
        assert stopped.wait(DEADLINE)
        os.kill(os.getpid(), signal.SIGINT)
        go_on.wait()

    def stop_and_tell(run):
        stop(run)
        stopped.set()

    monkeypatch.setattr(signals, "ECHO_SECONDS", 0.0)
    monkeypatch.setattr(Run, "stop", stop_and_tell)
    monkeypatch.setattr(tensor_file, "save_file", save)
    code, err = w2v(
        "train", topical_corpus, "-o", tmp_path / "out.bin", "--epochs", 10**6,
        "--checkpoint-seconds", 0.1,
    )  # fmt: skip
    assert stopped.is_set()
    assert code == 130
    assert err.endswith("w2vtui: interrupted\n")
