"""The lock that lets only one process at a time work on a run."""

from __future__ import annotations

import json
import os
import platform
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from w2vtui.errors import RunError
from w2vtui.formats.drafts.atomic import disk_error
from w2vtui.runs.disk.inside import open_folder, unfollowed

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not on Unix: runs are not guarded there
    fcntl = None

NAME = "lock"
_TRIES = 5
_TRY_SECONDS = 0.05
"""Several tries, since a process that lists runs holds each lock for a moment."""


class RunLock:
    """Held from construction until `release`, or until the process ends for any reason."""

    def __init__(self, folder: Path) -> None:
        """
        Raises:
            RunError: another process holds it; the message names it.
            DiskError: the lock file cannot be created.
        """
        self._path = folder / NAME
        try:
            self._descriptor: int | None = _opened(folder)
        except OSError as error:
            raise disk_error(self._path, error) from error
        if not self._taken():
            holder = _holder(self._descriptor)
            self.release()
            raise RunError(
                f"run {folder.name} is in use by {holder}: wait until it ends, or stop it there"
            )
        text = json.dumps({"pid": os.getpid(), "host": platform.node()})
        if os.fstat(self._descriptor).st_nlink > 1:  # some other file as well
            return
        with suppress(OSError):  # a full disk: the lock works without its text
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, text.encode(), 0)

    def _taken(self) -> bool:
        for _ in range(_TRIES):
            if _lock(self._descriptor, shared=False):
                return True
            time.sleep(_TRY_SECONDS)
        return False

    def moved_to(self, folder: Path) -> None:
        """Note that the folder was moved."""
        self._path = folder / NAME

    @property
    def lost(self) -> bool:
        """Whether the lock file was removed or replaced, so that others find the run unlocked."""
        if self._descriptor is None:
            return True
        try:
            there = self._path.lstat()
        except OSError:
            return True
        ours = os.fstat(self._descriptor)
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)

    def release(self) -> None:
        """Release the lock; does nothing the second time."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def in_use(folder: Path) -> bool:
    """Whether a process is working on a run."""
    try:
        descriptor = unfollowed()(folder / NAME, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


@contextmanager
def taking_turns(folder: Path) -> Iterator[None]:
    """One after the other: who changes a small file of a run waits for others that do.

    Raises:
        OSError: the folder cannot be opened.
    """
    with open_folder(folder) as within:
        if fcntl is not None and (descriptor := within.number) is not None:
            with suppress(OSError):  # a disk without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _opened(folder: Path) -> int:
    """The lock file of a run; a link in its place is removed: what it leads to is not ours."""
    with open_folder(folder) as within, suppress(FileNotFoundError):
        if stat.S_ISLNK(within.mode(NAME)):
            within.unlink(NAME)
    return unfollowed()(folder / NAME, os.O_RDWR | os.O_CREAT)


def _lock(descriptor: int | None, *, shared: bool) -> bool:
    if fcntl is None or descriptor is None:
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a disk without locks, such as some network ones
        return True
    return True


def _holder(descriptor: int | None) -> str:
    assert descriptor is not None
    try:
        holder = json.loads(os.pread(descriptor, 1000, 0))
        pid, host = int(holder["pid"]), str(holder["host"])
    except (OSError, ValueError, LookupError, TypeError):
        return "another process"
    where = "" if host == platform.node() else f" on {host}"
    return f"process {pid}{where}"
