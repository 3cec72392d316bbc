"""The screens in a real terminal: signals leave it in order, and save what was learned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

pty = pytest.importorskip("pty")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

PATIENCE_SECONDS = 40.0
PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background jobs ignore it
import w2v_kernels.compiling  # compiled kernels come from the user's cache, corpora do not
os.environ["W2VTUI_CACHE_DIR"] = sys.argv[3]
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.tui.app import run_app
live = LiveSettings(epochs=1000000, workers=1)
training = TrainingSettings(vector_size=16)
sys.exit(run_app([sys.argv[1]], CorpusSettings(), training, live, sys.argv[2]))
"""


class Terminal:
    """A program in a terminal of 120x40, and all that it wrote."""

    def __init__(self, *arguments: str) -> None:
        self.outside, inside = pty.openpty()
        termios.tcsetwinsize(inside, (40, 120))
        self.before = termios.tcgetattr(inside)
        environment = {**os.environ, "PYTHONPATH": ":".join(sys.path), "TERM": "xterm-256color"}
        cache = environment.pop("W2VTUI_CACHE_DIR")
        self.program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments, cache],
            stdin=inside, stdout=inside, stderr=inside, env=environment, start_new_session=True,
        )  # fmt: skip
        self.inside = inside
        os.set_blocking(self.outside, False)
        self.written = b""

    def type(self, keys: bytes) -> None:
        os.write(self.outside, keys)

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            with suppress(BlockingIOError, OSError):
                self.written += os.read(self.outside, 1 << 16)
            assert time.monotonic() < deadline, self.written[-3000:]
            time.sleep(0.005)

    def shows(self, text: str) -> None:
        """Wait until a text is written, then forget what was."""
        self.until(lambda: text.encode() in self.written)
        self.written = b""

    def exit_code(self) -> int:
        self.until(lambda: self.program.poll() is not None)
        with suppress(BlockingIOError, OSError):
            while block := os.read(self.outside, 1 << 16):
                self.written += block
        return self.program.returncode


@contextmanager
def terminal(*arguments: str) -> Iterator[Terminal]:
    opened = Terminal(*arguments)
    try:
        yield opened
    finally:
        if opened.program.poll() is None:
            opened.program.kill()
        opened.program.wait()
        for end in (opened.outside, opened.inside):
            with suppress(OSError):
                os.close(end)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_restores_the_terminal_and_saves_the_vectors(
    topical_corpus, tmp_path, number, code
):
    output = tmp_path / "vectors.txt"
    with terminal(str(topical_corpus), str(output)) as opened:
        opened.shows("Corpus")
        opened.type(b"\x13")  # ctrl+s
        opened.shows("TRAINING")
        opened.shows("objective loss")
        opened.program.send_signal(number)
        assert opened.exit_code() == code
        assert b"\x1b[?1049l" in opened.written
        assert b"vectors saved to" in opened.written
        assert termios.tcgetattr(opened.inside) == opened.before
    assert output.read_text().startswith("26 16\n")


def test_a_terminal_that_is_gone_does_not_lose_the_vectors(topical_corpus, tmp_path):
    output = tmp_path / "vectors.txt"
    with terminal(str(topical_corpus), str(output)) as opened:
        opened.shows("Corpus")
        opened.type(b"\x13")
        opened.shows("TRAINING")
        opened.shows("objective loss")
        os.close(opened.inside)
        os.close(opened.outside)
        opened.program.send_signal(signal.SIGHUP)
        opened.program.wait(PATIENCE_SECONDS)
    assert output.read_text().startswith("26 16\n")
