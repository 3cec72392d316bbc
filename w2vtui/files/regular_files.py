"""The one door for reading files, apart from the text that is trained on.

Only regular files pass: a pipe may stay silent and a device may never end. What is read is bounded
by the size of the file, so a file takes the memory that it needs and not the most that is allowed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from typing import TypeAlias

AnyPath: TypeAlias = str | os.PathLike[str]
Opener: TypeAlias = Callable[[AnyPath, int], int]
"""Opens a path with flags, for the `opener` of `open`."""

_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe is opened without waiting for its other end."""

_KINDS = {
    stat.S_IFDIR: "directory",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


class NotRegularError(OSError):
    """What was to be opened is not a regular file."""

    def __init__(self, path: AnyPath, mode: int) -> None:
        self.kind = _KINDS.get(stat.S_IFMT(mode), "special file")
        number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        super().__init__(number, f"Is a {self.kind}, not a regular file", os.fspath(path))


class TooLargeError(ValueError):
    """A file is larger than what it should be may be."""


def regular_only(
    path: AnyPath, flags: int, open_it: Callable[[AnyPath, int, int], int] | None = None
) -> int:
    """A descriptor of a regular file, at once; what else is there is closed again.

    It serves as the opener of `open`, for writing too.

    open_it   in place of os.open

    Raises:
        NotRegularError: it is a directory, a pipe, a socket or a device.
        OSError: it cannot be opened.
    """
    try:
        descriptor = (open_it or os.open)(path, flags | _AT_ONCE, 0o666)
    except OSError as error:
        # A socket, a device without a driver, a pipe that nobody reads.
        if error.errno == errno.ENXIO:
            raise NotRegularError(path, os.stat(path).st_mode) from error  # noqa: PTH116
        raise
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise NotRegularError(path, mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def opened(path: AnyPath, opener: Opener = regular_only) -> BufferedReader:
    """A regular file, opened for reading.

    opener   another one that only regular files pass

    Raises:
        OSError: as `regular_only` does.
    """
    return open(path, "rb", opener=opener)


def size_of(file: BufferedReader) -> int:
    """The bytes of an open file."""
    return os.fstat(file.fileno()).st_size


@contextmanager
def mapping() -> Iterator[None]:
    """Map a file into memory in the block: where there is no memory left, the file is not damaged.

    Raises:
        MemoryError: there is none left.
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise MemoryError from error
        raise


def content_of(path: AnyPath, most: int, opener: Opener = regular_only) -> bytes:
    """All of a file, as long as it was when it was opened.

    opener   as for `opened`

    Raises:
        OSError: as `opened` does, or it is a file that the system makes up while it is read.
        TooLargeError: it is larger than `most` bytes.
    """
    with opened(path, opener) as file:
        n_bytes = size_of(file)
        if n_bytes > most:
            name = os.path.basename(path)  # noqa: PTH119
            raise TooLargeError(f"{name} has {n_bytes:,} bytes, more than {most:,}")
        content = file.read(n_bytes + 1)
    if content and not n_bytes:
        raise OSError(errno.EINVAL, "It has content but no size", os.fspath(path))
    return content[:n_bytes]


def lines_of(path: AnyPath, longest: int) -> Iterator[bytes]:
    r"""The lines of a file up to the size that it had when it was opened, each with its \n.

    Raises:
        OSError: as `opened` does.
        TooLargeError: a line is longer than `longest` bytes.
    """
    with opened(path) as file:
        left = size_of(file)
        while line := file.readline(min(longest + 1, left)):
            if len(line) > longest:
                raise TooLargeError(f"a line is longer than {longest:,} bytes")
            left -= len(line)
            yield line
