"""Training on a GPU, but for the kernels: a fake device runs the processor's on its own memory."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support import battery
from tests.support.battery import CORPUS, Way
from tests.support.fake_device import LIMIT, FakeTrainer, fake_gpu
from tests.support.runs import (
    applied,
    matrices_of,
    same_bits,
    trained,
    until_spans_are_trained,
)
from tests.support.stores import MemoryStore
from tests.support.wait import DEADLINE, until
from w2v_kernels.cuda import pieces
from w2vtui import Word2Vec
from w2vtui.errors import BackendError, OutOfMemoryError, SettingsError
from w2vtui.settings import TrainingSettings
from w2vtui.training.engine import gpu_copies
from w2vtui.training.engine.cuda_backend import CudaBackend
from w2vtui.training.engine.gpu_turns import GpuTurns
from w2vtui.training.run import Run
from w2vtui.tui.screen_parts.header import header
from w2vtui.tui.train_screen.staging import cost_text

MODES = [
    (model, objective)
    for model in ("skip-gram", "cbow")
    for objective in ("negative-sampling", "hierarchical-softmax")
]
WAYS = [Way(*mode, 1, device="cuda") for mode in MODES]
WAY = WAYS[0]
LONG = {"epochs": 100_000}


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[FakeTrainer]]:
    """A fake GPU; what is opened on it."""
    with fake_gpu(monkeypatch) as opened:
        yield opened


def started(store: MemoryStore | None = None) -> Run:
    """A long run that trains."""
    run = WAY.run(live=LONG, store=store, checkpoint_seconds=60.0)
    run.start()
    until(lambda: run.snapshot().progress.tokens > 0)
    return run


CHECKS: tuple[battery.Check, ...] = (
    battery.check_every_token_is_trained_once,
    battery.check_it_resumes_from_every_checkpoint,
    battery.check_changes_are_replayed_at_their_tokens,
    battery.check_targets_can_be_changed_in_mid_run,
    battery.check_it_stops_with_a_checkpoint,
    battery.check_divergence_fails_and_is_never_saved,
)


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("way", [WAYS[0], WAYS[3]], ids=str)
def test_a_gpu_passes_the_checks_of_every_way_to_train(
    gpu: list[FakeTrainer], way: Way, check: battery.Check, tmp_path: Path
) -> None:
    battery.compiled(way._replace(device="cpu"))
    check(way, tmp_path)
    assert gpu


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_gpu_trains_the_same_pairs(gpu: list[FakeTrainer], way: Way) -> None:
    live = {"epochs": 2}
    here = trained(way._replace(device="cpu").run(live=live))
    there = trained(way.run(live=live))
    assert same_bits(here.trained.matrices(), matrices_of(there))
    assert there.snapshot().probe == here.snapshot().probe
    assert any("a fake GPU" in event.text for event in there.snapshot().events)


@pytest.mark.slow
def test_a_text_that_does_not_fit_is_trained_in_pieces(
    gpu: list[FakeTrainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    level = {"epochs": 2, "alpha": 0.02, "min_alpha": 0.02}  # a rate without rounding
    whole = trained(WAY.run(live=level))
    monkeypatch.setattr(pieces, "MARGIN", 60)
    monkeypatch.setattr(pieces, "LEAST_PIECE", 1_000)
    with fake_gpu(monkeypatch, limit=80_000) as opened:
        cut = trained(WAY.run(live=level))
    device = opened[0].device
    assert device.n_uploaded > 2 * len(CORPUS.ids) // 2_000
    assert cut.snapshot().losses.pairs == whole.snapshot().losses.pairs
    assert same_bits(whole.trained.matrices(), matrices_of(cut))


@pytest.mark.parametrize("devices", [("cuda", "cpu"), ("cpu", "cuda")], ids="-to-".join)
def test_a_run_resumes_on_another_device(gpu: list[FakeTrainer], devices: tuple[str, str]) -> None:
    store, (first, second) = MemoryStore(), devices
    whole = trained(WAY._replace(device=first).run(store=store))
    resumed = WAY._replace(device=second).run(resume_from=store.saved[len(store.saved) // 2])
    assert same_bits(whole.trained.matrices(), matrices_of(trained(resumed)))


def test_model_and_objective_change_in_mid_run(gpu: list[FakeTrainer]) -> None:
    run = started()
    for change in ({"model": "cbow"}, {"objective": "hierarchical-softmax"}, {"negative": 9}):
        run.change(**change)
        applied(run)
        tokens = run.snapshot().progress.tokens
        until(lambda tokens=tokens: run.snapshot().progress.tokens > tokens)
    with pytest.raises(SettingsError, match="softmax"):
        run.change(objective="softmax")
    run.stop()
    assert run.wait(DEADLINE)
    assert set(run.trained.matrices()) == {"input_vectors", "output_vectors", "node_vectors"}
    assert gpu[0].names == set(run.trained.matrices())


def test_nothing_is_said_of_a_gpu_that_is_known_of_processors_only(
    gpu: list[FakeTrainer],
) -> None:
    run = started()
    until(lambda: run.snapshot().speed.now > 0)
    shot = run.snapshot()
    assert shot.gpu == "a fake GPU"
    assert shot.speed.by_thread == ()
    assert run.cost(negative=15) is None
    assert cost_text(None, shot.gpu) == "cost not predicted on a GPU"
    assert "GPU" in header(shot, 120, frozen=False, tiny=False).plain
    assert "thread" not in header(shot, 120, frozen=False, tiny=False).plain
    run.stop()
    assert run.wait(DEADLINE)


def test_a_lost_gpu_ends_the_run_with_its_last_checkpoint(gpu: list[FakeTrainer]) -> None:
    store = MemoryStore()
    run = started(store)
    run.checkpoint()
    until(lambda: store.saved)
    gpu[0].device.is_lost = True
    with pytest.raises(BackendError, match="--device cpu") as error:
        run.wait(DEADLINE)
    assert "CUDA_ERROR_ILLEGAL_ADDRESS" in str(error.value)
    assert run.snapshot().state == "failed"
    assert np.isfinite(run.trained.vectors().vectors).all()  # what was seen last
    on_cpu = WAY._replace(device="cpu").run(live={"epochs": 1}, resume_from=store.saved[-1])
    on_cpu.start()
    until(lambda: on_cpu.snapshot().progress.tokens > store.saved[-1].clock)
    on_cpu.stop()
    assert on_cpu.wait(DEADLINE)


def test_a_gpu_without_memory_ends_the_run(gpu: list[FakeTrainer]) -> None:
    run = started()
    gpu[0].device.limit = 0
    with pytest.raises(OutOfMemoryError, match=r"lower vector_size.* device cpu"):
        run.wait(DEADLINE)


def test_a_change_that_does_not_fit_on_the_gpu_is_rejected(gpu: list[FakeTrainer]) -> None:
    store = MemoryStore()
    run = started(store)
    run.pause()
    until_spans_are_trained(run)
    gpu[0].device.limit = 0  # not what is used now: a copy for the probe may be freed at any time
    run.change(objective="hierarchical-softmax")
    applied(run)
    gpu[0].device.limit = LIMIT
    assert run.snapshot().settings.objective == "negative-sampling"
    assert any("change rejected: the memory of the GPU" in e.text for e in run.snapshot().events)
    run.resume()
    run.stop()
    assert run.wait(DEADLINE)


def test_text_that_does_not_fit_beside_the_vectors_says_what_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with fake_gpu(monkeypatch, limit=1_000), pytest.raises(OutOfMemoryError, match="full"):
        trained(WAY.run())


def test_kernels_are_compiled_when_that_is_shown_and_for_each_change(
    backend: CudaBackend, gpu: list[FakeTrainer]
) -> None:
    live, compiled = WAY.live().resolved(1000, 1), gpu[0].device.compiled
    plan = backend.plan(live)
    assert not compiled
    backend.compile(plan, lambda: True)  # stopped in the meantime
    assert not compiled
    backend.compile(plan)
    n_kernels = len(compiled)
    assert n_kernels
    backend.plan(live.changed(negative=9))
    assert len(compiled) == 2 * n_kernels
    assert compiled[-1] != compiled[n_kernels - 1]


def test_what_is_frozen_is_copied_while_training_continues(backend: CudaBackend) -> None:
    before = {name: matrix.copy() for name, matrix in backend.matrices().items()}
    copies = {name: np.zeros(shape, np.float32) for name, shape in backend.shapes.items()}
    complete = backend.copy_to(copies)
    backend.replace({name: matrix + 1 for name, matrix in before.items()})
    complete()
    assert same_bits(copies, before)
    assert not same_bits(backend.matrices(), before)


def test_without_memory_to_freeze_it_is_copied_at_once(
    backend: CudaBackend, gpu: list[FakeTrainer]
) -> None:
    device = gpu[0].device
    device.limit = device.used
    copies = {name: np.zeros(shape, np.float32) for name, shape in backend.shapes.items()}
    backend.copy_to(copies)
    assert same_bits(copies, backend.matrices())


def test_those_who_look_while_it_trains_get_copies_of_some_age(
    backend: CudaBackend, gpu: list[FakeTrainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_copies, "LEAST_AGE", 3600.0)
    seen, copies = backend.input_vectors.copy(), backend._copies
    gpu[0].set_vectors("input_vectors", seen + 1)
    copies.n_spans += 1
    copies.is_training = True
    first = backend.input_vectors.copy()
    gpu[0].set_vectors("input_vectors", seen + 2)
    assert same_bits({"": first}, {"": backend.input_vectors})
    copies.is_training = False
    copies.n_spans += 1
    assert np.array_equal(backend.input_vectors, seen + 2)
    assert np.array_equal(backend.rows("input_vectors", np.array([3], np.int32)), seen[[3]] + 2)


@pytest.fixture
def backend(gpu: list[FakeTrainer]) -> CudaBackend:
    """One without a run."""
    blocks = np.array([[0, len(CORPUS.ids)]])
    return CudaBackend(CORPUS, TrainingSettings(vector_size=8, device="cuda"), blocks)


def test_turns_are_taken_in_the_order_in_which_they_are_asked_for() -> None:
    turns, done = GpuTurns(), list[int]()

    def take(number: int) -> None:
        with turns.turn():
            done.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(3)]
    with turns.turn():
        for number, thread in enumerate(threads):
            thread.start()
            until(lambda number=number: turns.n_asked == 2 + number)
    for thread in threads:
        thread.join()
    assert done == [0, 1, 2]


def test_callbacks_change_what_a_gpu_trains(gpu: list[FakeTrainer]) -> None:
    sentences = [["a", "b", "c", "d"]] * 30
    small = {"min_count": 1, "vector_size": 8, "workers": 1, "epochs": 2}
    here, there = (Word2Vec(sentences, device=device, **small) for device in ("cpu", "cuda"))
    assert np.array_equal(here.wv.vectors, there.wv.vectors)
    there.train(sentences, total_examples=30, epochs=1)
    assert len(gpu) == 2


def test_the_fake_needs_no_library(gpu: list[FakeTrainer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "w2v_kernels.cuda.toolkit", None)  # cannot be imported
    trained(WAY.run(live={"epochs": 1}))
