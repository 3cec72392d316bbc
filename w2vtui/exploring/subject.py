"""What is explored: a run that trains, a saved run, or a file; and views of it.

A view is the vectors as of one moment. Who explores takes the latest one and keeps it as long as
it likes: nobody changes it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from w2vtui.formats.blocks import Progress
from w2vtui.reports import Report
from w2vtui.similarity import Floats
from w2vtui.vectors import WordVectors

if TYPE_CHECKING:  # these load Numba, and a screen of vectors need not wait for it
    from w2vtui.corpus import EncodedCorpus
    from w2vtui.training.run import Run

LEAST_SECONDS = 1.0
"""From one copy of the vectors of a run to the next."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class View:
    """Vectors as of one moment."""

    vectors: WordVectors
    """Words, input vectors, counts, output vectors."""
    kind: Literal["live", "frozen", "past", "saved"]
    tokens: int | None = None
    """Training tokens seen; None for a file."""
    seconds: float | None = None
    """Training time, without pauses; None for a file."""
    fraction: float | None = None
    """The share of the planned training that was done, 0..1; None for a file."""
    node_vectors: Floats | None = None
    """float32 (V - 1, D): the inner nodes of the tree of hierarchical softmax, where it trains."""


class Subject(Protocol):
    """What is explored."""

    @property
    def name(self) -> str:
        """The name of the run or of the file."""

    def view(self) -> View | None:
        """The latest vectors; None until there are some. The same object while nothing changes.

        The first call may read files, a later one copies: not for the thread that draws.

        Raises:
            W2vtuiError: they cannot be read.
        """

    @property
    def reading(self) -> float | None:
        """How much is read of what the first view needs, 0..1; None where that is not known."""

    @property
    def remarks(self) -> Sequence[str]:
        """What was left out or mended as they were read."""

    @property
    def corpus(self) -> EncodedCorpus | None:
        """The text that was trained on; None where it is not at hand."""

    @property
    def run(self) -> Run | None:
        """The run, which may still train; None where there is none, or not yet."""


class RunSubject:
    """A run from before its start to after its end."""

    reading: float | None = None
    remarks: Sequence[str] = ()

    def __init__(self, name: str, find_run: Callable[[], Run | None]) -> None:
        """find_run: gives the run, once there is one"""
        self.name = name
        self._find_run = find_run
        self._view: View | None = None
        self._copied = -LEAST_SECONDS
        self._lock = threading.Lock()

    @property
    def run(self) -> Run | None:
        """The run; None before it is made."""
        return self._find_run()

    @property
    def corpus(self) -> EncodedCorpus | None:
        """The text that is trained on; None while it is read."""
        run = self.run
        return None if run is None else run.corpus

    def view(self) -> View | None:
        """A copy of the vectors, at most a second old while they train."""
        with self._lock:
            run, now = self.run, time.monotonic()
            if run is None or run.corpus is None:
                return None
            progress = run.snapshot().progress
            is_new = self._view is None or self._view.tokens != progress.tokens
            if is_new and now - self._copied >= LEAST_SECONDS:
                nodes = run.matrices().get("node_vectors")
                self._view = View(
                    vectors=run.vectors(),
                    kind="live",
                    tokens=progress.tokens,
                    seconds=progress.seconds,
                    fraction=progress.fraction,
                    node_vectors=None if nodes is None else nodes.copy(),
                )
                self._copied = now
            return self._view


class SavedRunSubject:
    """A saved run, by its newest checkpoint."""

    reading: float | None = None
    remarks: Sequence[str] = ()
    run: Run | None = None
    corpus: EncodedCorpus | None = None

    def __init__(self, name: str, load: Callable[[], View]) -> None:
        """load: reads its vectors"""
        self.name = name
        self._load = load
        self._view: View | None = None
        self._lock = threading.Lock()

    def view(self) -> View:
        """The vectors of its newest checkpoint.

        Raises:
            RunError: it has no checkpoint, or what was saved of it cannot be read.
        """
        with self._lock:
            if self._view is None:
                self._view = self._load()
            return self._view


class FileSubject:
    """A file of vectors."""

    run: Run | None = None
    corpus: EncodedCorpus | None = None

    def __init__(self, name: str, load: Callable[[Report, Progress], WordVectors]) -> None:
        """load: reads the file; takes what gets its remarks, and how much is done"""
        self.name = name
        self.reading: float | None = 0.0
        self.remarks: list[str] = []
        self._load = load
        self._view: View | None = None
        self._lock = threading.Lock()

    def view(self) -> View:
        """The vectors of the file.

        Raises:
            VectorsError: it cannot be read.
        """
        with self._lock:
            if self._view is None:
                try:
                    vectors = self._load(self.remarks.append, self._read)
                finally:
                    self.reading = None
                self._view = View(vectors=vectors, kind="saved")
            return self._view

    def _read(self, done: float) -> None:
        self.reading = done
