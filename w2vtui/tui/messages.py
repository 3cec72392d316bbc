"""What screens ask of the app: they post one of these, and the app acts on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.screen import Screen

from w2vtui.tui.chosen.form import Form

if TYPE_CHECKING:  # loads NumPy
    from w2vtui.exploring.subject import Subject


@dataclass
class Launch(Message):
    """Start a run and show it."""

    form: Form


@dataclass
class Resume(Message):
    """Resume a saved run and show it."""

    folder: Path
    asked_by: Screen[Any]
    """Gets `CannotResume` if the run cannot be resumed."""
    force: bool = False
    """Whether to train on the text as it is now, though it has changed."""
    live: Mapping[str, Any] = field(default_factory=dict)
    """Live settings to change where it resumes."""
    undo: bool = False
    """Whether to undo its last change instead."""


class CannotResume(Message, bubble=False):
    """The answer to `Resume` where the run cannot be resumed."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


@dataclass
class ExploreRun(Message):
    """Explore the vectors of a saved run."""

    folder: Path


@dataclass
class ShowRun(Message):
    """Show a run that another process trains."""

    folder: Path
    asked_by: Screen[Any]
    """Gets `CannotResume` if it cannot be shown."""


@dataclass
class CompareRuns(Message):
    """Compare saved runs with each other."""

    folders: tuple[Path, ...]
    """Two to six, in the order in which they were marked."""


@dataclass
class ExploreSubject(Message):
    """Explore a word in the vectors of a subject."""

    subject: Subject
    word: str


@dataclass
class AdoptSettings(Message):
    """Begin a new run with the settings of a saved one, on its text."""

    folder: Path


class NewRun(Message):
    """Leave a run that has ended for the first screen."""


@dataclass
class Failed(Message):
    """The background thread of a screen met an error of the program."""

    error: Exception
