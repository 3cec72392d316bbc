"""The lock of a run folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.run_folders import posix
from w2vtui.errors import RunError
from w2vtui.runs.disk.lock import RunLock, in_use

# ---- the lock


@posix
def test_a_run_is_locked_for_others_until_it_is_released(tmp_path):
    lock = RunLock(tmp_path)
    assert in_use(tmp_path)
    with pytest.raises(RunError, match=f"in use by process {os.getpid()}: wait until it ends"):
        RunLock(tmp_path)
    lock.release()
    lock.release()
    assert not in_use(tmp_path)
    RunLock(tmp_path).release()


@posix
@pytest.mark.process
def test_a_lock_goes_with_its_process_however_it_ends(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from w2vtui.runs.disk.lock import RunLock;"
        "lock = RunLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(1000)"
    )
    root = Path(__file__).resolve().parents[3]
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "kernels")])}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, env=variables
    ) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(RunError, match=f"process {process.pid}:"):
            RunLock(tmp_path)
        process.kill()
        process.wait()
    RunLock(tmp_path).release()


@posix
def test_a_lock_whose_file_is_gone_or_another_is_lost(tmp_path):
    lock = RunLock(tmp_path)
    assert not lock.lost
    (tmp_path / "lock").rename(tmp_path / "away")
    assert lock.lost
    (tmp_path / "lock").touch()
    assert lock.lost
    lock.release()


@posix
@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b"[1]", b'{"pid": "x", "host": 1}'])
def test_a_lock_that_says_nothing_holds_all_the_same(content, tmp_path):
    lock = RunLock(tmp_path)
    (tmp_path / "lock").write_bytes(content)
    with pytest.raises(RunError, match="in use by another process"):
        RunLock(tmp_path)
    lock.release()
