"""Saves a run to disk as it trains.

    follower   looks at the run on a timer, as every viewer does: events, metrics, status
    writer     writes checkpoints, so that a large one does not hold up the events
    history    writes the vectors of past moments: history_recorder.py

A disk error never ends a run: it is reported once, earlier files stay intact, and writing is tried
again.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from pathlib import Path

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import DiskError, W2vtuiError
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.runs.disk.checkpoint_files import remove_checkpoints, write_checkpoint
from w2vtui.runs.listed.removing import remove_drafts
from w2vtui.runs.record import RunRecord
from w2vtui.runs.recording.history_recorder import HistoryRecorder
from w2vtui.runs.recording.remains import how_to_resume
from w2vtui.runs.recording.run_folder import RunFolder
from w2vtui.runs.recording.run_log import RunLog
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.root import runs_folder
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.snapshot import Snapshot

POLL_SECONDS = 0.2
RETRY_SECONDS = 10.0
"""Seconds from a failed write to the next try."""


class Recorder:
    """Saves one run, new or resumed: the run's `CheckpointStore`."""

    def __init__(
        self,
        request: RunRequest,
        folder: RunFolder,
        *,
        must_be_saved: bool = False,
        n_events: int = 0,
        spoiled: Collection[Path] = (),
        undone: Collection[Path] = (),
    ) -> None:
        """
        must_be_saved   whether a run that cannot be saved must not start
        n_events        events in the journal of a resumed run
        spoiled         damaged checkpoints of a resumed run
        undone          its checkpoints from after the change that it is resumed without
        """
        self._request, self._folder, self._must_be_saved = request, folder, must_be_saved
        self._log = RunLog(n_events)
        self._spoiled, self._undone = {*spoiled, *undone}, undone
        self.history = HistoryRecorder(folder, self.report)
        """Stores the moments of its history."""
        self._parent: str | None = None
        self._messages: deque[str] = deque()
        self._snapshot: Callable[[], Snapshot] | None = None
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._waiting: Checkpoint | None = None
        self._leaving = False
        self._failed = False
        self._writing_seconds = 0.0
        self._retry_at = 0.0

    @classmethod
    def for_request(cls, request: RunRequest) -> Recorder | None:
        """The recorder of a new run; None if the run is not to be saved.

        Raises:
            RunError: there is no folder for it.
        """
        settings = request.run_settings
        if not settings.checkpoints:
            return None
        folder = RunFolder(runs_folder(settings.runs_dir))
        return cls(request, folder, must_be_saved=settings.runs_dir is not None)

    @property
    def folder(self) -> Path | None:
        """Where the run is saved; None until that folder is created."""
        return self._folder.path

    def moved_to(self, folder: Path) -> None:
        """Note that the folder of a run that has ended was renamed."""
        self._folder.path = folder

    @property
    def is_branch(self) -> bool:
        """Whether this is saved as another run than the one that was resumed."""
        return self._parent is not None

    def branch(self, request: RunRequest, parent: str) -> None:
        """Save what follows as a new run, and leave the resumed one, `parent`, as it is."""
        request = dataclasses.replace(request, sweep=None, trial=0)
        self._request, self._parent, self._must_be_saved = request, parent, True
        self._folder.start_another()
        self._log = RunLog()
        self._spoiled, self._undone = set(), ()

    def how_to_resume(self, shot: Snapshot, *, saved: bool) -> str:
        """The command that resumes the run, or saves its vectors; empty if there is none.

        saved   whether its vectors are in a file
        """
        return "" if self._failed else how_to_resume(self.folder, shot, saved=saved)

    def follow(self, snapshot: Callable[[], Snapshot]) -> None:
        """Record the snapshots of a run, from when it begins; call this before starting it."""
        self._snapshot = snapshot

    def report(self, text: str) -> None:
        """Add a message for the run to show."""
        self._messages.append(text)

    def close(self) -> None:
        """Write what is left once the run has ended, and release the folder."""
        self.stop()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self.history.close()
        self._folder.release()

    def stop(self) -> None:
        """Accept no more checkpoints, and do not wait for the last one: the process is about to
        end, which discards half-written files and releases the folder.
        """
        with self._changed:
            self._leaving = True
            self._changed.notify_all()

    # ---- called by the run

    @property
    def ready(self) -> bool:
        """Whether the previous checkpoint was written, or failed."""
        return self._waiting is None

    @property
    def failed(self) -> bool:
        """Whether the last checkpoint could not be written."""
        return self._failed

    @property
    def retry_seconds(self) -> float:
        """Seconds from a checkpoint that could not be written to the next try."""
        return RETRY_SECONDS

    @property
    def writing_seconds(self) -> float:
        """Processor time that the last checkpoint took."""
        return self._writing_seconds

    def begin(self, corpus: EncodedCorpus, checkpoint: Checkpoint) -> None:
        """Create the folder of a new run and start the two threads.

        Raises:
            DiskError: the folder cannot be created, and the run must be saved.
        """
        folder = self._folder
        folder.vocab = corpus.vocab
        if folder.record is None:
            folder.record = RunRecord.of(self._request, corpus, checkpoint, self._parent)
        try:
            path = folder.ensure(self.report)
            remove_checkpoints(path, self._undone)  # or the run would be resumed from them again
            with suppress(OSError):  # leftovers do no harm
                remove_drafts(path.parent, path)
            if self._parent is not None:  # a branch could not be resumed without it
                write_checkpoint(path, checkpoint)
        except DiskError as error:
            if self._must_be_saved:
                raise
            self.report(
                f"this run cannot be resumed later: {error} (--runs-dir names another place); "
                "trying again"
            )
            self._failed, self._retry_at = True, time.monotonic() + RETRY_SECONDS
        targets = {"writer": self._write_checkpoints, "follower": self._follow}
        for name, target in targets.items():
            thread = threading.Thread(target=target, name=f"w2vtui-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def save(self, checkpoint: Checkpoint) -> None:
        """Accept a checkpoint, to be written while the training continues."""
        with self._changed:
            if not self._leaving:
                self._waiting = checkpoint
                self._changed.notify_all()

    def score_on(self, files: QuestionFiles) -> None:
        """Write to the run's record on which questions it is scored from now on."""
        try:
            self._folder.score_on(files)
        except DiskError as error:
            self.report(f"the questions are not saved with the run: {error}")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is ready, at most `timeout` seconds; return whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ready, timeout)

    def messages(self) -> list[str]:
        """The messages since this was last called."""
        found = []
        while self._messages:
            found.append(self._messages.popleft())
        return found

    # ---- the writer's thread

    def _write_checkpoints(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None or self._leaving)
                checkpoint = self._waiting
            if checkpoint is None:
                return
            started = time.thread_time()
            try:
                self._write(checkpoint)
                if self._failed:
                    self.report("checkpoints are being written again")
                self._failed = False
            except Exception as error:  # the run reports it, and the next checkpoint is tried
                if not self._failed:
                    self.report(f"no checkpoint: {_reason(error)}; trying again")
                self._failed = True
            finally:
                self._writing_seconds = time.thread_time() - started
                del checkpoint  # its vectors are lent
                with self._changed:
                    self._waiting = None
                    self._changed.notify_all()

    def _write(self, checkpoint: Checkpoint) -> None:
        self._folder.write(
            lambda path: write_checkpoint(path, checkpoint, self._spoiled), self.report
        )

    # ---- the follower's thread

    def _follow(self) -> None:
        leaving = False
        while not leaving:
            with self._changed:
                leaving = self._changed.wait_for(lambda: self._leaving, POLL_SECONDS)
            if self._snapshot is None or not (leaving or time.monotonic() >= self._retry_at):
                continue
            try:
                shot = self._snapshot()
                self._folder.write(
                    partial(self._log.write, shot=shot, is_last=leaving), self.report
                )
            except Exception as error:  # the run reports it, and the next write is tried
                if not self._retry_at:
                    self.report(f"events and metrics are not written: {_reason(error)}")
                self._retry_at = time.monotonic() + RETRY_SECONDS
            else:
                if self._retry_at:
                    self.report("events and metrics are being written again")
                self._retry_at = 0.0


def _reason(error: BaseException) -> str:
    return str(error) if isinstance(error, W2vtuiError) else f"{type(error).__name__}: {error}"
