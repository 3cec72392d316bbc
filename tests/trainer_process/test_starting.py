"""A trainer that is started by another process, which is then killed."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress

import pytest

from tests.support.processes import posix
from tests.support.served_runs import attached
from tests.support.wait import DEADLINE, until
from w2vtui.errors import RunError, SettingsError
from w2vtui.formats import load_vectors
from w2vtui.runs.disk.dataclass_json import as_json
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.opening import open_run
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import LiveSettings, RunSettings, TrainingSettings
from w2vtui.system.signals import handling
from w2vtui.trainer_process import main
from w2vtui.trainer_process.connection import Connection
from w2vtui.trainer_process.failures import failure
from w2vtui.trainer_process.main import refuse
from w2vtui.trainer_process.protocol import hello
from w2vtui.trainer_process.remote.remote_run import RemoteRun
from w2vtui.trainer_process.server import RunServer
from w2vtui.trainer_process.starting import Order, can_train_apart, start_trainer

pytestmark = [posix, pytest.mark.process, pytest.mark.usefixtures("patient_viewers")]

STARTER = """
import sys, time
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import LiveSettings, RunSettings, TrainingSettings
from w2vtui.trainer_process.main import refuse
from w2vtui.trainer_process.remote.remote_run import RemoteRun
from w2vtui.trainer_process.server import RunServer
from w2vtui.trainer_process.starting import start_trainer

text, runs, output = sys.argv[1:]
run = start_trainer(RunRequest(
    sources=(text,), output=output, training=TrainingSettings(vector_size=8),
    live=LiveSettings(epochs=1_000_000, workers=1), run_settings=RunSettings(runs_dir=runs),
))
while not run.snapshot().progress.tokens and not run.snapshot().ended:
    time.sleep(0.01)
print(run.process.pid, run.snapshot().state, flush=True)
time.sleep(600)
"""


def test_a_trainer_outlives_whoever_started_it_and_saves(environment, topical_corpus, tmp_path):
    runs, output = tmp_path / "runs", tmp_path / "v.bin"
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, topical_corpus, runs, output],
        env=environment, stdout=subprocess.PIPE, text=True,
    ) as starter:  # fmt: skip
        pid, state = starter.stdout.readline().split()
        starter.kill()
    with ended_at_last(int(pid)):
        assert state == "training"
        see_that_it_trains_on_and_saves(runs, output)


@contextmanager
def ended_at_last(pid):
    """A trainer that is ended, whatever the block comes to."""
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def see_that_it_trains_on_and_saves(runs, output):
    (folder,) = all_runs(runs)
    follower = until(lambda: attached(folder))
    seen = follower.snapshot().progress.tokens
    until(lambda: follower.snapshot().progress.tokens > seen)
    follower.leave()
    assert not output.exists()
    steering = until(lambda: attached(folder, attends=False))
    steering.stop()
    assert steering.gone.wait(DEADLINE)
    assert steering.snapshot().state == "stopped"
    assert len(load_vectors(output)) == 26  # nobody was there who would save


def test_a_run_that_begins_shows_the_settings_that_were_asked_for():
    request = RunRequest(
        sources=("a.txt",), live=LiveSettings(negative=15, window=10),
        training=TrainingSettings(vector_size=8),
    )  # fmt: skip
    ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
    run = RemoteRun(sockets=ours, request=request)
    assert run.snapshot().settings == request.live
    assert run.training == request.training
    for one in (*ours, *theirs):
        one.close()


def test_a_trainer_that_cannot_begin_says_why():
    ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
    run = RemoteRun(sockets=ours)
    run.start()
    refuse(theirs[0], SettingsError("there is no text"))
    assert run.is_over(DEADLINE)
    assert run.snapshot().state == "failed"
    assert isinstance(run.snapshot().error, SettingsError)
    assert str(run.snapshot().error) == "there is no text"
    run.leave()
    for one in theirs[1:]:
        one.close()


def test_what_cannot_train_apart(tmp_path):
    def possible(*sources, **settings):
        return can_train_apart(
            RunRequest(sources=sources, live=LiveSettings(), run_settings=RunSettings(**settings))
        )

    assert possible("a.txt")
    (tmp_path / "piped").symlink_to("/dev/stdin")
    for piped in ("/dev/fd/0", "/dev/stdin", "/proc/self/fd/0", str(tmp_path / "piped")):
        assert not possible("a.txt", piped), piped
    assert not possible("a.txt", "-")
    assert not possible("a.txt", checkpoints=False)


@pytest.mark.parametrize("error", [SettingsError("no"), MemoryError("full"), ZeroDivisionError()])
def test_whatever_keeps_a_trainer_from_beginning_is_said(monkeypatch, error):
    def fails(*_):
        raise error

    ours, theirs = socket.socketpair()
    Connection(ours).send(1, hello(attends=True))
    order = json.dumps(as_json(Order(request=RunRequest(sources=("a.txt",)))))
    monkeypatch.setattr(main, "_opened", fails)
    monkeypatch.setattr(sys, "argv", ["-c", str(theirs.detach())])
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{order}\n"))
    with handling({"SIGHUP": signal.SIG_DFL}), pytest.raises((type(error), SystemExit)):
        main.main()
    assert Connection(ours).receive(DEADLINE).message == failure(error)
    ours.close()


def test_a_trainer_that_cannot_be_started_is_reported(monkeypatch, topical_corpus):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(RunError, match="no process can be started"):
        start_trainer(RunRequest(sources=(str(topical_corpus),)))


def test_a_viewer_that_leaves_as_the_run_ends_leaves_the_saving_to_the_trainer(
    monkeypatch, topical_corpus, tmp_path
):
    output = tmp_path / "v.bin"
    request = RunRequest(
        sources=(str(topical_corpus),), output=str(output), live=LiveSettings(epochs=1, workers=1),
        training=TrainingSettings(vector_size=8), run_settings=RunSettings(runs_dir=str(tmp_path)),
    )  # fmt: skip
    ours, theirs = socket.socketpair()
    viewer, show_end = Connection(ours), RunServer.show_end
    viewer.send(1, hello(attends=True))

    def left(server):
        until(lambda: server.is_attended)
        viewer.close()
        until(lambda: not server.is_attended)
        monkeypatch.setattr(RunServer, "show_end", show_end)
        server.show_end()

    monkeypatch.setattr(RunServer, "show_end", left)
    run, recorder = open_run(request)
    main.carry_out(run, recorder, request, [theirs], [])
    assert output.exists()
