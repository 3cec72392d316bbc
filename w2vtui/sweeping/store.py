"""The folder of a sweep, which it is resumed from after any interruption.

RUNS/.sweeps/atlas-calm-heron/
sweep.json     what it was asked for
trials.jsonl   a line when a trial starts, and one when it is over; each with a checksum
part.txt       the part of a large text that trials train on
status.json    what it looks like now; stop, give-up: what a viewer wishes
lock           held by the process that is working on it
"""

from __future__ import annotations

import dataclasses
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from w2vtui.errors import DamagedRunError, DiskError, RunError, W2vtuiError
from w2vtui.files.regular_files import content_of
from w2vtui.formats.drafts.atomic import disk_error
from w2vtui.runs.disk.checked_json import (
    MOST_BYTES,
    NOT_AS_WRITTEN,
    dumped,
    loaded,
    read_checked,
    write_checked,
)
from w2vtui.runs.disk.dataclass_json import fields_from_json
from w2vtui.runs.disk.inside import unfollowed
from w2vtui.runs.disk.journal import LineFile
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.names import new_name
from w2vtui.runs.root import is_there
from w2vtui.sweeping.outcome.results import TrialResult
from w2vtui.sweeping.sweep_request import SweepRequest, request_from_json
from w2vtui.sweeping.text_part import PART
from w2vtui.sweeping.values import point_from_json

SWEEPS = ".sweeps"
"""The folder of all sweeps in that of all runs, which lists of runs leave out."""
RECORD, TRIALS = "sweep.json", "trials.jsonl"


class SweepStore:
    """What is saved of one sweep, locked for this process until `release`."""

    def __init__(self, folder: Path) -> None:
        """
        Raises:
            RunError: another process works on it.
            DiskError: its lock cannot be made.
        """
        self.folder = folder
        self.name = folder.name
        try:
            self._lock = RunLock(folder)
        except RunError as error:
            raise RunError(
                f"sweep {self.name} is in use: w2vtui attach {self.name} shows it, and with --stop "
                "ends it"
            ) from error
        self._lines = LineFile(folder / TRIALS)

    @property
    def part(self) -> Path:
        """Where the part of its text is."""
        return self.folder / PART

    def release(self) -> None:
        """Let other processes work on it."""
        self._lock.release()

    def write_request(self, request: SweepRequest, fingerprint: str, part_tokens: int) -> None:
        """
        fingerprint   of the encoded text
        part_tokens   how much of it trials train on; 0 for all

        Raises:
            DiskError: it cannot be written.
        """
        body = {
            "created": time.time(),
            "digest": request.digest,
            "request": request.as_json(),
            "fingerprint": fingerprint,
            "part_tokens": part_tokens,
        }
        write_checked(self.folder / RECORD, "sweep", body)

    def note(self, result: TrialResult) -> None:
        """Add what is known of a trial, in place of what was known.

        Raises:
            DiskError: it cannot be written.
        """
        if not self._lines.append([_line(result)]):
            self._lines.rewrite(_line(one) for one in [*self.results(), result])

    def results(self) -> list[TrialResult]:
        """All trials in the order of their numbers; damaged lines are left out."""
        return results_in(self.folder)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SavedSweep:
    """What a sweep was asked for, as its folder says."""

    folder: Path
    created: float
    request: SweepRequest
    fingerprint: str
    part_tokens: int

    @classmethod
    def read(cls, folder: Path) -> SavedSweep:
        """
        Raises:
            DamagedRunError: it is missing or damaged.
        """
        body = read_checked(folder / RECORD, "sweep")
        try:
            created, part_tokens = float(body["created"]), int(body["part_tokens"])
            return cls(
                folder=folder,
                created=created,
                request=request_from_json(body["request"]),
                fingerprint=str(body["fingerprint"]),
                part_tokens=part_tokens,
            )
        except (*NOT_AS_WRITTEN, W2vtuiError) as error:
            raise DamagedRunError(f"{folder / RECORD} is not a valid sweep: {error}") from error


def new_store(root: Path, corpus_name: str) -> SweepStore:
    """A new sweep in the folder of all runs.

    Raises:
        DiskError: its folder cannot be made.
    """
    while True:
        folder = root / SWEEPS / new_name(corpus_name)
        if is_there(folder) or any(root.glob(f"{folder.name}-*")):
            continue
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise disk_error(folder, error) from error
        return SweepStore(folder)


def results_in(folder: Path) -> list[TrialResult]:
    """What the folder of a sweep says of its trials, in the order of their numbers."""
    found: dict[tuple[bool, int], TrialResult] = {}
    for result in _read_lines(folder / TRIALS):
        found[result.is_whole, result.number] = result
    return [found[key] for key in sorted(found)]


def all_sweeps(root: Path) -> list[SavedSweep]:
    """The sweeps that can be read, newest first."""
    found = []
    for folder in sweep_folders(root):
        try:
            found.append(SavedSweep.read(folder))
        except DamagedRunError:
            continue
    return sorted(found, key=lambda one: one.created, reverse=True)


def find_sweep(root: Path, name: str) -> SavedSweep:
    """The sweep that a name means: its name, a part of only that name, or `last`.

    Raises:
        RunError: there is none, or several.
        DamagedRunError: it is damaged.
    """
    if name == "last":
        newest = all_sweeps(root)
        if newest:
            return newest[0]
    named = {folder.name: folder for folder in sweep_folders(root)}
    parts = [one for one in named if name in one]
    if name in named or len(parts) == 1:
        return SavedSweep.read(named.get(name) or named[parts[0]])
    if parts:
        raise RunError(f"{name!r:.80} may be {', '.join(parts[:5])}: give more of the name")
    known = f"known are {', '.join(sorted(named)[:5])}" if named else f"none is in {root}"
    raise RunError(f"there is no sweep {name!r:.80}: {known}")


def sweep_folders(root: Path) -> list[Path]:
    """The folders of all sweeps, damaged ones too.

    Raises:
        DiskError: they cannot be listed.
    """
    try:
        return [path for path in (root / SWEEPS).iterdir() if (path / RECORD).exists()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DiskError(f"cannot list the sweeps in {root}: {error.strerror}") from error


def _read_lines(path: Path) -> Iterator[TrialResult]:
    try:
        lines = content_of(path, MOST_BYTES, unfollowed()).split(b"\n")
    except OSError:
        return
    for line in lines:
        try:
            plain = loaded(line)
            if plain.pop("crc") == _crc(plain):
                yield _result_from_json(plain)
        except NOT_AS_WRITTEN:
            continue


def _result_from_json(plain: dict[str, Any]) -> TrialResult:
    point = point_from_json(plain.pop("point"))
    return TrialResult(point=point, **fields_from_json(TrialResult, plain))


def _line(result: TrialResult) -> bytes:
    plain = dataclasses.asdict(result)
    return dumped({"crc": _crc(plain)} | plain) + b"\n"


def _crc(plain: dict[str, Any]) -> int:
    return zlib.crc32(dumped(plain))
