"""What a run is said to need, beside what runs need."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from w2v_kernels import compiling, cpu, private_nodes
from w2v_kernels.tiles import ROW_PAD, TILE
from w2vtui.corpus import open_corpus, sample_path
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training import estimate, work
from w2vtui.training.backend import CpuBackend
from w2vtui.training.estimate import (
    available_memory,
    estimate_memory,
    estimate_seconds,
)

MODES = [
    LiveSettings(model=model, objective=objective, epochs=1, workers=1)
    for model in ("skip-gram", "cbow")
    for objective in ("negative-sampling", "hierarchical-softmax", "softmax")
]
IDS = [f"{live.model}-{live.objective}" for live in MODES]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2VTUI_CACHE_DIR", str(tmp_path_factory.mktemp("atlas")))
        return open_corpus([sample_path("atlas.txt")], CorpusSettings(), cache=False)


# ---- memory


@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax"])
@pytest.mark.parametrize("size", [1, 100, 300])
def test_the_arrays_are_those_of_a_run(atlas, objective, size):
    training, live = TrainingSettings(vector_size=size), LiveSettings(objective=objective)
    backend = CpuBackend(atlas, training)
    plan = backend.plan(live)
    told = estimate_memory(len(atlas.vocab), len(atlas.ids), training, live)
    assert told.input_vectors == plan.weights.input_vectors.nbytes
    assert told.output_vectors == plan.weights.target_vectors.nbytes
    assert told.text == atlas.ids.nbytes
    tables = plan.tables.keep_thresholds.nbytes + plan.tables.noise.nbytes
    if objective == "hierarchical-softmax":
        tables += sum(array.nbytes for array in plan.tables.tree)
    assert told.tables == pytest.approx(tables, rel=0.1)


def test_the_figures_of_the_kernels_are_theirs():
    assert (work.VECTOR, work.TILE) == (ROW_PAD, TILE)
    assert private_nodes.N_PRIVATE == estimate._PRIVATE_NODES
    assert cpu.empty_rows(1, 100).shape[1] == work.padded(100, ROW_PAD)


MEASURED = """
import sys
from w2vtui.bench.job import peak_memory
from w2vtui.cli import run_command_line
code = run_command_line(sys.argv[1:])
print("PEAK", code, peak_memory())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the system keeps no peak")
@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax"])
@pytest.mark.parametrize("size", [100, 600])
def test_the_estimate_is_near_the_peak_of_a_run(atlas, tmp_path, objective, size):
    command = ["train", str(sample_path("atlas.txt")), "-o", str(tmp_path / "v.bin"),
               "--epochs", "1", "--vector-size", str(size), "--objective", objective]  # fmt: skip
    environment = os.environ | {"NUMBA_CACHE_DIR": str(compiling.CACHE_FOLDER)}
    for _ in range(2):  # a first run has to compile, which takes more
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *command],
            capture_output=True, text=True, check=False, timeout=100, stdin=subprocess.DEVNULL,
            env=environment,
        )  # fmt: skip
    code, peak = done.stdout.rpartition("PEAK ")[2].split()
    assert code == "0", done.stderr
    told = estimate_memory(
        len(atlas.vocab),
        len(atlas.ids),
        TrainingSettings(vector_size=size),
        LiveSettings(objective=objective),
    )
    # The system chooses how much of the libraries' files it maps: 35 MB more or less.
    assert told.total == pytest.approx(int(peak), abs=0.15 * int(peak) + 40e6)


def test_memory_grows_with_words_vectors_text_and_the_screen():
    training, live = TrainingSettings(vector_size=300), LiveSettings()
    told = estimate_memory(3_000_000, 10**11, training, live)
    assert told.total == sum(getattr(told, part) for part in told.__dataclass_fields__)
    assert told.input_vectors == 3_000_001 * 304 * 4
    assert told.text == 4 * 10**11
    assert told.total > estimate_memory(2_000_000, 10**11, training, live).total
    assert estimate_memory(5, 5, training, live, screen=True).total > (
        estimate_memory(5, 5, training, live).total
    )
    assert estimate_memory(0, 0, training, live).total > 0


def test_there_is_memory_and_the_least_limit_counts(tmp_path, monkeypatch):
    whole = available_memory()
    if sys.platform == "linux":
        assert whole is not None
        assert 10**8 < whole < 10**14
    monkeypatch.setattr(estimate, "_system_available", lambda: 5 * 10**9)
    monkeypatch.setattr(estimate, "_group_limit", lambda: 2 * 10**9)
    assert available_memory() == 2 * 10**9
    monkeypatch.setattr(estimate, "_group_limit", lambda: None)
    assert available_memory() == 5 * 10**9
    monkeypatch.setattr(estimate, "_system_available", lambda: None)
    assert available_memory() is None


@pytest.mark.parametrize(
    ("groups", "files", "limit"),
    [
        ("0::/a/b\n", {"a/b/memory.max": "max\n", "a/memory.max": "3000\n"}, 3000),
        ("4:memory:/c\n0::/\n", {"memory/c/memory.limit_in_bytes": "77\n"}, 77),
        ("0::/a\n", {"a/memory.max": "max\n"}, None),
        ("2:cpu,cpuacct:/a\n", {"a/memory.max": "5\n"}, None),
    ],
)
def test_the_limit_is_that_of_the_control_groups(tmp_path, monkeypatch, groups, files, limit):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "self").write_text(groups)
    monkeypatch.setattr(estimate, "_GROUPS", tmp_path)
    monkeypatch.setattr(estimate, "_OWN_GROUPS", tmp_path / "self")
    assert estimate._group_limit() == limit


# ---- time


@pytest.mark.parametrize("live", MODES, ids=IDS)
def test_more_work_takes_longer(live):
    def seconds(n_tokens=10**6, n_words=5000, training=None, **changes):
        size = TrainingSettings() if training is None else training
        return estimate_seconds(n_words, n_tokens, size, live.changed(**changes))

    base = seconds()
    assert base > 0
    assert seconds(n_tokens=2 * 10**6) == pytest.approx(2 * base)
    assert seconds(epochs=3) == pytest.approx(3 * base)
    assert seconds(window=10) > base
    assert seconds(training=TrainingSettings(vector_size=300)) > base
    if live.objective == "negative-sampling":
        assert seconds(negative=25) > base
    else:
        assert seconds(n_words=40_000) > base
    if live.model == "skip-gram" and live.objective == "negative-sampling":
        assert seconds(shared_noise=False) > base


def test_what_is_thinned_out_and_short_lines_take_less():
    live, training = LiveSettings(epochs=1, workers=1), TrainingSettings()
    base = estimate_seconds(5000, 10**6, training, live)
    assert estimate_seconds(5000, 10**6, training, live, subsampled_share=0.5) < base
    assert estimate_seconds(5000, 10**6, training, live, sentence_length=4) < base
    assert estimate_seconds(5000, 10**6, training, live, sentence_length=0.0) < base


def test_threads_share_the_work(monkeypatch):
    monkeypatch.setattr(estimate, "available_cores", lambda: 4)
    one, four, many = (
        estimate_seconds(5000, 10**6, TrainingSettings(), LiveSettings(epochs=1, workers=n))
        for n in (1, 4, 64)
    )
    assert 2 * four < one <= 4 * four
    assert many == four


@pytest.mark.parametrize("shrink", [True, False])
@pytest.mark.parametrize("length", [2, 7, 1000])
def test_the_mean_of_contexts_is_that_of_windows(shrink, length):
    window = 5
    places = np.arange(length)
    reaches = range(1, window + 1) if shrink else [window]
    true = np.mean([np.minimum(places, r) + np.minimum(length - 1 - places, r) for r in reaches])
    live = LiveSettings(window=window, shrink_windows=shrink)
    found = work.mean_contexts(live, np.array([length, 1e9]))
    assert found == pytest.approx([true, 6.0 if shrink else 10.0])


@pytest.mark.parametrize("live", MODES[:2] + MODES[3:5], ids=IDS[:2] + IDS[3:5])
def test_a_token_costs_about_what_was_measured(live):
    """Nanoseconds a token of 150,000 tokens of a text with 71,003 words, on one thread."""
    measured = dict(zip(IDS[:2] + IDS[3:5], (286, 482, 202, 268), strict=True))
    told = estimate_seconds(
        71_003, 10**9, TrainingSettings(), live, subsampled_share=0.78, sentence_length=70
    )
    assert told == pytest.approx(measured[f"{live.model}-{live.objective}"], rel=0.15)
