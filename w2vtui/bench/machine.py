"""Describes the machine, in its own process: `python -m w2vtui.bench.machine`.

It also compiles the kernels, so that no measured training has to.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import llvmlite.binding

from w2v_kernels.machine.lanes import LANES
from w2vtui.bench.own import compile_kernels
from w2vtui.bench.roofline import multiply_add_rate
from w2vtui.system.resources import available_cores

_SIMD = {
    "avx512f": "AVX-512",
    "avx2": "AVX2",
    "avx": "AVX",
    "sse4.2": "SSE4.2",
    "sve": "SVE",
    "neon": "NEON",
}
"""Vector instruction sets by their names in LLVM, widest first."""


def describe(threads: Sequence[int]) -> dict[str, Any]:
    """The facts to compare machines by, and multiply-adds per second at each number of threads."""
    features = llvmlite.binding.get_host_cpu_features()
    core = llvmlite.binding.get_host_cpu_name()
    return {
        "processor": _processor() or core,
        "core": core,
        "cores": available_cores(),
        "cores_present": os.cpu_count(),
        "simd": next((name for key, name in _SIMD.items() if features.get(key)), "unknown"),
        "lanes": LANES,
        "memory_bytes": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numba": version("numba"),
        "llvmlite": version("llvmlite"),
        "numpy": version("numpy"),
        "multiply_adds_per_second": {str(n): multiply_add_rate(n) for n in threads},
    }


def _processor() -> str:
    """The model name of the processor; empty if the system does not report it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


if __name__ == "__main__":
    wanted = json.loads(sys.stdin.read())
    compile_kernels()
    print(json.dumps(describe(wanted)))
