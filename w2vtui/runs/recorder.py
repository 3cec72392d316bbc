"""Saves a run to disk as it trains.

    follower   looks at the run on a timer, as every viewer does: events, metrics, status
    writer     writes checkpoints, so that a large one does not hold up the events

A disk error never ends a run: it is reported once, earlier files stay intact, and writing is tried
again.
"""

from __future__ import annotations

import math
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import DiskError, W2vtuiError
from w2vtui.formats.atomic import disk_error, sync_folder
from w2vtui.runs.disk.checked_json import dumped
from w2vtui.runs.disk.checkpoint_files import write_checkpoint
from w2vtui.runs.disk.journal import EVENTS, METRICS, LineFile, event_line, metrics_rows
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.listing import sweep
from w2vtui.runs.names import new_name
from w2vtui.runs.record import RECORD, STATUS, VOCAB, RunRecord, write_vocab
from w2vtui.runs.root import draft_beside, is_there, runs_folder
from w2vtui.runs.status import LiveStatus
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.snapshot import Event, Snapshot

if TYPE_CHECKING:
    from w2vtui.runs.request import RunRequest

POLL_SECONDS = 0.2
METRICS_SECONDS = 2.0
RETRY_SECONDS = 10.0
"""From anything that could not be written to the next try."""


class Recorder:
    """Saves one run, new or resumed."""

    def __init__(
        self,
        request: RunRequest | None = None,
        *,
        root: Path | None = None,
        must_be_saved: bool = False,
        folder: Path | None = None,
        lock: RunLock | None = None,
        record: RunRecord | None = None,
        n_events: int = 0,
        spoiled: Collection[Path] = (),
    ) -> None:
        """
        request                 of a new run
        root                    the folder of all runs
        must_be_saved           whether a run that cannot be saved is not to begin
        folder, lock, record    of a resumed run
        n_events                events that its journal has
        spoiled                 checkpoints that are damaged
        """
        self._request, self._root, self._must_be_saved = request, root, must_be_saved
        self._folder, self._lock, self._record = folder, lock, record
        self._parent: str | None = None
        self._corpus: EncodedCorpus | None = None
        self._news: deque[str] = deque()
        self._changed = threading.Condition()
        self._making = threading.RLock()
        self._waiting: Checkpoint | None = None
        self._failed = False
        self._writing_seconds = 0.0
        self._leaving = False
        self._snapshot: Callable[[], Snapshot] | None = None
        self._threads: list[threading.Thread] = []
        self._events_file: LineFile | None = None
        self._metrics_file: LineFile | None = None
        self._n_written = n_events
        self._spoiled = spoiled
        self._measured_at = 0.0
        self._retry_at = 0.0
        self._status: LiveStatus | None = None

    @classmethod
    def for_request(cls, request: RunRequest) -> Recorder | None:
        """The store of a new run; None where it is not to be saved.

        Raises:
            RunError: there is no place for it.
        """
        settings = request.run_settings
        if not settings.checkpoints:
            return None
        root = runs_folder(settings.runs_dir)
        return cls(request, root=root, must_be_saved=settings.runs_dir is not None)

    @property
    def folder(self) -> Path | None:
        """Where the run is kept; None while there is no such place."""
        return self._folder

    def how_to_resume(self, shot: Snapshot, *, saved: bool) -> str:
        """The command that resumes the run, or saves its vectors; empty where there is none.

        saved   whether its vectors are in a file
        """
        if self._folder is None or self._failed:
            return ""
        if shot.state == "stopped":
            return f"w2vtui resume {self._folder.name} resumes it"
        if shot.progress.tokens and not saved:
            return f"w2vtui export {self._folder.name} -o FILE saves its vectors"
        return ""

    @property
    def is_branch(self) -> bool:
        """Whether this has become another run than the one that was resumed."""
        return self._parent is not None

    def branch(self, request: RunRequest, root: Path, parent: str) -> None:
        """Save what comes as a new run, and leave the one that was resumed as it is."""
        self._request, self._root, self._parent = request, root, parent
        self._must_be_saved = True
        self._record = self._folder = None
        self._n_written = 0
        self._spoiled = ()

    def follow(self, snapshot: Callable[[], Snapshot]) -> None:
        """Name what says how the run stands, before it starts."""
        self._snapshot = snapshot

    # ---- the store's part, for the run

    @property
    def ready(self) -> bool:
        """Whether the checkpoint before is dealt with."""
        return self._waiting is None

    @property
    def failed(self) -> bool:
        """Whether the last checkpoint could not be written."""
        return self._failed

    @property
    def retry_seconds(self) -> float:
        """From a checkpoint that could not be written to the next try."""
        return RETRY_SECONDS

    @property
    def writing_seconds(self) -> float:
        """Processor time that the last checkpoint took."""
        return self._writing_seconds

    def begin(self, corpus: EncodedCorpus, checkpoint: Checkpoint) -> None:
        """Make the folder of a new run; then write whatever comes.

        Raises:
            DiskError: there is no place for it, and it must be kept.
        """
        self._corpus = corpus
        if self._record is None:
            self._record = self._recorded(corpus, checkpoint)
        try:
            folder = self._make_folder()
            with suppress(OSError):  # what is left there hinders nobody
                sweep(folder.parent, folder)
            if self._parent is not None:  # without it there would be nothing to resume from yet
                write_checkpoint(folder, checkpoint)
        except DiskError as error:
            if self._must_be_saved:
                raise
            self.tell(
                f"this run cannot be resumed later: {error} (--runs-dir names another place); "
                "trying again"
            )
            self._failed, self._retry_at = True, time.monotonic() + RETRY_SECONDS
        targets = {"writer": self._write_checkpoints, "follower": self._follow}
        for name, target in targets.items():
            thread = threading.Thread(target=target, name=f"w2vtui-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def save(self, checkpoint: Checkpoint) -> None:
        """Take a checkpoint, to be written while the training continues."""
        with self._changed:
            if not self._leaving:
                self._waiting = checkpoint
                self._changed.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is written, or could not be; whether that came within the time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ready, timeout)

    def tell(self, text: str) -> None:
        """Add a message that the run will show."""
        self._news.append(text)

    def messages(self) -> list[str]:
        """The messages since this was last called."""
        found = []
        while self._news:
            found.append(self._news.popleft())
        return found

    def close(self) -> None:
        """Write what is left once the run is over, and let other processes at it."""
        self.abandon()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        if self._lock is not None:
            self._lock.release()

    def abandon(self) -> None:
        """Take nothing more, and wait for nothing: the process is about to end, and with it what is
        half written and the lock.
        """
        with self._changed:
            self._leaving = True
            self._changed.notify_all()

    # ---- the folder

    def _recorded(self, corpus: EncodedCorpus, checkpoint: Checkpoint) -> RunRecord:
        assert self._request is not None
        asked = self._request.absolute()
        return RunRecord(
            created=time.time(),
            sources=asked.sources,
            corpus_settings=asked.corpus_settings,
            training=checkpoint.training,
            settings=checkpoint.settings,
            schedule=checkpoint.schedule,
            corpus_name=corpus.name,
            n_words=len(corpus.vocab),
            n_tokens=len(corpus.ids),
            fingerprint=fingerprint(corpus),
            output=asked.output,
            save_vocab=asked.save_vocab,
            pairs=asked.pairs,
            analogies=asked.analogies,
            run_settings=asked.run_settings,
            breakpoints=checkpoint.breakpoints,
            parent=self._parent,
        )

    def _make_folder(self) -> Path:
        """The folder, made where there is none, or none any more."""
        with self._making:
            folder, lock = self._folder, self._lock
            if folder is None or lock is None:
                self._folder, self._lock = self._made(self._new_folder())
                self.tell(f"saving this run as {self._folder.name}")
                if lock is not None:  # of the run that it branched off
                    lock.release()
            elif lock.lost or not all((folder / name).is_file() for name in (RECORD, VOCAB)):
                whole = is_there(folder)
                if not whole:
                    _, self._lock = self._made(folder)
                elif lock.lost:
                    self._lock = RunLock(folder)
                if self._lock is not lock:
                    lock.release()
                self._fill(folder)
                what = "a file of the run's folder" if whole else "the run's folder"
                self.tell(f"{what} was removed: created again as {folder.name}")
            assert self._folder is not None
            return self._folder

    def _made(self, folder: Path) -> tuple[Path, RunLock]:
        """Make a folder that appears with all that belongs in it."""
        draft = draft_beside(folder)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            draft.mkdir()
        except OSError as error:
            raise disk_error(folder.parent, error) from error
        lock = None
        try:
            lock = RunLock(draft)
            self._fill(draft)
            draft.rename(folder)
            sync_folder(folder.parent)
        except BaseException as error:
            shutil.rmtree(draft, ignore_errors=True)
            if lock is not None:
                lock.release()
            if isinstance(error, OSError):
                raise disk_error(folder, error) from error
            raise
        lock.moved_to(folder)
        return folder, lock

    def _fill(self, folder: Path) -> None:
        """Write what does not change during the training."""
        assert self._corpus is not None
        assert self._record is not None
        self._record.write(folder)
        write_vocab(folder, self._corpus.vocab.words, self._corpus.vocab.counts)

    def _new_folder(self) -> Path:
        assert self._record is not None
        assert self._root is not None
        name = new_name(self._record.corpus_name)
        while is_there(self._root / name):
            name = f"{new_name(self._record.corpus_name)}-{token_hex(2)}"
        return self._root / name

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
                write_checkpoint(self._make_folder(), checkpoint, self._spoiled)
                if self._failed:
                    self.tell("checkpoints are being written again")
                self._failed = False
            except (
                Exception
            ) as error:  # reported by the run; the next checkpoint is tried all the same
                if not self._failed:
                    self.tell(f"no checkpoint: {_told(error)}; trying again")
                self._failed = True
            finally:
                self._writing_seconds = time.thread_time() - started
                del checkpoint  # its vectors are lent
                with self._changed:
                    self._waiting = None
                    self._changed.notify_all()

    # ---- the follower's thread

    def _follow(self) -> None:
        leaving = False
        while not leaving:
            with self._changed:
                leaving = self._changed.wait_for(lambda: self._leaving, POLL_SECONDS)
            if self._snapshot is None or not (leaving or time.monotonic() >= self._retry_at):
                continue
            try:
                self._write_down(self._snapshot(), leaving=leaving)
            except Exception as error:  # reported by the run, and tried again
                if not self._retry_at:
                    self.tell(f"events and metrics are not written: {_told(error)}")
                self._retry_at = time.monotonic() + RETRY_SECONDS
            else:
                if self._retry_at:
                    self.tell("events and metrics are being written again")
                self._retry_at = 0.0

    def _write_down(self, shot: Snapshot, *, leaving: bool) -> None:
        folder = self._make_folder()
        self._write_events(folder, shot.events)
        if not leaving and time.monotonic() - self._measured_at < METRICS_SECONDS:
            return
        self._measured_at = time.monotonic()
        self._write_metrics(folder, shot)
        probe = shot.probe
        status = LiveStatus(
            state=shot.state,
            tokens=shot.progress.tokens,
            tokens_planned=shot.progress.tokens_planned,
            seconds=round(shot.progress.seconds, 3),
            words_per_second=round(shot.speed.now),
            probe_loss=None if probe is None or not math.isfinite(probe.loss) else probe.loss,
            error=None if shot.error is None else str(shot.error),
            pid=os.getpid(),
        )
        if status != self._status or not (folder / STATUS).is_file():
            status.write(folder)
            self._status = status

    def _write_events(self, folder: Path, events: tuple[Event, ...]) -> None:
        if self._events_file is None:
            self._events_file = LineFile(folder / EVENTS)
        new = [event_line(event) for event in events[self._n_written :]]
        is_due = bool(new) or not self._events_file.path.exists()
        if is_due and not self._events_file.append(new):
            self._events_file.rewrite(event_line(event) for event in events)
        self._n_written = len(events)

    def _write_metrics(self, folder: Path, shot: Snapshot) -> None:
        if not shot.progress.tokens:
            return
        row = shot.as_json()
        if self._metrics_file is None:
            # What was trained after the checkpoint is trained again.
            kept = [
                old
                for old in metrics_rows(folder / METRICS)
                if old["tokens"] < shot.progress.tokens
            ]
            self._metrics_file = LineFile(folder / METRICS)
            self._metrics_file.rewrite(dumped(old) + b"\n" for old in kept)
        if not self._metrics_file.append([dumped(row) + b"\n"]):
            self._metrics_file.rewrite([dumped(row) + b"\n"])


def _told(error: BaseException) -> str:
    return str(error) if isinstance(error, W2vtuiError) else f"{type(error).__name__}: {error}"
