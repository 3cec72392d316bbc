"""events.jsonl and metrics.jsonl: what happened in a run, one line each, written soon after.

Each line of the journal has a checksum. A last line that was cut short because the process was
killed is ignored, and removed when more is written.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from w2vtui.files.regular_files import content_of, opened, size_of
from w2vtui.formats.drafts.atomic import disk_error, sync_folder
from w2vtui.runs.disk.checked_json import NOT_AS_WRITTEN, dumped, loaded
from w2vtui.runs.disk.dataclass_json import event_as_json, event_from_json
from w2vtui.runs.disk.inside import LinkError, replace_file, unfollowed
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.events import Event

EVENTS = "events.jsonl"
METRICS = "metrics.jsonl"
_MOST_JOURNAL_BYTES = 1 << 30
_BLOCK_BYTES = 1 << 20


class LineFile:
    """An append-only file of lines, synced after every write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = _whole_lines(path)

    def append(self, lines: Sequence[bytes]) -> bool:
        """Add lines; return False if the file is not as it was left and must be rewritten.

        Raises:
            DiskError: they cannot be written; the file is as it was.
        """
        try:
            with open(self.path, "r+b" if self._size else "a+b", opener=unfollowed()) as file:
                now = os.fstat(file.fileno())
                if now.st_size < self._size:
                    return False
                if now.st_nlink > 1:  # another file, too, which is not ours to change
                    file.seek(0)
                    self.rewrite([file.read(self._size), *lines])
                    return True
                try:
                    file.truncate(self._size)
                    file.seek(self._size)
                    file.write(b"".join(lines))
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), self._size)
                    raise
            if not self._size:
                sync_folder(self.path.parent)
        except (FileNotFoundError, LinkError):
            return False
        except OSError as error:
            raise disk_error(self.path, error) from error
        self._size += sum(len(line) for line in lines)
        return True

    def rewrite(self, lines: Iterable[bytes]) -> None:
        """Replace the content of the file, or a link in its place.

        Raises:
            DiskError: it cannot be written; the file is as it was.
        """
        content = b"".join(lines)
        replace_file(self.path, content)
        self._size = len(content)


def _whole_lines(path: Path) -> int:
    """Bytes up to the end of the last whole line; 0 where there is no file that can be read."""
    try:
        with opened(path, unfollowed()) as file:
            end = size_of(file)
            while end > 0:
                begin = max(end - _BLOCK_BYTES, 0)
                file.seek(begin)
                newline = file.read(end - begin).rfind(b"\n")
                if newline >= 0:
                    return begin + newline + 1
                end = begin
    except OSError:
        return 0
    return 0


def event_line(event: Event) -> bytes:
    """An event as a line of the journal."""
    plain = event_as_json(event)
    return dumped({"crc": _crc(plain)} | plain) + b"\n"


def read_events(path: Path) -> tuple[list[Event], list[str]]:
    """The events of a journal, and what is wrong with it.

    Neither a last line that was cut short nor a missing journal counts as wrong.
    """
    try:
        lines = content_of(path, _MOST_JOURNAL_BYTES, unfollowed()).split(b"\n")[:-1]
    except FileNotFoundError:
        return [], []
    except (OSError, ValueError) as error:
        return [], [f"{path} cannot be read: {error}"]
    events, troubles = [], []
    for number, line in enumerate(lines, start=1):
        try:
            plain = loaded(line)
            if plain.pop("crc") != _crc(plain):
                raise ValueError("checksum mismatch")
            events.append(event_from_json(plain))
        except NOT_AS_WRITTEN as error:
            troubles.append(f"line {number} of {path} is damaged: {error}")
    return events, troubles


def changes_in(events: Iterable[Event]) -> list[Event]:
    """The live changes of a run in order, each once.

    A run that was killed and resumed applies the changes after its checkpoint again. If it then
    differs from the first time, the later changes of the first time are no longer part of the run.
    """
    changes: dict[int, Event] = {}
    for event in events:
        if event.kind != "change" or event.number is None:
            continue
        number, known = event.number, changes.get(event.number)
        if known is None or not _same(known, event):
            changes = {n: one for n, one in changes.items() if n < number} | {number: event}
    return list(changes.values())


def changes_after(checkpoint: Checkpoint | None, journal: Iterable[Event]) -> list[Event]:
    """The live changes of a journal that are applied again when a run resumes from a checkpoint.

    None if the journal does not lead to the checkpoint, which may have been written first.
    """
    changes = changes_in(journal)
    known = changes_in(checkpoint.events) if checkpoint else []
    clock = checkpoint.clock if checkpoint else 0
    last = 0
    if known:
        last = known[-1].number or 0
        if any(one.number == last and not _same(one, known[-1]) for one in changes):
            return []
    return [one for one in changes if (one.number or 0) > last and one.tokens >= clock]


def metrics_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a metrics file; lines that are damaged are left out."""
    try:
        lines = content_of(path, _MOST_JOURNAL_BYTES, unfollowed()).splitlines()
    except (OSError, ValueError):
        return []
    rows = []
    for line in lines:
        try:
            row = loaded(line)
        except NOT_AS_WRITTEN:
            continue
        if isinstance(row, dict) and type(row.get("tokens")) is int:
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
