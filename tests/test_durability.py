"""Runs that are killed, and disks that fail: what was kept is there, and what comes of it right."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kills import CASES

from w2v_kernels import compiling
from w2vtui.runs.folder import all_runs, status_of
from w2vtui.runs.generations import generations

ROOT = Path(__file__).resolve().parent.parent
DEADLINE = 60.0
KILLS = 36

posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 and locks are POSIX'")
pytestmark = posix


def until(condition, what):
    """Wait for something to hold; fail when it does not within the deadline."""
    end = time.monotonic() + DEADLINE
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} never came"
        time.sleep(0.005)
    return found


@pytest.fixture
def environment(tmp_path):
    """Variables of a subprocess: compiled kernels shared, temporary files where they are seen."""
    variables = dict(os.environ)
    if compiling.CACHE_FOLDER is not None:
        variables["NUMBA_CACHE_DIR"] = str(compiling.CACHE_FOLDER)
    (tmp_path / "tmp").mkdir()
    return variables | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "kernels")]),
        "PYTHONWARNINGS": "error",
        "OPENBLAS_NUM_THREADS": "1",
        "TMPDIR": str(tmp_path / "tmp"),
    }


# ---- kill -9


@pytest.mark.parametrize("case", CASES)
def test_a_run_that_is_killed_again_and_again_ends_as_if_it_had_not_been(
    case, environment, tmp_path
):
    """kills.py holds the vectors against those of a run that nothing happened to."""
    place = tmp_path / "lives"
    place.mkdir()
    told = subprocess.run(
        [sys.executable, ROOT / "tests" / "kills.py", "--case", case, str(KILLS), "1", place],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert report["kills"] == KILLS
    assert report["while writing one"] > 0
    assert report["before the folder"] + report["before the first checkpoint"] > 0
    assert report["runs that were interrupted"] > 0
    assert (report["changes"] > 0) == (case == "changed")
    assert report["apart"] <= (0.01 if CASES[case]["workers"] > 1 else 0.0)


@pytest.fixture
def command(environment, tmp_path):
    """Start w2vtui as a process of its own, with its runs in a folder; it does not outlive the
    test.
    """
    processes = []

    def start(*argv, variables=None, wrapped=()) -> subprocess.Popen:
        process = subprocess.Popen(
            [*wrapped, sys.executable, "-m", "w2vtui", *map(str, argv)],
            env=environment | (variables or {}), text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def finish(process: subprocess.Popen) -> tuple[int, str]:
    """Exit code and what was said on stderr."""
    _, err = process.communicate(timeout=DEADLINE)
    assert "Traceback" not in err, err
    assert "Exception ignored" not in err, err
    return process.returncode, err


def test_a_command_that_is_killed_twice_and_resumed_writes_the_same_file(
    command, topical_corpus, tmp_path
):
    settings = ["--epochs", 600, "--vector-size", 16, "--workers", 1, "--checkpoint-seconds", 0.1]
    usual, output, runs = tmp_path / "usual.bin", tmp_path / "out.bin", tmp_path / "runs"
    code, err = finish(command("train", topical_corpus, "-o", usual, *settings, "--no-checkpoints"))
    assert code == 0, err

    process = command("train", topical_corpus, "-o", output, *settings, "--runs-dir", runs)
    folder = until(lambda: all_runs(runs), "a run")[0]
    for _ in range(2):
        known = {path.name for path in generations(folder)}
        until(lambda known=known: {path.name for path in generations(folder)} - known, "progress")
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert status_of(folder).state == "interrupted"
        process = command("resume", "last", "--checkpoint-seconds", 0.1, "--runs-dir", runs)
    code, err = finish(process)
    assert code == 0, err
    assert "goes on from" in err
    assert status_of(folder).state == "done"
    assert output.read_bytes() == usual.read_bytes()
