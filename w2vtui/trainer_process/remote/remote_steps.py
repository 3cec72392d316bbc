"""Single tokens of a run of another process: chosen and trained here, on copies of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout
from w2v_kernels.scratch import Scratch
from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import SettingsError
from w2vtui.settings import ResolvedSettings, TrainingSettings
from w2vtui.trainer_process.remote.remote_look import RemoteLook
from w2vtui.training.engine import cpu_loop
from w2vtui.training.engine.cpu_loop import arrays_of, span_place
from w2vtui.training.engine.plan import Plan, Rates, TableCache, hyper_of
from w2vtui.training.engine.private_steps import Present, PrivateSteps
from w2vtui.training.engine.token_order import Span
from w2vtui.training.engine.trained_text import Stint, TrainedText
from w2vtui.training.preparing import hold_out


class RemoteBackend:
    """A `StepsBackend`: the text and the tables are of this process, the rows of another one."""

    def __init__(
        self,
        corpus: EncodedCorpus,
        look: RemoteLook,
        rows: Callable[[str, NDArray[np.int32]], NDArray[np.float32]],
        locks: NDArray[np.float32],
    ) -> None:
        """
        rows    gives a copy of some rows of a matrix
        locks   (V,) or (0,)
        """
        self.corpus, self.locks = corpus, locks
        self.n_words = len(corpus.vocab)
        self.rows = rows
        self._look = look
        self._arrays = arrays_of(corpus)
        self._tables = TableCache(corpus.vocab.counts, locks)
        self._plan: Plan | None = None
        self.order = hold_out(corpus, look.training)[1]

    @property
    def training(self) -> TrainingSettings:
        """The settings that are fixed for the run."""
        return self._look.training

    @property
    def matrix_names(self) -> Collection[str]:
        """What is trained."""
        seen = self._look.seen
        return () if seen is None else seen.matrices

    def train_span(
        self,
        plan: Plan,
        span: Span,
        rates: Rates,
        scratch: Scratch,
        tallies: NDArray[np.float64],
    ) -> None:
        """Train on every token of a span under a plan, which has its own vectors."""
        place = span_place(span, rates, self.training.seed)
        cpu_loop.train_span(self._arrays, place, plan, scratch, tallies)

    def present(self) -> Present:
        """What the run trains with, and where it is."""
        seen = self._look.seen
        if seen is None or seen.schedule is None or not isinstance(seen.settings, ResolvedSettings):
            raise SettingsError("there are no vectors yet: the corpus is still being read")
        return Present(self._plan_of(seen.settings), seen.schedule, seen.clock)

    def _plan_of(self, settings: ResolvedSettings) -> Plan:
        """The plan under the run's settings; the same object while they stay."""
        if self._plan is None or self._plan.settings != settings:
            if settings.walks_tree:
                self._tables.build_tree()
            none = layout.empty_rows(1, self.training.vector_size)
            self._plan = Plan(
                settings=settings,
                hyper=hyper_of(settings),
                tables=self._tables.of(settings),
                weights=layout.Weights(none, none),  # single tokens train on copies
                most_targets=self._tables.most_targets(settings),
            )
        return self._plan

    def steps(self) -> PrivateSteps:
        """What trains single tokens on private copies."""
        return PrivateSteps(self, self.order, self.present)

    def trained_text(self, stints: tuple[Stint, ...], tokens: int) -> TrainedText:
        """The text that has been trained, with settings up to a number of training tokens."""
        return TrainedText(
            corpus=self.corpus,
            seed=self.training.seed,
            order=self.order,
            stints=stints,
            tokens=tokens,
        )
