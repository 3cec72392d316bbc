"""Creates the folder of a run, holds its lock, and restores what is removed from it."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from w2vtui.corpus import Vocab
from w2vtui.errors import DiskError
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.formats.drafts.atomic import disk_error, sync_folder
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.names import new_name
from w2vtui.runs.record import RECORD, RunRecord
from w2vtui.runs.root import draft_beside, is_there
from w2vtui.runs.words import VOCAB, write_vocab


class RunFolder:
    """The folder of one run, which is created when it is first needed."""

    def __init__(
        self,
        root: Path,
        *,
        path: Path | None = None,
        lock: RunLock | None = None,
        record: RunRecord | None = None,
    ) -> None:
        """
        root                 the folder of all runs
        path, lock, record   of a run that is resumed
        """
        self._root, self._lock = root, lock
        self.path = path
        """Where the run is saved; None until the folder is created."""
        self.record = record
        """Written when the folder is created."""
        self.vocab: Vocab | None = None
        """Written when the folder is created."""
        self._creating = threading.Lock()

    def start_another(self) -> None:
        """Use a new folder and record; the old folder stays locked until the new one is created."""
        self.path = self.record = None

    def ensure(self, report: Callable[[str], object]) -> Path:
        """The folder, created if it is missing, with the files that were removed from it.

        report   is called with what was created

        Raises:
            DiskError: it cannot be created.
            RunError: the lock was removed, and another process has locked the run since.
        """
        with self._creating:
            lock = self._lock
            if self.path is None or lock is None:
                self.path, self._lock = self._create(self._new_path())
                report(f"saving this run as {self.path.name}")
                if lock is not None:  # of the run that this one branched off
                    lock.release()
            elif lock.lost or not all((self.path / name).is_file() for name in (RECORD, VOCAB)):
                what = self._restore(self.path, lock)
                report(f"{what} was removed: created again as {self.path.name}")
            return self.path

    def write(self, write: Callable[[Path], object], report: Callable[[str], object]) -> None:
        """Write to the folder; once more if it was removed in the meantime, and so made again.

        report   is called with what was created

        Raises:
            DiskError: it cannot be written.
            RunError: as `ensure` raises.
        """
        try:
            write(self.ensure(report))
        except DiskError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            write(self.ensure(report))

    def score_on(self, files: QuestionFiles) -> None:
        """Change the record: on which questions the run is scored from now on.

        Raises:
            DiskError: it cannot be written.
        """
        with self._creating:
            assert self.record is not None, "a run that trains has a record"
            request = self.record.request.scored_on(files)
            self.record = dataclasses.replace(self.record, request=request)
            if self.path is not None:
                self.record.write(self.path)

    def release(self) -> None:
        """Let other processes use the folder."""
        if self._lock is not None:
            self._lock.release()

    def _restore(self, path: Path, lock: RunLock) -> str:
        """Create what was removed; return what that was."""
        is_left = is_there(path)
        if not is_left:
            _, self._lock = self._create(path)
        elif lock.lost:
            self._lock = RunLock(path)
        if self._lock is not lock:
            lock.release()
        self._fill(path)
        return "a file of the run's folder" if is_left else "the run's folder"

    def _create(self, path: Path) -> tuple[Path, RunLock]:
        """Create the folder under a draft name, and rename it once it is complete."""
        with drafted_run(path) as (draft, lock):
            self._fill(draft)
        return path, lock

    def _fill(self, path: Path) -> None:
        """Write the files that do not change during training."""
        assert self.record is not None
        assert self.vocab is not None
        self.record.write(path)
        write_vocab(path, self.vocab.words, self.vocab.counts)

    def _new_path(self) -> Path:
        assert self.record is not None
        return new_path(self._root, self.record.corpus_name, self.record.trial_name)


@contextmanager
def drafted_run(path: Path) -> Iterator[tuple[Path, RunLock]]:
    """The draft of a run's folder, and its lock; it becomes the folder when the block ends without
    an error, and the lock stays. Otherwise nothing is left.

    Raises:
        DiskError: it cannot be created.
    """
    draft = draft_beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir()
    except OSError as error:
        raise disk_error(path.parent, error) from error
    lock = None
    try:
        lock = RunLock(draft)
        yield draft, lock
        draft.rename(path)
        sync_folder(path.parent)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if lock is not None:
            lock.release()
        if isinstance(error, OSError):
            raise disk_error(path, error) from error
        raise
    lock.moved_to(path)


def new_path(root: Path, corpus: str, wanted: str | None = None) -> Path:
    """A new folder for a run on a corpus, which is not there yet.

    wanted   its name, if no other run has it; None for any
    """
    name = wanted or new_name(corpus)
    while is_there(root / name):
        name = f"{wanted or new_name(corpus)}-{token_hex(2)}"
    return root / name
