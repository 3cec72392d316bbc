"""Measures how fast a GPU moves its memory, as a process: `python -m w2vtui.bench.gpu`."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np

from w2v_kernels.cuda.device import Device

COPIED_BYTES = 1 << 30
"""Much more than caches hold."""
COPIES = 20


def describe_gpu(device: Device) -> dict[str, Any]:
    """What a GPU is called, its memory, and the bytes that it reads and writes in a second of
    copying.

    Raises:
        MemoryError, DeviceError: as of `Device`.
    """
    free, total = device.memory()
    n = min(COPIED_BYTES, free // 4) // 4
    source, target, one = (device.empty(size, np.float32) for size in (n, n, 1))
    device.write(target, source)
    device.to_host(one)  # waits
    started = time.perf_counter()
    for _ in range(COPIES):
        device.write(target, source)
    device.to_host(one)
    seconds = time.perf_counter() - started
    return {
        "name": device.name,
        "memory_bytes": total,
        "bytes_per_second": 2 * 4 * n * COPIES / seconds,
    }


if __name__ == "__main__":
    from w2v_kernels.cuda.gpu import CudaDevice  # loads numba-cuda

    print(json.dumps(describe_gpu(CudaDevice())))
