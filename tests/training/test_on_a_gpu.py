"""Runs on a GPU: `pytest -m gpu`, skipped where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import battery
from tests.support.battery import Way
from tests.support.runs import trained
from tests.support.stores import MemoryStore
from w2vtui.errors import SettingsError
from w2vtui.training.engine.devices import check_cuda

pytestmark = [pytest.mark.gpu, pytest.mark.slow]

WAYS = [
    Way(model, objective, 2, device="cuda")  # 2: no bits are repeated
    for model in ("skip-gram", "cbow")
    for objective in ("negative-sampling", "hierarchical-softmax")
]


@pytest.fixture(autouse=True)
def _gpu() -> None:
    try:
        check_cuda()
    except SettingsError as error:
        pytest.skip(str(error))


@pytest.mark.timeout(600)  # compiling
@pytest.mark.parametrize(
    ("way", "check"),
    [
        pytest.param(way, check, id=f"{way}-{check.__name__.removeprefix('check_')}")
        for way in WAYS
        for check in battery.checks_of(way)
    ],
)
def test_every_way_to_train_on_a_gpu(way: Way, check: battery.Check, tmp_path: Path) -> None:
    battery.compiled(way._replace(device="cpu"))
    check(way, tmp_path)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_the_processor_learns_on_from_what_a_gpu_learned(way: Way) -> None:
    store = MemoryStore()
    trained(way.run(store=store))
    middle = store.saved[len(store.saved) // 2]
    resumed = trained(way._replace(device="cpu").run(resume_from=middle))
    whole = trained(way._replace(device="cpu").run())
    assert battery.mean_loss(resumed) == pytest.approx(battery.mean_loss(whole), rel=0.1)
