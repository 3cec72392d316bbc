"""Files that appear whole or not at all.

A file is written under a temporary name in its own folder, flushed to the disk, and renamed. A
full disk, a crash or Ctrl-C leaves the old file as it was.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, TypeAlias

from w2vtui.errors import DiskError

AnyPath: TypeAlias = str | os.PathLike[str]

_ADVICE = {
    errno.ENOSPC: "free some space, or write to another disk",
    errno.EDQUOT: "remove files, or write to another disk",
    errno.EFBIG: "the file is larger than this disk or this session allows",
    errno.EACCES: "choose a folder you may write to",
    errno.EPERM: "choose a folder you may write to",
    errno.EROFS: "the disk is read-only: choose another",
    errno.ENOENT: "create the folder first",
    errno.EEXIST: "a file is in the way: remove it, or choose another place",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EISDIR: "the name is a folder's: choose another",
    errno.ENAMETOOLONG: "choose a shorter name",
}


@contextmanager
def atomic_write(path: AnyPath) -> Iterator[BinaryIO]:
    """A binary file to write to, which becomes `path` when the block ends without an error.

    On any error in the block, an interrupt included, what was at `path` is untouched and nothing
    else is left. A link is followed, and the old file's permissions stay.

    Raises:
        DiskError: the file cannot be written; any OSError of the block becomes one.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = _mode_of_regular(target)
        temporary, descriptor = _open_beside(target)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                if mode is not None:
                    temporary.chmod(mode)
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
    except OSError as error:
        raise disk_error(path, error) from error


def check_target(path: AnyPath) -> None:
    """Check that `path` can be written, before there is anything to write.

    What is at `path` is not touched: an empty file is made in its folder and removed again, for
    permission bits say nothing about read-only disks and quotas.

    Raises:
        DiskError: the folder is missing or not writable, or `path` is a folder or a device.
    """
    target = Path(os.path.realpath(path))
    try:
        _mode_of_regular(target)
        temporary, descriptor = _open_beside(target)
        os.close(descriptor)
        temporary.unlink()
    except OSError as error:
        raise disk_error(path, error) from error


def disk_error(path: AnyPath, error: OSError) -> DiskError:
    """What an OSError met while writing `path` means, and what to do about it."""
    reason = (error.strerror or str(error)).lower()
    advice = _ADVICE.get(error.errno or 0, "choose another place")
    return DiskError(f"cannot write {os.fspath(path)}: {reason}: {advice}")


def _mode_of_regular(target: Path) -> int | None:
    """Permissions of the file that is there, None where there is none.

    Renaming over a device or a pipe would replace it by a file: that is refused.
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file")
    return stat.S_IMODE(mode)


def _open_beside(target: Path) -> tuple[Path, int]:
    """A new file in the folder of `target`, and its descriptor; the umask sets its permissions."""
    temporary = target.with_name(f".w2vtui-{token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return temporary, os.open(temporary, flags, 0o666)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power cut, where folders can be synced."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # writable but not readable: it cannot be synced
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network disks have no such call
            raise
    finally:
        os.close(descriptor)
