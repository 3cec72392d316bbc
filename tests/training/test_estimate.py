"""Predicted memory and time, compared with what runs take."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from tests.support.wait import DEADLINE
from w2v_kernels.machine import compiling
from w2v_kernels.sizes import row_length
from w2vtui.corpus import open_corpus, sample_path
from w2vtui.errors import BackendError
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.costs import estimate, memory_check, terms
from w2vtui.training.costs.estimate import estimate_memory, estimate_seconds
from w2vtui.training.costs.memory_check import SPARE, check_fits, shortfall
from w2vtui.training.engine import matrices
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.history.history import History
from w2vtui.training.run import Run

MODES = [
    LiveSettings(model=model, objective=objective, epochs=1, workers=1)
    for model in ("skip-gram", "cbow")
    for objective in ("negative-sampling", "hierarchical-softmax", "softmax")
]
IDS = [f"{live.model}-{live.objective}" for live in MODES]


compiled_only = pytest.mark.skipif(
    numba.config.DISABLE_JIT, reason="the kernels as plain Python would take too long"
)


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("W2VTUI_CACHE_DIR", str(tmp_path_factory.mktemp("atlas")))
        return open_corpus([sample_path("atlas.txt")], CorpusSettings(), cache=False)


# ---- memory


@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax"])
@pytest.mark.parametrize("size", [1, 100, 300])
def test_the_arrays_are_those_of_a_run(atlas, objective, size):
    training = TrainingSettings(vector_size=size)
    live = LiveSettings(objective=objective, workers=1)
    backend = CpuBackend(atlas, training)
    plan = backend.plan(live.resolved(len(atlas.ids), 1))
    predicted = estimate_memory(len(atlas.vocab), len(atlas.ids), training, live)
    inputs, targets = plan.weights
    row, n_words = inputs[0].nbytes, len(atlas.vocab)
    assert predicted.input_vectors == row * (n_words + 1)
    room = len(inputs) - (n_words + 1)  # for workers' copies, which a worker alone does not touch
    assert predicted.output_vectors == row * (len(targets) - room)
    assert predicted.text == atlas.ids.nbytes
    tables = plan.tables.keep_thresholds.nbytes + plan.tables.noise.nbytes
    if objective == "hierarchical-softmax":
        tables += sum(array.nbytes for array in plan.tables.tree)
    assert predicted.tables == pytest.approx(tables, rel=0.1)


@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax"])
def test_the_copies_of_workers_are_in_the_estimate(atlas, monkeypatch, objective):
    for module in (estimate, matrices):
        monkeypatch.setattr(module, "available_cores", lambda: 3)
    training, live = TrainingSettings(vector_size=300), LiveSettings(objective=objective)
    backend = CpuBackend(atlas, training)

    def predicted(workers):
        memory = estimate_memory(len(atlas.vocab), 0, training, live.changed(workers=workers))
        return memory.input_vectors + memory.output_vectors

    plan = backend.plan(live.changed(workers=3).resolved(len(atlas.ids), 3))
    scratches = [backend.scratch(plan, worker) for worker in range(3)]
    copied = sum(one.own_inputs.copied.nbytes + one.own_targets.copied.nbytes for one in scratches)
    assert predicted(3) - predicted(1) == 2 * copied > 10**6
    assert predicted(4) == predicted(1)  # more workers than cores have none


MEASURED = """
import sys
from pathlib import Path
from numba.core import event
from w2vtui.bench.job import peak_memory
from w2vtui.cli import run_command_line
with event.install_recorder("numba:compile") as compiled:
    code = run_command_line(sys.argv[1:])
status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
mapped = 1024 * int(status["RssFile"].split()[0])
print("PEAK", code, len(compiled.buffer), peak_memory(), mapped)
"""


def written_text(path, n_words):
    """A text of n words, once each, in lines of 20."""
    words = [f"{word:x}" for word in range(n_words)]
    path.write_text("\n".join(" ".join(words[i : i + 20]) for i in range(0, len(words), 20)))
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="the peak and its parts are Linux's")
@compiled_only
@pytest.mark.parametrize(
    ("n_words", "size", "objective", "deterministic"),
    [
        (3_000, 600, "hierarchical-softmax", True),
        (3_000, 600, "negative-sampling", False),
        (40_000, 50, "negative-sampling", True),
        (40_000, 50, "hierarchical-softmax", False),
        (40_000, 300, "hierarchical-softmax", False),
    ],
)
@pytest.mark.slow
@pytest.mark.process
def test_the_estimate_is_within_a_tenth_of_the_peak(
    tmp_path, objective, n_words, size, deterministic
):
    text = written_text(tmp_path / "text.txt", n_words)
    command = ["train", str(text), "-o", str(tmp_path / "v.bin"), "--epochs", "1",
               "--vector-size", str(size), "--objective", objective, "--min-count", "1",
               "--workers", "2", *["--deterministic"] * deterministic]  # fmt: skip
    environment = os.environ | {"NUMBA_CACHE_DIR": str(compiling.CACHE_FOLDER)}
    n_compiled = -1
    while n_compiled:  # which takes more; other tests may have replaced the compiled kernels
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *command],
            capture_output=True, text=True, check=False, timeout=DEADLINE, stdin=subprocess.DEVNULL,
            env=environment,
        )  # fmt: skip
        code, n_compiled, peak, mapped = map(int, done.stdout.rpartition("PEAK ")[2].split())
        assert code == 0, done.stderr
    predicted = estimate_memory(
        n_words,
        n_words,
        TrainingSettings(vector_size=size, deterministic=deterministic),
        LiveSettings(objective=objective, workers=2),
        checkpoints=True,
    )
    files = predicted.libraries + predicted.text
    assert predicted.total - files == pytest.approx(peak - mapped, abs=0.1 * peak)
    # The system chooses how much of the libraries' files it maps.
    assert files == pytest.approx(mapped, abs=45e6)


def test_memory_grows_with_words_vectors_text_and_the_screen():
    training, live = TrainingSettings(vector_size=300), LiveSettings(workers=1)
    predicted = estimate_memory(3_000_000, 10**11, training, live)
    assert predicted.total == sum(
        getattr(predicted, part) for part in predicted.__dataclass_fields__
    )
    assert predicted.input_vectors == 3_000_001 * 304 * 4
    assert predicted.text == 4 * 10**11
    assert predicted.total > estimate_memory(2_000_000, 10**11, training, live).total
    assert estimate_memory(5, 5, training, live, screen=True).total > (
        estimate_memory(5, 5, training, live).total
    )
    assert estimate_memory(0, 0, training, live).total > 0


@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax"])
def test_a_checkpoint_is_written_at_another_time_than_the_vectors(objective):
    n_words, size = 1_000, 100
    live, training = LiveSettings(objective=objective), TrainingSettings(vector_size=size)
    plain = estimate_memory(n_words, 0, training, live)
    kept = estimate_memory(n_words, 0, training, live, checkpoints=True)
    by_tree = objective == "hierarchical-softmax"
    assert kept.copy == 4 * size * 2 * n_words  # of the nodes, too
    assert plain.copy == 4 * size * n_words * (1 if by_tree else 2)
    assert plain.words - kept.words == (estimate.SAVED_WORD_BYTES * n_words if by_tree else 0)


@pytest.mark.parametrize(("n_words", "size"), [(1, 1), (26, 16), (70_000, 100), (3_000_000, 300)])
def test_the_history_of_a_run_that_saves_none_is_in_memory_within_its_share(n_words, size):
    training, live = TrainingSettings(vector_size=size), LiveSettings()
    history = History(512)
    history.begin(None, n_words, size, 0)
    most = history.sizing.n_moments * history.sizing.bytes_of_moment(size)
    predicted = estimate_memory(n_words, 0, training, live, history=512).history
    assert predicted == most <= 128 << 20
    assert estimate_memory(n_words, 0, training, live, history=0).history == 0
    saved = estimate_memory(n_words, 0, training, live, history=512, checkpoints=True)
    assert saved == estimate_memory(n_words, 0, training, live, checkpoints=True)
    assert estimate_memory(0, 0, training, live, history=512).history == 0


@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax"])
def test_deterministic_workers_train_matrices_of_their_own(objective):
    training = TrainingSettings(vector_size=100, deterministic=True)
    predicted, alone, shared = (
        estimate_memory(1_000, 0, how, LiveSettings(objective=objective, workers=workers))
        for how, workers in ((training, 3), (training, 1), (TrainingSettings(), 3))
    )
    replicas = 3 * 1_001 * 4 * row_length(100)
    assert predicted.input_vectors == shared.input_vectors + replicas
    assert predicted.output_vectors == shared.output_vectors + replicas
    assert alone == shared


# ---- what fits

COUNTS = np.repeat([900, 400, 100, 30, 7, 5], [1_000, 9_000, 20_000, 70_000, 100_000, 300_000])
TRAINING, LIVE = TrainingSettings(vector_size=200), LiveSettings()


def needed(n_words, size=200):
    return estimate_memory(n_words, 0, dataclasses.replace(TRAINING, vector_size=size), LIVE).needed


@pytest.fixture
def machine(monkeypatch):
    """Sets how much memory there is, where this process holds none yet."""

    def has(n_bytes):
        monkeypatch.setattr(memory_check, "available_memory", lambda: n_bytes)
        monkeypatch.setattr(memory_check, "held_memory", lambda: 0)

    return has


def test_what_is_proposed_fits_and_no_more_would(machine):
    spared = needed(150_000) + 99
    room = round(spared / (1 - SPARE))
    machine(room)
    with pytest.raises(BackendError) as raised:
        check_fits(COUNTS, TRAINING, LIVE)
    found = shortfall(len(COUNTS), COUNTS, TRAINING, LIVE)
    assert found.needed == needed(500_000)
    assert found.available == room
    assert found.max_final_vocab == 150_000
    assert found.min_count == 8  # the 100,000 words met 7 times do not all fit
    assert needed(100_000) <= spared
    assert needed(500_000, found.smaller_size) <= spared
    assert needed(500_000, found.smaller_size + 1) > spared
    assert str(raised.value) == str(found)
    message = str(found)
    for part in (
        "500,000 vectors of 200 numbers",
        f"{found.needed / 1e9:.1f} GB",
        "max_final_vocab 150000 or min_count 8",
        f"vector_size {found.smaller_size}",
    ):
        assert part in message


def test_what_fits_exactly_is_not_refused(machine):
    machine(needed(500_000))
    check_fits(COUNTS, TRAINING, LIVE)
    machine(needed(500_000) - 1)
    with pytest.raises(BackendError):
        check_fits(COUNTS, TRAINING, LIVE)
    machine(None)
    check_fits(COUNTS, TRAINING, LIVE)


def test_nothing_is_proposed_that_would_not_fit(machine):
    machine(needed(1) - 1)
    found = shortfall(len(COUNTS), COUNTS, TRAINING, LIVE)
    assert (found.max_final_vocab, found.min_count, found.smaller_size) == (None, None, None)
    assert "another machine" in str(found)
    # The 1,000 commonest are equally frequent: no min_count keeps less of them.
    machine(round(needed(500) / (1 - SPARE)) + 9)
    found = shortfall(len(COUNTS), COUNTS, TRAINING, LIVE)
    assert (found.max_final_vocab, found.min_count) == (500, None)


def test_what_the_process_holds_of_the_run_counts_as_available(monkeypatch):
    predicted = estimate_memory(500_000, 0, TRAINING, LIVE)
    own = predicted.program // 2 + predicted.words // 4
    for free, held, fits in (
        (predicted.needed - own, own, True),
        (predicted.needed - own, own - 1, False),
        (predicted.needed - own - 1, 10 * own, False),  # the rest is another run's
    ):
        monkeypatch.setattr(memory_check, "available_memory", lambda free=free: free)
        monkeypatch.setattr(memory_check, "held_memory", lambda held=held: held)
        assert (shortfall(len(COUNTS), COUNTS, TRAINING, LIVE) is None) == fits


def test_a_run_that_does_not_fit_is_refused_before_it_takes_memory(machine, topical_corpus):
    machine(needed(1) // 2)
    run = Run(lambda progress, stop: open_corpus([topical_corpus], CorpusSettings()), TRAINING)
    run.start()
    with pytest.raises(BackendError, match=r"26 vectors of 200 numbers need about .* is available"):
        run.wait(DEADLINE)
    assert run._trainer is None


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
        assert seconds(noise_sharing="none") > base


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
    found = terms.mean_contexts(live, np.array([length, 1e9]))
    assert found == pytest.approx([true, 6.0 if shrink else 10.0])


@pytest.mark.parametrize("live", MODES[:2] + MODES[3:5], ids=IDS[:2] + IDS[3:5])
def test_a_token_costs_about_what_was_measured(live):
    """Nanoseconds a token of 150,000 tokens of a text with 71,003 words, on one thread."""
    live = dataclasses.replace(live, noise_sharing="pairs")
    measured = dict(zip(IDS[:2] + IDS[3:5], (286, 482, 202, 268), strict=True))
    predicted = estimate_seconds(
        71_003, 10**9, TrainingSettings(), live, subsampled_share=0.78, sentence_length=70
    )
    assert predicted == pytest.approx(measured[f"{live.model}-{live.objective}"], rel=0.15)
