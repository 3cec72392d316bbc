"""What the screens, and what explores and explains a run, ask of it: in this process or another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, Vocab
from w2vtui.evaluation.question_files import QuestionKind
from w2vtui.settings import ResolvedSettings, TrainingSettings
from w2vtui.training.costs.cost_model import Cost
from w2vtui.training.history.moments import PastMoment
from w2vtui.training.history.sizing import Sizing
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.vectors import WordVectors

if TYPE_CHECKING:  # these load Numba, for which a screen of another process need not wait
    from w2vtui.training.engine.private_steps import PrivateSteps
    from w2vtui.training.engine.trained_text import TrainedText


class WatchedHistory(Protocol):
    """The past moments of a run."""

    @property
    def moments(self) -> Sequence[PastMoment]:
        """Oldest first."""

    @property
    def sizing(self) -> Sizing | None:
        """What it holds at most; None until the vocabulary is known, and if it keeps nothing."""

    def matrices_at(self, moment: PastMoment) -> Mapping[str, NDArray[np.float32]]:
        """The matrices of a moment (n, D) each, in new memory.

        Raises:
            LookupError: it is not stored any more.
            W2vtuiError: it cannot be read.
        """


class WatchedVectors(Protocol):
    """The vectors of a run, and what they were trained on. All that is asked reads files or copies
    where another process trains: not for the thread that draws.
    """

    seconds_of_copy: float
    """Processor time that the last copy took in another process."""

    def vectors(self) -> WordVectors:
        """A copy of the vectors as they are now."""

    def copied_matrices(self) -> Mapping[str, NDArray[np.float32]]:
        """A copy of everything that is trained, as it is now."""

    def forget_copies(self) -> None:
        """Keep no memory of earlier copies for the next ones."""

    def text(self) -> TrainedText:
        """Which text has been trained, and with which settings."""

    def private_steps(self) -> PrivateSteps:
        """What trains single tokens of the text on private copies of the vectors."""


class WatchedRun(Protocol):
    """A run that is watched and steered; training/run.py says what each call does."""

    is_attended: bool
    """Whether somebody can resume it after a pause."""

    @property
    def trains_apart(self) -> bool:
        """Whether another process trains it."""

    @property
    def training(self) -> TrainingSettings:
        """The settings that are fixed for the run."""

    @property
    def curves(self) -> RunCurves:
        """What viewers draw; the same objects from the run's birth to its end."""

    @property
    def history(self) -> WatchedHistory:
        """Its past moments."""

    @property
    def corpus(self) -> EncodedCorpus | None:
        """The text that it trains on; None until it is read, and where it is not at hand."""

    @property
    def breakpoints(self) -> tuple[str, ...]:
        """The conditions still waited for."""

    def start(self) -> None:
        """Begin."""

    def leave(self) -> None:
        """Look no more at a run that another process trains, which goes on."""

    def discard(self) -> None:
        """Say that nothing but checkpoints is to be saved by another process that trains it."""

    def snapshot(self) -> Snapshot:
        """What the run looks like now, at once."""

    def is_over(self, timeout: float | None) -> bool:
        """Whether the run has ended; waits up to `timeout` seconds for it, or for ever."""

    def pause(self, event: str = "paused") -> None:
        """Hand out no more text."""

    def resume(self, event: str = "resumed") -> None:
        """Resume after a pause."""

    def stop(self) -> None:
        """End the run."""

    def checkpoint(self) -> None:
        """Take a checkpoint soon."""

    def change(self, **settings: Any) -> ResolvedSettings:
        """Request other live settings."""

    def undo(self) -> ResolvedSettings:
        """Request the settings from before the last change."""

    def cost(self, **settings: Any) -> Cost | None:
        """The predicted cost of other live settings."""

    def watch(self, queries: tuple[str, ...]) -> None:
        """Name the queries whose nearest words the snapshots show from now on."""

    def measure_quality(self) -> None:
        """Score the vectors now."""

    def score_on(self, kind: QuestionKind, paths: Sequence[str]) -> tuple[str, ...]:
        """Score the vectors on other files of a kind from now on; returns what was left out."""

    def break_when(self, text: str, *, stop: bool = False) -> object:
        """Pause once when a condition first holds; with `stop`, end there instead."""

    def clear_breakpoints(self) -> None:
        """Remove all breakpoints."""

    def limit_speed(self, words_per_second: float | None) -> None:
        """Train no faster than this; None for as fast as it can."""

    def vocabulary(self) -> Vocab | None:
        """The words that it trains; None until the text is read. Reads a file where another process
        trains: not for the thread that draws.
        """

    @property
    def trained(self) -> WatchedVectors:
        """Its vectors, and what they were trained on. Raises a SettingsError, then or when they are
        asked for, while the text is still being read.
        """

    @property
    def n_bytes(self) -> int:
        """The size of everything that is trained; 0 until the text is read."""
