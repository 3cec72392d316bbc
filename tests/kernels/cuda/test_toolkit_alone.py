"""What runs without numba-cuda must not load it."""

from __future__ import annotations

import re
from pathlib import Path

import w2v_kernels

KERNELS = Path(w2v_kernels.__file__).parent


def test_only_the_toolkit_names_numba_cuda():
    found = {
        path.name
        for path in KERNELS.rglob("*.py")
        if re.search(r"^\s*(from|import) .*(numba\.cuda|numba_cuda|numba import .*cuda)",
                     path.read_text(encoding="utf-8"), re.MULTILINE)
    }  # fmt: skip
    assert found == {"toolkit.py"}


def test_only_what_needs_a_gpu_imports_the_toolkit():
    needs = re.compile(r"cuda(\.| import )(toolkit|compiled|gpu)\b")
    found = {path.name for path in KERNELS.rglob("*.py") if needs.search(path.read_text("utf-8"))}
    assert found == {"compiled.py", "gpu.py"}
