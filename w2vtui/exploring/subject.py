"""What is explored: a run that trains, a saved run, or a file; and views of it.

A view is the vectors as of one moment. Who explores takes the latest one and keeps it as long as
it likes: nobody changes it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol
from weakref import WeakKeyDictionary

import numpy as np

from w2vtui.errors import RunError
from w2vtui.files.reports import Report
from w2vtui.formats.rows.blocks import Progress
from w2vtui.settings import LiveSettings
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats

if TYPE_CHECKING:  # these load Numba, and a screen of vectors need not wait for it
    from numpy.typing import NDArray

    from w2vtui.corpus import EncodedCorpus
    from w2vtui.training.engine.trained_text import TrainedText
    from w2vtui.training.history.moments import PastMoment
    from w2vtui.training.history.sizing import Sizing
    from w2vtui.training.state.curves import SavedCurve
    from w2vtui.training.state.events import Event
    from w2vtui.training.watched_run import WatchedRun

_FIRST: WeakKeyDictionary[WordVectors, WordVectors] = WeakKeyDictionary()
"""The first words of vocabularies of which not all are kept."""


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
    whole_counts: NDArray[np.int64] | None = None
    """int64 (V,): the counts of the whole vocabulary, where its rare words have no vectors."""

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """The counts of the whole vocabulary, which may be of more words than have vectors; None
        where they are not known.
        """
        return self.vectors.counts if self.whole_counts is None else self.whole_counts


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

    @property
    def curves(self) -> Mapping[str, SavedCurve]:
        """Losses, speed and scores over the training, by name, as `RunCurves.saved` names them."""

    @property
    def settings(self) -> LiveSettings | None:
        """What its latest vectors are trained with; None where that is not known."""

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

    def release(self) -> None:
        """Forget what can be had again, as nobody looks any more."""

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
    def run(self) -> WatchedRun | None:
        """The run, which may still train; None where there is none, or not yet."""

    @property
    def folder(self) -> Path | None:
        """The folder of a saved run; None for what is not one."""

    def trained_text(self) -> TrainedText | None:
        """Which text was trained, with which settings; None for a file, and before a run is made.

        May read files: not for the thread that draws.

        Raises:
            W2vtuiError: the text is not at hand.
        """


def past_view(words: WordVectors, moment: PastMoment, matrices: Mapping[str, Floats]) -> View:
    """The view as of a moment.

    words      the words of the run, more than the moment has or as many
    matrices   of the moment, by name
    """
    vectors = matrices["input_vectors"]
    n = len(vectors)
    if n < len(words):
        past = _first(words, n).with_vectors(vectors)
    else:
        past = words.with_vectors(vectors, matrices.get("output_vectors"))
    return View(
        vectors=past,
        kind="past",
        tokens=moment.tokens,
        seconds=moment.seconds,
        fraction=moment.fraction,
        node_vectors=matrices.get("node_vectors"),
        whole_counts=words.counts if n < len(words) else None,
    )


def _first(words: WordVectors, n: int) -> WordVectors:
    """The first n words and their counts, listed once: a history keeps as many of each moment."""
    found = _FIRST.get(words)
    if found is None or len(found) != n:
        counts = None if words.counts is None else words.counts[:n]
        nothing = np.broadcast_to(np.float32(0), (n, words.vector_size))
        found = _FIRST[words] = WordVectors(words.index_to_key[:n], nothing, counts)
    return found


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
    run: WatchedRun | None = None
    corpus: EncodedCorpus | None = None

    def __init__(
        self,
        name: str,
        load: Callable[[], tuple[View, Past]],
        find_text: Callable[[], TrainedText | None] = lambda: None,
    ) -> None:
        """
        load        reads its vectors, and lists its past
        find_text   gives `trained_text`
        """
        self.name = name
        self._load, self.trained_text = load, find_text
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

    def release(self) -> None:
        """Keep what was read, which is not read twice."""

    @property
    def moments(self) -> Sequence[PastMoment]:
        """Those of its history and of its checkpoints, once it is read."""
        return () if self._past is None else self._past.moments

    @property
    def markers(self) -> Sequence[Event]:
        """Its live changes, once it is read."""
        return () if self._past is None else self._past.markers

    @property
    def curves(self) -> Mapping[str, SavedCurve]:
        """Those of its newest checkpoint, once it is read."""
        return {} if self._past is None else self._past.curves

    @property
    def settings(self) -> LiveSettings | None:
        """Those of its newest checkpoint, once it is read."""
        return None if self._past is None else self._past.settings

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
    run: WatchedRun | None = None
    corpus: EncodedCorpus | None = None
    settings: LiveSettings | None = None
    moments: Sequence[PastMoment] = ()
    markers: Sequence[Event] = ()
    curves: Mapping[str, SavedCurve] = MappingProxyType({})
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

    def release(self) -> None:
        """Keep what was read, which is not read twice."""

    def trained_text(self) -> None:
        """None: a file does not say what it was trained on."""

    def _read(self, done: float) -> None:
        self.reading = done

    def view_at(self, moment: PastMoment) -> View:
        """
        Raises:
            RunError: always.
        """
        raise RunError(self.past_remark)
