"""The sides of a comparison: a run that trains, a saved run, or a file of vectors."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import RunError, VectorsError
from w2vtui.exploring.run_subject import RunSubject
from w2vtui.exploring.subject import FileSubject, Subject
from w2vtui.files.reports import Report, warn
from w2vtui.large_files import open_vectors
from w2vtui.runs.explored import explored_run
from w2vtui.runs.listed.listing import NoRunError, find_run, is_full_name, run_not_file
from w2vtui.runs.listed.status import RunStatus, status_of
from w2vtui.runs.root import runs_folder
from w2vtui.trainer_process.attaching import attach
from w2vtui.vector_layouts import is_vector_folder


@dataclass(frozen=True, eq=False)
class Side:
    """One of two or more that are compared."""

    name: str
    """The name of the run or of the file."""
    subject: Subject
    """Gives its vectors."""
    folder: Path | None
    """The folder of the run; None for a file, and for a run that is not saved."""
    status: RunStatus | None
    """The run as its folder showed it when it was opened; None where there is none."""
    is_watched: bool = False
    """Whether another process trains it, and this side alone watches it; to be left at the end."""

    @property
    def lasting_subject(self) -> Subject:
        """Its vectors for who uses them after this side is left: those of its last checkpoint."""
        if not self.is_watched or self.folder is None:
            return self.subject
        return explored_run(self.folder)

    def leave(self) -> None:
        """Watch it no more; it trains on. Does nothing to another side, nor the second time."""
        if self.is_watched and self.subject.run is not None:
            self.subject.run.leave()


def open_side(text: str, runs_dir: str | None = None, report: Report = warn) -> Side:
    """The side that a text names; its vectors are read once they are asked for.

    text       a run's name, a part of it, `last`, a path of a run, or a file of vectors
    runs_dir   the folder of the runs; None for the user's
    report     gets a hint where the full name of a run is that of a file, too

    Raises:
        VectorsError: there is no such run and no such file.
        RunError: the text is a part of the names of several runs.
    """
    root = runs_folder(runs_dir)
    path = Path(text)
    is_file = is_vector_folder(path) or (os.path.lexists(path) and not path.is_dir())
    if is_file and not is_full_name(root, text):
        return file_side(path)
    try:
        side = run_side(find_run(root, text))
    except NoRunError as error:
        if os.sep in text or path.suffix:
            return file_side(path)  # reports what is wrong with it
        raise VectorsError(f"there is no file '{safe_text(text, 80)}', and {error}") from error
    if is_file:
        report(run_not_file(text))
    return side


def run_side(folder: Path) -> Side:
    """A saved run; one that trains in another process has the vectors of its last checkpoint."""
    return Side(folder.name, explored_run(folder), folder, status_of(folder))


def watched_side(folder: Path) -> Side:
    """A saved run; one that trains in another process as it is there from now on.

    Has the vectors of its last checkpoint where that process lets nobody in, such as one of
    another version. Waits for an answer: not for the thread that draws.
    """
    side = run_side(folder)
    if side.status is None or not side.status.is_active:
        return side
    try:
        run = attach(folder, attends=False)
    except RunError:
        return side
    return replace(side, subject=RunSubject(folder.name, lambda: run), is_watched=True)


def live_side(subject: Subject, folder: Path | None) -> Side:
    """A run that trains in this process.

    folder   where it is saved; None if it is not
    """
    status = None if folder is None else status_of(folder)
    return Side(subject.name if folder is None else folder.name, subject, folder, status)


def file_side(path: Path) -> Side:
    """A file or a folder of vectors; those of a large file stay in it."""
    subject = FileSubject(
        safe_text(str(path)),
        lambda report, progress: open_vectors(path, report=report, progress=progress),
    )
    return Side(safe_text(str(path)), subject, None, None)
