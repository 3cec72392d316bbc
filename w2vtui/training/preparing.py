"""Prepares a training: reads the corpus, holds text out, plans, compiles."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, ReadingProgress, ReadingStopped
from w2vtui.corpus.progress import Phase
from w2vtui.settings import LiveSettings, ResolvedSettings, TrainingSettings
from w2vtui.system.resources import available_cores
from w2vtui.training.control import RunControl
from w2vtui.training.costs.memory_check import check_fits
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.device_backends import make_backend
from w2vtui.training.engine.plan import Plan
from w2vtui.training.engine.tallies import tallies_at
from w2vtui.training.engine.token_order import TokenOrder
from w2vtui.training.measuring.doctor.worth import check_worth
from w2vtui.training.measuring.probe import ProbeSet, choose_held_out
from w2vtui.training.state.checkpoint import LOCKS, Checkpoint
from w2vtui.training.state.events import EventLog
from w2vtui.training.state.script import Script

ReadCorpus = Callable[[ReadingProgress, threading.Event], EncodedCorpus]
"""Reads a corpus and updates the progress, until done or asked to stop (ReadingStopped)."""

FindCheckpoint = Callable[[EncodedCorpus], Checkpoint | None]
"""The checkpoint to resume from, checked to fit the corpus; None for the beginning."""


_READING = "reading the corpus"
_PHASES: dict[Phase, str] = {
    "reading": _READING,
    "encoding": "encoding the corpus",
    "checking": "checking the saved corpus",
    "cached": _READING,
}
"""What the reader of the corpus does, for viewers."""
_SHOWN_SECONDS = 1.0
"""An activity that takes longer shows its seconds."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Prepared:
    """What a training begins with."""

    backend: Backend
    order: TokenOrder
    plan: Plan
    probe_set: ProbeSet | None
    """None without a probe loss."""
    start: Checkpoint | None
    """The checkpoint it resumes from, whose vectors are in the backend; None: the beginning."""
    script: Script
    """Changes to apply, and where to stop."""


class Given(NamedTuple):
    """What a run begins with instead of random vectors, all of which make their moves."""

    vectors: Mapping[str, NDArray[np.float32]] | None = None
    locks: NDArray[np.floating[Any]] | None = None


def hold_out(
    corpus: EncodedCorpus, training: TrainingSettings
) -> tuple[ProbeSet | None, TokenOrder, str]:
    """Set text aside for the probe; the token order skips it. The last is why there is none."""
    if not training.probe:
        return None, TokenOrder(len(corpus.ids)), "switched off"
    held_out = choose_held_out(corpus.sentence_starts, training.probe_seed)
    probe_set = ProbeSet(corpus, held_out, training.probe_seed)
    if len(probe_set) < 2:
        reason = f"{len(corpus.ids):,} tokens are too few to hold any out"
        return None, TokenOrder(len(corpus.ids)), reason
    return probe_set, TokenOrder(len(corpus.ids), held_out), ""


class Preparation:
    """Reads the corpus of one run and prepares a backend for it, on the run's thread."""

    def __init__(
        self,
        training: TrainingSettings,
        requested: LiveSettings,
        script: Script,
        *,
        keeps: Mapping[str, int],
        log: EventLog,
        control: RunControl,
        given: Given,
    ) -> None:
        """
        requested        settings in which `auto` is allowed
        script           changes to apply, and where to stop
        keeps            `checkpoints` and `history`, as of `estimate_memory`
        given            what the run begins with
        """
        self.training, self.requested, self._script = training, requested, script
        self._keeps = keeps
        self._log, self._control = log, control
        self._given = given
        self._reading = ReadingProgress()
        self._is_read = False
        self._since = time.monotonic()
        self.probe_reason = ""
        """Why there is no probe loss; empty when there is or will be one."""

    @property
    def fraction(self) -> float | None:
        """How much of the corpus is read, 0..1; None if that is unknown, or once it is read."""
        return None if self._is_read else self._reading.fraction

    @property
    def activity(self) -> str:
        """What is being done, and for how many seconds where no fraction shows that it goes on."""
        activity = self._control.activity
        if self._control.state != "preparing":
            return activity
        if not self._is_read:
            activity = activity.replace(_READING, _PHASES[self._reading.phase])
            if self.fraction != 0:
                return activity
        seconds = time.monotonic() - self._since
        return f"{activity} ({seconds:.0f} s so far)" if seconds >= _SHOWN_SECONDS else activity

    def _begin(self, activity: str) -> None:
        self._control.activity, self._since = activity, time.monotonic()

    def prepare(self, read_corpus: ReadCorpus, find_checkpoint: FindCheckpoint | None) -> Prepared:
        """Read, plan and compile.

        Raises:
            ReadingStopped: the run was stopped.
            W2vtuiError: the corpus cannot be read, or the vectors do not fit in memory.
        """
        corpus = self._read(read_corpus)
        self._begin("preparing vectors")
        start = None if find_checkpoint is None else find_checkpoint(corpus)
        if start is not None:
            self.requested = start.settings
        probe_set, order, self.probe_reason = hold_out(corpus, self.training)
        per_epoch = order.tokens_per_epoch
        script = self._script
        if start is not None and start.tokens_per_epoch != per_epoch:  # another text
            script = script.rescaled(per_epoch / start.tokens_per_epoch)
            start = start.rescaled(per_epoch)
            tallies = tallies_at(start.tallies, start.clock)
            start = dataclasses.replace(start, tallies=tallies)
        live = self._resolved(per_epoch)
        if start is None and (warning := check_worth(corpus, live)):
            self._log.note(f"hint: {warning}")
        check_fits(corpus.vocab.counts, self.training, live, **self._keeps)
        given, self._given = self._given, Given()  # its vectors are copied, and needed no longer
        if start is not None:
            given = Given(start.vectors, start.memory.get(LOCKS))
        backend = make_backend(corpus, self.training, live, order, *given, note=self._log.note)
        plan = backend.plan(live)
        self._compile(backend, plan)
        return Prepared(
            backend=backend,
            order=order,
            plan=plan,
            probe_set=probe_set,
            start=start,
            script=script,
        )

    def _read(self, read_corpus: ReadCorpus) -> EncodedCorpus:
        self._begin(_READING)
        corpus = read_corpus(self._reading, self._control.stopping)
        cached = " (already encoded)" if corpus.from_cache else ""
        n_words = len(corpus.vocab)
        self._log.note(
            f"{corpus.name}{cached}: {len(corpus.ids):,} tokens, {n_words:,} "
            f"word{'s' * (n_words != 1)} of {corpus.n_raw_types:,}"
        )
        for hint in corpus.hints:
            self._log.note(f"hint: {hint}")
        self._is_read = True
        return corpus

    def _resolved(self, per_epoch: int) -> ResolvedSettings:
        """The requested settings, without any `auto`."""
        live = self.requested.resolved(per_epoch, available_cores())
        if self.requested.epochs is None:
            passes = (
                "for a large corpus" if live.epochs == 5 else "so that a small corpus is seen often"
            )
            self._log.note(f"epochs auto: {live.epochs}, {passes} ({per_epoch:,} tokens)")
        return live

    def _compile(self, backend: Backend, plan: Plan) -> None:
        control, first_time = self._control, not backend.compiled_before()
        activity = "loading compiled kernels"
        if first_time:
            once = "once on this machine" if backend.keeps_compiled() else "at every start"
            activity = f"compiling the training loop: {once}, 5 to 15 s"
        self._begin(activity)
        backend.compile(plan, control.stopping.is_set)
        if control.stopping.is_set():
            raise ReadingStopped("stopped before the training began")
        took = time.monotonic() - self._since
        self._log.note(f"kernels {'compiled' if first_time else 'loaded'} in {took:.1f} s")
        for note in backend.compiling_notes():
            self._log.note(note)
