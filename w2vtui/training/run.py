"""A run: reads a corpus, trains on it, and can be watched and steered meanwhile.

    run thread   reads, compiles, starts the pool, applies staged settings, ticks, ends the run
    workers      engine/workers.py: train spans of about 50 ms, without the GIL
    observer     measuring/observer.py: probe loss, watched words, churn, quality

Which thread may call what of a `Run`:

    any thread, at any time      pause, resume, stop, checkpoint, change, undo, cost, watch,
                                 measure_quality, break_when, clear_breakpoints, snapshot, curves;
                                 all return at once, whatever the workers do
    any thread but the run's     wait, is_over: these block until the run has ended
    the maker of the run, once   start
    any thread, corpus read      vectors, matrices, block_shape: of vectors that may still train

A run never calls its viewers: they read `snapshot()` and the curves when they please. The arrow
back is one frozen `LiveSettings`, replaced whole between spans.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, ReadingProgress, ReadingStopped
from w2vtui.errors import DivergedError, SettingsError
from w2vtui.resources import available_cores
from w2vtui.settings import LiveSettings, ResolvedSettings, TrainingSettings
from w2vtui.training.costs.cost_model import Cost
from w2vtui.training.costs.memory_check import check_fits
from w2vtui.training.costs.text_shape import BlockShape
from w2vtui.training.engine.backend import CpuBackend
from w2vtui.training.engine.clocks import Suspension
from w2vtui.training.engine.plan import Plan
from w2vtui.training.engine.tallies import tallies_at
from w2vtui.training.engine.token_order import TokenOrder
from w2vtui.training.live.breakpoints import Breakpoint, Breakpoints, parse
from w2vtui.training.live.changes import LiveChanges
from w2vtui.training.live.checkpointing import CHECKPOINT_SECONDS
from w2vtui.training.live.conditions import Condition, Memory, Reaches
from w2vtui.training.measuring.counters import Counters
from w2vtui.training.measuring.probe import ProbeSet, choose_held_out
from w2vtui.training.measuring.quality import QualitySets
from w2vtui.training.state.checkpoint import Checkpoint, CheckpointStore, Script
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.events import EventLog
from w2vtui.training.state.snapshot import Event, Snapshot, State
from w2vtui.training.trainer import Trainer
from w2vtui.vectors import KeyedVectors

TICK_SECONDS = 0.2

ReadCorpus = Callable[[ReadingProgress, threading.Event], EncodedCorpus]
"""Reads a corpus, writing to the progress, until done or told to stop (ReadingStopped)."""

FindCheckpoint = Callable[[EncodedCorpus], Checkpoint | None]
"""The checkpoint to resume from, once it is known to fit the corpus; None: start afresh."""


class Run:
    """One training, from reading the corpus to finished vectors."""

    def __init__(
        self,
        read_corpus: ReadCorpus,
        training: TrainingSettings | None = None,
        live: LiveSettings | None = None,
        *,
        quality_sets: QualitySets | None = None,
        looks_at_vectors: bool = True,
        store: CheckpointStore | None = None,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        resume_from: FindCheckpoint | None = None,
        earlier: tuple[Event, ...] = (),
        script: Script | None = None,
    ) -> None:
        """
        quality_sets        what `snapshot().quality` measures
        looks_at_vectors    whether that, churn and signs of health are measured while it trains
        store              takes its checkpoints
        checkpoint_seconds  from one checkpoint to the next, at most
        resume_from          gives the checkpoint to begin at
        earlier             what happened before that checkpoint
        script              changes to make, and where to stop
        """
        self.training = training or TrainingSettings()
        self._read_corpus = read_corpus
        self._requested = live or LiveSettings()
        self._quality_sets = quality_sets or QualitySets()
        self._looks_at_vectors = looks_at_vectors
        self._store = store
        self._checkpoint_seconds = checkpoint_seconds
        self._resume_from = resume_from
        self._script = script or Script()
        self._reading = ReadingProgress()
        self._read = False
        self._state: State = "preparing"
        self._activity = "starting"
        self._probe_reason = ""
        self._watched: tuple[str, ...] = ()
        self._breakpoints = Breakpoints()
        self.is_attended = True
        """Whether somebody can resume it after a pause; otherwise breakpoints do not pause it."""
        self._error: BaseException | None = None
        self._lock = threading.RLock()  # a signal's handler may pause what is just being paused
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self.curves = RunCurves()
        """What viewers draw; the same objects from the run's birth to its end."""
        self._counters = Counters(self.curves)
        self._log = EventLog(self._where, earlier)
        self._trainer: Trainer | None = None
        """There once the corpus is read."""

    # ---- live_changes: returns at once, whatever the workers do

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._main, name="w2vtui-run", daemon=True).start()

    def pause(self, event: str = "paused") -> None:
        """Hand out no more text; workers finish what they hold.

        event   what is noted of it
        """
        with self._lock:
            if self._stand_still():
                self._log.note_by_hand(event)
        self._wake.set()

    def resume(self, event: str = "resumed") -> None:
        """Resume after a pause."""
        with self._lock:
            if self._state == "paused" and self._trainer is not None:
                self._log.note_by_hand(event)
                self._state = "training"
                self._counters.watch.start()
                self._trainer.pool.resume()
        self._wake.set()

    def _stand_still(self) -> bool:
        """Pause; whether that was to be done."""
        with self._lock:
            if self._state != "training" or self._trainer is None:
                return False
            self._state = "paused"
            self._trainer.pool.pause()
            self._counters.watch.stop()
            return True

    def checkpoint(self) -> None:
        """Take a checkpoint soon, when none is due yet.

        Raises:
            SettingsError: this run is not kept, or does not train.
        """
        if self._store is None:
            raise SettingsError("this run has no checkpoints: it was started with --no-checkpoints")
        keeping = None if self._trainer is None else self._trainer.checkpointing
        if keeping is None or self._state not in ("training", "paused"):
            raise SettingsError(
                f"checkpoints are taken while a run trains; this one is {self._state}"
            )
        keeping.ask()
        self._wake.set()

    def stop(self) -> None:
        """End the run as soon as the workers have finished what they hold; the vectors stay."""
        with self._lock:
            if self._state == "preparing" and not self._stopping.is_set():
                self._activity = f"stopping after this: {self._activity}"
            self._stopping.set()
            if self._state in ("training", "paused") and self._trainer is not None:
                self._state = "stopping"
                self._trainer.pool.stop()
        self._wake.set()

    def change(self, **settings: Any) -> ResolvedSettings:
        """Ask for other live settings from the next span on; returns them as they will be.

        Setting alpha sets the rate of this moment; it then falls linearly to min_alpha.

        Raises:
            SettingsError: an unknown setting, a value out of range, or a run that does not train.
        """
        wanted = self._live_changes().change(settings)
        self._wake.set()
        return wanted

    def undo(self) -> ResolvedSettings:
        """Ask for what was in force before the last change, the line of the rate included.

        A change that has been asked for and is not in force yet is dropped instead. Once more
        undoes the change before.

        Raises:
            SettingsError: nothing was changed, the run does not train, or it is past the end it
                then had.
        """
        settings = self._live_changes().undo()
        self._wake.set()
        return settings

    def cost(self, **settings: Any) -> Cost | None:
        """What other live settings are expected to cost; None while there is no speed to go by.

        Raises:
            SettingsError: as `change` does.
        """
        return self._live_changes().cost(settings)

    def _live_changes(self) -> LiveChanges:
        if self._trainer is None or self._state not in ("training", "paused"):
            raise SettingsError(f"settings change while a run trains; this one is {self._state}")
        return self._trainer.live_changes

    def watch(self, queries: tuple[str, ...]) -> None:
        """Name the queries whose nearest words the snapshots show from now on: `king - man +
        woman`.
        """
        self._watched = queries
        if self._trainer is not None:
            self._trainer.observer.watch(queries)

    def measure_quality(self) -> None:
        """Score the vectors on all word pairs and analogies now, not when that is next due."""
        if self._trainer is not None:
            self._trainer.observer.measure_quality()

    def break_when(self, text: str, *, stop: bool = False) -> Condition:
        """Pause once when a condition first holds; with `stop`, end there instead.

        `queen first in king - man + woman`, `churn < 5 %`: breakpoints.py lists them all.

        Raises:
            SettingsError: the text is not a condition, or one that this run can never meet.
        """
        condition = parse(text)
        if self._state not in ("preparing", "training", "paused"):
            raise SettingsError(f"breakpoints are set before a run ends; this one is {self._state}")
        past = condition.reason(self.snapshot(), Memory()) if isinstance(condition, Reaches) else ""
        if past:
            raise SettingsError(f"'{condition}' is past: {past}")
        # First added, then checked: a corpus that is read meanwhile checks all there are.
        added = Breakpoint(condition, ends=stop)
        self._breakpoints.add(added)
        if trouble := self._never_met(condition):
            self._breakpoints.remove([added])
            raise SettingsError(trouble)
        return condition

    @property
    def breakpoints(self) -> tuple[str, ...]:
        """The conditions still waited for, as text that `break_when` accepts."""
        return tuple(str(one.condition) for one in self._breakpoints)

    def clear_breakpoints(self) -> None:
        """Remove all breakpoints."""
        self._breakpoints.remove(self._breakpoints)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is over; whether it is. Raises what ended it, where that was an
        error.
        """
        if not self._ended.wait(timeout):
            return False
        if self._error is not None:
            raise self._error
        return True

    # ---- looking

    def is_over(self, timeout: float | None) -> bool:
        """Whether the run has ended, in whatever way; waits up to `timeout` seconds for it, or for
        ever.
        """
        return self._ended.wait(timeout)

    def vectors(self) -> KeyedVectors:
        """A copy of the vectors as they are now.

        Raises:
            SettingsError: the corpus is still being read.
        """
        return self._trained().vectors()

    def matrices(self) -> dict[str, NDArray[np.float32]]:
        """Everything that is trained, as it is now; views, not copies.

        Raises:
            SettingsError: the corpus is still being read.
        """
        return self._trained().backend.matrices()

    def block_shape(self) -> BlockShape:
        """Expected size of the blocks that the plan in force trains on.

        Raises:
            SettingsError: the corpus is still being read.
        """
        return self._trained().block_shape()

    def _trained(self) -> Trainer:
        if self._trainer is None:
            raise SettingsError("there are no vectors yet: the corpus is still being read")
        return self._trainer

    def snapshot(self) -> Snapshot:
        """What the run looks like now."""
        shot = Snapshot(
            state=self._state,
            activity=self._activity,
            activity_fraction=None if self._read else self._reading.fraction,
            vector_size=self.training.vector_size,
            settings=self._requested,
            probe_reason=self._probe_reason,
            quality_wanted=bool(self._quality_sets),
            events=self._log.events,
            error=self._error,
        )
        return shot if self._trainer is None else self._trainer.shown(shot)

    # ---- breakpoints

    def _never_met(self, condition: Condition) -> str:
        """Why this run can never meet a condition, as far as that is known."""
        unmeasured = ""
        if condition.needs == "probe":
            unmeasured = self._probe_reason or ("" if self.training.probe else "switched off")
        elif condition.needs in ("churn", "settled") and not self._looks_at_vectors:
            unmeasured = "this run looks at its losses only"
        elif condition.needs == "pairs" and not self._quality_sets.pairs:
            unmeasured = "give word pairs, --pairs FILE"
        elif condition.needs == "analogies" and not self._quality_sets.analogies:
            unmeasured = "give analogies, --analogies FILE"
        if unmeasured:
            return f"'{condition}' can never hold: no {condition.needs}: {unmeasured}"
        return self._trainer.observer.lookup.unknown(condition) if self._trainer else ""

    def _check_breakpoints(self) -> None:
        """Now that the corpus is read: an end that never comes is an error, a pause is dropped."""
        for one in self._breakpoints:
            if trouble := self._never_met(one.condition):
                if one.ends:
                    raise SettingsError(trouble)
                self._breakpoints.remove([one])
                self._log.note(f"breakpoint dropped: {trouble}")

    def _meet_breakpoints(self) -> None:
        """Pause or stop where a condition holds."""
        if self._breakpoints and self._state == "training":
            for one, reason in self._breakpoints.met(self.snapshot()):
                if one.ends:
                    self.stop()
                elif self.is_attended:
                    self._stand_still()
                did = "stopped" if one.ends else "paused" if self.is_attended else "not paused"
                self._log.note(f"{did}: {reason}")

    # ---- the run's thread

    def _main(self) -> None:
        ending: State = "failed"
        try:
            trainer = self._prepare()
            ending = self._train(trainer)
        except ReadingStopped:
            ending = "stopped"
        except BaseException as error:
            self._error = error
            self._log.note(str(error) or type(error).__name__, kind="error")
        finally:
            if self._trainer is not None:
                self._trainer.pool.stop()
                self._trainer.pool.join()
                self._trainer.observer.finish()
            if self._store is not None:
                self._store.wait()
            with self._lock:
                self._counters.watch.stop()
                self._state = ending
            if self._trainer is not None:
                self._trainer.live_changes.drop()
            self._ended.set()

    def _prepare(self) -> Trainer:
        self._activity = "reading the corpus"
        corpus = self._read_corpus(self._reading, self._stopping)
        cached = " (already encoded)" if corpus.from_cache else ""
        self._log.note(
            f"{corpus.name}{cached}: {len(corpus.ids):,} tokens, {len(corpus.vocab):,} words "
            f"of {corpus.n_raw_types:,}"
        )
        for hint in corpus.hints:
            self._log.note(f"hint: {hint}")
        self._read = True
        self._activity = "preparing vectors"
        start = None if self._resume_from is None else self._resume_from(corpus)
        self._resume_from = None  # its vectors are not needed any longer than they are copied
        if start is not None:
            self._requested = start.settings
        probe_set, order = self._hold_out(corpus)
        per_epoch = order.tokens_per_epoch
        script = self._script
        if start is not None and start.tokens_per_epoch != per_epoch:  # another text
            script = script.rescaled(per_epoch / start.tokens_per_epoch)
            start = start.rescaled(per_epoch)
            tallies = tallies_at(start.tallies, start.clock)
            start = dataclasses.replace(start, tallies=tallies)
        live = self._resolved(per_epoch)
        check_fits(corpus.vocab.counts, self.training, live, checkpoints=self._store is not None)
        backend = CpuBackend(corpus, self.training, start.vectors if start else None)
        plan = backend.plan(live)
        self._compile(backend, plan)
        self._trainer = Trainer(
            backend,
            order,
            plan,
            probe_set=probe_set,
            start=start,
            script=script,
            counters=self._counters,
            curves=self.curves,
            log=self._log,
            breakpoints=self._breakpoints,
            quality_sets=self._quality_sets,
            looks_at_vectors=self._looks_at_vectors,
            state=lambda: self._state,
            arrived=self._wake.set,
        )
        self._trainer.observer.watch(self._watched)
        if start is not None:
            self._log.note(f"resumed at {start.fraction:.1%}, {start.clock:,} tokens")
        self._check_breakpoints()  # may end the run, of which nothing is to be kept then
        if self._store is not None:
            self._trainer.begin_keeping(self._store, self._checkpoint_seconds)
        return self._trainer

    def _resolved(self, per_epoch: int) -> ResolvedSettings:
        """The settings asked for, without any `auto`."""
        live = self._requested.resolved(per_epoch, available_cores())
        if self._requested.epochs is None:
            passes = (
                "for a large corpus" if live.epochs == 5 else "so that a small corpus is seen often"
            )
            self._log.note(f"epochs auto: {live.epochs}, {passes} ({per_epoch:,} tokens)")
        return live

    def _hold_out(self, corpus: EncodedCorpus) -> tuple[ProbeSet | None, TokenOrder]:
        """Set text aside for the probe; the order steps over it."""
        if not self.training.probe:
            self._probe_reason = "switched off"
            return None, TokenOrder(len(corpus.ids))
        held_out = choose_held_out(corpus.sentence_starts, self.training.seed)
        probe_set = ProbeSet(corpus, held_out, self.training.seed)
        if len(probe_set) < 2:
            self._probe_reason = f"{len(corpus.ids):,} tokens are too few to hold any out"
            return None, TokenOrder(len(corpus.ids))
        return probe_set, TokenOrder(len(corpus.ids), held_out)

    def _compile(self, backend: CpuBackend, plan: Plan) -> None:
        first_time = not backend.compiled_before()
        self._activity = "loading compiled kernels"
        if first_time:
            once = "once on this machine" if backend.keeps_compiled() else "at every start"
            self._activity = f"compiling the training loop: {once}, about 10 s"
        started = time.monotonic()
        backend.compile(plan, self._stopping.is_set)
        if self._stopping.is_set():
            raise ReadingStopped("stopped before the training began")
        took = time.monotonic() - started
        self._log.note(f"kernels {'compiled' if first_time else 'loaded'} in {took:.1f} s")
        if not backend.keeps_compiled():
            self._log.note(
                "compiled kernels are not saved: no folder is writable; set W2VTUI_CACHE_DIR to one"
            )

    def _train(self, trainer: Trainer) -> State:
        pool, observer, keeping = trainer.pool, trainer.observer, trainer.checkpointing
        observer.start()
        with self._lock:
            if self._stopping.is_set():
                pool.stop()
            self._activity = ""
            self._state = "training"
            self._counters.watch.start()
        self._follow_script(trainer)
        pool.staff()
        suspension = Suspension()
        while pool.busy or not (self._stopping.is_set() or self._is_at_the_end(trainer)):
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()
            self._leave_out(suspension.seconds())
            self._follow_script(trainer)
            trainer.apply_change()
            self._tick(trainer)
            for error in (pool.error, observer.error):
                if error is not None:
                    raise error
            self._meet_breakpoints()
            self._log.take_in()
            if keeping is not None:
                keeping.look(self._state)
            self._tell_news()
            if not self._stopping.is_set():
                pool.staff()  # more epochs may have been asked for as the last workers left
        with self._lock:
            self._counters.watch.stop(pool.worked_until)  # a tick ago at most
        self._tick(trainer)
        if pool.error is not None:
            raise pool.error
        with self._lock:
            self._state = "finishing"
        observer.finish()
        if observer.error is not None:
            raise observer.error
        ending: State = "done" if pool.finished else "stopped"
        if keeping is not None:
            self._activity = "writing the last checkpoint"
            self._log.take_in()
            keeping.finish(ending)
            self._tell_news()
        return ending

    @staticmethod
    def _is_at_the_end(trainer: Trainer) -> bool:
        return trainer.pool.finished and not trainer.change_is_due

    def _follow_script(self, trainer: Trainer) -> None:
        if trainer.follow_script():
            self.stop()

    def _leave_out(self, seconds: float) -> None:
        """Take time off the clock in which the process was suspended while training."""
        if seconds and self._counters.watch.leave_out(seconds):
            self._log.note(f"suspended for {seconds:.0f} s (not counted)")

    def _tell_news(self) -> None:
        """Log the store's messages."""
        for text in self._store.messages() if self._store is not None else ():
            self._log.note(text)

    def _tick(self, trainer: Trainer) -> None:
        """Read the counters, say what they say, notice a loss that is not a number."""
        pool, counters = trainer.pool, self._counters
        learned = counters.read(pool)
        tallies = pool.tallies()
        if judgement := trainer.live_changes.judgement(counters.watch.seconds, tallies.tokens):
            self._log.note(judgement)
        if learned:
            trainer.doctor.look(self.snapshot(), self.curves.loss)
        if tallies.not_finite:
            raise DivergedError(
                f"training diverged after {tallies.tokens:,} tokens: the loss is no longer a "
                f"number: lower alpha ({pool.plan.settings.alpha:g})"
            )

    def _where(self) -> tuple[float, int] | None:
        """Training time and tokens, once there are any."""
        if self._trainer is None:
            return None
        return self._counters.watch.seconds, self._trainer.pool.tallies().tokens
