"""The process that trains a run for others to watch; `starting.py` starts it.

It ends with the run. A run that nobody looks after at its end saves its vectors to its output,
unless whoever left it said not to;
SIGTERM ends it with a last checkpoint. No terminal is its own, so that it outlives all of them.
"""

from __future__ import annotations

import dataclasses
import json
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from w2vtui.errors import W2vtuiError
from w2vtui.runs.disk.dataclass_json import from_json
from w2vtui.runs.opening import open_run
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.system.signals import handling
from w2vtui.trainer_process.branching import read_after
from w2vtui.trainer_process.connection import Connection, ConnectionLostError
from w2vtui.trainer_process.failures import failure
from w2vtui.trainer_process.server import HELLO_SECONDS, RunServer
from w2vtui.trainer_process.starting import Order, ResumeOrder
from w2vtui.training.run import Run


def main() -> None:
    """Read an order from stdin, and carry it out for the viewer at the sockets that the arguments
    name.
    """
    sockets = [socket.socket(fileno=int(number)) for number in sys.argv[1:]]
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    notes: list[str] = []
    try:
        order = from_json(Order, json.loads(sys.stdin.readline()))
        run, recorder, request = _opened(order, notes)
    except Exception as error:
        for one in sockets:
            refuse(one, error)
        if isinstance(error, W2vtuiError):
            sys.exit(error.exit_code)
        raise
    carry_out(run, recorder, request, sockets, notes)


def _opened(order: Order, notes: list[str]) -> tuple[Run, Recorder | None, RunRequest]:
    """The run that is ordered, not started.

    Raises:
        W2vtuiError: it cannot begin.
    """
    if order.saved is not None:
        return _resumed(order.saved, notes)
    assert order.request is not None, "an order for a run"
    run, recorder = open_run(order.request, notes.append)
    return run, recorder, order.request


def _resumed(saved: ResumeOrder, notes: list[str]) -> tuple[Run, Recorder, RunRequest]:
    taken = resumption(
        Path(saved.folder),
        force=saved.force,
        sources=saved.sources,
        corpus_settings=saved.corpus_settings,
        training=saved.training,
        live=saved.live,
        undo=saved.undo,
    )
    try:
        request = saved.request or taken.request
        taken = dataclasses.replace(taken, request=request, force=saved.takes_text)
        request.check_outputs()
        read = taken.read if not saved.after else read_after(Path(saved.after), taken.read)
        run = taken.run(lambda progress, stop: request.checked(read(progress, stop)))
    except BaseException:
        taken.recorder.close()
        raise
    notes += taken.notes
    return run, taken.recorder, request


def refuse(sock: socket.socket, error: BaseException) -> None:
    """Answer whoever is there that the run cannot begin."""
    connection = Connection(sock)
    with suppress(ConnectionLostError, TimeoutError):
        connection.send(connection.receive(HELLO_SECONDS).number, failure(error))
    connection.close()


def carry_out(
    run: Run,
    recorder: Recorder | None,
    request: RunRequest,
    sockets: list[socket.socket],
    notes: list[str],
) -> None:
    """Train to the end while viewers come and go; then save, if none of them does."""

    def stop(number: int, frame: FrameType | None) -> None:
        run.stop()

    run.is_attended = False  # by this process
    server = RunServer(run, recorder, notes)
    with handling({"SIGTERM": stop, "SIGINT": stop}):
        for one in sockets:
            server.serve(one)
        if recorder is not None:
            recorder.follow(run.snapshot)
        server.start()
        run.start()
        run.is_over(None)
        if recorder is not None:
            recorder.close()
        if recorder is None or recorder.failed:  # its vectors are nowhere else
            server.wait_until_left()
        server.show_end()  # or one that leaves unaware would count on this process
        if not server.is_attended and not server.is_discarded:
            _save(run, recorder, request)
        server.close()


def _save(run: Run, recorder: Recorder | None, request: RunRequest) -> None:
    """Save the vectors of a run that has learned something to its output, if it has one."""
    shot = run.snapshot()
    is_branch = recorder is not None and recorder.is_branch
    if request.output is None or is_branch or shot.state == "failed" or not shot.progress.tokens:
        return
    folder = None if recorder is None else recorder.folder
    with suppress(W2vtuiError):  # the last checkpoint has them
        request.save_somewhere(run.trained.vectors(), folder, shot.progress.tokens)
