"""A training without a screen that the shell suspends: it stops, and so does its clock."""

from __future__ import annotations

import json
import os
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


def next_look(process: subprocess.Popen) -> dict:
    """The next line of JSON in which something is trained."""
    for line in process.stdout:
        look = json.loads(line)
        if look["tokens"] > 0:
            return look
    pytest.fail(f"it ended: {process.stderr.read()}")


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_the_clock_of_a_training_leaves_a_suspension_out(program, number):
    before, began = next_look(program), time.monotonic()
    program.send_signal(number)
    changed, status = os.waitpid(program.pid, os.WUNTRACED)
    assert changed == program.pid
    assert os.WIFSTOPPED(status)
    stopped = time.monotonic()
    while time.monotonic() < stopped + SUSPENDED_SECONDS:
        assert os.waitpid(program.pid, os.WUNTRACED | os.WNOHANG) == (0, 0)
        time.sleep(0.01)
    program.send_signal(signal.SIGCONT)
    after = next_look(program)
    while after["tokens"] <= before["tokens"]:
        after = next_look(program)
    after = next_look(program)  # the one before may be of the moment of its return
    took = time.monotonic() - began
    assert after["seconds"] - before["seconds"] <= took - 0.9 * SUSPENDED_SECONDS
    program.send_signal(signal.SIGTERM)
    assert program.wait(DEADLINE) == 143
