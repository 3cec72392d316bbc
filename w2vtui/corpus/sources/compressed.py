"""Readers of compressed files."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from typing import IO, Protocol


class Reader(Protocol):
    """A file that is open to be read."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""

    def close(self) -> None:
        """Close what was opened for this."""


COMPRESSED: dict[str, Callable[[IO[bytes]], Reader]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file, mode="rb"),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
}
"""Readers of compressed files, by the end of the name."""
