"""The kernels on a GPU: `pytest -m gpu tests/kernels/cuda`, skipped where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.cuda.setup import (
    CBOW,
    TREE,
    VARIANTS,
    check,
    ids_of,
    matrices_of,
    tokens_of,
    train,
    trainer_of,
    unrepeated,
)
from tests.kernels.setup import Setup
from tests.support.lane_device import LaneDevice
from w2v_kernels import layout
from w2v_kernels.cuda.device import DeviceError

pytest.importorskip("numba_cuda", reason="numba-cuda is not installed")
pytestmark = [pytest.mark.gpu, pytest.mark.slow]
MODES = [{}, TREE, CBOW, CBOW | TREE, {"noise_sharing": "none"}, {"negative": 25}]


@pytest.fixture(scope="module")
def gpu():
    from w2v_kernels.cuda.gpu import CudaDevice

    try:
        return CudaDevice()
    except DeviceError as error:
        pytest.skip(str(error))


@pytest.fixture
def one_warp(gpu, monkeypatch):
    monkeypatch.setattr(gpu, "warps_at_once", lambda kernel, arguments: 1)
    return gpu


@pytest.mark.parametrize("variant", VARIANTS, ids=ids_of)
def test_a_warp_trains_as_the_naive_form_does(variant, one_warp):
    variant = dict(variant)
    base = variant.pop("base", 0.05)
    check(unrepeated(**variant), base, one_warp)


def test_it_keeps_the_tokens_and_windows_that_lanes_keep(gpu):
    setup = Setup(n_tokens=5000, sample=0.01, vector_size=4)
    kept = []
    for device in (gpu, LaneDevice()):
        tokens, table = tokens_of(setup, device), setup.tables.keep_thresholds
        found = tokens.kept(setup.key, setup.hyper, table, device.to_device(table))
        kept.append([device.to_host(array).tolist() for array in found])
    assert kept[0] == kept[1]


@pytest.mark.parametrize("mode", MODES, ids=ids_of)
def test_all_warps_together_lower_the_loss_as_the_cpu_does(mode, gpu):
    settings = {"n_words": 2000, "n_tokens": 60_000, "scale": 0.01, "vector_size": 100} | mode
    setup = Setup(**settings)
    trainer = trainer_of(setup, gpu)
    found, wanted = [], []
    for _ in range(3):
        found.append(train(trainer, setup, setup.span(slope=0.0)))
        wanted.append(setup.train(setup.span(slope=0.0)))
    for ours, cpus in zip(found, wanted, strict=True):
        counted = [layout.PAIRS, layout.CENTERS, layout.TOKENS]
        assert ours[counted].tolist() == cpus[counted].tolist()
        assert ours[layout.NOT_FINITE] == 0
        assert ours[layout.LOSS] == pytest.approx(cpus[layout.LOSS], rel=0.03)
    assert found[-1][layout.LOSS] < found[0][layout.LOSS]
    assert all(np.isfinite(matrix).all() for matrix in matrices_of(trainer))
