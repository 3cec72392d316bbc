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

from w2vtui.training.engine.workers import WorkerPool
from w2vtui.training.state.checkpoint import Checkpoint, CheckpointStore
from w2vtui.training.state.snapshot import CheckpointStatus

CHECKPOINT_SECONDS = 60.0
"""A checkpoint is due when so much time has passed since the last one,"""
CHECKPOINT_SHARE = 0.05
"""or so much of the planned training; but on that ground"""
STANDSTILL_SHARE = 0.01
"""workers stand still for no more of their time than this,"""
WRITING_SHARE = 0.02
"""and no more of one core's time goes into writing."""
PATIENCE_SECONDS = 5.0
"""A change waits so long at most for the checkpoint before to be written."""


class Checkpointing:
    """Takes the checkpoints of one run, on the run's own thread."""

    def __init__(
        self,
        store: CheckpointStore,
        pool: WorkerPool,
        take: Callable[[str], Checkpoint],
        matrices: Callable[[], dict[str, NDArray[np.float32]]],
        *,
        seconds: float = CHECKPOINT_SECONDS,
    ) -> None:
        """
        take      the run as it stands, with the vectors that are trained; given why it is taken
        matrices  those vectors alone
        seconds   from one checkpoint to the next
        """
        self._store, self._pool, self._take, self._matrices = store, pool, take, matrices
        self._seconds = seconds
        self._copies: dict[str, NDArray[np.float32]] = {}
        self._kept_at = time.monotonic()
        self._kept = pool.clock, pool.plan
        self._least_pause = 0.0
        self._asked_for = False
        self.kept_tokens: int | None = None
        """Training tokens of the last checkpoint handed over."""

    @property
    def status(self) -> CheckpointStatus:
        """The last checkpoint that was handed over, and whether writing it failed."""
        tokens = self.kept_tokens
        age = None if tokens is None else time.monotonic() - self._kept_at
        return CheckpointStatus(tokens=tokens, age_seconds=age, failed=self._store.failed)

    def ask(self) -> None:
        """Let a checkpoint be due at the next look."""
        self._asked_for = True

    def look(self, state: str) -> None:
        """Take a checkpoint where one is due."""
        if self._store.ready and (reason := self._due(state)):
            self._make_room()
            started = time.monotonic()
            with self._pool.held():
                self._keep(reason)
            self._least_pause = (time.monotonic() - started) / STANDSTILL_SHARE

    @contextmanager
    def before(self, what: str) -> Iterator[None]:
        """Take a checkpoint, and let what it is taken before happen at the same token."""
        ready = self._store.wait(PATIENCE_SECONDS)
        if ready:
            self._make_room()
        with self._pool.held():
            if ready and self._something_is_new:
                self._keep(f"before {what}")
            yield

    def finish(self, reason: str) -> None:
        """Keep what the workers, who have left, leave behind, and wait until it is written."""
        self._store.wait()
        self._make_room()
        self._keep(reason)
        self._store.wait()
        self._copies.clear()  # the vectors may be copied again, to be saved

    def _due(self, state: str) -> str:
        """Why a checkpoint is due now; empty when none is."""
        pool, passed = self._pool, time.monotonic() - self._kept_at
        asked, self._asked_for = self._asked_for, False
        if self._store.failed:
            return "another try" if asked or passed >= self._store.retry_seconds else ""
        if not self._something_is_new:
            return ""
        if asked:
            return "asked for"
        if state == "paused":
            return "paused"
        trained = (pool.clock - self._kept[0]) / pool.schedule.planned
        least_pause = max(self._least_pause, self._store.writing_seconds / WRITING_SHARE)
        by_share = trained >= CHECKPOINT_SHARE and passed >= least_pause
        return "while training" if by_share or passed >= self._seconds else ""

    @property
    def _something_is_new(self) -> bool:
        clock, plan = self._kept
        pool = self._pool
        return self.kept_tokens is None or pool.clock != clock or pool.plan is not plan

    def _keep(self, reason: str) -> None:
        """Copy and hand over; the workers stand still."""
        checkpoint = self._take(reason)
        if checkpoint.diverged or self._pool.error is not None:  # as the run is about to say
            return
        for name, matrix in checkpoint.vectors.items():
            np.copyto(self._copies[name], matrix)
        copies = {name: self._copies[name] for name in checkpoint.vectors}
        self._store.keep(dataclasses.replace(checkpoint, vectors=copies))
        self._kept_at, self._kept = time.monotonic(), (checkpoint.clock, self._pool.plan)
        self.kept_tokens = checkpoint.clock

    def _make_room(self) -> None:
        """Take the memory for copies while the workers still train: its first use takes several
        times as long as a copy.
        """
        for name, matrix in self._matrices().items():
            if name not in self._copies:
                self._copies[name] = np.full(matrix.shape, np.nan, np.float32)
