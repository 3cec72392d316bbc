"""What is explored: a run that trains, a saved run, or a file; and views of it.

A view is the vectors as of one moment. Who explores takes the latest one and keeps it as long as
it likes: nobody changes it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from w2vtui.display import short
from w2vtui.errors import RunError
from w2vtui.formats.blocks import Progress
from w2vtui.reports import Report
from w2vtui.similarity import Floats
from w2vtui.vectors import WordVectors

if TYPE_CHECKING:  # these load Numba, and a screen of vectors need not wait for it
    from w2vtui.corpus import EncodedCorpus
    from w2vtui.training.history.moments import PastMoment
    from w2vtui.training.history.sizing import Sizing
    from w2vtui.training.run import Run
    from w2vtui.training.state.snapshot import Event
    from w2vtui.training.state.snapshot import Progress as RunProgress

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


class Past(Protocol):
    """The past moments of a subject."""

    @property
    def moments(self) -> Sequence[PastMoment]:
        """Those that can be gone back to, oldest first; few or many, as they are kept."""

    @property
    def markers(self) -> Sequence[Event]:
        """The live changes of the run, oldest first."""

    @property
    def past_remark(self) -> str:
        """What is not kept of the past, or why nothing is; empty if all of it is."""

    def view_at(self, moment: PastMoment) -> View:
        """The vectors as of a moment. Reads files or unpacks: not for the thread that draws.

        Raises:
            W2vtuiError: it is not kept any more, or damaged.
        """


class Subject(Past, Protocol):
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

    @property
    def folder(self) -> Path | None:
        """The folder of a saved run; None for what is not one."""


def past_view(words: WordVectors, moment: PastMoment, matrices: Mapping[str, Floats]) -> View:
    """The view as of a moment.

    words      the words of the run, more than the moment has or as many
    matrices   of the moment, by name
    """
    vectors = matrices["input_vectors"]
    counts, n = words.counts, len(vectors)
    if n < len(words):
        kept = None if counts is None else counts[:n]
        past = WordVectors(words.index_to_key[:n], vectors, kept)
    else:
        past = words.with_vectors(vectors, matrices.get("output_vectors"))
    return View(
        vectors=past,
        kind="past",
        tokens=moment.tokens,
        seconds=moment.seconds,
        fraction=moment.fraction,
        node_vectors=matrices.get("node_vectors"),
    )


class RunSubject:
    """A run from before its start to after its end."""

    reading: float | None = None
    remarks: Sequence[str] = ()
    folder: Path | None = None

    def __init__(self, name: str, find_run: Callable[[], Run | None]) -> None:
        """find_run: gives the run, once there is one"""
        self.name = name
        self._find_run = find_run
        self._view: View | None = None
        self._of_run: Run | None = None
        """The run that the view is of."""
        self._copied = 0.0
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
        """A copy of the vectors, at most a second old while they train.

        There are two copies at most while one is made: the new one, and the one before, which goes
        with the last that shows it.
        """
        with self._lock:
            run, now = self.run, time.monotonic()
            if run is None or run.corpus is None:
                return None
            if self._of_run is not run:
                self._of_run, self._view = run, None
            progress = run.snapshot().progress
            is_new = self._view is None or self._view.tokens != progress.tokens
            if self._view is None or (is_new and now - self._copied >= LEAST_SECONDS):
                self._view = self._copy(run, progress)
                self._copied = now
            return self._view

    def _copy(self, run: Run, progress: RunProgress) -> View:
        """The vectors as they are now; only the first copy lists the words."""
        if self._view is None:
            nodes = run.matrices().get("node_vectors")
            vectors, nodes = run.vectors(), None if nodes is None else nodes.copy()
        else:
            copies = {name: matrix.copy() for name, matrix in run.matrices().items()}
            vectors = self._view.vectors.with_vectors(
                copies["input_vectors"], copies.get("output_vectors")
            )
            nodes = copies.get("node_vectors")
        return View(
            vectors=vectors,
            kind="live",
            tokens=progress.tokens,
            seconds=progress.seconds,
            fraction=progress.fraction,
            node_vectors=nodes,
        )

    # ---- its past

    @property
    def moments(self) -> Sequence[PastMoment]:
        """Those of its history."""
        run = self.run
        return () if run is None else run.history.moments

    @property
    def markers(self) -> Sequence[Event]:
        """Its live changes."""
        run = self.run
        return () if run is None else changes_among(run.snapshot().events)

    @property
    def past_remark(self) -> str:
        """What its history leaves out."""
        run = self.run
        if run is None or run.corpus is None:
            return "the past begins with the training"
        return remark_on(run.history.sizing, len(run.corpus.vocab))

    def view_at(self, moment: PastMoment) -> View:
        """The vectors as of a moment of its history.

        Raises:
            RunError: it is not kept any more.
            DamagedRunError: it is damaged.
        """
        run, words = self.run, self.view()
        if run is None or words is None:
            raise RunError("there are no vectors yet")
        try:
            matrices = run.history.matrices_at(moment)
        except LookupError as error:
            raise RunError(
                f"the vectors at {short(moment.tokens)} tokens are not kept any more: "
                "choose another moment"
            ) from error
        return past_view(words.vectors, moment, matrices)


def changes_among(events: Iterable[Event]) -> list[Event]:
    """The live changes among the events of a run."""
    return [event for event in events if event.kind == "change"]


def remark_on(sizing: Sizing | None, n_words: int) -> str:
    """What a history leaves out of V words."""
    if sizing is None:
        return "no history is kept: --history MB sets its size"
    if sizing.n_words < n_words:
        return f"the {sizing.n_words:,} most frequent of {n_words:,} words, input vectors"
    return "" if sizing.keeps_outputs else "input vectors only"


class SavedRunSubject:
    """A saved run: its newest checkpoint, and its past."""

    reading: float | None = None
    remarks: Sequence[str] = ()
    folder: Path | None = None
    run: Run | None = None
    corpus: EncodedCorpus | None = None

    def __init__(self, name: str, load: Callable[[], tuple[View, Past]]) -> None:
        """load: reads its vectors, and lists its past"""
        self.name = name
        self._load = load
        self._view: View | None = None
        self._past: Past | None = None
        self._lock = threading.Lock()

    def view(self) -> View:
        """The vectors of its newest checkpoint.

        Raises:
            RunError: it has no checkpoint, or what was saved of it cannot be read.
        """
        with self._lock:
            if self._view is None:
                self._view, self._past = self._load()
            return self._view

    @property
    def moments(self) -> Sequence[PastMoment]:
        """Those of its history and of its checkpoints, once it is read."""
        return () if self._past is None else self._past.moments

    @property
    def markers(self) -> Sequence[Event]:
        """Its live changes, once it is read."""
        return () if self._past is None else self._past.markers

    @property
    def past_remark(self) -> str:
        """What was not kept of its past."""
        return "" if self._past is None else self._past.past_remark

    def view_at(self, moment: PastMoment) -> View:
        """The vectors as of a moment.

        Raises:
            RunError: it is not read yet.
            DamagedRunError: the moment is damaged.
        """
        if self._past is None:
            raise RunError("its past is not read yet")
        return self._past.view_at(moment)


class FileSubject:
    """A file of vectors."""

    folder: Path | None = None
    run: Run | None = None
    corpus: EncodedCorpus | None = None
    moments: Sequence[PastMoment] = ()
    markers: Sequence[Event] = ()
    past_remark = "a file holds the vectors of one moment: explore a run to go back"

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

    def view_at(self, moment: PastMoment) -> View:
        """
        Raises:
            RunError: always.
        """
        raise RunError(self.past_remark)
