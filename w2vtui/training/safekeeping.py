"""When a run is checkpointed, and how: workers stand still while their vectors are copied, and the
copy is written while they go on.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from w2vtui.training.checkpoint import Checkpoint, Keeper
from w2vtui.training.crew import Crew

CHECKPOINT_SECONDS = 60.0
"""A checkpoint is due when so much time has passed since the last one,"""
CHECKPOINT_SHARE = 0.05
"""or so much of the planned training; but on that ground"""
STANDSTILL_SHARE = 0.01
"""workers stand still for no more of their time than this."""
RETRY_SECONDS = 10.0
"""From a checkpoint that could not be written to the next try."""
PATIENCE_SECONDS = 5.0
"""A change waits so long at most for the checkpoint before to be written."""


class Safekeeping:
    """Takes the checkpoints of one run, on the run's own thread."""

    def __init__(
        self,
        keeper: Keeper,
        crew: Crew,
        take: Callable[[str], Checkpoint],
        *,
        seconds: float = CHECKPOINT_SECONDS,
    ) -> None:
        """
        take      the state of the run, whose vectors are those being trained, and why it is taken
        seconds   from one checkpoint to the next
        """
        self._keeper, self._crew, self._take = keeper, crew, take
        self._seconds = seconds
        self._copies: dict[str, NDArray[np.float32]] = {}
        self._kept_at = time.monotonic()
        self._kept_clock = crew.clock
        self._least_pause = 0.0
        self._asked_for = False
        self.kept_tokens: int | None = None
        """Training tokens of the last checkpoint handed over."""

    @property
    def failed(self) -> bool:
        """Whether the last checkpoint could not be written."""
        return self._keeper.failed

    @property
    def kept_ago(self) -> float | None:
        """Seconds since the last checkpoint was handed over; None while there is none."""
        return None if self.kept_tokens is None else time.monotonic() - self._kept_at

    def ask(self) -> None:
        """Let a checkpoint be due at the next look."""
        self._asked_for = True

    def look(self, state: str) -> None:
        """Take a checkpoint where one is due."""
        if self._keeper.ready and (reason := self._due(state)):
            started = time.monotonic()
            with self._crew.held():
                self._keep(reason)
            self._least_pause = (time.monotonic() - started) / STANDSTILL_SHARE

    @contextmanager
    def before(self, what: str) -> Iterator[None]:
        """Take a checkpoint, and let what it is taken before happen at the same token."""
        ready = self._keeper.wait(PATIENCE_SECONDS)
        with self._crew.held() as clock:
            if ready and (clock != self._kept_clock or self.kept_tokens is None):
                self._keep(f"before {what}")
            yield

    def finish(self, reason: str) -> None:
        """Keep what the workers, who have left, leave behind, and wait until it is written."""
        self._keeper.wait()
        self._hand_over(self._take(reason))
        self._keeper.wait()

    def _due(self, state: str) -> str:
        """Why a checkpoint is due now; empty when none is."""
        clock, passed = self._crew.clock, time.monotonic() - self._kept_at
        asked, self._asked_for = self._asked_for, False
        if self._keeper.failed:
            return "another try" if asked or passed >= RETRY_SECONDS else ""
        if clock == self._kept_clock:
            return ""
        if asked:
            return "asked for"
        if state == "paused":
            return "paused"
        trained = (clock - self._kept_clock) / self._crew.schedule.planned
        by_share = trained >= CHECKPOINT_SHARE and passed >= self._least_pause
        return "while training" if by_share or passed >= self._seconds else ""

    def _keep(self, reason: str) -> None:
        """Copy and hand over; the workers stand still."""
        checkpoint = self._take(reason)
        vectors = {name: self._copy(name, m) for name, m in checkpoint.vectors.items()}
        self._hand_over(dataclasses.replace(checkpoint, vectors=vectors))

    def _copy(self, name: str, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """A copy, in memory that was taken once: fresh pages would take as long again."""
        if name not in self._copies:
            self._copies[name] = np.empty(matrix.shape, np.float32)
        np.copyto(self._copies[name], matrix)
        return self._copies[name]

    def _hand_over(self, checkpoint: Checkpoint) -> None:
        """Give it to the keeper, unless its numbers are none: the run is about to say so."""
        if not checkpoint.diverged:
            self._keeper.keep(checkpoint)
            self._kept_at, self._kept_clock = time.monotonic(), checkpoint.clock
            self.kept_tokens = checkpoint.clock
