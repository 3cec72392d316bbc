"""The quality of the vectors while they train: their answers to questions, scored at intervals."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext

from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.plan import Moment
from w2vtui.training.measuring.budget import Budget, one_blas_thread
from w2vtui.training.measuring.known_questions import KnownQuestions
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.measurements import Quality

COST_SHARE = 0.01
"""The share of one core that scoring may take over a run, apart from scores asked for by hand."""
LEAST_SECONDS = 3.0


class QualityMeter:
    """Scores vectors on every set, at intervals or when asked, and draws a curve of each score."""

    def __init__(self, sets: QualitySets, backend: Backend, curves: RunCurves) -> None:
        """backend: its vectors are looked at while they change."""
        self._backend = backend
        self.clock = Budget(COST_SHARE, least=LEAST_SECONDS)
        self._latest: Quality | None = None
        self._curves = curves
        self._asked = threading.Event()
        self._measured: tuple[KnownQuestions | None, int] = None, 0
        self.use(self.known(sets))

    @property
    def quality(self) -> Quality | None:
        """The latest scores; None before there are any, and where there is no set."""
        return self._latest if self._known else None

    def known(self, sets: QualitySets) -> KnownQuestions:
        """Sets of questions, looked up for `use`: a million words take about a second."""
        vocab = self._backend.corpus.vocab
        return KnownQuestions(sets, vocab.words, vocab.counts)

    def use(self, known: KnownQuestions) -> None:
        """Score on these questions from now on; for any thread."""
        self._known = known
        self.clock.expect(self.n_scores * self._backend.training.vector_size)

    def ask(self) -> None:
        """Measure at the next look."""
        self._asked.set()

    def look(self, moment: Moment, *, leaving: bool) -> None:
        """Measure if that is due or was asked for, or if this is the last chance."""
        if not self._known or not moment.tokens:
            return
        if asked := self._asked.is_set():
            self._asked.clear()
        known = self._known  # read after that: whoever replaces it asks afterwards
        if not (asked or leaving or self.clock.is_due):
            return
        if self._measured == (known, moment.tokens):
            return
        with nullcontext() if asked else self.clock.timed():
            quality = self.measured(moment.tokens)
        for score in quality.scores:
            curve = self._curves.of_score(score.key)
            curve.append(moment.tokens, moment.seconds, score.value)
        self._measured = known, moment.tokens
        if known is self._known:  # they were not replaced in the meantime
            self._latest = quality

    @property
    def n_scores(self) -> int:
        """Products of vectors that the answers take."""
        return self._known.n_scores

    def measured(self, tokens: int) -> Quality:
        """The scores of the present vectors; for any thread.

        tokens   trained so far
        """
        started, backend = time.monotonic(), self._backend
        with one_blas_thread():
            scores = self._known.scores(backend.input_vectors, backend.output_vectors)
        return Quality(tokens=tokens, scores=scores, took_seconds=time.monotonic() - started)
