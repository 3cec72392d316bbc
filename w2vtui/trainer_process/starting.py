"""Starts a process that trains a run, and outlives the one that starts it."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from w2vtui.errors import RunError
from w2vtui.runs.disk.dataclass_json import as_json
from w2vtui.runs.disk.door import HAS_SOCKETS
from w2vtui.runs.requested.request import RunRequest
from w2vtui.trainer_process.messages import Scalar
from w2vtui.trainer_process.remote.remote_run import RemoteRun

N_SOCKETS = 3
_MOST_LINKS = 40
_OF_A_PROCESS = re.compile("/dev/fd|/proc/[^/]+/(task/[^/]+/)?fd")
"""Folders of the descriptors of one process."""
_WITH_PATH = "import json, sys; sys.path[:] = json.loads(sys.stdin.readline()); "
PROGRAM = "from w2vtui.trainer_process.main import main; main()"


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeOrder:
    """A saved run to be resumed, as `resumption` takes it."""

    folder: str
    sources: tuple[str, ...] = ()
    """Where its text is now, if not where it was."""
    corpus_settings: dict[str, Scalar] = field(default_factory=dict)
    training: dict[str, Scalar] = field(default_factory=dict)
    live: dict[str, Scalar] = field(default_factory=dict)
    """Settings that are wanted now."""
    undo: bool = False
    """Whether to undo its last change instead."""
    force: bool = False
    """Whether other settings are taken."""
    takes_text: bool = False
    """Whether another text is."""
    after: str = ""
    """The folder of a run that is waited for until it trains no more."""
    request: RunRequest | None = None
    """What is asked for now, in place of what the run was asked for: its outputs, above all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a trainer is to do: one of the two."""

    request: RunRequest | None = None
    """A new run."""
    saved: ResumeOrder | None = None


def can_train_apart(request: RunRequest) -> bool:
    """Whether a run can be trained in a process of its own: one that is saved, whose text is not
    piped in, on a system with local sockets.
    """
    files = request.sources + request.pairs + request.analogies + request.sessions
    return (
        HAS_SOCKETS
        and request.run_settings.checkpoints
        and not any(map(_is_piped, files))
        and has_interpreter()
    )


def start_trainer(
    what: RunRequest | ResumeOrder,
    *,
    attends: bool = True,
    before_order: Callable[[], object] | None = None,
) -> RemoteRun:
    """Start a process that trains, in a session of its own; return its run, which begins at once.

    attends       whether somebody is here who can resume the run after a pause, and saves its
                  vectors
    before_order  called once the process is there, before it gets its order: releases the run
                  that it resumes

    Raises:
        RunError: no process can be started.
    """
    order = Order(request=what) if isinstance(what, RunRequest) else Order(saved=what)
    ours, theirs = zip(*(socket.socketpair() for _ in range(N_SOCKETS)), strict=True)
    try:
        process = started_process(PROGRAM, [one.fileno() for one in theirs])
    except OSError as error:
        for one in ours:
            one.close()
        raise RunError(f"no process can be started to train in: {error}") from error
    finally:
        for one in theirs:
            one.close()
    if before_order is not None:
        before_order()
    give_order(process, order)
    request = what if isinstance(what, RunRequest) else None
    run = RemoteRun(sockets=ours, process=process, request=request, attends=attends)
    run.start()
    return run


def has_interpreter() -> bool:
    """Whether this program can start another process of Python."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def started_process(program: str, descriptors: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """A process in a session of its own, which no terminal ends; it waits for its order.

    program       what it runs, with this process's path of modules
    descriptors   it inherits, and finds their numbers among its arguments

    Raises:
        OSError: it cannot be started.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _WITH_PATH + program, *map(str, descriptors)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=None if _is_file(2) else subprocess.DEVNULL,  # a terminal shows the screens
        pass_fds=descriptors,
        start_new_session=True,
    )


def give_order(process: subprocess.Popen[bytes], order: object) -> None:
    """Tell a process that waits for its order what to do; order: a dataclass."""
    lines = [json.dumps(sys.path), json.dumps(as_json(order))]
    content = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")
    assert process.stdin is not None, "a pipe"
    with suppress(BrokenPipeError), process.stdin as pipe:  # it ended, as its run will say
        pipe.write(content)


def _is_piped(source: str) -> bool:
    """Whether a file is there for this process alone: standard input, or `<(zcat x)`."""
    if source == "-":
        return True
    path = Path(source).absolute()
    for _ in range(_MOST_LINKS):
        parent = os.path.realpath(path.parent)
        if _OF_A_PROCESS.fullmatch(parent):
            return True
        try:
            path = Path(parent, path.readlink())
        except OSError:  # no link
            return False
    return False


def _is_file(descriptor: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode)
    except OSError:
        return False
