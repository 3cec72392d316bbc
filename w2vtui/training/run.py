"""A run: reads a corpus and trains on it; can be watched and steered while it does.

Which thread may call what of a `Run`:

    any thread, at any time      pause, resume, stop, checkpoint, change, undo, cost, watch,
                                 measure_quality, break_when, clear_breakpoints, limit_speed,
                                 snapshot, curves, corpus;
                                 all return at once, whatever the workers do
    any thread but the run's     wait, is_over: these block until the run has ended; score_on, which
                                 reads files
    the maker of the run, once   start
    any thread, corpus read      trained: vectors that may still train, and their text

Here is what steers it; run_life.py has the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from w2vtui.errors import SettingsError
from w2vtui.evaluation.question_files import QuestionKind
from w2vtui.settings import ResolvedSettings
from w2vtui.training.costs.cost_model import Cost
from w2vtui.training.live.conditions import Condition
from w2vtui.training.run_life import RunLife
from w2vtui.training.state.snapshot import state_text
from w2vtui.training.trainer import Trainer


class Run(RunLife):
    """One training, from reading the corpus to finished vectors."""

    # ---- steering: returns at once, whatever the workers do

    def leave(self) -> None:
        """Nothing: a run of this process ends with it."""

    def discard(self) -> None:
        """Nothing: this process saves what it is asked to save."""

    def pause(self, event: str = "paused") -> None:
        """Hand out no more text; workers finish what they hold. A run that is being prepared begins
        paused, and one that is paused does not end where all is trained.

        event   what the log says of it
        """
        with self._control.lock:
            if self._control.pause():
                self._log.note_by_hand(event)
        self._control.wake.set()

    def resume(self, event: str = "resumed") -> None:
        """Resume after a pause.

        event   what the log says of it
        """
        with self._control.lock:
            if self._control.is_paused:
                self._log.note_by_hand(event)
                self._control.resume()
        self._control.wake.set()

    def checkpoint(self) -> None:
        """Take a checkpoint soon, when none is due yet.

        Raises:
            SettingsError: this run has no checkpoints, or does not train.
        """
        if self._store is None:
            raise SettingsError(
                "this run has no checkpoints: it was started with --no-checkpoints, or in Python "
                "without runs_dir"
            )
        checkpointing = self._while_training("checkpoints are taken").checkpointing
        assert checkpointing is not None, "a run with a store has checkpoints once it trains"
        checkpointing.ask()
        self._control.wake.set()

    def stop(self) -> None:
        """End the run as soon as the workers have finished what they hold; the vectors stay."""
        self._control.stop()

    def change(self, **settings: Any) -> ResolvedSettings:
        """Request other live settings from the next span on; returns all of them as they will be.

        Setting alpha sets the present rate, which then falls linearly to min_alpha.

        Raises:
            SettingsError: an unknown setting, a value out of range, or a run that does not train.
        """
        wanted = self._while_training("settings change").live_changes.change(settings)
        self._control.wake.set()
        return wanted

    def undo(self) -> ResolvedSettings:
        """Request the settings from before the last change, and the line of the rate.

        A change that was requested and is not being applied yet is dropped instead. A second undo
        undoes the change before.

        Raises:
            SettingsError: nothing was changed, the run does not train, or it is already past the
                end that it had before the change.
        """
        settings = self._while_training("settings change").live_changes.undo()
        self._control.wake.set()
        return settings

    def cost(self, **settings: Any) -> Cost | None:
        """The predicted cost of other live settings; None until the speed has been measured, and on
        a GPU.

        Of a run that has ended it is that of more epochs.

        Raises:
            SettingsError: as `change` does.
        """
        if self._trainer is not None and self._control.state in ("done", "stopped"):
            return self._trainer.live_changes.cost(settings)
        return self._while_training("settings change").live_changes.cost(settings)

    def _while_training(self, what: str) -> Trainer:
        """The trainer, while it trains.

        what   what is possible only then, for the message: `settings change`

        Raises:
            SettingsError: the run does not train.
        """
        if self._trainer is None or self._control.state not in ("training", "paused"):
            raise SettingsError(
                f"{what} while a run trains; this one {state_text(self._control.state)}"
            )
        return self._trainer

    def watch(self, queries: tuple[str, ...]) -> None:
        """Name the queries whose nearest words the snapshots show from now on: `king - man +
        woman`.
        """
        self._records.watch_list.queries = queries

    def measure_quality(self) -> None:
        """Score the vectors on all questions now, even if that is not due yet."""
        if self._trainer is not None:
            self._trainer.observer.measure_quality()

    def score_on(self, kind: QuestionKind, paths: Sequence[str]) -> tuple[str, ...]:
        """Score the vectors on other files of a kind from now on, or on none of it; returns what
        was left out of them. Reads files: not for a thread that draws.

        paths   mean the same in every folder

        Raises:
            CorpusError: a file cannot be read; nothing has changed.
            SettingsError: the run does not train, or no longer once they are read.
        """
        what, remarks = "questions change", list[str]()
        trainer = self._while_training(what)
        with self._changing_questions:
            sets = self._quality_sets.with_files(kind, paths, remarks.append)
            known = trainer.observer.quality.known(sets)
            names = ", ".join(Path(path).name for path in paths) or "none"
            with self._control.lock:  # the run does not end in between
                self._while_training(what)
                self._quality_sets = sets
                trainer.observer.score_on(known)
                trainer.lookouts.schedule()  # a look at the quality takes another time now
                self._log.note_by_hand(f"{kind} to score the vectors on: {names}")
            if self._store is not None:
                self._store.score_on(sets.files)
        self._control.wake.set()
        return tuple(remarks)

    def break_when(self, text: str, *, stop: bool = False) -> Condition:
        """Pause once when a condition first holds; with `stop`, end there instead.

        `queen first in king - man + woman`, `churn < 5 %`: breakpoints.py lists them all.

        Raises:
            SettingsError: the text is not a condition, or one that this run can never meet.
        """
        return self._breakpoints.set(text, self.snapshot, stop=stop)

    @property
    def breakpoints(self) -> tuple[str, ...]:
        """The conditions still waited for, as text that `break_when` accepts."""
        return self._breakpoints.texts

    def clear_breakpoints(self) -> None:
        """Remove all breakpoints."""
        self._breakpoints.clear()

    def limit_speed(self, words_per_second: float | None) -> None:
        """Train no faster than this, all workers together, to leave time to look; None for as fast
        as it can. What is trained is the same.
        """
        self._most_speed = words_per_second
        if self._trainer is not None:
            self._trainer.pool.most_speed = words_per_second

    @property
    def stays_paused(self) -> bool:
        """Whether a pause was asked for while the run was paused, as by a breakpoint: whoever set
        that should not resume the run then.
        """
        return self._control.stays_paused

    def wait_for_halt(self, timeout: float | None = None) -> bool:
        """Wait until the run is paused or its training has ended; return whether it is.

        At a breakpoint of an epoch or of tokens all text before it is trained then, none after it.
        """
        return self._control.halted.wait(timeout)
