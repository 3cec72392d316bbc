"""What the run's thread does while workers train: apply changes, tick, pause, checkpoint."""

from __future__ import annotations

from collections.abc import Callable

from w2vtui.errors import DivergedError
from w2vtui.system.cores import workers_at_work
from w2vtui.training.control import RunControl
from w2vtui.training.engine.clocks import Suspension
from w2vtui.training.live.waiting import Breakpoint
from w2vtui.training.state.checkpoint import CheckpointStore
from w2vtui.training.state.snapshot import Snapshot, State
from w2vtui.training.trainer import RunRecords, Trainer

TICK_SECONDS = 0.2


class TrainingLoop:
    """One training from its first span to its end."""

    def __init__(
        self,
        trainer: Trainer,
        control: RunControl,
        records: RunRecords,
        store: CheckpointStore | None,
        snapshot: Callable[[], Snapshot],
    ) -> None:
        """snapshot: the run as it is now."""
        self._trainer, self._control, self._store = trainer, control, store
        self._counters, self._curves = records.counters, records.curves
        self._log, self._breakpoints = records.log, records.breakpoints
        self._snapshot = snapshot

    def run(self) -> State:
        """Train to the end, or until the run is stopped; return how it ended.

        Raises:
            DivergedError: a loss was not a number.
            BaseException: the error of a worker or of the observer.
        """
        with workers_at_work():
            self._train()
        return self._finish()

    def _train(self) -> None:
        """Train to the end, or until the run is stopped."""
        control, pool = self._control, self._trainer.pool
        self._trainer.observer.start()
        control.begin(self._trainer.dispatcher)
        self._follow_script()
        pool.staff()
        if self._trainer.dispatcher.at_mark:  # no worker is there to report it
            control.wake.set()
        suspension = Suspension()
        while not self._is_over():
            control.wake.wait(TICK_SECONDS)
            control.wake.clear()
            if self._trainer.dispatcher.all_trained:
                pool.wait(TICK_SECONDS)  # they are leaving: a moment, not a tick
            self._leave_out(suspension.seconds())
            self._step()
            if not self._trainer.dispatcher.stopped:
                pool.staff()  # more epochs may have been requested as the last workers left
        control.finish(pool.worked_until)  # at most a tick ago
        self._tick()
        if pool.error is not None:
            raise pool.error

    def _step(self) -> None:
        """One round of the loop."""
        trainer = self._trainer
        self._follow_script()
        trainer.apply_change()
        self._meet_breakpoints()  # workers may wait for it
        self._tick()
        for error in (trainer.pool.error, trainer.observer.error):
            if error is not None:
                raise error
        self._log.take_in()
        if trainer.checkpointing is not None:
            trainer.checkpointing.look(self._control.state)
        self._log_messages()

    def _finish(self) -> State:
        """Take the last measurements and the last checkpoint."""
        trainer, control = self._trainer, self._control
        trainer.observer.finish()
        if trainer.observer.error is not None:
            raise trainer.observer.error
        trainer.doctor.look(self._snapshot(), self._curves.loss)
        ending: State = "done" if trainer.dispatcher.finished else "stopped"
        if ending == "done" and self._breakpoints:
            for _, reason in trainer.lookouts.last_look(self._snapshot):
                self._log.note(f"at the end: {reason}")
        if trainer.checkpointing is not None:
            control.activity = "writing the last checkpoint"
            self._log.take_in()
            trainer.checkpointing.finish(ending)
        return ending

    def _is_over(self) -> bool:
        """Whether the training is over: then no request is accepted any more."""
        control, trainer = self._control, self._trainer
        with control.lock:
            if trainer.pool.busy or not (control.stopping.is_set() or self._is_at_the_end):
                return False
            if not trainer.live_changes.close():
                return False
            control.state = "finishing"
            return True

    @property
    def _is_at_the_end(self) -> bool:
        trainer = self._trainer
        is_paused = self._control.state == "paused"
        return trainer.dispatcher.finished and not (is_paused or trainer.change_is_due)

    def _follow_script(self) -> None:
        if self._trainer.follow_script():
            self._control.stop()

    def _leave_out(self, seconds: float) -> None:
        """Subtract time from the clock in which the process was suspended."""
        if seconds and self._counters.watch.leave_out(seconds):
            self._log.note(f"suspended for {seconds:.0f} s (not counted)")

    def _log_messages(self) -> None:
        """Log the store's messages."""
        for text in self._store.messages() if self._store is not None else ():
            self._log.note(text)

    def _tick(self) -> None:
        """Read the counters, log what they show, and check that the loss is a number."""
        trainer, counters = self._trainer, self._counters
        learned = counters.read(trainer.pool)
        tallies = trainer.pool.tallies()
        if learned:
            rate = trainer.dispatcher.schedule.at(tallies.tokens)
            self._curves.alpha.append(tallies.tokens, counters.watch.seconds, rate)
        if judgment := trainer.live_changes.judgment(counters.watch.seconds, tallies.tokens):
            self._log.check(str(judgment), *judgment)
        if learned or not tallies.pairs:
            trainer.doctor.look(self._snapshot(), self._curves.loss)
        if tallies.not_finite:
            raise DivergedError(
                f"training diverged after {tallies.tokens:,} tokens: the loss is no longer a "
                f"number: lower the learning rate ({trainer.dispatcher.plan.settings.alpha:g})"
            )

    def _meet_breakpoints(self) -> None:
        """Pause or stop where a condition holds; at a mark, the workers wait for that."""
        trainer, lookouts = self._trainer, self._trainer.lookouts
        if self._control.state != "training" or trainer.pool.error is not None:
            return
        for one, reason in lookouts.by_clock(self._snapshot):
            self._meet(one, f"{reason} (by the clock, so at another token in each run)")
        if trainer.dispatcher.at_mark and self._control.state == "training":
            for one, reason in lookouts.look(self._snapshot):
                self._meet(one, reason)
            lookouts.move_on()

    def _meet(self, one: Breakpoint, reason: str) -> None:
        """Do what a breakpoint that is met says, and note it."""
        control, trainer = self._control, self._trainer
        if one.ends:
            control.stop()
            did = "stopped"
        else:
            is_paused = control.is_attended and (control.pause(reason) or control.is_paused)
            did = "paused" if is_paused else "not paused"
        ends_round = trainer.lookouts.ends_round(one)
        settings = trainer.dispatcher.plan.settings if ends_round else None
        self._log.note(f"{did}: {reason}", settings=settings)
        trainer.observer.look_soon()  # so that the screen shows what the condition saw
