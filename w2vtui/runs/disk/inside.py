"""Folders of runs, opened so that no link in them is followed.

A run's folder may come from somebody else, and a link in it could lead to any file of the user.
So what is in it is reached through the descriptor of the folder that holds it. Where a system
cannot do that, each name is looked at before it is used.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from w2vtui.files.regular_files import AnyPath, Opener, opened, regular_only
from w2vtui.formats.drafts.atomic import disk_error, disk_errors, sync_folder
from w2vtui.formats.drafts.file_drafts import open_draft, remove_dead_drafts

_RELATIVE = (os.open, os.stat, os.chmod, os.mkdir, os.rename, os.link, os.unlink, os.rmdir)
_HAS_DESCRIPTORS = (
    hasattr(os, "O_NOFOLLOW")
    and os.listdir in os.supports_fd
    and os.supports_dir_fd.issuperset(_RELATIVE)
)
_UNFOLLOWED = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0)
_ONLY_TO_PASS = getattr(os, "O_PATH", 0)
"""A folder that may not be listed can be opened so, to reach what is in it."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_BLOCK_BYTES = 1 << 20


class LinkError(OSError):
    """A link is where a file or a folder should be."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.ELOOP, "a link, which is not followed", str(path))


class OpenFolder:
    """An open folder; whatever is named in it is that itself, and never what a link leads to."""

    def __init__(self, path: Path, within: OpenFolder | None = None) -> None:
        """within: the open folder that this one is in; None if links on the way are followed"""
        self.path = path
        self._descriptor: int | None = None
        self._refused: PermissionError | None = None
        """Why it may not be listed."""
        if _HAS_DESCRIPTORS:
            try:
                self._descriptor = self._opened(within, os.O_RDONLY)
            except PermissionError as error:
                self._refused = error
                self._descriptor = self._opened(within, _ONLY_TO_PASS)
        elif within is not None:
            within.check(path.name)

    def _opened(self, within: OpenFolder | None, flags: int) -> int:
        if within is None:
            return os.open(self.path, flags | _FOLDER)
        return within.descriptor(self.path.name, flags | _FOLDER)

    @property
    def number(self) -> int | None:
        """Its descriptor; None on a system without any for folders."""
        return self._descriptor

    def close(self) -> None:
        """Close its descriptor."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def folder(self, name: str) -> Iterator[OpenFolder]:
        """A folder in it.

        Raises:
            LinkError: it is a link.
            OSError: there is none.
        """
        inner = OpenFolder(self.path / name, self)
        try:
            yield inner
        finally:
            inner.close()

    def names(self) -> list[str]:
        """The names of what is in it, sorted.

        Raises:
            OSError: it may not be listed.
        """
        if self._refused is not None:
            raise self._refused
        at = self.path if self._descriptor is None else self._descriptor
        return sorted(os.listdir(at))  # noqa: PTH208 (a descriptor has no Path)

    def mode(self, name: str) -> int:
        """The type and permissions of what is there, be it a link."""
        return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False).st_mode

    def is_folder(self, name: str) -> bool:
        """Whether a folder is there, and not a link to one."""
        return stat.S_ISDIR(self.mode(name))

    def descriptor(self, name: str, flags: int, mode: int = 0o666) -> int:
        """The descriptor of what is there, opened.

        Raises:
            LinkError: it is a link.
            OSError: it cannot be opened.
        """
        if not _HAS_DESCRIPTORS:
            self.check(name)
        try:
            return os.open(self._at(name), flags | _UNFOLLOWED, mode, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
                self.check(name)
            raise

    def open_named(self, path: AnyPath, flags: int, mode: int) -> int:
        """The descriptor of what has the name of a path in it, in place of os.open."""
        return self.descriptor(Path(path).name, flags, mode)

    def check(self, name: str) -> None:
        """
        Raises:
            LinkError: a link is there.
        """
        try:
            is_link = stat.S_ISLNK(self.mode(name))
        except FileNotFoundError:
            return
        if is_link:
            raise LinkError(self.path / name)

    def keep_mode(self, name: str, new: str) -> None:
        """Give a new file the permissions of the file that it will replace, if there is one."""
        with suppress(FileNotFoundError):
            mode = self.mode(name)
            if stat.S_ISREG(mode):
                os.chmod(self._at(new), stat.S_IMODE(mode), dir_fd=self._descriptor)

    def make(self, name: str) -> None:
        """Make a folder in it."""
        os.mkdir(self._at(name), dir_fd=self._descriptor)

    def rename(self, name: str, new: str) -> None:
        """Rename something in it; a file or a link that has the new name is replaced."""
        here = self._descriptor
        os.replace(self._at(name), self._at(new), src_dir_fd=here, dst_dir_fd=here)

    def link(self, name: str, folder: OpenFolder) -> None:
        """Make a file of this folder one of another folder, too, under the same name."""
        os.link(
            self._at(name),
            folder._at(name),
            src_dir_fd=self._descriptor,
            dst_dir_fd=folder._descriptor,
            follow_symlinks=False,
        )

    def unlink(self, name: str) -> None:
        """Remove a file or a link from it."""
        os.unlink(self._at(name), dir_fd=self._descriptor)

    def rmdir(self, name: str) -> None:
        """Remove an empty folder from it."""
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def _at(self, name: str) -> str:
        return str(self.path / name) if self._descriptor is None else name


@contextmanager
def open_folder(path: Path, depth: int = 0) -> Iterator[OpenFolder]:
    """A folder, opened.

    depth   how many parts at the end of its path must not be links

    Raises:
        LinkError: one of these parts is a link.
        OSError: it cannot be opened.
    """
    outer = path.parents[depth - 1] if depth else path
    folder = OpenFolder(outer)
    try:
        for name in path.parts[len(outer.parts) :]:
            inner = OpenFolder(folder.path / name, folder)
            folder.close()
            folder = inner
        yield folder
    finally:
        folder.close()


@contextmanager
def made_folder(outer: Path, name: str) -> Iterator[OpenFolder]:
    """A folder inside of another one, made if it is missing.

    Raises:
        LinkError: it is a link.
        OSError: it cannot be made or opened.
    """
    with open_folder(outer) as opened:
        try:
            opened.mode(name)
        except FileNotFoundError:
            opened.make(name)
            sync_folder(outer)
        with opened.folder(name) as folder:
            yield folder


def unfollowed(depth: int = 1) -> Opener:
    """An opener of regular files; the last `depth` parts of their paths must not be links."""

    def open_inside(path: AnyPath, flags: int, mode: int) -> int:
        with open_folder(Path(path).parent, depth - 1) as folder:
            return folder.open_named(path, flags, mode)

    return lambda path, flags: regular_only(path, flags, open_inside)


def share_file(source: Path, target: Path, depth: int = 1) -> None:
    """Make a file one of another folder, too; it is copied where a disk has no such links.

    depth   how many parts at the end of both paths must not be links

    What is written in runs is replaced or removed, and never changed, so that files may be shared.

    Raises:
        FileNotFoundError: there is none.
        DiskError: it cannot be linked, nor copied.
    """
    with open_folder(source.parent, depth - 1) as one, open_folder(target.parent, depth - 1) as two:
        try:
            if not stat.S_ISREG(one.mode(source.name)):
                raise LinkError(source)
            one.link(source.name, two)
        except FileNotFoundError:
            raise
        except OSError:  # another disk, one without links, or a file of somebody else
            with disk_errors(target):
                _copy(source, two.descriptor(target.name, _NEW), depth)


def _copy(source: Path, descriptor: int, depth: int) -> None:
    """Copy a file to a new one, which is open, and bring it to the disk."""
    with os.fdopen(descriptor, "wb") as copied, opened(source, unfollowed(depth)) as file:
        shutil.copyfileobj(file, copied, _BLOCK_BYTES)
        copied.flush()
        os.fsync(copied.fileno())


def replace_file(path: Path, content: bytes, depth: int = 1) -> None:
    """Write a file whole or not at all; a link in its place is replaced, not followed.

    depth   how many parts at the end of the path must not be links, apart from the file

    Raises:
        DiskError: it cannot be written; what was there is untouched.
    """
    try:
        with open_folder(path.parent, depth - 1) as folder:
            remove_dead_drafts(path)
            draft, descriptor = open_draft(path, folder.open_named)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                    if os.name == "nt":  # which renames closed files only
                        file.close()
                    folder.keep_mode(path.name, draft.name)
                    folder.rename(draft.name, path.name)
            except BaseException:
                with suppress(OSError):
                    folder.unlink(draft.name)
                raise
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(path, error) from error
