"""Which device trains: the only place that asks for the setting `device`.

What is found out here loads neither Numba nor the driver's library for Python, so that a request
is refused before anything is read.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Literal

from w2vtui.errors import MissingLibraryError, SettingsError
from w2vtui.extras import is_installed, missing
from w2vtui.settings import LiveSettings, TrainingSettings

INSTEAD = "or choose device cpu"
_LIBRARY = "numba_cuda"
_BINDINGS = "cuda-bindings"
_DRIVER = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


def has_library() -> bool:
    """Whether what trains on a GPU is installed."""
    return is_installed(_LIBRARY)


def may_have_gpu() -> bool:
    """Whether a GPU can be asked for: its library is installed, and there is a driver."""
    return has_library() and _driver() is not None


def may_train_on_gpu(training: TrainingSettings) -> bool:
    """Whether these settings train on a GPU, if one is there."""
    return training.device == "cuda" or (training.device == "auto" and may_have_gpu())


def check_device(training: TrainingSettings, live: LiveSettings) -> None:
    """Refuse a device that is not here, or that cannot train with these settings.

    Raises:
        MissingLibraryError: a library is missing; says how to install it.
        SettingsError: there is no such device, or a setting that it has no kernel for.
    """
    choose_device(training, live)


def choose_device(
    training: TrainingSettings, live: LiveSettings
) -> tuple[Literal["cpu", "cuda"], str]:
    """The device that trains with these settings, and why `auto` is the processor, else "".

    Raises:
        MissingLibraryError, SettingsError: as of `check_device`.
    """
    if training.device == "cpu":
        return "cpu", ""
    if training.device == "auto" and training.deterministic:
        return "cpu", "deterministic training needs it"
    try:
        check_cuda()
        check_for_cuda(live, training.vector_size)
    except SettingsError as error:
        if training.device == "cuda":
            raise
        return "cpu", str(error)
    return "cuda", ""


def check_cuda() -> None:
    """Refuse to train on a GPU where none can be reached.

    Raises:
        MissingLibraryError: numba-cuda is not installed.
        SettingsError: there is no driver, it is too old for the library, or it finds no GPU.
    """
    if not has_library():
        raise MissingLibraryError(f"{missing('device cuda', 'cuda')}, {INSTEAD}")
    driver = _driver()
    if driver is None:
        raise SettingsError(
            f"device cuda needs NVIDIA's driver, got no {_DRIVER}: install the driver, {INSTEAD}"
        )
    cuda, n_devices = ctypes.c_int(0), ctypes.c_int(0)
    driver.cuDriverGetVersion(ctypes.byref(cuda))
    if cuda.value // 1000 < (needed := _cuda_of_library()):
        raise SettingsError(
            f"device cuda needs a driver for CUDA {needed}, got one for CUDA {cuda.value // 1000}."
            f"{cuda.value % 1000 // 10}: install a newer driver, {INSTEAD}"
        )
    code = driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(n_devices))
    if code or not n_devices.value:
        found = f"error {code}" if code else "none"
        raise SettingsError(
            f"device cuda needs an NVIDIA GPU, and the driver finds {found}: see what nvidia-smi "
            f"and CUDA_VISIBLE_DEVICES say, {INSTEAD}"
        )


def _driver() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(_DRIVER)
    except OSError:
        return None


def _cuda_of_library() -> int:
    """The version of CUDA that numba-cuda's package of the driver's calls is for; 0 if unknown."""
    from importlib.metadata import PackageNotFoundError, version  # 20 ms

    try:
        return int(version(_BINDINGS).partition(".")[0])
    except PackageNotFoundError:
        return 0


def check_for_cuda(live: LiveSettings, vector_size: int) -> None:
    """Refuse settings that there are no kernels for on a GPU.

    Raises:
        SettingsError: names the setting.
    """
    from w2v_kernels.cuda.launch import unsupported  # loads Numba
    from w2vtui.training.engine.plan import hyper_of

    if why := unsupported(hyper_of(live), vector_size):
        raise SettingsError(f"device cuda: {why}: choose another, {INSTEAD}")
