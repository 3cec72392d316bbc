"""Fixtures of the command line."""

from __future__ import annotations

import contextlib
import os
import subprocess

import pytest

from tests.support.processes import Result, start_program
from tests.support.warm import COMMAND_LINE
from w2vtui.cli import run_command_line
from w2vtui.runs.requested import request


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


_ON_A_TERMINAL = f"""
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
{COMMAND_LINE}
"""


@pytest.fixture
def terminal(environment):
    """Start w2vtui on a terminal of its own, whose session it leads; returns the process and the
    other side of the terminal.
    """
    pty = pytest.importorskip("pty")
    opened = []

    def start(*argv) -> tuple[subprocess.Popen[str], int]:
        outside, inside = pty.openpty()
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), inside)
        process = start_program(
            _ON_A_TERMINAL, *argv, environment=environment, start_new_session=True, **streams
        )
        os.close(inside)
        opened.append((process, outside))
        return process, outside

    yield start
    for process, outside in opened:
        if process.poll() is None:  # it should have ended
            process.kill()
            process.wait()
        with contextlib.suppress(OSError):  # the test may have hung up
            os.close(outside)
