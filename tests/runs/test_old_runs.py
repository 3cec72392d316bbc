"""Runs that an earlier program made are listed, resumed and replayed as it would have done."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from w2vtui.cli import run_command_line
from w2vtui.formats import load_vectors
from w2vtui.runs.disk.dataclass_json import from_json
from w2vtui.settings import LiveSettings

MADE = Path(__file__).parent / "made_by_d1b4d54"
TEXT = MADE / "text.txt"
OTHER_PROCESSOR = 1e-3
"""How far processors may be apart: one may multiply and add in one rounding, another in two."""


@pytest.fixture
def runs(tmp_path):
    """A copy of both runs, which tests may write to."""
    folder = tmp_path / "runs"
    for name in ("finished", "interrupted"):
        shutil.copytree(MADE / name, folder / name)
    return folder


@pytest.fixture
def w2v(runs, capsys):
    """Run a verb on these runs: its exit code, stdout and stderr."""

    def run(verb, *argv) -> tuple[int, str, str]:
        code = run_command_line([verb, *map(str, argv), "--runs-dir", str(runs)])
        return code, *capsys.readouterr()

    return run


def furthest(one, other) -> float:
    """The largest difference between two files of vectors of the same words."""
    one, other = load_vectors(one), load_vectors(other)
    assert one.index_to_key == other.index_to_key
    return float(np.abs(one.vectors - other.vectors).max())


def test_they_are_listed(w2v):
    code, out, _ = w2v("runs", "--json")
    found = {run["name"]: run for run in map(json.loads, out.splitlines())}
    assert code == 0
    assert {name: run["state"] for name, run in found.items()} == {
        "finished": "done",
        "interrupted": "interrupted",
    }
    assert found["finished"]["tokens"] == found["finished"]["tokens_planned"] == 2_625_000
    assert 0 < found["interrupted"]["checkpoint_tokens"] < found["interrupted"]["tokens_planned"]


def test_the_vectors_of_a_finished_run_are_exported(w2v, tmp_path):
    output = tmp_path / "v.bin"
    assert w2v("export", "finished", "-o", output)[0] == 0
    assert output.read_bytes() == (MADE / "finished.bin").read_bytes()


def test_an_interrupted_run_ends_as_the_program_that_made_it_would_have(w2v, tmp_path):
    output = tmp_path / "v.bin"
    code, _, err = w2v("resume", "interrupted", "--corpus", TEXT, "-o", output)
    assert code == 0, err
    assert "objective negative-sampling \N{RIGHTWARDS ARROW} hierarchical-softmax" in err
    assert furthest(output, MADE / "resumed.bin") < OTHER_PROCESSOR


def test_a_finished_run_is_replayed(w2v, tmp_path):
    output = tmp_path / "v.bin"
    _, _, err = w2v("replay", "finished", "--corpus", TEXT, "-o", output)
    assert re.search("bit for bit|differ from those of finished", err), err
    assert furthest(output, MADE / "finished.bin") < OTHER_PROCESSOR


@pytest.mark.parametrize(("saved", "sharing"), [(True, "pairs"), (False, "none")])
def test_shared_noise_of_earlier_versions_is_noise_sharing(saved, sharing):
    assert from_json(LiveSettings, {"shared_noise": saved}).noise_sharing == sharing
