"""Writes the moments of a run's history to its folder, on a thread of its own."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from w2vtui.display import size_text
from w2vtui.errors import DamagedRunError, DiskError, W2vtuiError
from w2vtui.formats.drafts.atomic import disk_errors
from w2vtui.runs.disk.history_files import (
    StoredMoment,
    read_index,
    read_moment,
    write_index,
    write_moment,
)
from w2vtui.runs.recording.run_folder import RunFolder
from w2vtui.training.history.moments import PackedVectors, PastMoment, bytes_of

IDLE_SECONDS = 2.0
"""How long the thread waits for something to write before it ends."""


class HistoryRecorder:
    """The `HistoryStore` of a run that is saved.

    A disk error ends the growth of the history, and nothing else: checkpoints need the disk more.
    """

    limit_share = 1.0

    def __init__(self, folder: RunFolder, report: Callable[[str], object]) -> None:
        """report: called with what went wrong"""
        self._folder, self._report = folder, report
        self._stored: dict[int, StoredMoment] = {}
        self._changed = threading.Condition()
        self._waiting: tuple[PastMoment, PackedVectors] | None = None
        self._is_changed = False
        """Whether the index lists what is not stored any more."""
        self._leaving = False
        self._thread: threading.Thread | None = None
        self.failed = False
        """Whether a moment could not be written: then no further one is."""
        self.saving_seconds = 0.0
        """Processor time that the last moment took."""

    @property
    def ready(self) -> bool:
        """Whether the previous moment was written, or failed."""
        return self._waiting is None or self.failed

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is ready, at most `timeout` seconds; return whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ready, timeout)

    def earlier(self, tokens: int) -> Sequence[PastMoment]:
        """The moments of the run up to where it is resumed; later ones are dropped, since the run
        may train otherwise from there.
        """
        path = self._folder.path
        if path is None:
            return ()
        try:
            listed = read_index(path)
        except DamagedRunError as error:
            self._report(f"the time machine begins again: {error}")
            listed = None
        stored = [one for one in listed or () if one.moment.tokens <= tokens]
        if listed is None or len(stored) < len(listed):
            try:
                stored = write_index(path, stored)
            except DiskError as error:
                self._stop(error)
                return ()
        self._stored = {one.moment.number: one for one in stored}
        return [one.moment for one in stored]

    def save(self, moment: PastMoment, vectors: PackedVectors) -> None:
        """Accept a moment, to be written while the training continues.

        Raises:
            RuntimeError: there is no memory for a thread; nothing is accepted.
        """
        with self._changed:
            self._begin()
            self._waiting = moment, vectors
            self._changed.notify_all()

    def remove(self, moments: Sequence[PastMoment]) -> None:
        """Forget moments; their files are removed once the index does not name them."""
        with self._changed:
            for moment in moments:
                self._stored.pop(moment.number, None)
            self._begin()
            self._is_changed = True
            self._changed.notify_all()

    def size_of(self, moment: PastMoment) -> int:
        """The bytes that a moment takes; 0 if it is not stored."""
        waiting, stored = self._waiting, self._stored.get(moment.number)
        if waiting is not None and waiting[0] == moment:
            return bytes_of(waiting[1])
        return 0 if stored is None else int(stored.facts["bytes"])

    def read(self, moment: PastMoment) -> PackedVectors:
        """The vectors of a moment.

        Raises:
            LookupError: it is not stored any more.
            DamagedRunError: it is damaged.
        """
        waiting, path = self._waiting, self._folder.path
        if waiting is not None and waiting[0] == moment:
            return waiting[1]
        stored = self._stored[moment.number]
        if path is None:
            raise LookupError(f"moment {moment.number} has no folder")
        try:
            return read_moment(path, stored)
        except DamagedRunError as error:
            if moment.number in self._stored:
                raise
            raise LookupError(f"moment {moment.number} was dropped just now") from error

    def close(self) -> None:
        """Write what is left, and wait for that."""
        with self._changed:
            self._leaving = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    # ---- the thread

    def _begin(self) -> None:
        """Let the thread run, which ends where there is nothing to write; holding the lock."""
        if self._thread is None:
            thread = threading.Thread(target=self._write, name="w2vtui-history", daemon=True)
            thread.start()
            self._thread = thread

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._waiting is not None or self._is_changed or self._leaving,
                    IDLE_SECONDS,
                )
                waiting, is_changed = self._waiting, self._is_changed
                self._is_changed = False
                if waiting is None and not is_changed:
                    self._thread = None
                    return
            started = time.thread_time()
            try:
                self._write_one(waiting)
            except Exception as error:  # the run reports it, and trains on
                self._stop(error)
                return
            with self._changed:
                self._waiting = None
                self.saving_seconds = time.thread_time() - started
                self._changed.notify_all()

    def _write_one(self, waiting: tuple[PastMoment, PackedVectors] | None) -> None:
        """Write the moment that waits, if one does, and the index."""
        self._folder.write(partial(self._write_to, waiting=waiting), self._report)

    def _write_to(self, path: Path, waiting: tuple[PastMoment, PackedVectors] | None) -> None:
        if waiting is not None:
            moment, vectors = waiting
            self._check_room(path, vectors)
            stored = write_moment(path, moment, vectors)
            with self._changed:
                self._stored[moment.number] = stored
        with self._changed:
            listed = [self._stored[number] for number in sorted(self._stored)]
        there = {one.moment.number for one in write_index(path, listed)}
        with self._changed:
            for one in listed:  # the folder may have been removed, and made again
                if one.moment.number not in there:
                    self._stored.pop(one.moment.number, None)

    def _check_room(self, path: Path, vectors: PackedVectors) -> None:
        """
        Raises:
            DiskError: after this moment too little would be left for the next two checkpoints, or
                what is left cannot be read.
        """
        record = self._folder.record
        assert record is not None
        numbers = 2 * record.n_words * record.request.training.vector_size
        with disk_errors(path):
            free = shutil.disk_usage(path).free
        if free < bytes_of(vectors) + 2 * 4 * numbers:
            raise DiskError(f"{size_text(free)} is free, which checkpoints may need")

    def _stop(self, error: Exception) -> None:
        """Write nothing any more; a moment that could not be written stays in memory."""
        what = str(error) if isinstance(error, W2vtuiError) else f"{type(error).__name__}: {error}"
        self._report(f"the time machine takes no further moments: {what}")
        with self._changed:
            self.failed = True
            self._changed.notify_all()
