"""Patterns of file names, such as 'texts/**/*.txt', that a shell has not expanded."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path


def is_pattern(source: str | Path) -> bool:
    """Whether a source is a pattern: it has *, ? or [...] in it, and is not the name of a file."""
    return glob.has_magic(str(source)) and not os.path.lexists(source)


def matches(pattern: str | Path) -> Iterator[Path]:
    """The files and folders that a pattern stands for, but hidden ones; ** is any folders."""
    return map(Path, glob.iglob(str(pattern), recursive=True))  # noqa: PTH207


def is_there(source: str | Path) -> bool:
    """Whether a source names a file or a folder, or anything matches it."""
    return Path(source).exists() or (is_pattern(source) and any(True for _ in matches(source)))
