"""Who hears what a reader left out or mended, or how it took a file."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeAlias

Report: TypeAlias = Callable[[str], object]
"""Takes a remark."""


def warn(remark: str) -> None:
    """Warn the caller of the reader that calls this."""
    warnings.warn(remark, stacklevel=3)
