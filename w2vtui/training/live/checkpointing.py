"""When and how a run is checkpointed: workers pause while the vectors are copied, and continue
while the copy is written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.plan import Plan
from w2vtui.training.engine.workers import WorkerPool
from w2vtui.training.state.checkpoint import Checkpoint, CheckpointStore
from w2vtui.training.state.snapshot import CheckpointStatus

CHECKPOINT_SECONDS = 60.0
"""A checkpoint is due when this much time has passed since the last one."""
CHECKPOINT_SHARE = 0.05
"""A checkpoint is also due after this share of the planned training, within the limits below."""
PAUSE_SHARE = 0.01
"""The largest share of the workers' time for which checkpoints due by share may pause them."""
WRITING_SHARE = 0.02
"""The largest share of one core that writing checkpoints due by share may take."""
PATIENCE_SECONDS = 5.0
"""The longest that a change waits for the previous checkpoint to be written."""


class _Taken(NamedTuple):
    """A checkpoint whose vectors are still being copied."""

    checkpoint: Checkpoint
    plan: Plan
    complete: Callable[[], None]


class Checkpointing:
    """Takes the checkpoints of one run, on the run's own thread."""

    def __init__(
        self,
        store: CheckpointStore,
        pool: WorkerPool,
        take: Callable[[str, Mapping[str, NDArray[np.float32]]], Checkpoint],
        backend: Backend,
        *,
        seconds: float = CHECKPOINT_SECONDS,
    ) -> None:
        """
        take      makes a checkpoint, for a reason, with vectors
        backend   what trains these
        seconds   from one checkpoint to the next
        """
        self._store, self._pool, self._take, self._backend = store, pool, take, backend
        self._seconds = seconds
        self._copies: dict[str, NDArray[np.float32]] = {}
        self._saved_at = time.monotonic()
        self._dispatcher = pool.dispatcher
        self._saved = pool.dispatcher.clock, pool.dispatcher.plan
        self._least_pause = 0.0
        self._asked_for = False
        self.saved_tokens: int | None = None
        """Training tokens of the last checkpoint handed over."""

    @property
    def status(self) -> CheckpointStatus:
        """The last checkpoint that was handed over, and whether writing it failed."""
        tokens = self.saved_tokens
        age = None if tokens is None else time.monotonic() - self._saved_at
        return CheckpointStatus(tokens=tokens, age_seconds=age, failed=self._store.failed)

    def ask(self) -> None:
        """Request a checkpoint at the next look."""
        self._asked_for = True

    def look(self, state: str) -> None:
        """Take a checkpoint where one is due."""
        if self._store.ready and (reason := self._due(state)):
            self._make_room()
            started = time.monotonic()
            with self._dispatcher.held():
                taken = self._taken(reason)
            self._least_pause = (time.monotonic() - started) / PAUSE_SHARE
            self._hand_over(taken)

    @contextmanager
    def before(self, what: str) -> Iterator[None]:
        """Save a checkpoint and keep the workers paused at its token throughout the block."""
        ready = self._store.wait(PATIENCE_SECONDS)
        if ready:
            self._make_room()
        with self._dispatcher.held():
            if ready and self._something_is_new:
                self._hand_over(self._taken(f"before {what}"))
            yield

    def finish(self, reason: str) -> None:
        """Save the final state once the workers have left, and wait until it is written."""
        self._store.wait()
        self._make_room()
        self._hand_over(self._taken(reason))
        self._store.wait()
        self._copies.clear()  # the vectors may be copied again, to be saved

    def _due(self, state: str) -> str:
        """Why a checkpoint is due now; empty when none is."""
        dispatcher, passed = self._dispatcher, time.monotonic() - self._saved_at
        if asked := self._asked_for:  # a request that comes just now stays one
            self._asked_for = False
        if self._store.failed:
            return "another try" if asked or passed >= self._store.retry_seconds else ""
        if not self._something_is_new:
            return ""
        if asked:
            return "asked for"
        if state == "paused":
            return "paused"
        trained = (dispatcher.clock - self._saved[0]) / dispatcher.schedule.planned
        least_pause = max(self._least_pause, self._store.writing_seconds / WRITING_SHARE)
        by_share = trained >= CHECKPOINT_SHARE and passed >= least_pause
        return "while training" if by_share or passed >= self._seconds else ""

    @property
    def _something_is_new(self) -> bool:
        clock, plan = self._saved
        now = self._dispatcher
        return self.saved_tokens is None or now.clock != clock or now.plan is not plan

    def _taken(self, reason: str) -> _Taken | None:
        """A checkpoint, while the workers are paused; None of a run that is about to fail."""
        copies = {name: self._copies[name] for name in self._backend.shapes}
        checkpoint = self._take(reason, copies)
        if checkpoint.diverged or self._pool.error is not None:
            return None
        return _Taken(checkpoint, self._dispatcher.plan, self._backend.copy_to(copies))

    def _hand_over(self, taken: _Taken | None) -> None:
        """Give the store a checkpoint once its vectors are copied; the workers may train on."""
        if taken is None:
            return
        taken.complete()
        self._store.save(taken.checkpoint)
        self._saved_at, self._saved = time.monotonic(), (taken.checkpoint.clock, taken.plan)
        self.saved_tokens = taken.checkpoint.clock

    def _make_room(self) -> None:
        """Allocate the copies while the workers still train: the first use of memory takes several
        times as long as copying to it.
        """
        for name, shape in self._backend.shapes.items():
            if name not in self._copies:
                self._copies[name] = np.full(shape, np.nan, np.float32)
