"""A training without a screen that the shell suspends: it stops, and so does its clock."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time

import pytest

from tests.support.wait import DEADLINE

if not hasattr(signal, "SIGTSTP"):
    pytest.skip("only Unix suspends", allow_module_level=True)

SUSPENDED_SECONDS = 3.0


@pytest.fixture
def program(started, topical_corpus, tmp_path):
    settings = ["--epochs", 1_000_000, "--vector-size", 8, "--workers", 1]
    return started("train", topical_corpus, "-o", tmp_path / "v.txt", "--json", *settings)


def next_look(process: subprocess.Popen) -> tuple[dict, float]:
    """The next line of JSON in which something is trained, and a moment before it was written."""
    stdout = process.stdout.fileno()
    while select.select([stdout], [], [], 0)[0] and os.read(stdout, 1 << 16):
        pass  # written before this call
    before, written = time.monotonic(), b""
    while block := os.read(stdout, 1 << 16):
        written += block
        for line in written.split(b"\n")[1:-1]:  # the first may be of a look before this call
            if (look := json.loads(line))["tokens"] > 0:
                return look, before
    pytest.fail(f"it ended: {process.stderr.read()}")


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_the_clock_of_a_training_leaves_a_suspension_out(program, number):
    before, began = next_look(program)
    program.send_signal(number)
    changed, status = os.waitpid(program.pid, os.WUNTRACED)
    assert changed == program.pid
    assert os.WIFSTOPPED(status)
    stopped = time.monotonic()
    while time.monotonic() < stopped + SUSPENDED_SECONDS:
        assert os.waitpid(program.pid, os.WUNTRACED | os.WNOHANG) == (0, 0)
        time.sleep(0.01)
    program.send_signal(signal.SIGCONT)
    after, _ = next_look(program)
    took = time.monotonic() - began
    assert after["tokens"] > before["tokens"]
    assert after["seconds"] - before["seconds"] <= took - 0.9 * SUSPENDED_SECONDS
    program.send_signal(signal.SIGTERM)
    assert program.wait(DEADLINE) == 143
