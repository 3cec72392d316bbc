"""The app in a terminal of its own: a process behind a pseudo-terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.wait import until
from tests.support.warm import WarmProcess, can_be_warm, common_environment

pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")

PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background jobs ignore it
import w2v_kernels.machine.compiling  # before the cache of corpora is named: it has no kernels
corpus, output, runs_dir, first, os.environ["W2VTUI_CACHE_DIR"] = sys.argv[1:]
from tests.support.calm import train_calmly
from w2vtui.settings import LiveSettings, RunSettings, TrainingSettings
from w2vtui.cli.headless import follow
from w2vtui.tui.app_parts import leaving
from w2vtui.tui.launch import run_app
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.chosen.sources import field_text
leaving.TWICE_SECONDS = 60.0  # however busy the machine is
train_calmly()
run_settings = {"runs_dir": runs_dir, "checkpoint_seconds": 0.2}
exec(first)
live = LiveSettings(epochs=1000000, workers=1)
training = TrainingSettings(vector_size=16)
run_settings = RunSettings(**run_settings)
form = Form(corpus=field_text([corpus]), training=training, live=live, run_settings=run_settings)
sys.exit(run_app(form, output or None, follow=follow))
"""


class Terminal:
    """A program in a terminal of 120x40, and all that it wrote."""

    def __init__(
        self,
        corpus: Path,
        runs_dir: Path,
        output: Path | str,
        first: str,
        variables: dict[str, str],
        wrapped: Sequence[str],
        log: Path | None,
    ) -> None:
        self.outside, inside = pty.openpty()
        termios.tcsetwinsize(inside, (40, 120))
        self.before = termios.tcgetattr(inside)
        environment = common_environment() | {"TERM": "xterm-256color"} | variables
        cache = environment.pop("W2VTUI_CACHE_DIR")
        arguments = [str(corpus), str(output), str(runs_dir), first, cache]
        streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), inside)
        if log is not None:
            streams["stderr"] = log.open("wb", buffering=0)
        self.program: subprocess.Popen[Any]
        if wrapped or not can_be_warm(variables, streams):
            command = [*wrapped, sys.executable, "-c", PROGRAM, *arguments]
            self.program = subprocess.Popen(
                command, env=environment, start_new_session=True, **streams
            )
        else:
            self.program = WarmProcess(
                PROGRAM, arguments, env=environment, start_new_session=True, **streams
            )
        if log is not None:
            streams["stderr"].close()
        self.inside = inside
        os.set_blocking(self.outside, False)
        self.written = b""

    def type(self, keys: bytes) -> None:
        os.write(self.outside, keys)

    def read(self) -> None:
        """All that is written by now."""
        with suppress(BlockingIOError, OSError):
            while block := os.read(self.outside, 1 << 16):
                self.written += block

    def until(self, condition: Callable[[], object]) -> None:
        def holds() -> object:
            self.read()
            return condition()

        until(holds, lambda: f"the condition; the end of the screen:\n{self.written[-3000:]!r}")

    def shows(self, text: str) -> None:
        """Wait until a text is written, then forget what was."""
        self.until(lambda: text.encode() in self.written)
        self.written = b""

    def trains(self) -> None:
        """Start a training, and wait until something is learned."""
        self.shows("Corpus")
        self.type(b"\x13")  # ctrl+s
        self.shows("TRAINING")
        self.shows("objective loss")

    def was_restored(self, *, before: bool = False) -> bool:
        """Whether the terminal is as it was, and its other screen left, now or already before."""
        left = before or b"\x1b[?1049l" in self.written
        return left and termios.tcgetattr(self.inside) == self.before

    def exit_code(self) -> int:
        self.until(lambda: self.program.poll() is not None)
        self.read()
        return self.program.returncode


def fill(path: Path | str) -> None:
    """Write to a terminal or a pipe, whose other side is not read, until it takes nothing."""
    writing = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while os.write(writing, b"\0" * 256):
            pass
    os.close(writing)


@contextmanager
def terminal(
    corpus: Path,
    folder: Path,
    *,
    output: Path | str = "",
    first: str = "",
    wrapped: Sequence[str] = (),
    log: Path | None = None,
    **variables: str,
) -> Iterator[Terminal]:
    """Open a terminal in which the app starts, and close it with all that runs there.

    first      what the program does before it shows a screen
    wrapped    a command that runs it
    log        where its stderr goes, in place of the terminal
    variables  of the environment
    """
    opened = Terminal(corpus, folder / "runs", output, first, variables, wrapped, log)
    try:
        yield opened
    finally:
        with suppress(ProcessLookupError):
            os.killpg(opened.program.pid, signal.SIGKILL)
        opened.program.wait()
        for end in (opened.outside, opened.inside):
            with suppress(OSError):
                os.close(end)
