"""Functions in plain Python that are compiled as something faster."""

from __future__ import annotations

from functools import update_wrapper

from numba.core import config


def compiled_as(intrinsic):
    """Decorator of a plain form: in compiled kernels it is the intrinsic, with its docstring."""
    if config.DISABLE_JIT:
        return lambda plain: plain
    return lambda plain: update_wrapper(intrinsic, plain)
