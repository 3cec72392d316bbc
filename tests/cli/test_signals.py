"""Signals and closed terminals: what is learned is saved, and nothing is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from tests.support.processes import (
    ENDLESS,
    QUICK,
    finish,
    json_objects,
    leftovers,
    posix,
    read_terminal,
    start_program,
    until_it_says,
    until_it_trains,
)
from tests.support.terminals import fill
from tests.support.threads import until_threads_end
from tests.support.wait import DEADLINE, until
from tests.support.warm import COMMAND_LINE
from w2v_kernels.machine.compiling import CACHE_FOLDER
from w2vtui.cli import VERBS, headless
from w2vtui.formats import load_vectors
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.requested import request
from w2vtui.system import signals
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.run import Run

# ---- while it trains


@posix
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_saves_what_is_learned(started, topical_corpus, tmp_path, number, code):
    output = tmp_path / "v.bin"
    process = started("train", topical_corpus, "-o", output, *ENDLESS, "--json")
    until_it_trains(process, tokens=100_000)  # of which the vectors grow
    process.send_signal(number)
    result = finish(process)
    assert result.code == code
    assert json_objects(result.out)[-1]["state"] == "stopped"
    assert "saved " in result.err
    loaded = load_vectors(output)
    assert np.isfinite(loaded.vectors).all()
    assert loaded.norms.max() > 0.5  # learned from, not as it began
    assert (tmp_path / "v.bin.vocab").exists()
    assert leftovers(tmp_path) == []


IGNORES_HANGUPS = f"""
import signal
from tests.support.calm import train_calmly
signal.signal(signal.SIGHUP, signal.SIG_IGN)
train_calmly()
{COMMAND_LINE}
"""


@posix
def test_a_signal_that_was_ignored_from_the_start_stays_ignored(
    environment, topical_corpus, tmp_path
):
    """As nohup asks for."""
    process = start_program(
        IGNORES_HANGUPS, "train", topical_corpus, "-o", tmp_path / "v.bin", *ENDLESS, "--json",
        environment=environment,
    )  # fmt: skip
    until_it_trains(process)
    process.send_signal(signal.SIGHUP)
    until_it_trains(process)  # a line more, a second later
    process.send_signal(signal.SIGTERM)
    assert finish(process).code == 143


@posix
def test_ctrl_c_in_a_terminal_saves(terminal, topical_corpus, tmp_path):
    process, descriptor = terminal("train", topical_corpus, "-o", tmp_path / "v.bin", *ENDLESS)
    read_terminal(descriptor, until=b"ETA")
    os.write(descriptor, b"\x03")
    drawn = read_terminal(descriptor)
    assert process.wait(DEADLINE) == 130, drawn
    assert b"saved" in drawn
    assert b"stopped at" in drawn
    assert b"\x1b[?25h" in drawn  # the cursor is shown again
    assert (tmp_path / "v.bin").exists()


@posix
def test_a_terminal_that_is_closed_saves(terminal, topical_corpus, tmp_path):
    process, descriptor = terminal("train", topical_corpus, "-o", tmp_path / "v.bin", *ENDLESS)
    read_terminal(descriptor, until=b"ETA")
    os.close(descriptor)
    assert process.wait(DEADLINE) == 129
    assert len(load_vectors(tmp_path / "v.bin")) == 26
    assert leftovers(tmp_path) == []


# ---- a stream that takes nothing


@posix
def test_a_terminal_that_takes_nothing_holds_up_no_end(started, topical_corpus, tmp_path):
    pty = pytest.importorskip("pty")
    outside, inside = pty.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), inside)
    words = ("--neighbors", "ship")
    process = started(
        "train", topical_corpus, "-o", tmp_path / "v.bin", *ENDLESS, *words, **streams
    )
    read_terminal(outside, until=b"ETA")
    fill(os.ttyname(inside))
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) == 143
    assert len(load_vectors(tmp_path / "v.bin")) == 26
    assert leftovers(tmp_path) == []


@posix
@pytest.mark.parametrize("full", ["stdout", "stderr"])
def test_a_pipe_that_nobody_reads_holds_up_no_end(started, topical_corpus, tmp_path, full):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writing = os.open(pipe, os.O_WRONLY)
    process = started(
        "train", topical_corpus, "-o", tmp_path / "v.bin", *ENDLESS,
        "--runs-dir", tmp_path / "runs", *(["--json"] if full == "stdout" else []),
        **{full: writing},
    )  # fmt: skip
    until(lambda: any(status_of(run).tokens for run in all_runs(tmp_path / "runs")))
    fill(pipe)
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) == 143
    assert len(load_vectors(tmp_path / "v.bin")) == 26
    for end in (reading, writing):
        os.close(end)


@posix
def test_a_closed_terminal_is_not_reported_as_a_full_disk(terminal, topical_corpus, tmp_path):
    """The words that were asked for cannot be printed; the signal says why."""
    process, descriptor = terminal("train", topical_corpus, *ENDLESS, "--neighbors", "ship")
    read_terminal(descriptor, until=b"ETA")
    os.close(descriptor)
    assert process.wait(DEADLINE) == 129


# ---- while it reads


@posix
@pytest.mark.parametrize("text", ["", "the ship sails\n" * 100])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_stdin_is_read_leaves_nothing_behind(
    started, tmp_path, environment, text, number, code
):
    """Ctrl-C ends the whole pipeline: the text ends with it, in the middle."""
    process = started("train", "-", "-o", tmp_path / "v.bin", *QUICK, stdin=subprocess.PIPE)
    process.stdin.write(text)
    process.stdin.flush()
    until_it_says(process, "reading")
    process.send_signal(number)
    result = finish(process)
    assert result.code == code
    assert "interrupted" in result.err
    assert "no words" not in result.err
    assert not list(tmp_path.glob("v.bin*"))
    assert leftovers(tmp_path, Path(environment["W2VTUI_CACHE_DIR"])) == []


@posix
def test_ctrl_c_ends_the_wait_for_a_silent_stdin(started, tmp_path):
    process = started("train", "-", "-o", tmp_path / "v.bin", *QUICK, stdin=subprocess.PIPE)
    until_it_says(process, "reading")
    process.send_signal(signal.SIGINT)
    assert process.wait(DEADLINE) == 130
    assert not (tmp_path / "v.bin").exists()


# ---- while it compiles


@posix
def test_ctrl_c_gives_up_compiling(started, w2v, topical_corpus, tmp_path):
    """Of the training loop; all else is compiled."""
    assert w2v("train", topical_corpus, "-o", tmp_path / "usual.bin", *QUICK).code == 0
    kernels = tmp_path / "kernels"
    shutil.copytree(CACHE_FOLDER, kernels, ignore=shutil.ignore_patterns("*.train_span*"))
    process = started(
        "train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK,
        variables={"NUMBA_CACHE_DIR": str(kernels), "NUMBA_OPT": "0"},
    )  # fmt: skip
    until_it_says(process, "compiling the training loop")
    process.send_signal(signal.SIGINT)
    result = finish(process)
    assert result.code == 130
    assert "interrupted before anything was learned" in result.err
    assert "kernels compiled" not in result.err
    assert not list(kernels.rglob("*.train_span*.nbc"))
    assert not (tmp_path / "v.bin").exists()


class Compiling:
    """A stand-in for a compilation that lasts until it is released."""

    def __init__(self, monkeypatch):
        self.begun, self.let_go, self.stopped = (threading.Event() for _ in range(3))
        stop = Run.stop
        monkeypatch.setattr(CpuBackend, "compile", lambda *_: self._compile())
        monkeypatch.setattr(Run, "stop", lambda run: (stop(run), self.stopped.set()))

    def _compile(self):
        self.begun.set()
        assert self.let_go.wait(DEADLINE)

    def interrupt(self, *numbers, then_end=False):
        """Send signals to this process once it compiles, each when the last was heard."""

        def send():
            self.begun.wait(DEADLINE)
            for number in numbers:
                os.kill(os.getpid(), number)
                self.stopped.wait(DEADLINE)
            if then_end:
                self.let_go.set()

        threading.Thread(target=send, daemon=True).start()


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_it_compiles_leaves_nothing_behind(
    w2v, topical_corpus, tmp_path, monkeypatch, number, code
):
    Compiling(monkeypatch).interrupt(number, then_end=True)
    handlers = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == code
    assert "interrupted" in result.err
    assert not list(tmp_path.glob("v.bin*"))
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers


@posix
@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ((signal.SIGINT, signal.SIGINT), 130),
        ((signal.SIGINT, signal.SIGTERM), 143),
        ((signal.SIGTERM, signal.SIGTERM), 143),
    ],
)
def test_a_second_signal_ends_at_once(w2v, topical_corpus, tmp_path, monkeypatch, numbers, code):
    monkeypatch.setattr(signals, "ECHO_SECONDS", 0.0)
    busy = Compiling(monkeypatch)  # would take a minute
    busy.interrupt(*numbers)
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == code
    assert result.err.endswith("w2vtui: interrupted\n")
    assert not busy.let_go.is_set()
    assert not list(tmp_path.glob("v.bin*"))
    busy.let_go.set()
    until_threads_end()


# ---- while it saves


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_it_saves_lets_it_save(
    w2v, topical_corpus, tmp_path, monkeypatch, number, code
):
    save = request.save_vectors

    def interrupted(*arguments, **named):
        os.kill(os.getpid(), number)
        save(*arguments, **named)

    monkeypatch.setattr(request, "save_vectors", interrupted)
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == code
    assert "saved " in result.err
    assert len(load_vectors(tmp_path / "v.bin")) == 26


@posix
@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ((signal.SIGTERM, signal.SIGTERM), 143),  # as `timeout` does: to a process and its group
        ((signal.SIGTERM, signal.SIGHUP), 143),  # as service managers do
        ((signal.SIGINT, signal.SIGTERM), 130),  # as what runs in the same terminal passes it on
        ((signal.SIGINT, signal.SIGINT), 130),  # before it is said that the second leaves at once
    ],
)
def test_a_signal_that_is_sent_twice_at_once_counts_once(
    w2v, topical_corpus, tmp_path, monkeypatch, numbers, code
):
    monkeypatch.setattr(headless, "QUIET_SECONDS", DEADLINE)
    monkeypatch.setattr(signals, "ECHO_SECONDS", DEADLINE)
    save = request.save_vectors

    def interrupted(*arguments, **named):
        for number in numbers:
            os.kill(os.getpid(), number)
        save(*arguments, **named)

    monkeypatch.setattr(request, "save_vectors", interrupted)
    assert w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK).code == code
    assert len(load_vectors(tmp_path / "v.bin")) == 26


@posix
def test_a_run_that_a_signal_is_stopping_is_not_paused_by_another_one(monkeypatch):
    """The thread that stops it may hold its lock, for which a pause would wait without an end."""
    run = Mock(**{"snapshot.return_value.state": "training"})
    monkeypatch.setattr(os, "kill", Mock())
    run.stop.side_effect = lambda: signal.getsignal(signal.SIGTSTP)(signal.SIGTSTP, None)
    with headless._stopped_by_signals(run):
        signal.getsignal(signal.SIGTSTP)(signal.SIGTSTP, None)
        assert run.pause.call_count == run.resume.call_count == 1
        signal.getsignal(signal.SIGTERM)(signal.SIGTERM, None)
    assert os.kill.call_count == 2
    assert run.pause.call_count == run.resume.call_count == 1


@posix
def test_ctrl_c_ends_at_once_as_soon_as_it_is_said_that_it_does(
    w2v, topical_corpus, tmp_path, monkeypatch
):
    said = []
    monkeypatch.setattr(headless, "write_now", lambda line: bool(said.append(line) or said))
    monkeypatch.setattr(headless, "QUIET_SECONDS", 0.0)
    busy = Compiling(monkeypatch)

    def press():
        busy.begun.wait(DEADLINE)
        os.kill(os.getpid(), signal.SIGINT)
        until(lambda: said)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    busy.let_go.set()
    assert result.code == 130
    assert result.err.endswith("w2vtui: interrupted\n")
    assert said[0].endswith("Ctrl-C again to leave at once, without saving")
    until_threads_end()


@posix
@pytest.mark.parametrize("verb", ["neighbors", "bench"])
def test_a_signal_and_its_echo_end_every_verb(w2v, tmp_path, monkeypatch, verb):
    """The echo must not disturb the end."""

    def wait(*_):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(DEADLINE)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(VERBS[verb], "run", wait)
    result = w2v(verb, tmp_path, *(["king"] if verb == "neighbors" else []))
    assert (result.code, result.err) == (143, "w2vtui: interrupted\n")


@posix
def test_a_second_signal_while_it_saves_leaves_the_old_file(
    w2v, topical_corpus, tmp_path, monkeypatch
):
    save = request.save_vectors

    monkeypatch.setattr(signals, "ECHO_SECONDS", 0.0)

    def interrupted(vectors, path, **named):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        save(vectors, path, **named)

    monkeypatch.setattr(request, "save_vectors", interrupted)
    output = tmp_path / "v.bin"
    old = b"2 1\nold 0.5\nolder 0.25\n"
    output.write_bytes(old)
    assert w2v("train", topical_corpus, "-o", output, *QUICK).code == 130
    assert output.read_bytes() == old
    assert leftovers(tmp_path) == []
