"""What the kernels ask of the machine: compiling, rows at cache lines, the peak speed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import pytest

from w2v_kernels import layout, sizes
from w2v_kernels.machine import compiling, peak


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_canceled_compiling_is_done_at_the_next_call():
    """Compiling can be canceled; the kernel is compiled when it is next called."""

    @numba.njit
    def doubled(number):
        return 2 * number

    with compiling.cancel_compiling_when(lambda: True):
        pytest.fail(f"it was compiled: {doubled(1)}")
    assert not doubled.signatures
    with compiling.cancel_compiling_when(lambda: False):
        assert doubled(1) == 2
    with compiling.cancel_compiling_when(lambda: True):
        assert doubled(1) == 2  # there is nothing to compile any more


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_what_another_thread_compiles_is_not_given_up():
    @numba.njit
    def doubled(number):
        return 2 * number

    with compiling.cancel_compiling_when(lambda: True), ThreadPoolExecutor(1) as other:
        assert other.submit(doubled, 1).result() == 2


def test_rows_begin_at_cache_lines():
    rows = layout.empty_rows(5, 100)
    assert rows.shape == (5, 112)
    assert rows.ctypes.data % 64 == 0
    assert sizes.ROW_PAD * 4 == 64


def test_the_chains_of_the_peak_are_all_computed():
    rounds, factor = 50, np.float32(0.9)
    first = np.arange(peak.CHAINS) / peak.CHAINS
    last = 1 - (1 - first) * float(factor) ** rounds  # x <- factor * x + (1 - factor)
    assert peak.MULTIPLY_ADDS_A_ROUND % peak.CHAINS == 0
    lanes = peak.MULTIPLY_ADDS_A_ROUND // peak.CHAINS
    assert peak.multiply_and_add(rounds, factor) == pytest.approx(lanes * last.sum(), rel=1e-5)
