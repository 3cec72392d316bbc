"""Files and folders that may not be read or written for a while."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOTHING, READING, NO_LISTING = 0o000, 0o500, 0o300
"""What the owner may do with a folder; nobody else may do anything."""


@contextmanager
def closed(path: Path, mode: int = NOTHING) -> Iterator[None]:
    """Give a file or folder other permissions inside the block."""
    usual = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(usual)
