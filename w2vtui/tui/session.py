"""A run and what the screens keep beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from w2vtui.errors import VectorsError, W2vtuiError
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.snapshot import Event, Neighbors, Snapshot
from w2vtui.tui.sources import SAMPLE, sources_of

if TYPE_CHECKING:
    from w2vtui.training.cost import Price
    from w2vtui.training.history import Curve
    from w2vtui.vectors import KeyedVectors

TOP = 10
N_STARTING_WORDS = 8
_FAVORITES = (
    "king", "paris", "water", "mother", "winter", "horse", "bread", "five", "doctor", "music",
    "france", "good", "river", "house",
)  # fmt: skip


class RunLike(Protocol):
    """What the screens need of a run."""

    loss_curve: Curve
    speed_curve: Curve

    @property
    def probe_curve(self) -> Curve: ...
    @property
    def churn_curve(self) -> Curve: ...
    @property
    def settled_curve(self) -> Curve: ...
    @property
    def quality_curves(self) -> Mapping[tuple[str, str], Curve]: ...
    @property
    def hints(self) -> tuple[str, ...]: ...
    def start(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...
    def change(self, **settings: Any) -> LiveSettings: ...
    def undo(self) -> LiveSettings: ...
    def price(self, **settings: Any) -> Price | None: ...
    def watch(self, queries: tuple[str, ...]) -> None: ...
    def measure_quality(self) -> None: ...
    def wait(self, timeout: float | None = None) -> bool: ...
    def vectors(self) -> KeyedVectors: ...
    def snapshot(self) -> Snapshot: ...


@dataclass(frozen=True, kw_only=True)
class Form:
    """What is chosen before a run begins."""

    corpus: str = SAMPLE
    """As the corpus field shows it."""
    corpus_settings: CorpusSettings = field(default_factory=CorpusSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    live: LiveSettings = field(default_factory=LiveSettings)
    pairs: tuple[str, ...] = ()
    """Files of word pairs to score the vectors on,"""
    analogies: tuple[str, ...] = ()
    """and of analogies."""


class Session:
    """One run from the press of Start, and its vectors after the end."""

    def __init__(self, form: Form, build: Callable[[Session], RunLike] | None = None) -> None:
        self.form = form
        self.run: RunLike | None = None
        """Made in a thread, since importing the engine takes a second."""
        self.problem: BaseException | None = None
        """Why there is no run."""
        self.starting_words: tuple[str, ...] = ()
        """Words worth watching, once the corpus is read."""
        self.watch_words: tuple[str, ...] = ()
        """What was chosen in their place."""
        self.saved_to: str | None = None
        self.events: tuple[Event, ...] = ()
        """What happened on this side of the screen."""
        self._build = build or build_run
        self._left = False
        self._vectors: KeyedVectors | None = None

    def start(self) -> None:
        """Begin, in a thread."""
        threading.Thread(target=self._main, name="w2vtui-start", daemon=True).start()

    def _main(self) -> None:
        try:
            run = self._build(self)
            if not self._left:
                run.start()
                self.run = run
        except BaseException as error:  # shown by the screen, which looks here at every tick
            self.problem = error

    def snapshot(self) -> Snapshot:
        """The run as it is now, also while there is none yet."""
        if self.run is not None:
            return self.run.snapshot()
        return Snapshot(
            state="failed" if self.problem is not None else "preparing",
            activity="starting",
            vector_size=self.form.training.vector_size,
            settings=self.form.live,
            error=self.problem,
        )

    @property
    def watched(self) -> tuple[str, ...]:
        """The queries that are watched."""
        return self.watch_words or self.starting_words

    @property
    def unsaved(self) -> bool:
        """Whether leaving now would lose vectors that were trained."""
        shot = self.snapshot()
        return shot.state != "failed" and shot.tokens > 0 and self.saved_to is None

    @property
    def active(self) -> bool:
        """Whether the run goes on."""
        return not self.snapshot().ended

    def exit_code(self) -> int:
        """What the program returns when it is left now: 0, or the code of the run's error."""
        shot = self.snapshot()
        if shot.state != "failed":
            return 0
        return shot.error.exit_code if isinstance(shot.error, W2vtuiError) else 1

    def note(self, text: str) -> None:
        """Add an event of this side."""
        shot = self.snapshot()
        event = Event(seconds=shot.seconds, tokens=shot.tokens, kind="note", text=text)
        self.events = (*self.events, event)

    # ---- these take their time: not for the thread that draws

    def end(self, seconds: float = 10.0) -> bool:
        """Stop the run and wait for its end; whether it came."""
        self._left = True
        run, until = self.run, time.monotonic() + seconds
        if run is None:
            return True
        run.stop()
        while not run.snapshot().ended and time.monotonic() < until:
            time.sleep(0.01)
        return run.snapshot().ended

    def save(self, path: str) -> None:
        """Write the vectors as they are now.

        Raises:
            W2vtuiError: there are none yet, or they cannot be written.
        """
        from w2vtui.formats import check_writable, save_vectors

        place = Path(path).expanduser()
        check_writable(place)
        if self.run is None:
            raise W2vtuiError("there are no vectors yet: the run is still starting")
        final = not self.active
        save_vectors(self.run.vectors(), place)
        if final:
            self.saved_to = path
        self.note(f"vectors saved to {path}")

    def answer(self, query: str) -> Neighbors:
        """The nearest words of a query after the end, when nobody watches the vectors any more."""
        from w2vtui.vectors import parse_query

        assert self.run is not None
        if self._vectors is None:
            self._vectors = self.run.vectors()
        added, taken = parse_query(query)
        try:
            words = self._vectors.most_similar(positive=added, negative=taken, topn=TOP)
        except VectorsError as error:
            return Neighbors(query=query, words=(), problem=str(error))
        return Neighbors(query=query, words=tuple(words))


def build_run(session: Session) -> RunLike:
    """The run that a form describes; imports the engine."""
    from w2vtui.corpus import EncodedCorpus, ReadingProgress, open_corpus
    from w2vtui.training.quality import QualitySets
    from w2vtui.training.run import Run

    form = session.form
    sources = sources_of(form.corpus)

    def read(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        corpus = open_corpus(sources, form.corpus_settings, progress=progress, stop=stop)
        session.starting_words = starting_words(corpus.vocab.words)
        return corpus

    sets = QualitySets.for_corpus(sources, form.pairs, form.analogies)
    return Run(read, form.training, form.live, quality_sets=sets)


def starting_words(words: Sequence[str]) -> tuple[str, ...]:
    """Words to watch at first: well-known ones, else such as are neither function words nor rare.

    words  the vocabulary, most frequent first
    """
    known = set(words)
    chosen = [word for word in _FAVORITES if word in known]
    first, last = min(60, len(words) // 4), min(2000, max(len(words) // 2, len(words) // 4 + 1))
    content = [word for word in words[first:last] if word.isalpha() and 3 < len(word) < 13]
    n_missing = N_STARTING_WORDS - len(chosen)
    if n_missing > 0 and content:
        chosen += content[:: max(len(content) // n_missing, 1)][:n_missing]
    return tuple(dict.fromkeys(chosen or words[:N_STARTING_WORDS]))[:N_STARTING_WORDS]
