"""Kernels of a GPU, compiled: once, since their machine code is on disk beside that of the CPU's.

Each set of constants is compiled separately, D and K among them. All that a kernel is made of names
its machine code: the folder names its source (machine/compiling.py), the index of the folder its
constants, the types of its arguments, the kind of GPU, and the versions of CUDA and numba-cuda.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from numba import typeof, types

from w2v_kernels.cuda.device import Kernel
from w2v_kernels.cuda.toolkit import CUDACache, IndexDataCacheFile, cuda
from w2v_kernels.machine import compiling
from w2v_kernels.machine.sealed_cache import SealedCache, SealedFiles

_VERSION = version("numba-cuda")


class _FilesOfGpu(SealedFiles, IndexDataCacheFile):
    """Of a kernel for a GPU."""


class _CacheOfGpu(SealedCache, CUDACache):
    """Of a kernel for a GPU: numba-cuda would name its constants by pickling functions that they
    are the constants of.
    """

    files_class = _FilesOfGpu

    def __init__(self, kernel: Kernel, py_func: Any, key: bytes) -> None:
        super().__init__(py_func, key)
        self._constants = repr(kernel.constants)

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return sig, codegen.magic_tuple(), _VERSION, self._constants


def compiled(kernel: Kernel) -> Any:
    """A dispatcher of numba-cuda's: compiles for types of arguments, or loads what was compiled."""
    dispatcher = cuda.jit(kernel.build(*kernel.constants))
    if compiling.CACHE_FOLDER is not None:
        dispatcher._cache = _CacheOfGpu(kernel, dispatcher.py_func, compiling.CACHE_KEY)
    return dispatcher


def assembly_of(kernel: Kernel, arguments: Sequence[Any], capability: tuple[int | str, ...]) -> str:
    """The PTX of a kernel for arguments of these types, which takes no GPU.

    capability   of the GPU: (9, 0, "a") for an H100, whose own instructions "a" allows
    """
    function, signature = kernel.build(*kernel.constants), types.void(*map(typeof, arguments))
    text, _ = cuda.compile_ptx(function, signature, cc=capability)
    return str(text)
