"""Fixtures of the command line."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

import pytest

from tests.support.processes import Result
from w2vtui.cli import run_command_line
from w2vtui.runs import request


@pytest.fixture
def w2v(capsys):
    """Run a command line in this process."""

    def run(*argv) -> Result:
        try:
            code = run_command_line([str(word) for word in argv])
        except SystemExit as end:  # --help and --version
            code = end.code
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def vectors(tmp_path):
    """Six words whose cosines are known."""
    path = tmp_path / "known.vec"
    path.write_text(
        "6 2\nking 0 2\nqueen 0.6 0.8\nman -1 0\nwoman 1 0\n北京 0.28 0.96\nzu 0 -3\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def unread(monkeypatch):
    """Fails a test in which the corpus is opened."""

    def fail(*arguments, **named):
        raise AssertionError("the corpus was read first")

    monkeypatch.setattr(request, "open_corpus", fail)


@pytest.fixture
def terminal(environment):
    """Start w2vtui on a terminal of its own, whose session it leads."""
    pty = pytest.importorskip("pty")
    children = []

    def start(*argv) -> tuple[int, int]:
        pid, descriptor = pty.fork()
        if pid == 0:
            command = [sys.executable, "-m", "w2vtui", *map(str, argv)]
            os.execvpe(sys.executable, command, environment)
        children.append((pid, descriptor))
        return pid, descriptor

    yield start
    for pid, descriptor in children:
        # It has ended, as it should.
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        with contextlib.suppress(OSError):  # the test may have hung up
            os.close(descriptor)
