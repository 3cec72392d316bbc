"""What a run can be resumed from.

A checkpoint is of one moment between two spans of text: every token before its clock is
trained, none after it. No random stream is in it, since every draw is a hash of the seed, the epoch
and the token's position. So one worker that resumes from a checkpoint ends with the same bits as
one that never stopped.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.settings import ResolvedSettings, TrainingSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.history.moments import HistoryStore
from w2vtui.training.state.curves import SavedCurve
from w2vtui.training.state.events import Event
from w2vtui.training.state.measurements import Probe
from w2vtui.training.state.snapshot import State

LOCKS = "locks"
"""What the locks of input vectors are called in the memory of a checkpoint."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastSettings:
    """The settings from before a change that can be undone."""

    number: int
    """The number of the change."""
    settings: ResolvedSettings
    schedule: Schedule


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Checkpoint:
    """Everything about a run at one moment, except its text."""

    reason: str
    """Why it was taken: `before change 3`, `paused`, `done`."""
    state: State
    training: TrainingSettings
    settings: ResolvedSettings
    """The current settings, with every `auto` resolved."""
    schedule: Schedule
    clock: int
    """Training tokens seen, all epochs together."""
    tokens_per_epoch: int
    seconds: float
    """Training time."""
    tallies: NDArray[np.float64]
    """(8,)"""
    diverged: bool
    """Whether a loss was not a number."""
    probe: Probe | None
    events: tuple[Event, ...]
    past: tuple[PastSettings, ...]
    """Changes that can be undone, oldest first."""
    breakpoints: tuple[tuple[str, bool], ...]
    """The breakpoints still waited for, and whether each ends the run."""
    curves: Mapping[str, SavedCurve]
    vectors: Mapping[str, NDArray[np.float32]]
    """`input_vectors` (V, D) and, where they are in use, `output_vectors` (V, D) and `node_vectors`
    (V - 1, D). They are only lent: good until the store is ready again.
    """
    memory: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """What it takes to meet breakpoints where a run without a break meets them: `tallies` of each
    worker (1 + n, 8), `due`, `loss`, `churn`, `breakpoint N`. Earlier versions did not save it.
    And `locks` (V,) of input vectors, if there are any.
    """

    @property
    def fraction(self) -> float:
        """How much of the planned training is done, 0..1."""
        return self.clock / self.schedule.planned if self.schedule.planned else 0.0

    def rescaled(self, tokens_per_epoch: int) -> Checkpoint:
        """The same place in a text of another length."""
        factor = tokens_per_epoch / self.tokens_per_epoch
        planned = self.settings.epochs * tokens_per_epoch
        past = [
            dataclasses.replace(one, schedule=one.schedule.rescaled(factor)) for one in self.past
        ]
        return dataclasses.replace(
            self,
            tokens_per_epoch=tokens_per_epoch,
            clock=min(round(self.clock * factor), planned),
            schedule=dataclasses.replace(self.schedule.rescaled(factor), planned=planned),
            past=tuple(past),
            memory={name: self.memory[name] for name in (LOCKS,) if name in self.memory},
        )

    @property
    def n_changes(self) -> int:
        """Live changes applied before it."""
        return sum(event.kind == "change" for event in self.events)


class CheckpointStore(Protocol):
    """Stores the checkpoints of a run. All methods but `begin` and `wait` return at once."""

    @property
    def ready(self) -> bool:
        """Whether the previous checkpoint was written, or failed."""

    @property
    def failed(self) -> bool:
        """Whether the last checkpoint could not be written."""

    @property
    def retry_seconds(self) -> float:
        """Seconds from a checkpoint that could not be written to the next try."""

    @property
    def writing_seconds(self) -> float:
        """Processor time that the last checkpoint took."""

    @property
    def history(self) -> HistoryStore | None:
        """What stores the moments of its history once it has begun; None for memory."""

    def begin(self, corpus: EncodedCorpus, checkpoint: Checkpoint) -> None:
        """Prepare before the training begins at a checkpoint.

        Raises:
            W2vtuiError: the run cannot be saved, and must not begin.
        """

    def save(self, checkpoint: Checkpoint) -> None:
        """Save a checkpoint; it is written while the training continues."""

    def score_on(self, files: QuestionFiles) -> None:
        """Remember, for when the run is resumed, on which questions it is scored from now on."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is ready, at most `timeout` seconds; return whether it is."""

    def messages(self) -> Sequence[str]:
        """What to report since the last call: that writing failed, or works again."""
