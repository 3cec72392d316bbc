"""The backend of the device that trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.devices import choose_device
from w2vtui.training.engine.token_order import TokenOrder


def make_backend(
    corpus: EncodedCorpus,
    training: TrainingSettings,
    live: LiveSettings,
    order: TokenOrder,
    vectors: Mapping[str, NDArray[np.float32]] | None = None,
    locks: NDArray[np.floating[Any]] | None = None,
    *,
    note: Callable[[str], object] = lambda text: None,
) -> Backend:
    """What trains a corpus on the device of the settings.

    live             those that it begins with
    order            which of its tokens are trained on
    vectors, locks   as of `CpuBackend`
    note             called with which device `auto` is, and what a GPU is called

    Raises:
        SettingsError, MissingLibraryError: as of `check_device`, or as of `CpuBackend`.
        BackendError: the GPU does not do what it is asked to.
        OutOfMemoryError: not enough memory, on the machine or the GPU.
    """
    device, why = choose_device(training, live)
    if device == "cpu":
        if why:
            note(f"device auto: cpu, since {why}")
        return CpuBackend(corpus, training, vectors, locks)
    from w2vtui.training.engine.cuda_backend import CudaBackend  # 20 ms, for those with a GPU

    backend = CudaBackend(corpus, training, order.open_blocks, vectors, locks)
    note(f"device cuda: {backend.gpu}")
    return backend
