"""A run from its birth to its end: what its thread does, and how it looks.

    run thread   reads, compiles, starts the pool, applies staged settings, ticks, ends the run
    workers      engine/workers.py: train spans of about 50 ms, without the GIL
    observer     measuring/observer.py: probe loss, watched words, churn, quality

A run never calls its viewers: they read `snapshot()` and the curves when they like. The way back is
one frozen `LiveSettings`, replaced as a whole between spans.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, ReadingStopped, Vocab
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.system.shortage import as_shortage
from w2vtui.training.control import RunControl
from w2vtui.training.engine.private_steps import Present
from w2vtui.training.history.history import History
from w2vtui.training.live.checkpointing import CHECKPOINT_SECONDS
from w2vtui.training.live.waiting import Breakpoints
from w2vtui.training.loop import TrainingLoop
from w2vtui.training.measuring.counters import Counters
from w2vtui.training.measuring.neighbors import WatchList
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.preparing import FindCheckpoint, Given, Preparation, ReadCorpus
from w2vtui.training.run_breakpoints import RunBreakpoints
from w2vtui.training.showing import shown
from w2vtui.training.state.checkpoint import CheckpointStore
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.events import Event, EventLog
from w2vtui.training.state.script import Script
from w2vtui.training.state.snapshot import Snapshot, State
from w2vtui.training.trained_vectors import TrainedVectors
from w2vtui.training.trainer import RunRecords, Trainer


class RunLife:
    """What lives and is looked at; `Run` adds what steers it."""

    trains_apart = False
    """Whether another process trains it."""

    def __init__(  # noqa: PLR0913 - all that a front end may choose
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
        begin_at: Mapping[str, NDArray[np.float32]] | None = None,
        locks: NDArray[np.floating[Any]] | None = None,
        history: int = 0,
    ) -> None:
        """
        quality_sets        what `snapshot().quality` measures
        looks_at_vectors    whether that, churn and signs of health are measured as it trains
        store               takes its checkpoints
        checkpoint_seconds  from one checkpoint to the next, at most
        resume_from         finds the checkpoint to begin at
        earlier             what happened before that checkpoint
        script              changes to apply, and where to stop
        begin_at            what `matrices` gives, to begin with: `input_vectors` (V, D), for
                            negative sampling `output_vectors` (V, D), for hierarchical softmax
                            `node_vectors` (V - 1, D). What is missing begins as it always does,
                            except the first. They are copied; rate and clock begin at the start
        locks               float32 (V,) or (1,): the share of its moves that each input vector
                            makes, 0 for none
        history             megabytes that the vectors of past moments may take in the run's
                            folder; 0 keeps none
        """
        self.training = training or TrainingSettings()
        self._read_corpus = read_corpus
        self._resume_from = resume_from
        self._quality_sets = quality_sets or QualitySets()
        self._changing_questions = threading.Lock()
        self._looks_at_vectors = looks_at_vectors
        self._store = store
        self._checkpoint_seconds = checkpoint_seconds
        self.curves = RunCurves()
        """What viewers draw; the same objects from the run's birth to its end."""
        self.history = History(history)
        """Its past moments; the same object from the run's birth to its end."""
        self._log = EventLog(self._where, earlier)
        counters, waiting = Counters(self.curves), Breakpoints()
        self._records = RunRecords(
            counters, self.curves, self._log, waiting, WatchList(), self.history
        )
        self._control = RunControl(counters)
        self._preparation = Preparation(
            self.training,
            live or LiveSettings(),
            script or Script(),
            keeps={"checkpoints": store is not None, "history": history},
            log=self._log,
            control=self._control,
            given=Given(begin_at, locks),
        )
        self._breakpoints = RunBreakpoints(
            waiting,
            self._preparation,
            self._control,
            self._log,
            looks_at_vectors=looks_at_vectors,
            quality_sets=lambda: self._quality_sets,
        )
        self._most_speed: float | None = None
        self._error: BaseException | None = None
        self._ended = threading.Event()
        self._trainer: Trainer | None = None
        """There once the corpus is read."""

    @property
    def is_attended(self) -> bool:
        """Whether somebody can resume it after a pause; otherwise breakpoints do not pause it."""
        return self._control.is_attended

    @is_attended.setter
    def is_attended(self, attended: bool) -> None:
        self._control.is_attended = attended

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._main, name="w2vtui-run", daemon=True).start()

    # ---- looking

    def snapshot(self) -> Snapshot:
        """What the run looks like now."""
        shot = Snapshot(
            state=self._control.state,
            activity=self._preparation.activity,
            activity_fraction=self._preparation.fraction,
            # Before the events: they say of each change that is not pending any more.
            applying=self._trainer is not None and self._trainer.live_changes.applying,
            pause_reason=self._control.pause_reason,
            vector_size=self.training.vector_size,
            settings=self._preparation.requested,
            probe_reason=self._preparation.probe_reason,
            quality_wanted=bool(self._quality_sets),
            events=self._log.events,
            error=self._error,
        )
        return shot if self._trainer is None else shown(self._trainer, shot)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is over; return whether it is. Raises the error that ended it."""
        if not self._ended.wait(timeout):
            return False
        if self._error is not None:
            raise self._error
        return True

    def is_over(self, timeout: float | None) -> bool:
        """Whether the run has ended, in whatever way; waits up to `timeout` seconds for it, or for
        ever.
        """
        return self._ended.wait(timeout)

    @property
    def corpus(self) -> EncodedCorpus | None:
        """The text that it trains on; None until it is read."""
        return None if self._trainer is None else self._trainer.backend.corpus

    def vocabulary(self) -> Vocab | None:
        """The words that it trains; None until the text is read."""
        return None if self.corpus is None else self.corpus.vocab

    @property
    def trained(self) -> TrainedVectors:
        """Its vectors, and what they were trained on.

        Raises:
            SettingsError: the corpus is still being read.
        """
        if self._trainer is None:
            raise SettingsError("there are no vectors yet: the corpus is still being read")
        return self._trainer.trained

    @property
    def n_bytes(self) -> int:
        """The size of everything that is trained; 0 until the corpus is read."""
        return 0 if self._trainer is None else self._trainer.trained.n_bytes

    def present(self) -> Present | None:
        """What it trains with, and where it is; None until the corpus is read."""
        return None if self._trainer is None else self._trainer.trained.present()

    # ---- the run's thread

    def _main(self) -> None:
        control = self._control
        ending: State = "failed"
        try:
            trainer = self._prepare()
            ending = TrainingLoop(trainer, control, self._records, self._store, self.snapshot).run()
        except ReadingStopped:
            ending = "stopped"
        except BaseException as error:
            self._fail(error)
        finally:
            try:
                control.end(self._ended_as(ending))
            finally:  # whoever waits for the end must not wait without one
                self._ended.set()

    def _ended_as(self, ending: State) -> State:
        """Clear away; return how the run has ended after that."""
        try:
            self._clear_away()
        except BaseException as error:
            self._fail(error)
            return "failed"
        return ending

    def _fail(self, error: BaseException) -> None:
        """Note the error that ends the run; of several, the first is its error."""
        known = as_shortage(error, self._control.activity or "training") or error
        self._error = self._error or known
        self._log.note(str(known) or type(error).__name__, kind="error")

    def _clear_away(self) -> None:
        """End what works for the run."""
        if self._trainer is not None:
            self._trainer.end()
            if self._trainer.live_changes.drop():
                self._log.note("the run ended before a change that was requested")
            self._log.take_in()  # what the observer noted last
        self.history.finish()
        if self._store is not None:
            self._store.wait()
            for text in self._store.messages():  # of the last checkpoint and the last moment
                self._log.note(text)

    def _prepare(self) -> Trainer:
        read_corpus, find_checkpoint = self._read_corpus, self._resume_from
        self._resume_from = None  # its vectors are needed only until they are copied
        prepared = self._preparation.prepare(read_corpus, find_checkpoint)
        del find_checkpoint
        self._trainer = trainer = Trainer(
            prepared,
            self._records,
            quality_sets=self._quality_sets,
            looks_at_vectors=self._looks_at_vectors,
            control=self._control,
        )
        trainer.pool.most_speed = self._most_speed
        if (start := prepared.start) is not None:
            self._log.note(f"resumed at {start.fraction:.1%}, {start.clock:,} tokens")
        # May end the run, of which nothing is saved then.
        self._breakpoints.begin(trainer.lookup, trainer.lookouts)
        trainer.lookouts.begin({} if start is None else start.memory)
        if self._store is not None:
            trainer.begin_checkpoints(self._store, self._checkpoint_seconds)
        trainer.begin_history(None if self._store is None else self._store.history)
        return trainer

    def _where(self) -> tuple[float, int] | None:
        """Training time and tokens, once there are any."""
        if self._trainer is None:
            return None
        return self._records.counters.watch.seconds, self._trainer.pool.tallies().tokens
