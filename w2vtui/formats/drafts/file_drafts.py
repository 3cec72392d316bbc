"""Drafts: files that are written under a temporary name beside the file that they will become.

A process holds a lock on each draft that it writes. A draft without one was left by a process that
was killed: the next that writes the same file removes it. A process number would not do: it may be
that of another process by now, or of one in another container.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from types import ModuleType

from w2vtui.files.regular_files import regular_only

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not on Unix: drafts have no locks, and those that are left stay
    fcntl = None

_MOST_NAME_BYTES = 100
"""A longer name might leave no room for what a draft's name adds."""
_ID_BYTES = 8
_TRIES = 100
_TRY_SECONDS = 0.01


def open_draft(
    target: Path, open_it: Callable[[Path, int, int], int] | None = None
) -> tuple[Path, int]:
    """A new file beside `target`, and its descriptor; the umask sets its permissions.

    The lock is held until the descriptor is closed.

    open_it   in place of os.open; it may open in a folder that was renamed since

    Raises:
        OSError: it cannot be made, or is removed again and again.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    for _ in range(_TRIES):
        draft = new_draft(target)
        descriptor = (open_it or os.open)(draft, flags, 0o666)
        # Another process may have found it before it was locked, and removes it.
        if lock(descriptor, shared=False) is not False and _has_a_name(draft, descriptor):
            return draft, descriptor
        os.close(descriptor)
    raise OSError(errno.EBUSY, "each new file is removed by others", str(target))


def _has_a_name(draft: Path, descriptor: int) -> bool:
    """Whether a draft that is open was not removed, be it in a folder that was renamed.

    Some disks do not count the names of a file.
    """
    return os.fstat(descriptor).st_nlink > 0 or os.path.lexists(draft)


def new_draft(target: Path) -> Path:
    """A path for a draft of `target`; nothing is there."""
    return target.with_name(f".{stem_of(target)}.w2vtui-{token_hex(_ID_BYTES)}.tmp")


def remove_dead_drafts(target: Path) -> None:
    """Remove the drafts of `target` that no process is writing; what cannot be removed stays."""
    name = rf"\.{re.escape(stem_of(target))}\.w2vtui-[0-9a-f]{{{2 * _ID_BYTES}}}\.tmp"
    with suppress(OSError), os.scandir(target.parent) as entries:  # it may not be listed
        for entry in entries:
            if re.fullmatch(name, entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):  # another user's, or another process was faster
                    _remove_if_dead(Path(entry.path))


def _remove_if_dead(draft: Path) -> None:
    descriptor = regular_only(draft, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        if lock(descriptor, shared=True):
            draft.unlink()
    finally:
        os.close(descriptor)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let no other process that asks for it be here at the same time, where folders can be locked.

    After a while it is no longer waited for: what runs this program may hold that lock itself.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # it may not be listed
        yield
        return
    try:
        for _ in range(_TRIES):
            if lock(descriptor, shared=False) is not False:
                break
            time.sleep(_TRY_SECONDS)
        yield
    finally:
        os.close(descriptor)


def stem_of(target: Path) -> str:
    """The name of a target, or where that is long a number that stands for it."""
    encoded = os.fsencode(target.name)
    if len(encoded) <= _MOST_NAME_BYTES:
        return target.name
    return hashlib.sha256(encoded).hexdigest()[:32]


def lock(descriptor: int, *, shared: bool) -> bool | None:
    """Lock a file; return whether that worked, None where the disk or system has no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
