"""Where the folder of a run says that the process that trains it is reached: a local socket.

The socket lies in the folder. Where its path would be too long, or the disk has no sockets, it lies
in a temporary folder of this user; trainer.json names it either way. Only this user may open it,
and whoever connects checks that the other side is this user, too: a folder of a run may come from
somebody else, and name any socket.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import struct
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from w2vtui.errors import DiskError
from w2vtui.files.regular_files import content_of
from w2vtui.runs.disk.checked_json import NOT_AS_WRITTEN
from w2vtui.runs.disk.inside import open_folder, replace_file, unfollowed

ADDRESS = "trainer.json"
SOCKET = "trainer.socket"
DOOR_FILES = (ADDRESS, SOCKET)
OWN_FOLDER = "w2vtui-"
"""How the name of a temporary folder begins that holds the socket of a trainer."""
_SHORT = "/tmp"
"""For temporary folders where the path of the usual place is too long as well."""
_LONGEST = 100
"""Bytes of a socket's path; systems take 104 or 108."""
_WAITING = 8
"""Viewers that may wait to be let in."""
HAS_SOCKETS = hasattr(socket, "AF_UNIX") and hasattr(socket, "send_fds")


class NoDoorError(Exception):
    """Nobody is reached there: no process trains the run, or it lets nobody in."""


@dataclass(frozen=True, slots=True)
class Door:
    """An open door: a socket that listens."""

    folder: Path
    """Of the run."""
    path: Path
    listening: socket.socket
    mark: tuple[int, int]
    """Of the socket that was made: inodes alone are used again."""

    @property
    def is_there(self) -> bool:
        """Whether others find it."""
        try:
            return _mark_of(self.path) == self.mark and (self.folder / ADDRESS).exists()
        except OSError:
            return False

    def wake(self) -> None:
        """Let whoever waits for a viewer wait no more."""
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let nobody in any more, and remove what is in the folder, unless it is of another
        process by now.
        """
        self.listening.close()
        with suppress(OSError):
            if _mark_of(self.path) == self.mark:
                self.path.unlink()
                with open_folder(self.folder) as folder:
                    folder.unlink(ADDRESS)
        if self.path.parent != self.folder:
            shutil.rmtree(self.path.parent, ignore_errors=True)


def _mark_of(path: Path) -> tuple[int, int]:
    """Tells one socket from another that takes its place."""
    found = path.lstat()
    return found.st_ino, found.st_ctime_ns


def open_door(folder: Path) -> Door:
    """Listen for viewers of a run, whose lock this process holds.

    Raises:
        OSError: this system or the disk has no sockets.
        DiskError: the folder cannot be written to.
    """
    if not HAS_SOCKETS:
        raise OSError("this system has no local sockets")
    remove_door(folder)
    try:
        door = _door_at(folder / SOCKET, folder)
    except OSError:  # too long a path, or a disk without sockets
        try:
            door = _temporary_door(tempfile.gettempdir(), folder)
        except OSError:
            door = _temporary_door(_SHORT, folder)
    named = SOCKET if door.path.parent == folder else str(door.path)
    try:
        replace_file(folder / ADDRESS, json.dumps({"socket": named}).encode())
    except DiskError:
        door.close()
        raise
    return door


def _temporary_door(place: str, folder: Path) -> Door:
    """A door in a folder of its own, for this user alone."""
    own = Path(tempfile.mkdtemp(prefix=OWN_FOLDER, dir=place))
    try:
        return _door_at(own / SOCKET, folder)
    except BaseException:
        shutil.rmtree(own, ignore_errors=True)
        raise


def _door_at(path: Path, folder: Path) -> Door:
    if len(os.fsencode(path)) > _LONGEST:
        raise OSError(f"{path} is too long for a socket")
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(str(path))
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        listening.listen(_WAITING)  # nobody could connect before
        return Door(folder, path, listening, _mark_of(path))
    except BaseException:
        listening.close()
        with suppress(OSError):
            path.unlink()
        raise


def remove_door(folder: Path) -> None:
    """Remove what a killed process left of its door."""
    with suppress(OSError), open_folder(folder) as opened:
        for name in DOOR_FILES:
            with suppress(FileNotFoundError):
                opened.unlink(name)


def let_in(door: Door) -> socket.socket:
    """The next viewer, once there is one.

    Raises:
        PermissionError: it is another user.
        OSError: there is none, or the door is closed.
    """
    sock, _ = door.listening.accept()
    try:
        _check_user(sock)
    except BaseException:
        sock.close()
        raise
    return sock


def connect(folder: Path, timeout: float) -> socket.socket:
    """A connection to the process that trains a run.

    Raises:
        NoDoorError: nobody is reached there.
    """
    if not HAS_SOCKETS:
        raise NoDoorError("this system has no local sockets")
    try:
        address = json.loads(content_of(folder / ADDRESS, 10_000, unfollowed()))
        path = folder / str(address["socket"])
        _check_place(path, folder)
        if path.lstat().st_uid != os.getuid():
            raise PermissionError(f"{path} is another user's")
    except NOT_AS_WRITTEN as error:
        raise NoDoorError(str(error)) from error
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.settimeout(timeout)
        _connect_to(sock, path)
        _check_user(sock)
    except OSError as error:
        sock.close()
        raise NoDoorError(str(error)) from error
    return sock


def _check_place(path: Path, folder: Path) -> None:
    """
    Raises:
        PermissionError: no trainer has its socket there.
    """
    if path == folder / SOCKET:
        return
    is_ours = path.name == SOCKET and path.parent.name.startswith(OWN_FOLDER)
    if is_ours and ".." not in path.parts:
        found = path.parent.lstat()
        if stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == stat.S_IRWXU:
            return
    raise PermissionError(f"{path} is not the socket of a trainer")


def _connect_to(sock: socket.socket, path: Path) -> None:
    """
    Raises:
        OSError: nobody listens there.
    """
    if len(os.fsencode(path)) <= _LONGEST:
        sock.connect(str(path))
        return
    # The folder was reached by a shorter path when the door was made.
    real = Path(os.path.realpath(path))
    sock.connect(str(real))


def _check_user(sock: socket.socket) -> None:
    """
    Raises:
        PermissionError: the other side is another user.
    """
    if not hasattr(socket, "SO_PEERCRED"):  # the permissions of the socket have to do
        return
    told = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", told)
    if user != os.getuid():
        raise PermissionError(f"user {user} is at the other side")
