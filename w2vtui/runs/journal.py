"""events.jsonl and metrics.jsonl: what happened in a run, a line each, on the disk soon after.

A line of the journal carries a checksum. One that was cut short when the process was killed is
overlooked, and cut off when more is written.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from w2vtui.formats.atomic import atomic_write, disk_error
from w2vtui.runs.plain import event_as_plain, event_from_plain
from w2vtui.runs.sealed import NOT_AS_WRITTEN, dumped, loaded
from w2vtui.training.snapshot import Event

EVENTS = "events.jsonl"
METRICS = "metrics.jsonl"


class LineFile:
    """A file of lines that only grows, synced after every write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = _whole_lines(path)

    def append(self, lines: Sequence[bytes]) -> bool:
        """Add lines; False where the file is not as it was left, and all of it is to be rewritten.

        Raises:
            DiskError: they cannot be written; the file is as it was.
        """
        try:
            with self.path.open("r+b" if self._size else "ab") as file:
                if os.fstat(file.fileno()).st_size < self._size:
                    return False
                try:
                    file.truncate(self._size)
                    file.seek(self._size)
                    file.write(b"".join(lines))
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), self._size)
                    raise
        except FileNotFoundError:
            return False
        except OSError as error:
            raise disk_error(self.path, error) from error
        self._size += sum(len(line) for line in lines)
        return True

    def rewrite(self, lines: Iterable[bytes]) -> None:
        """Replace what is there.

        Raises:
            DiskError: it cannot be written; the file is as it was.
        """
        content = b"".join(lines)
        with atomic_write(self.path) as file:
            file.write(content)
        self._size = len(content)


def _whole_lines(path: Path) -> int:
    """Bytes up to the end of the last whole line."""
    try:
        return path.read_bytes().rfind(b"\n") + 1
    except OSError:
        return 0


def event_line(event: Event) -> bytes:
    """An event as a line of the journal."""
    plain = event_as_plain(event)
    return dumped({"crc": _crc(plain)} | plain) + b"\n"


def read_events(path: Path) -> tuple[list[Event], list[str]]:
    """The events of a journal, and what is wrong with it; a last line cut short is not."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        return [], [f"{path} cannot be read: {error.strerror or error}"]
    events, troubles = [], []
    for number, line in enumerate(lines, start=1):
        try:
            plain = loaded(line)
            if plain.pop("crc") != _crc(plain):
                raise ValueError("its checksum is another")
            events.append(event_from_plain(plain))
        except NOT_AS_WRITTEN as error:
            troubles.append(f"line {number} of {path} is damaged: {error}")
    return events, troubles


def changes_in(events: Iterable[Event]) -> list[Event]:
    """The live changes of a run, in their order, each once.

    A run that was killed and resumed makes the changes after its checkpoint again. Where it went
    another way there, what came later at first is no longer part of it.
    """
    changes: dict[int, Event] = {}
    for event in events:
        if event.kind != "change" or event.number is None:
            continue
        number, known = event.number, changes.get(event.number)
        if known is None or not _same(known, event):
            changes = {n: one for n, one in changes.items() if n < number} | {number: event}
    return list(changes.values())


def metrics_lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a metrics file; lines that are damaged are left out."""
    rows = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    for line in lines:
        try:
            row = json.loads(line)
        except NOT_AS_WRITTEN:
            continue
        if isinstance(row, dict):
            rows.append(row)
    return rows


def _same(one: Event, other: Event) -> bool:
    return (one.tokens, one.settings, one.schedule) == (
        other.tokens,
        other.settings,
        other.schedule,
    )


def _crc(plain: dict[str, Any]) -> str:
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"
