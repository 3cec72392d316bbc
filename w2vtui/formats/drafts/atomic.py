"""Files that appear whole or not at all.

A file is written under a temporary name in its own folder, flushed to the disk, and renamed. A
full disk, a crash or Ctrl-C leaves the old file as it was.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from w2vtui.display import safe_text
from w2vtui.errors import DiskError, SettingsError
from w2vtui.files.regular_files import opened
from w2vtui.formats.drafts.file_drafts import alone_in, new_draft, open_draft, remove_dead_drafts

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
    errno.ENOTSUP: "name a file, and copy it from there",
    errno.EISDIR: "the name is a folder's: choose another",
    errno.ENAMETOOLONG: "choose a shorter name",
}


@contextmanager
def atomic_write(path: AnyPath) -> Iterator[BinaryIO]:
    """A binary file to write to, which becomes `path` when the block ends without an error.

    On any error in the block, an interrupt included, what was at `path` is untouched and nothing
    else is left. A link is followed, and the old file's permissions stay. Drafts of the same file
    that killed processes have left are removed.

    Raises:
        DiskError: the file cannot be written; any OSError of the block becomes one.
    """
    with draft_of(path) as draft:
        yield draft.file
        publish(draft)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenFile:
    """What a file holds that was written."""

    path: str
    """Where it is, links followed."""
    size: int
    sha256: str


class Draft:
    """What is to become a file, written beside it under a temporary name."""

    def __init__(self, path: AnyPath) -> None:
        self._path = path
        self.target = Path(os.path.realpath(path))
        """What it becomes: links are followed."""
        self._mode = _mode_of_regular(path)
        remove_dead_drafts(self.target)
        self._place, descriptor = open_draft(self.target)
        self.file: BinaryIO = os.fdopen(descriptor, "wb")
        self._old: Path | None = None

    def close(self) -> None:
        """Remove it, unless it has become the file."""
        try:
            self.file.close()
        finally:
            self._place.unlink(missing_ok=True)

    def errors(self) -> AbstractContextManager[None]:
        """Makes an OSError of a block a DiskError about the file."""
        return disk_errors(self._path)

    def finish(self) -> None:
        """Bring all of it to the disk.

        Raises:
            DiskError: that failed.
        """
        if self.file.closed:
            return
        with self.errors():
            self.file.flush()
            if self._mode is not None:
                self._place.chmod(self._mode)
            os.fsync(self.file.fileno())
            if os.name == "nt":  # which renames closed files only
                self.file.close()

    def written(self) -> WrittenFile:
        """What the file will hold.

        Raises:
            DiskError: it cannot be brought to the disk, or read again.
        """
        self.finish()
        with self.errors(), opened(self._place) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return WrittenFile(path=str(self.target), size=file.tell(), sha256=digest)

    @property
    def is_published(self) -> bool:
        """Whether it has become the file."""
        return not os.path.lexists(self._place)

    def replace(self) -> None:
        """Become the file, in place of the old one."""
        with self.errors():
            self._place.replace(self.target)

    def set_aside(self) -> None:
        """Rename the old file, if there is one, so that it is not where it was."""
        aside = new_draft(self.target)
        with self.errors():
            try:
                self.target.rename(aside)
            except FileNotFoundError:
                return
            self._old = aside
            sync_folder(self.target.parent)

    def drop_old(self, *, put_back: bool) -> None:
        """Remove the file that was set aside, or put it back where it was."""
        if self._old is None:
            return
        with self.errors():
            if put_back:
                self._old.rename(self.target)
            else:
                self._old.unlink(missing_ok=True)


@contextmanager
def draft_of(path: AnyPath) -> Iterator[Draft]:
    """A draft that is removed at the end of the block, if it has not been published.

    Raises:
        DiskError: the file cannot be written; any OSError of the block becomes one.
    """
    with disk_errors(path):
        draft = Draft(path)
        try:
            yield draft
        finally:
            draft.close()


def publish(main: Draft, *about: Draft) -> None:
    """Let drafts become their files.

    about   drafts of files about `main`, such as its counts. They never lie beside another `main`,
            whenever the process is killed: their old files go before it is replaced, and they
            come after it

    Raises:
        DiskError: the files are as they were; or `main` is new, and what is about it is missing.
    """
    for draft in (main, *about):
        draft.finish()
    with alone_in(main.target.parent) if about else nullcontext():
        try:
            for draft in about:
                draft.set_aside()
            main.replace()
            for draft in about:
                draft.replace()
        finally:
            for draft in about:
                draft.drop_old(put_back=not main.is_published)
    for folder, draft in {one.target.parent: one for one in (*about, main)}.items():
        with draft.errors():
            sync_folder(folder)


def check_target(path: AnyPath) -> None:
    """Check that `path` can be written, before there is anything to write.

    What is at `path` is not touched: an empty file is made in its folder and removed again, for
    permission bits say nothing about read-only disks and quotas.

    Raises:
        DiskError: the folder is missing or not writable, or `path` is a folder or a device.
    """
    target = Path(os.path.realpath(path))
    try:
        _mode_of_regular(path)
        draft, descriptor = open_draft(target)
        os.close(descriptor)
        draft.unlink()
    except OSError as error:
        raise disk_error(path, error) from error


def check_replaceable(path: AnyPath, is_ours: Callable[[Path], bool], what: str) -> None:
    """Refuse to replace a file with anything in it that is not what we write there.

    what   what the file would have to be, for the message

    Raises:
        SettingsError: it is something else.
    """
    target = Path(path)
    if target.is_file() and target.stat().st_size and not is_ours(target):
        raise SettingsError(
            f"{safe_text(str(target), 200)} exists and is not {what}: name another file, or remove "
            "it first"
        )


def disk_error(path: AnyPath, error: OSError) -> DiskError:
    """What an OSError met while writing `path` means, and what to do about it."""
    reason = (error.strerror or str(error)).lower()
    advice = _ADVICE.get(error.errno or 0, "choose another place")
    return DiskError(f"cannot write {os.fspath(path)}: {reason}: {advice}")


@contextmanager
def disk_errors(path: AnyPath) -> Iterator[None]:
    """Make an OSError of the block a DiskError about `path`."""
    try:
        yield
    except OSError as error:
        raise disk_error(path, error) from error


def _mode_of_regular(path: AnyPath) -> int | None:
    """Permissions of the file that is there, None where there is none.

    Renaming over a device or a pipe would replace it by a file: that is refused. /dev/stdout leads
    to a pipe that has no place among the files, so links are left to the system.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 (a path of any type)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.ENOTSUP, "not a regular file, which could be replaced")
    return stat.S_IMODE(mode)


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
