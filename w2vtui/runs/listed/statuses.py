"""The states of all runs of a folder, read again only where a file of a run has changed.

Reading one takes two milliseconds, most of it for checksums and checks of every value. What was
read is kept in the user's cache, not beside the runs, which may come from somebody else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from w2vtui.errors import DiskError
from w2vtui.files.regular_files import content_of
from w2vtui.runs.disk.checked_json import NOT_AS_WRITTEN, dumped, loaded
from w2vtui.runs.disk.checkpoint_files import FOLDER, MANIFEST
from w2vtui.runs.disk.inside import replace_file
from w2vtui.runs.disk.journal import EVENTS, METRICS
from w2vtui.runs.disk.lock import in_use
from w2vtui.runs.labels import LABELS
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import RunStatus, status_of
from w2vtui.runs.measured import SCORES, RunScore
from w2vtui.runs.record import RECORD, STATUS, Fork
from w2vtui.settings import LiveSettings, restored_values
from w2vtui.system.resources import user_cache
from w2vtui.version import VERSION

KEPT_LISTS = 8
"""Most folders of runs in the cache; the one listed longest ago is removed first."""
_MOST_BYTES = 1 << 28
_FILES = (RECORD, STATUS, EVENTS, METRICS, LABELS, SCORES, FOLDER)
_SETTLED_NS = 2_050_000_000
"""A file that was changed in this time may change again and have the same times."""

Stamp: TypeAlias = list[list[Any]]
"""Of each file that a state is read from, what the file system knows of it."""


class Statuses:
    """The states of the runs of one folder."""

    def __init__(self, root: Path) -> None:
        """root: the folder of all runs"""
        self._root = root
        self._known: dict[str, tuple[Stamp, RunStatus]] | None = None

    def read(self) -> list[RunStatus]:
        """The state of each run, newest first.

        Raises:
            RunError: the folder cannot be read.
        """
        if self._known is None:
            self._known = dict(self._stored())
        found, known, is_new = [], {}, False
        for folder in all_runs(self._root):
            before = self._known.get(folder.name)
            stamp = _stamp_of(folder)
            if before is not None and before[0] == stamp and not _is_resumed(before[1], folder):
                status = before[1]
            else:
                status, is_new = status_of(folder), True
            if stamp is not None and _is_final(status):
                known[folder.name] = stamp, status
            found.append(status)
        is_new = is_new and known != self._known
        self._known = known
        if is_new:
            self._store()
        return found

    # ---- the cache

    @property
    def _place(self) -> Path | None:
        folder = user_cache("lists")
        if folder is None:
            return None
        name = os.path.realpath(self._root).encode("utf-8", "surrogateescape")
        return folder / f"{hashlib.sha256(name).hexdigest()[:32]}.json"

    def _stored(self) -> Iterator[tuple[str, tuple[Stamp, RunStatus]]]:
        """The states that the cache has."""
        place = self._place
        if place is None:
            return
        try:
            stored = loaded(content_of(place, _MOST_BYTES))
            if stored["version"] != _version():
                return
            for name, (stamp, plain) in stored["runs"].items():
                yield name, (stamp, _from_plain(plain))
        except NOT_AS_WRITTEN:  # as if it were empty
            return

    def _store(self) -> None:
        """Write the states to the cache; where that cannot be done, they are read again."""
        place = self._place
        if place is None or self._known is None:
            return
        runs = {name: [stamp, _as_plain(one)] for name, (stamp, one) in self._known.items()}
        with suppress(DiskError, OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            replace_file(place, dumped({"version": _version(), "runs": runs}))
            lists = sorted(place.parent.glob("*.json"), key=lambda one: -one.stat().st_mtime)
            for old in lists[KEPT_LISTS:]:
                old.unlink(missing_ok=True)


def _version() -> list[str]:
    """Another one stands for states with other fields."""
    return [VERSION, *(one.name for one in dataclasses.fields(RunStatus))]


def _is_final(status: RunStatus) -> bool:
    """Whether a state stays as long as the files do: not of a run that a process works on, which
    may end without writing, nor of one that could not be read.
    """
    return not status.is_active and status.state != "damaged"


def _is_resumed(status: RunStatus, folder: Path) -> bool:
    """Whether a process works on a run again, and has not written that yet."""
    return status.state in ("interrupted", "stopped") and in_use(folder)


def _stamp_of(folder: Path) -> Stamp | None:
    """The stamp of a run; None if it changed a moment ago, or a part cannot be looked at."""
    within = str(folder)
    try:
        stamp: Stamp = [_of_file(f"{within}/{name}") for name in _FILES]
        if stamp[-1]:
            names = os.listdir(f"{within}/{FOLDER}")  # noqa: PTH208 (a fifth of the time)
            stamp += [[name, *_of_file(f"{within}/{FOLDER}/{name}/{MANIFEST}")] for name in names]
    except OSError:
        return None
    newest = max((at for one in stamp for at in one[-2:] if type(at) is int), default=0)
    return stamp if time.time_ns() - newest > _SETTLED_NS else None


def _of_file(path: str) -> list[int]:
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return []
    size = 0 if stat.S_ISDIR(found.st_mode) else found.st_size
    return [found.st_mode, size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns]


def _as_plain(status: RunStatus) -> dict[str, Any]:
    plain = {one.name: getattr(status, one.name) for one in dataclasses.fields(status)}
    fork = None if status.fork is None else dataclasses.asdict(status.fork)
    return plain | {"fork": fork}


def _from_plain(plain: dict[str, Any]) -> RunStatus:
    scores = tuple(RunScore(*score) for score in plain["scores"])
    fork = None if plain["fork"] is None else Fork(**plain["fork"])
    names = tuple(plain["former_names"])
    settings = restored_values(LiveSettings, plain["settings"])
    typed = {"scores": scores, "fork": fork, "former_names": names, "settings": settings}
    return RunStatus(**plain | typed)
