"""Why words of a run are near, while it trains: an index in the background, answers remembered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import CorpusError
from w2vtui.exploring.why_near.contexts import Windows
from w2vtui.exploring.why_near.why import Explainer, Why
from w2vtui.exploring.why_near.word_positions import Indexing
from w2vtui.settings import LiveSettings, TrainingSettings

if TYPE_CHECKING:
    from w2vtui.training.watched_run import WatchedRun

INDEXED_FROM = 1 << 23
"""Tokens of a text that is worth an index; a scan of fewer takes 20 ms."""
_REMEMBERED = 64
"""Answers that are kept; of more, all are forgotten."""


@dataclass(frozen=True, eq=False)
class TaughtBy:
    """What taught the vectors that are explored."""

    corpus: EncodedCorpus
    training: TrainingSettings
    live: LiveSettings
    run: WatchedRun | None = None
    """The run, which may still train."""
    remark: str = ""
    """What is odd about the text; empty if nothing is."""


class Finding:
    """Finds what taught the vectors, on a thread of its own."""

    def __init__(self, find: Callable[[], TaughtBy]) -> None:
        self._find = find
        self._taught: TaughtBy | None = None
        self._error: Exception | None = None
        threading.Thread(target=self._main, name="w2vtui-text", daemon=True).start()

    def taught(self) -> TaughtBy:
        """What was found.

        Raises:
            CorpusError: it is not found yet.
            Exception: what ended the search.
        """
        if self._error is not None:
            raise self._error.with_traceback(None)  # which would grow each time
        if self._taught is None:
            raise CorpusError("checking the encoded text of this run against what it trained on")
        return self._taught

    def _main(self) -> None:
        try:
            self._taught = self._find()
        except Exception as error:  # for `taught`
            self._error = error


@dataclass(frozen=True)
class Reasons:
    """An answer, and what it is based on."""

    why: Why
    settings: LiveSettings
    indexed: float | None
    """How much of the index is done, 0 to 1; None where there is none, or all of it is."""
    remark: str = ""


class Reasoner:
    """Answers about the text of one subject; any thread may ask."""

    def __init__(self) -> None:
        self._answering = threading.Lock()
        """Held while an answer is found."""
        self._swapping = threading.Lock()
        """Held while an index is begun or ended, which takes no time."""
        self._is_closed = False
        self._explainer: Explainer | None = None
        self._indexing: Indexing | None = None
        self._answers: dict[object, Why] = {}
        self._windows: tuple[object, Windows] | None = None

    def reasons(self, taught: TaughtBy, words: tuple[str] | tuple[str, str], n: int) -> Reasons:
        """Why words are near, by the n strongest contexts.

        Raises:
            UnknownWordError: a word is not in the vocabulary.
        """
        with self._answering:
            explainer = self._explainer_of(taught)
            is_indexed = self._indexing is not None and self._indexing.index is not None
            live = taught.live
            windows = self._windows_of(taught)
            key = (words, n, windows.reach, windows.shrinks, live.sample, is_indexed)
            why = self._answers.get(key)
            if why is None:
                why = explainer.why(words, windows, n)
                if len(self._answers) >= _REMEMBERED:
                    self._answers.clear()
                self._answers[key] = why
            waits = self._indexing is not None and not is_indexed and self._indexing.error is None
            fraction = self._indexing.fraction if self._indexing is not None and waits else None
            return Reasons(why, live, fraction, taught.remark)

    def close(self) -> None:
        """End the indexing at once, also while an answer is found; none begins any more."""
        with self._swapping:
            self._is_closed = True
            if self._indexing is not None:
                self._indexing.stop()

    def _windows_of(self, taught: TaughtBy) -> Windows:
        """The windows under the present settings, which a live change may replace."""
        from w2vtui.exploring.why_near.trained_windows import trained_windows  # loads Numba

        live = taught.live
        key = (id(taught.corpus), live.reach, live.shrinks, live.sample)
        if self._windows is None or self._windows[0] != key:
            self._windows = key, trained_windows(taught.corpus, taught.training, live)
        return self._windows[1]

    def _explainer_of(self, taught: TaughtBy) -> Explainer:
        if self._explainer is not None and self._explainer.corpus is taught.corpus:
            return self._explainer
        self._answers.clear()
        self._explainer = Explainer(taught.corpus, self._indexing_of(taught))
        return self._explainer

    def _indexing_of(self, taught: TaughtBy) -> Indexing | None:
        """The index of a large text, begun in place of another one; None if there is to be none."""
        run = taught.run
        with self._swapping:
            if self._indexing is not None:
                self._indexing.stop()
            self._indexing = None
            if len(taught.corpus.ids) >= INDEXED_FROM and not self._is_closed:
                self._indexing = Indexing(
                    taught.corpus.ids,
                    len(taught.corpus.vocab),
                    trains=lambda: run is not None and run.snapshot().state == "training",
                )
                self._indexing.start()
            return self._indexing
