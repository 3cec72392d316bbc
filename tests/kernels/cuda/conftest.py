"""Compiling for a GPU where there is none."""

from __future__ import annotations

from types import SimpleNamespace

import numba
import pytest

AMPERE, HOPPER = (8, 0), (9, 0, "a")
"""As numba-cuda names an A100 and an H100."""


@pytest.fixture
def no_device(monkeypatch):
    """numba-cuda asks for the GPU that it compiles for, and for the library that lists all kinds
    of GPU, which is installed beside one; `no_device.capability` is taken for that of the GPU.
    """
    pytest.importorskip("numba_cuda", reason="numba-cuda is not installed")
    if numba.config.DISABLE_JIT:
        pytest.skip("nothing is compiled")
    from numba.cuda import api, codegen, compiler, cuda_paths, dispatcher
    from numba.cuda.cudadrv import nvrtc

    gpu = SimpleNamespace(compute_capability=HOPPER[:2])
    for module in (api, compiler, dispatcher):
        monkeypatch.setattr(module, "get_current_device", lambda: gpu)
    monkeypatch.setattr(codegen.devices, "get_context", lambda: SimpleNamespace(device=gpu))
    monkeypatch.setattr(codegen.runtime.runtime, "get_version", lambda: (13, 0))
    monkeypatch.setattr(nvrtc, "get_supported_ccs", lambda: [AMPERE, HOPPER[:2]])
    monkeypatch.setattr(cuda_paths, "_get_nvrtc_path", lambda: None)
    return gpu
