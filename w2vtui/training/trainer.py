"""The parts of a run once its text is read: workers, observer, live changes, checkpoints."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import BackendError
from w2vtui.settings import ResolvedSettings
from w2vtui.training.control import RunControl
from w2vtui.training.costs.cost_model import CostModel
from w2vtui.training.costs.text_shape import TextShape
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.dispatcher import Dispatcher
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.plan import Moment
from w2vtui.training.engine.workers import WorkerPool
from w2vtui.training.history.history import History
from w2vtui.training.history.moments import HistoryStore
from w2vtui.training.live.changes import LiveChanges
from w2vtui.training.live.checkpointing import Checkpointing
from w2vtui.training.live.waiting import Breakpoints
from w2vtui.training.measuring.counters import Counters
from w2vtui.training.measuring.doctor.doctor import Doctor
from w2vtui.training.measuring.lookouts import Lookouts
from w2vtui.training.measuring.moment_taker import MomentTaker
from w2vtui.training.measuring.neighbors import NeighborLookup, WatchList
from w2vtui.training.measuring.observer import Observer
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.preparing import Prepared
from w2vtui.training.state.checkpoint import LOCKS, Checkpoint, CheckpointStore
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.events import Event, EventLog
from w2vtui.training.state.snapshot import ENDED, State
from w2vtui.training.trained_vectors import TrainedVectors

_ENDINGS: dict[str, State] = {state: state for state in ENDED}
"""The last checkpoint's reason is the state that the run ends in."""
_TALLIES = "tallies"


class RunRecords(NamedTuple):
    """What a run notes and looks out for, from its birth to its end."""

    counters: Counters
    curves: RunCurves
    log: EventLog
    breakpoints: Breakpoints
    watch_list: WatchList
    history: History


class Trainer:
    """The workers, and what watches, steers and saves them.

    Its methods are the run's thread's.
    """

    def __init__(
        self,
        prepared: Prepared,
        records: RunRecords,
        *,
        quality_sets: QualitySets,
        looks_at_vectors: bool,
        control: RunControl,
    ) -> None:
        backend, order, start = prepared.backend, prepared.order, prepared.start
        counters, curves, log, breakpoints, watch_list, history = records
        self.backend: Backend = backend
        self.order, self.counters, self.log = order, counters, log
        self._breakpoints, self._control = breakpoints, control
        self._script = prepared.script
        self._curves, self._history = curves, history
        self.dispatcher = dispatcher = _dispatcher_of(prepared, control.wake.set)
        memory = start.memory if start else {}
        earlier = memory.get(_TALLIES, start.tallies) if start else None
        self.pool = pool = WorkerPool(backend, dispatcher, earlier=earlier)
        self.lookup = NeighborLookup(backend, watch_list)
        self.observer = Observer(
            backend,
            prepared.probe_set,
            self.lookup,
            self._now,
            curves=curves,
            taker=MomentTaker(backend, history, log.note_by_hand),
            quality_sets=quality_sets,
            looks_at_vectors=looks_at_vectors,
        )
        self.shape = TextShape(backend.corpus)
        self.doctor = Doctor(backend.corpus, self.shape)
        costs = CostModel(self.shape, backend.training.vector_size)
        self.trained = TrainedVectors(
            backend, order, pool, dispatcher, shape=self.shape, history=history
        )
        past = start.past if start else ()
        self.live_changes = LiveChanges(pool, order, backend, costs, counters.speed, past)
        self.checkpointing: Checkpointing | None = None
        """None for a run without checkpoints."""
        if start is not None:
            counters.resume_from(start, pool.tallies())
            breakpoints.restore(start.breakpoints, memory)
        self.lookouts = Lookouts(
            breakpoints,
            dispatcher,
            self.observer.gauges,
            self._now,
            costs=costs,
            tokens_per_epoch=order.tokens_per_epoch,
        )

    def end(self) -> None:
        """Wait for the workers and the observer to leave, however the training ended."""
        self.dispatcher.stop()
        self.pool.join()
        self.observer.finish()

    # ---- checkpoints, past moments

    def begin_checkpoints(self, store: CheckpointStore, seconds: float) -> None:
        """Take checkpoints from now on, at most `seconds` apart.

        Raises:
            W2vtuiError: the run cannot be saved, and must not begin.
        """
        beginning = self.checkpoint("before the training", self.backend.matrices())
        store.begin(self.backend.corpus, beginning)
        self.checkpointing = Checkpointing(
            store, self.pool, self.checkpoint, self.backend, seconds=seconds
        )

    def begin_history(self, store: HistoryStore | None) -> None:
        """Take moments from now on, into the store; in memory without one."""
        backend, tokens = self.backend, self.dispatcher.clock
        self._history.begin(store, backend.n_words, backend.training.vector_size, tokens)
        sizing = self._history.sizing
        if sizing is not None and sizing.n_words < backend.n_words:
            self.log.note(
                f"the time machine keeps the {sizing.n_words:,} most frequent of "
                f"{backend.n_words:,} words: --history sets its size"
            )

    def checkpoint(self, reason: str, vectors: Mapping[str, NDArray[np.float32]]) -> Checkpoint:
        """The run as it is, with these vectors; no worker is at work."""
        pool, dispatcher = self.pool, self.dispatcher
        counters, observer = self.counters, self.observer
        saved = self._breakpoints.saved()
        locks = self.backend.locks.astype(np.float64)
        return Checkpoint(
            reason=reason,
            state=_ENDINGS.get(reason, self._control.state),
            training=self.backend.training,
            settings=dispatcher.plan.settings,
            schedule=dispatcher.schedule,
            clock=dispatcher.clock,
            tokens_per_epoch=self.order.tokens_per_epoch,
            seconds=counters.watch.seconds,
            tallies=pool.tally_array(),
            diverged=pool.tallies().not_finite > 0,
            probe=observer.probe,
            events=self.log.events,
            past=self.live_changes.past,
            breakpoints=saved.breakpoints,
            curves=self._curves.saved(),
            vectors=vectors,
            memory={_TALLIES: pool.tally_rows()}
            | ({LOCKS: locks} if locks.size else {})
            | self.lookouts.saved()
            | saved.memory,
        )

    # ---- changes

    def follow_script(self) -> bool:
        """Apply the changes that are due at this token; return whether the run is to stop here."""
        dispatcher = self.dispatcher
        while dispatcher.at_milestone:
            if self._script.cuts and self._script.cuts[0] <= dispatcher.clock:
                self._script = self._script.after_cut()
                dispatcher.wait_at(self._script.milestone)
                continue
            if not self._script.changes:
                return True
            change, self._script = self._script.changes[0], self._script.after_first()
            before = dispatcher.plan.settings
            self.live_changes.replay(change)
            dispatcher.wait_at(self._script.milestone)
            self._changed(before, dataclasses.replace(change, seconds=self.counters.watch.seconds))
        return False

    @property
    def change_is_due(self) -> bool:
        """Whether a change is due at this token, which may move the end."""
        return self.live_changes.applying or (
            bool(self._script.changes) and self.dispatcher.at_milestone
        )

    def apply_change(self) -> None:
        """Apply a requested change, and note where.

        A change that does not fit in memory is dropped, and that is noted.
        """
        if not self.live_changes.applying:
            return
        try:
            self._apply_change(1 + self.log.n_changes)
        except (BackendError, MemoryError) as error:
            reason = str(error) or "there is no memory for it"
            self.log.note(f"change rejected: {reason}")
            self.live_changes.reject()
        finally:
            self.live_changes.done()

    def _apply_change(self, number: int) -> None:
        checkpointing, seconds = self.checkpointing, self.counters.watch.seconds
        with nullcontext() if checkpointing is None else checkpointing.before(f"change {number}"):
            change = self.live_changes.apply(number, seconds)
        if change is None:
            return
        self._leave_script()
        event = Event(
            seconds=self.counters.watch.seconds,
            tokens=change.tokens,
            kind="change",
            text=change.text,
            number=number,
            acknowledged_ms=change.acknowledged_ms,
            settings=change.after,
            schedule=change.schedule,
            undoes=change.undoes,
        )
        self._changed(change.before, event)

    def _leave_script(self) -> None:
        """Drop the recorded changes after a change by hand, which they do not fit."""
        if self._script.changes:
            numbers = ", ".join(str(change.number) for change in self._script.changes)
            self._script = self._script.without_changes()
            self.dispatcher.wait_at(self._script.milestone)
            self.log.note(f"changed by hand: recorded change {numbers} will not be replayed")

    def _changed(self, before: ResolvedSettings, event: Event) -> None:
        """Record a change that has been applied."""
        assert event.settings is not None
        self.observer.look_soon()
        self.doctor.note_change(before, event.settings, event.tokens)
        self.log.add(event)

    def _now(self) -> Moment:
        dispatcher, seconds = self.dispatcher, self.counters.watch.seconds
        return Moment(dispatcher.plan, self.pool.tallies(), seconds, dispatcher.schedule.planned)


def _dispatcher_of(prepared: Prepared, arrived: Callable[[], object]) -> Dispatcher:
    """What hands out the text, from the beginning or where the checkpoint left it.

    arrived   called when all text before a milestone or a mark is trained
    """
    order, plan, start = prepared.order, prepared.plan, prepared.start
    live = plan.settings
    first = Schedule(
        clock=0,
        rate=live.alpha,
        min_rate=live.min_alpha,
        planned=live.epochs * order.tokens_per_epoch,
    )
    return Dispatcher(
        prepared.backend,
        order,
        plan,
        start.schedule if start else first,
        clock=start.clock if start else 0,
        milestone=prepared.script.milestone,
        arrived=arrived,
    )
