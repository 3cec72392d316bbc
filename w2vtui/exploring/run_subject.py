"""A run that trains, as what is explored: copies of its vectors, and its past."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from w2vtui.corpus import EncodedCorpus, Vocab
from w2vtui.display import short, size_text
from w2vtui.errors import OutOfMemoryError, RunError
from w2vtui.exploring.subject import View, changes_among, past_view, remark_on
from w2vtui.settings import LiveSettings
from w2vtui.system.resources import available_memory
from w2vtui.training.history.moments import PastMoment
from w2vtui.training.measuring.budget import Budget
from w2vtui.training.state.curves import SavedCurve
from w2vtui.training.state.events import Event
from w2vtui.training.state.snapshot import ENDED
from w2vtui.training.state.snapshot import Progress as RunProgress
from w2vtui.training.watched_run import WatchedRun
from w2vtui.vectors import WordVectors

if TYPE_CHECKING:  # loads Numba
    from w2vtui.training.engine.trained_text import TrainedText

LEAST_SECONDS = 0.9
"""From one copy of the vectors of a run to the next: who looks each second finds a new one."""
COPY_SHARE = 0.03
"""The share of one core that copies may take from a training."""
SPARE_SHARE = 0.25
"""Of the size of a copy, the memory that must be left."""


class RunSubject:
    """A run from before its start to after its end."""

    reading: float | None = None
    remarks: Sequence[str] = ()
    folder: Path | None = None

    def __init__(self, name: str, find_run: Callable[[], WatchedRun | None]) -> None:
        """find_run: gives the run, once there is one"""
        self.name = name
        self._find_run = find_run
        self._view: View | None = None
        self._words: WordVectors | None = None
        """The words and counts of the run, with vectors of 0, which take no memory."""
        self._of_run: WatchedRun | None = None
        """The run that these are of."""
        self._clock = Budget(COPY_SHARE, least=LEAST_SECONDS)
        self._lock = threading.Lock()

    @property
    def run(self) -> WatchedRun | None:
        """The run; None before it is made."""
        return self._find_run()

    @property
    def corpus(self) -> EncodedCorpus | None:
        """The text that is trained on; None while it is read."""
        run = self.run
        return None if run is None else run.corpus

    def trained_text(self) -> TrainedText | None:
        """Which text the run has trained, with which settings; None before there is a run.

        Raises:
            W2vtuiError: the text is not at hand.
        """
        run = self.run
        return None if run is None else run.trained.text()

    def view(self) -> View | None:
        """A copy of the vectors, while they train a second old, or more where copies take longer.

        There are two copies at most: the new one, and the one before, whose memory is for the next
        one as soon as nobody shows it any more.

        Raises:
            OutOfMemoryError: there is too little memory for a copy.
        """
        with self._lock:
            run = self.run
            if run is None or (vocab := run.vocabulary()) is None:
                return None
            words, shot = self._words_of(run, vocab), run.snapshot()
            is_new = self._view is None or self._view.tokens != shot.progress.tokens
            is_due = self._view is None or self._clock.is_due or shot.state in ENDED
            if is_new and is_due:
                with self._clock.timed() as elsewhere:
                    self._view = _copied(run, words, shot.progress)
                    elsewhere.seconds = run.trained.seconds_of_copy
            return self._view

    def release(self) -> None:
        """Forget the copy: nobody looks any more."""
        with self._lock:
            if self._view is not None and self._of_run is not None:
                self._of_run.trained.forget_copies()
            self._view = None

    def _words_of(self, run: WatchedRun, vocab: Vocab) -> WordVectors:
        """The words of a run, listed once; with the lock held."""
        if self._words is None or self._of_run is not run:
            self._of_run, self._view = run, None
            shape = len(vocab), run.training.vector_size
            self._words = WordVectors(
                vocab.words, np.broadcast_to(np.float32(0), shape), vocab.counts
            )
        return self._words

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
    def curves(self) -> Mapping[str, SavedCurve]:
        """As they are now."""
        run = self.run
        return {} if run is None else run.curves.saved()

    @property
    def settings(self) -> LiveSettings | None:
        """Those of now; None before it is made."""
        run = self.run
        return None if run is None else run.snapshot().settings

    @property
    def past_remark(self) -> str:
        """What its history leaves out."""
        run = self.run
        n_words = 0 if run is None else run.snapshot().n_words
        if run is None or not n_words:
            return "the past begins with the training"
        return remark_on(run.history.sizing, n_words)

    def view_at(self, moment: PastMoment) -> View:
        """The vectors as of a moment of its history.

        Raises:
            RunError: it is not kept any more.
            DamagedRunError: it is damaged.
        """
        with self._lock:
            run = self.run
            if run is None or (vocab := run.vocabulary()) is None:
                raise RunError("there are no vectors yet")
            words = self._words_of(run, vocab)
        try:
            matrices = run.history.matrices_at(moment)
        except LookupError as error:
            raise RunError(
                f"the vectors at {short(moment.tokens)} tokens are not kept any more: "
                "choose another moment"
            ) from error
        return past_view(words, moment, matrices)


def _copied(run: WatchedRun, words: WordVectors, progress: RunProgress) -> View:
    """The vectors of a run as they are now.

    Raises:
        OutOfMemoryError: there is too little memory for a copy.
    """
    needed, free = run.n_bytes, available_memory()
    if free is not None and free < (1 + SPARE_SHARE) * needed:
        raise OutOfMemoryError(
            f"to look at the vectors takes a copy of {size_text(needed)}, and {size_text(free)} of "
            "memory is available: close other programs, or wait for the end of the training and "
            "explore what was saved"
        )
    copies = run.trained.copied_matrices()
    return View(
        vectors=words.with_vectors(copies["input_vectors"], copies.get("output_vectors")),
        kind="live",
        tokens=progress.tokens,
        seconds=progress.seconds,
        fraction=progress.fraction,
        node_vectors=copies.get("node_vectors"),
    )
