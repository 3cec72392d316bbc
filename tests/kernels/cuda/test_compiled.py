"""The machine code of a GPU's kernels is on disk: as far as that can be seen without a GPU, which
would be asked for the last step, from PTX to its own code.
"""

from __future__ import annotations

import numba
import numpy as np
import pytest

from tests.kernels.cuda.conftest import AMPERE
from w2v_kernels.cuda.device import Kernel
from w2v_kernels.cuda.warp import lane_index, write
from w2v_kernels.machine import compiling, sealed_cache

ARGUMENTS = (np.zeros(1, np.int64),)


def kernel_of(number):
    """Make a kernel that is compiled in no time."""

    def fill(array):
        write(array, lane_index(), number, lane_index() < array.shape[0])

    return fill


@pytest.fixture
def compile_for(no_device, tmp_path, monkeypatch):
    """Compile a kernel in a new dispatcher, or load it; returns its PTX and whether it was loaded.

    Where there is a GPU, `bind` makes its machine code and loads that.
    """
    from numba.cuda import dispatcher

    from w2v_kernels.cuda.compiled import compiled

    monkeypatch.setattr(dispatcher._Kernel, "bind", lambda kernel: None)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiling, "CACHE_FOLDER", tmp_path)
    monkeypatch.setattr(sealed_cache, "REMOVED", [])

    def compile_for(number, capability=no_device.compute_capability):
        no_device.compute_capability = capability
        made = compiled(Kernel(kernel_of, (number,)))
        code = made.compile(tuple(map(numba.typeof, ARGUMENTS)))
        (text,) = code._codelibrary._ptx_cache.values()
        return "".join(text), sum(made.stats.cache_hits.values()) > 0

    return compile_for


def test_a_kernel_is_compiled_once_for_its_constants_and_kind_of_gpu(compile_for):
    first, was_loaded = compile_for(71)
    assert not was_loaded
    assert ".target sm_90a" in first
    assert "71" in first
    assert compile_for(71) == (first, True)
    other, was_loaded = compile_for(72)
    assert not was_loaded
    assert "72" in other
    older, was_loaded = compile_for(71, AMPERE)
    assert not was_loaded
    assert ".target sm_80" in older
    assert compile_for(71, AMPERE) == (older, True)


def test_a_damaged_file_is_compiled_again(compile_for, tmp_path):
    compile_for(71)
    (code,) = tmp_path.rglob("*.nbc")
    code.write_bytes(b"x" + code.read_bytes()[1:])
    text, was_loaded = compile_for(71)
    assert not was_loaded
    assert [str(code)] == sealed_cache.REMOVED
    assert compile_for(71) == (text, True)


def test_nothing_is_saved_where_no_folder_is_writable(compile_for, tmp_path, monkeypatch):
    monkeypatch.setattr(compiling, "CACHE_FOLDER", None)
    assert not compile_for(71)[1]
    assert not compile_for(71)[1]
    assert not list(tmp_path.iterdir())
