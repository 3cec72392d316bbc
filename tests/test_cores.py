"""Who works on the cores."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from w2vtui import cores
from w2vtui.resources import available_cores


def blas_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_what_is_looked_at_takes_one_core_while_a_run_trains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cores, "available_cores", lambda: 5)
    assert np.ones((2, 2)).sum() == 4  # NumPy's BLAS is loaded
    before = blas_threads()
    assert cores.free_cores() == 5
    with cores.blas_beside_workers():
        assert blas_threads() == before
    with cores.workers_at_work(), cores.workers_at_work():
        assert cores.free_cores() == 1
        with cores.blas_beside_workers(), cores.one_blas_thread():
            assert blas_threads() == {1}
        assert blas_threads() == before
    assert not cores.a_run_trains()
    assert available_cores() >= 1
