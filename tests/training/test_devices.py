"""Which device trains: what is missing is said before anything is read."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.corpora import encoded, topical_sentences
from tests.support.fake_device import FakeTrainer, fake_gpu
from tests.support.runs import run_on, trained
from w2vtui import Word2Vec
from w2vtui.cli import run_command_line
from w2vtui.errors import MissingLibraryError, RunError, SettingsError
from w2vtui.runs.resuming.wanted_changes import check_training
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training.engine import devices
from w2vtui.training.engine.devices import check_device, choose_device

CUDA, AUTO = TrainingSettings(device="cuda"), TrainingSettings(device="auto")
LIVE = LiveSettings()


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without numba-cuda, as most are."""
    monkeypatch.setattr(devices, "_LIBRARY", "numba_cuda_of_nobody")


def with_driver(
    monkeypatch: pytest.MonkeyPatch, n_devices: int, code: int = 0, cuda: int = 13_010
) -> None:
    """A machine with the library and a driver, for a version of CUDA, that finds some GPUs."""

    def count(pointer: Any) -> int:
        pointer._obj.value = n_devices
        return 0

    def say_version(pointer: Any) -> int:
        pointer._obj.value = cuda
        return 0

    driver = SimpleNamespace(
        cuDriverGetVersion=say_version, cuInit=lambda flags: code, cuDeviceGetCount=count
    )
    monkeypatch.setattr(devices, "_LIBRARY", "numba")
    monkeypatch.setattr(devices, "_cuda_of_library", lambda: 13)
    monkeypatch.setattr(devices.ctypes, "CDLL", lambda name: driver)


def test_the_missing_extra_is_named(without_extra: None) -> None:
    with pytest.raises(MissingLibraryError) as error:
        check_device(CUDA, LIVE)
    assert str(error.value) == (
        "device cuda needs a library: pip install '.[cuda]' in the clone of w2vtui, or choose "
        "device cpu"
    )


def test_the_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_LIBRARY", "numba")
    monkeypatch.setattr(devices, "_DRIVER", "libcuda-of-nobody.so.1")
    with pytest.raises(SettingsError, match=r"got no libcuda-of-nobody.so.1: install the driver"):
        check_device(CUDA, LIVE)


@pytest.mark.parametrize(("n_devices", "code", "found"), [(0, 0, "none"), (1, 999, "error 999")])
def test_a_missing_gpu_is_named(
    monkeypatch: pytest.MonkeyPatch, n_devices: int, code: int, found: str
) -> None:
    with_driver(monkeypatch, n_devices, code)
    with pytest.raises(SettingsError, match=f"the driver finds {found}: see what nvidia-smi"):
        check_device(CUDA, LIVE)


def test_a_driver_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with_driver(monkeypatch, 1, cuda=12_040)
    with pytest.raises(SettingsError, match=r"a driver for CUDA 13, got one for CUDA 12\.4: inst"):
        check_device(CUDA, LIVE)


def test_the_version_of_cuda_is_that_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_BINDINGS", "pytest")
    assert devices._cuda_of_library() == int(pytest.__version__.partition(".")[0])
    monkeypatch.setattr(devices, "_BINDINGS", "cuda-bindings-of-nobody")
    assert devices._cuda_of_library() == 0  # any driver will do


def test_a_gpu_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with_driver(monkeypatch, 1)
    assert choose_device(CUDA, LIVE) == choose_device(AUTO, LIVE) == ("cuda", "")


def test_the_processor_asks_for_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", None)
    assert choose_device(TrainingSettings(), LIVE) == ("cpu", "")


@pytest.mark.parametrize(
    ("settings", "live", "named"),
    [
        ({}, {"objective": "softmax"}, "objective softmax has no kernel"),
        ({"vector_size": 60_000}, {}, "vector_size must be at most .* got 60,000"),
    ],
)
def test_settings_without_a_kernel_are_named(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], live: dict[str, Any], named: str
) -> None:
    with_driver(monkeypatch, 1)
    with pytest.raises(SettingsError, match=f"device cuda: {named}.* or choose device cpu"):
        check_device(TrainingSettings(device="cuda", **settings), LiveSettings(**live))
    device, why = choose_device(TrainingSettings(device="auto", **settings), LiveSettings(**live))
    assert device == "cpu"
    assert "no kernel" in why or "vector_size" in why


def test_deterministic_training_is_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    with_driver(monkeypatch, 1)
    with pytest.raises(SettingsError, match="deterministic needs device cpu: a GPU adds"):
        TrainingSettings(device="cuda", deterministic=True)
    chosen = choose_device(TrainingSettings(device="auto", deterministic=True), LIVE)
    assert chosen == ("cpu", "deterministic training needs it")


def test_auto_trains_on_the_processor_and_says_why(without_extra: None) -> None:
    run = trained(run_on(encoded(topical_sentences(40)), AUTO, LiveSettings(epochs=1, workers=1)))
    assert run.snapshot().state == "done"
    assert any("device auto: cpu, since device cuda needs" in e.text for e in run.snapshot().events)


def test_the_command_line_reads_nothing_first(
    without_extra: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes(b"\xff" * 1000)  # which cannot be read
    command = ["train", str(text), "-o", str(tmp_path / "v.bin"), "--device", "cuda"]
    assert run_command_line(command) == SettingsError.exit_code
    assert "pip install '.[cuda]'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [text]


def test_the_class_reads_nothing_first(without_extra: None) -> None:
    def sentences() -> Any:
        raise AssertionError("the text was read")
        yield

    with pytest.raises(MissingLibraryError):
        Word2Vec(sentences(), device="cuda")
    model = Word2Vec(min_count=1, device="cuda")  # which a machine without a GPU may load
    model.build_vocab([["a", "b"]])
    with pytest.raises(MissingLibraryError):
        model.train(sentences(), total_examples=1, epochs=1)


def test_a_model_keeps_its_device(tmp_path: Path) -> None:
    Word2Vec(vector_size=4, device="auto").save(tmp_path / "m")
    assert Word2Vec.load(tmp_path / "m")._fixed().device == "auto"


def test_only_the_device_may_be_another_when_a_run_resumes() -> None:
    asked = TrainingSettings(device="cuda", seed=4)
    assert check_training(asked, {"device": "cpu", "seed": 4}) == TrainingSettings(seed=4)
    with pytest.raises(RunError, match="seed is 4 and fixed"):
        check_training(asked, {"seed": 5})


def test_a_saved_run_resumes_on_another_device(
    topical_corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "w2v_kernels.cuda.toolkit", None)  # cannot be imported
    train = ["train", str(topical_corpus), "--vector-size", "8", "--epochs", "4", "--device"]
    with fake_gpu(monkeypatch) as opened:
        assert run_command_line([*train, "cuda", "--stop-when", "epoch 2"]) == 0
    assert isinstance(opened[0], FakeTrainer)
    monkeypatch.setattr(devices, "_LIBRARY", "numba_cuda_of_nobody")
    assert run_command_line(["resume", "last", "--no-screen"]) == SettingsError.exit_code
    assert "or choose device cpu" in capsys.readouterr().err
    resumed = run_command_line(["resume", "last", "--no-screen", "--device", "cpu"])
    said = capsys.readouterr().err
    assert resumed == 0, said
    assert "resumed at 25.0%" in said
