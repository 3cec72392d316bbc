"""A run that is watched and steered over sockets, by a server in the same process."""

from __future__ import annotations

import dataclasses
import errno
import math
import os
import select
import socket
import threading
import time
from contextlib import contextmanager
from unittest.mock import Mock

import numpy as np
import pytest

from tests.support.runs import make_run, training_run
from tests.support.threads import until_threads_end
from tests.support.wait import DEADLINE, until
from w2vtui.errors import (
    ChangedTextError,
    CorpusError,
    DivergedError,
    OutOfMemoryError,
    RunError,
    SettingsError,
)
from w2vtui.runs.disk.dataclass_json import as_json, from_json
from w2vtui.settings import LiveSettings
from w2vtui.trainer_process import errands
from w2vtui.trainer_process import messages as m
from w2vtui.trainer_process import server as server_module
from w2vtui.trainer_process.answering import Answers
from w2vtui.trainer_process.connection import Connection, ConnectionLostError
from w2vtui.trainer_process.errands import Errands
from w2vtui.trainer_process.failures import error_of, failure
from w2vtui.trainer_process.line import Line
from w2vtui.trainer_process.protocol import hello
from w2vtui.trainer_process.remote import remote_run
from w2vtui.trainer_process.remote.remote_run import RemoteRun
from w2vtui.trainer_process.server import RunServer
from w2vtui.training.measuring import quality
from w2vtui.training.run import Run
from w2vtui.training.state.measurements import Probe, Score
from w2vtui.training.state.snapshot import Remark, Snapshot

pytestmark = pytest.mark.usefixtures("patient_viewers")


@contextmanager
def watched(run, *, n_viewers=1, attends=True, process=None):
    """A server of a run, and viewers of it."""
    server = RunServer(run, None)
    viewers = []
    for _ in range(n_viewers):
        ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
        for one in theirs:
            server.serve(one)
        viewers.append(RemoteRun(sockets=ours, attends=attends, process=process))
        viewers[-1].start()
    try:
        yield viewers if n_viewers > 1 else viewers[0]
    finally:
        run.stop()
        run.is_over(DEADLINE)
        server.close()
        for one in viewers:
            one.leave()
        until_threads_end()


def test_what_a_viewer_sees_is_the_run():
    run = make_run(history=1)
    run.break_when("epoch 9")
    with watched(run, n_viewers=2) as viewers:
        run.start()
        assert run.wait(DEADLINE)
        for viewer in viewers:
            assert viewer.is_over(DEADLINE)
            until(lambda viewer=viewer: viewer.snapshot() == run.snapshot())
            assert viewer.training == run.training
            assert viewer.breakpoints == run.breakpoints
            assert viewer.history.moments == run.history.moments
            assert viewer.history.sizing == run.history.sizing
            for name, curve in run.curves.named().items():
                seen = viewer.curves.named()[name]
                assert np.array_equal(seen.rows(), curve.rows(), equal_nan=True)
            for name, matrix in run.trained.matrices().items():
                assert np.array_equal(viewer.trained.copied_matrices()[name], matrix)


def test_a_viewer_chooses_what_the_vectors_are_scored_on(tmp_path, monkeypatch):
    monkeypatch.setattr(quality, "LEAST_SECONDS", 3600.0)  # once, when they are chosen
    sessions = tmp_path / "held-out.txt"
    sessions.write_text("alone\n" + "ship sailor anchor\n" * 40)
    run = training_run()
    with watched(run) as viewer:
        until(lambda: viewer.snapshot().state == "training")
        assert not viewer.snapshot().quality_wanted
        with pytest.raises(SettingsError, match="no hits: give sessions"):
            viewer.break_when("hits > 20 %")
        (remark,) = viewer.score_on("sessions", [str(sessions)])
        assert remark.endswith("1 line of one item is left out: line 1")
        until(lambda: viewer.snapshot().quality is not None, "the first scores")
        (hits, *_) = viewer.snapshot().quality.scores
        assert (hits.name, hits.kind, hits.covered) == ("held-out.txt", "hits", 40)
        assert len(viewer.curves.quality["held-out.txt", "hits"]) == 1
        viewer.break_when("hits > 99 %")
        run.pause()
        until(lambda: run.snapshot().state == "paused")
        with pytest.raises(CorpusError, match="cannot read"):
            viewer.score_on("pairs", [str(tmp_path / "none.txt")])
        viewer.score_on("sessions", [])  # in a pause as well
        until(lambda: not viewer.snapshot().quality_wanted and viewer.snapshot().quality is None)
        run.resume()
        until(lambda: "sessions to score the vectors on: none" in [
            event.text for event in viewer.snapshot().events
        ])  # fmt: skip
    with pytest.raises(SettingsError, match="questions change while a run trains"):
        run.score_on("sessions", [str(sessions)])


def test_a_viewer_steers_the_run():
    run = training_run()
    with watched(run) as viewer:
        until(lambda: viewer.snapshot().state == "training")
        viewer.pause("for a look")
        until(lambda: run.snapshot().state == "paused")
        viewer.resume()
        until(lambda: viewer.snapshot().state == "training")
        assert viewer.change(negative=9, window=3).negative == 9
        until(lambda: viewer.snapshot().settings.window == 3)
        assert viewer.snapshot().settings == run.snapshot().settings
        assert viewer.undo().negative == 5
        until(lambda: viewer.cost(negative=50) is not None)
        assert viewer.cost(negative=50).work > 1
        assert str(viewer.break_when("epoch 99000")) == "epoch 99,000"
        assert run.breakpoints == ("epoch 99,000",)
        viewer.clear_breakpoints()
        until(lambda: not run.breakpoints)
        viewer.watch(("coffee",))
        until(lambda: [one.query for one in viewer.snapshot().neighbors] == ["coffee"])
        viewer.stop()
        assert viewer.is_over(DEADLINE)
        assert viewer.snapshot().state == "stopped"
        with pytest.raises(SettingsError, match="this one is stopped"):
            viewer.change(negative=2)


def test_a_refusal_is_that_of_the_run():
    run = training_run()
    with watched(run) as viewer:
        until(lambda: viewer.snapshot().state == "training")
        for refused in (
            lambda one: one.change(window=0),
            lambda one: one.change(no_such=1),
            lambda one: one.undo(),
            lambda one: one.cost(negative=-1),
            lambda one: one.checkpoint(),
            lambda one: one.break_when("pairs > 0.5"),
            lambda one: one.break_when("nonsense"),
        ):
            with pytest.raises(SettingsError) as by_run:
                refused(run)
            with pytest.raises(SettingsError) as by_viewer:
                refused(viewer)
            assert str(by_viewer.value) == str(by_run.value)


@pytest.mark.slow
def test_breakpoints_pause_only_where_somebody_attends():
    run = make_run(epochs=100_000)
    run.is_attended = False
    with watched(run, attends=False) as follower:
        run.start()
        until(lambda: follower.snapshot().state == "training", lambda: repr(follower.snapshot()))
        assert not run.is_attended
    run = make_run(epochs=100_000)
    run.is_attended = False
    with watched(run) as viewer:
        run.start()
        until(lambda: run.is_attended)
        until(lambda: viewer.snapshot().state == "training")
        viewer.break_when("loss > 0")
        until(lambda: viewer.snapshot().state == "paused")
        assert viewer.snapshot().pause_reason
        viewer.leave()
        until(lambda: not run.is_attended)
        assert run.snapshot().state == "paused"


def test_no_call_waits_for_a_trainer_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(errands, "ASK_SECONDS", 0.01)
    monkeypatch.setattr(errands, "TELL_SECONDS", 0.01)
    ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
    viewer = RemoteRun(sockets=ours)
    viewer.start()
    viewer.pause()
    assert viewer.cost(window=3) is None
    with pytest.raises(SettingsError, match="the run is starting"):
        viewer.change(window=3)
    assert viewer.snapshot().state == "preparing"
    for one in theirs:  # as if it was killed
        one.close()
    assert viewer.is_over(DEADLINE)
    assert viewer.snapshot().state == "failed"
    assert "has ended" in str(viewer.snapshot().error)
    viewer.stop()
    viewer.leave()


def test_what_a_viewer_asked_before_it_left_is_passed_on(monkeypatch):
    """Also what waits for the answer to something else."""
    monkeypatch.setattr(errands, "TELL_SECONDS", 0.0)
    run, asked, released = training_run(), threading.Event(), threading.Event()

    def watch(queries):
        asked.set()
        assert released.wait(DEADLINE)

    monkeypatch.setattr(run, "watch", watch)
    with watched(run) as viewer:
        until(lambda: viewer.snapshot().state == "training")
        viewer.watch(("coffee",))
        assert asked.wait(DEADLINE)
        viewer.pause()
        viewer.leave()
        released.set()
        until(lambda: run.snapshot().state == "paused")


def test_what_is_refused_while_a_run_starts_is_not_done_later():
    run = training_run()
    server = RunServer(run, None)
    ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
    viewer = RemoteRun(sockets=ours)
    viewer.start()
    with pytest.raises(SettingsError, match="the run is starting"):
        viewer.break_when("epoch 99000")
    for one in theirs:
        server.serve(one)
    viewer.pause()
    viewer.settle()
    assert run.snapshot().state == "paused"
    assert run.breakpoints == ()
    viewer.leave()
    run.stop()
    assert run.wait(DEADLINE)
    server.close()


def test_settling_ends_in_an_error_where_nobody_answers(monkeypatch):
    monkeypatch.setattr(remote_run, "READ_SECONDS", 0.01)
    ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
    viewer = RemoteRun(sockets=ours)
    viewer.start()
    viewer.settle()  # nothing was asked
    viewer.pause()
    with pytest.raises(RunError, match="has not answered for 0 s: try again later"):
        viewer.settle()
    viewer.leave()
    for one in theirs:
        one.close()


def test_a_side_that_leaves_while_it_connects_waits_for_no_greeting():
    ours, theirs = socket.socketpair()

    def connect():
        line.shut()
        return ours

    line = Line(connect)
    with theirs, pytest.raises(ConnectionLostError, match="this side has left"):
        line.ask(m.Look())
    assert ours.fileno() == -1


def test_what_may_be_done_twice_is_sent_again_where_a_connection_is_lost():
    line = Mock(spec=["ask", "close"])
    answer = Mock(message=m.Done())
    line.ask.side_effect = [ConnectionLostError("old"), answer, ConnectionLostError("old"), answer]
    steering = Errands(line, Mock())
    steering.start()
    assert steering.send(m.Pause(event="paused"), DEADLINE).result(m.Done) == m.Done()
    with pytest.raises(SettingsError, match="is not reached: what was asked may be done or not"):
        steering.send(m.Undo(), DEADLINE).result(m.Done)
    steering.end()
    until_threads_end()
    assert line.ask.call_count == 3


def test_settling_ends_in_an_error_where_nothing_is_done():
    """The trainer is seen, but cannot be asked."""
    with watched(training_run()) as viewer:
        until(lambda: viewer.snapshot().state == "training")
        viewer._steering.ask = Mock(side_effect=ConnectionLostError("no descriptor is free"))
        viewer.stop()
        with pytest.raises(RunError, match="try again: the process that trains this run is not"):
            viewer.settle()
        assert viewer.snapshot().state == "training"


def test_what_is_asked_of_a_run_as_it_ends_needs_not_be_done():
    """Its trainer lets nobody in any more."""
    run = make_run()
    with watched(run) as viewer:
        viewer._steering.ask = Mock(side_effect=ConnectionLostError("it is ending"))
        run.start()
        until(lambda: viewer.snapshot().ended)
        viewer.stop()
        viewer.settle()
        assert viewer.snapshot().state == "done"


def test_a_viewer_that_leaves_before_it_looks_closes_its_connections():
    ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
    viewer = RemoteRun(sockets=ours)
    viewer.stop()
    viewer.leave()
    assert [one.fileno() for one in ours] == [-1, -1, -1]
    for one in theirs:
        one.close()


def test_what_is_done_does_not_fail_where_the_look_after_it_does():
    line = Mock(spec=["ask", "close"])
    line.ask.return_value.message = m.Done()
    steering = Errands(line, Mock(side_effect=ConnectionLostError("it is ending")))
    steering.start()
    assert steering.send(m.TakeCheckpoint(), DEADLINE).result(m.Done) == m.Done()
    steering.end()
    late = steering.send(m.TakeCheckpoint(), DEADLINE)
    with pytest.raises(SettingsError, match="is gone"):
        late.result(m.Done)
    until_threads_end()


def test_of_two_looks_the_higher_number_is_the_later_moment(monkeypatch):
    """Nobody else looks between the number and the moment."""
    run, others = make_run(), []
    answers, snapshot = Answers(run, None), run.snapshot

    def looked():
        others.append(answers._looking.acquire(blocking=False))
        return snapshot()

    monkeypatch.setattr(run, "snapshot", looked)
    numbers = [answers.to(m.Look()).message.number for _ in range(2)]
    assert (numbers, others) == ([1, 2], [False, False])


def test_a_viewer_learns_why_a_run_failed_before_its_first_look(monkeypatch):
    monkeypatch.setattr(server_module, "LAST_LOOK_SECONDS", DEADLINE)

    def fails(*_):
        raise CorpusError("no such text")

    run = Run(fails)
    server = RunServer(run, None)
    ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
    for one in theirs:
        server.serve(one)
    run.start()
    assert run.is_over(DEADLINE)
    closing = threading.Thread(target=server.close)
    closing.start()
    viewer = RemoteRun(sockets=ours)
    viewer.start()
    assert viewer.is_over(DEADLINE)
    assert str(viewer.snapshot().error) == "no such text"
    closing.join()
    viewer.leave()


@pytest.mark.slow
def test_a_look_that_fails_is_asked_again_and_then_ends_the_view():
    run, process = training_run(), Mock(spec=["wait", "poll", "terminate"])
    process.wait.side_effect = lambda: run.is_over(DEADLINE)  # it trains on
    with watched(run, process=process) as viewer:
        until(lambda: viewer.snapshot().state == "training")
        once = ZeroDivisionError("once")
        viewer._look.take = Mock(side_effect=[once, *[None] * 1_000])
        until(lambda: viewer._look.take.call_count > 1)
        assert viewer.snapshot().state == "training"
        viewer._look.take = Mock(side_effect=ZeroDivisionError("a bug"))
        assert viewer.gone.wait(DEADLINE)
        assert str(viewer.snapshot().error) == "a bug"
        assert run.snapshot().state == "training"


def test_what_a_viewer_sends_beside_its_questions_is_closed():
    server = RunServer(make_run(), None)
    ours, theirs = socket.socketpair()
    server.serve(theirs)
    viewer = Connection(ours)
    reading, writing = os.pipe()
    viewer.send(1, hello(attends=True), descriptors=[writing])
    viewer.receive(DEADLINE)
    viewer.send(2, m.Look(), descriptors=[writing])
    viewer.receive(DEADLINE)
    os.close(writing)
    assert select.select([reading], [], [], DEADLINE)[0]
    assert os.read(reading, 1) == b""  # nobody holds the other end
    os.close(reading)
    server.close(patiently=False)
    viewer.close()


def test_a_door_that_lets_nobody_in_is_not_tried_at_once(monkeypatch):
    tries = []

    def full(_):
        tries.append(time.monotonic())
        raise OSError(errno.EMFILE, "no descriptor is free")

    monkeypatch.setattr(server_module, "let_in", full)
    server = RunServer(make_run(), None)
    monkeypatch.setattr(server_module, "DOOR_SECONDS", 0.02)
    began = time.monotonic()
    for _ in range(3):
        server._let_in(None)
    assert len(tries) == 3
    assert time.monotonic() - began > 0.05


def test_only_who_vanishes_leaves_the_saving_to_the_trainer():
    run = training_run()
    server = RunServer(run, None)
    ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
    for one in theirs:
        server.serve(one)
    viewer = RemoteRun(sockets=ours)
    viewer.start()
    until(lambda: viewer.snapshot().state == "training")
    assert not server.is_discarded
    viewer.discard()
    assert server.is_discarded
    viewer.leave()
    run.stop()
    assert run.is_over(DEADLINE)
    server.close()


def test_a_viewer_that_reads_nothing_holds_up_nobody():
    run = make_run(epochs=20)
    server = RunServer(run, None)
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    server.serve(theirs)
    stalled = Connection(ours)
    stalled.send(1, hello(attends=True))
    for number in range(2, 40):
        stalled.send(number, m.Look(follows=True))
    run.start()
    assert run.wait(DEADLINE)
    server.close(patiently=False)
    stalled.close()


def test_another_version_is_refused():
    run = make_run()
    server = RunServer(run, None)
    ours, theirs = socket.socketpair()
    server.serve(theirs)
    other = Connection(ours)
    other.send(1, m.Hello(protocol="older", version="0.0.9"))
    refused = other.receive(DEADLINE).message
    assert isinstance(refused, m.Failed)
    assert "another version" in refused.text
    with pytest.raises(ConnectionLostError):
        other.receive(DEADLINE)
    server.close(patiently=False)
    other.close()


@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\n\r\n", bytes(12), b"\0\0\0\1\0\0\0\4\0\0\0\0null", b"\xff" * 64],
    ids=["http", "nothing", "null", "too large"],
)
def test_whoever_does_not_greet_is_dropped(sent):
    server = RunServer(make_run(), None)
    ours, theirs = socket.socketpair()
    server.serve(theirs)
    ours.sendall(sent)
    ours.settimeout(DEADLINE)
    with ours:
        assert ours.recv(1) == b""
    server.close(patiently=False)


def test_all_that_a_snapshot_holds_is_passed_on():
    shot = Snapshot(
        state="training",
        settings=LiveSettings(alpha=None),
        probe=Probe(tokens=5, loss=math.inf, standard_error=0.25),
        remarks=(Remark("rule", "it rises", 3),),
        error=None,
    )
    seen = m.Seen(number=3, shot=shot, settings=LiveSettings(window=9))
    assert from_json(m.Seen, as_json(seen), any_number=True) == seen
    score = Score("pairs.txt", "pairs", math.nan, 0, 10)
    again = from_json(Score, as_json(score), any_number=True)
    assert math.isnan(again.value)
    assert dataclasses.replace(again, value=0.0) == dataclasses.replace(score, value=0.0)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (DivergedError("loss"), DivergedError),
        (ChangedTextError("changed", "3 words"), ChangedTextError),
        (OutOfMemoryError("full"), OutOfMemoryError),
        (ZeroDivisionError("by zero"), RuntimeError),
    ],
)
def test_an_error_keeps_its_kind(error, kind):
    again = error_of(failure(error))
    assert type(again) is kind
    assert str(error) in str(again)
    assert getattr(again, "difference", "") == getattr(error, "difference", "")
