"""The script for a machine with a GPU, on a simulated one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import gpu_check
from tools.gpu_check import Gathering, Wanted

PLANNED = (
    Wanted("skip-gram-negative-sampling", 8, epochs=2),
    Wanted("cbow-hierarchical-softmax", 8, warps=4, gathering=Gathering(3, 2)),
)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_check, "PLANNED", PLANNED)
    done = subprocess.CompletedProcess([], 5)
    monkeypatch.setattr(subprocess, "run", lambda *command, **options: done)


def test_a_dry_run_fills_the_table(
    topical_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("ship sailor 9\ncow barn 8\nship barn 1\n")
    argv = [str(topical_corpus), "--dry-run", "--quality", str(pairs)]
    assert gpu_check.main(argv) == 5  # what the tests say
    *_, heads, _, first, second = capsys.readouterr().out.splitlines()
    assert "pairs.txt" in heads
    one, other = ([cell.strip() for cell in row.split("|")[1:-1]] for row in (first, second))
    assert one[:4] == ["skip-gram-negative-sampling", "8", "16", ""]
    assert float(one[7]) <= 100  # a score, after more than one epoch
    assert other[:4] == ["cbow-hierarchical-softmax", "8", "4", "3, 2"]
    assert float(other[4]) > 0
    assert float(other[6]) > 0
    assert other[7] == ""


def test_what_there_is_no_time_for_is_named(
    topical_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gpu_check.main([str(topical_corpus), "--dry-run", "--seconds", "0"])
    assert "no time was left for the last 2 of 2 rows" in capsys.readouterr().out
