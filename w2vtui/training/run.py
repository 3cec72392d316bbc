"""A run: reads the corpus, trains it, and lets itself be watched and steered.

    run thread   reads, compiles, starts the crew, applies staged settings, ticks, ends the run
    workers      crew.py: train stretches of about 50 ms, without the GIL
    observer     observer.py: probe loss, watched words, churn, quality

A run never calls its viewers: they read `snapshot()` and the curves when they please. The arrow
back is one frozen `LiveSettings`, replaced whole between stretches.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, ReadingProgress, ReadingStopped
from w2vtui.errors import DivergedError, SettingsError
from w2vtui.settings import (
    LiveSettings,
    TrainingSettings,
    available_cores,
)
from w2vtui.training.backend import CpuBackend, Plan, Tallies
from w2vtui.training.breakpoints import Breakpoint, Breakpoints, parse
from w2vtui.training.checkpoint import Checkpoint, Keeper, Script
from w2vtui.training.checkup import Checkup
from w2vtui.training.conditions import Condition, Memory, Reaches, View
from w2vtui.training.cost import CostModel, Price
from w2vtui.training.crew import Crew
from w2vtui.training.fitting import check_fits
from w2vtui.training.history import Curve
from w2vtui.training.meters import SpeedMeter, Standstill, StopWatch
from w2vtui.training.moment import Moment
from w2vtui.training.observer import Observer
from w2vtui.training.probe import ProbeSet, choose_held_out
from w2vtui.training.quality import QualitySets
from w2vtui.training.route import Route
from w2vtui.training.safekeeping import CHECKPOINT_SECONDS, Safekeeping
from w2vtui.training.schedule import Schedule
from w2vtui.training.shape import BlockShape, TextShape
from w2vtui.training.snapshot import ENDED, Event, Snapshot, State
from w2vtui.training.steering import Steering
from w2vtui.vectors import KeyedVectors

TICK_SECONDS = 0.2

ReadCorpus = Callable[[ReadingProgress, threading.Event], EncodedCorpus]
"""Reads a corpus, writing to the progress, until done or told to stop (ReadingStopped)."""

_ENDINGS: dict[str, State] = {state: state for state in ENDED}
"""The last checkpoint's reason is the state that the run ends in."""

GoOnFrom = Callable[[EncodedCorpus], Checkpoint | None]
"""The checkpoint to go on from, once it is known to fit the corpus; None for the beginning."""


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
        keeper: Keeper | None = None,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        go_on_from: GoOnFrom | None = None,
        earlier: tuple[Event, ...] = (),
        script: Script | None = None,
    ) -> None:
        """
        quality_sets        what `snapshot().quality` measures
        looks_at_vectors    whether that, churn and signs of health are measured while it trains
        keeper              takes its checkpoints
        checkpoint_seconds  from one checkpoint to the next, at most
        go_on_from          gives the checkpoint to begin at
        earlier             what happened before that checkpoint
        script              changes to make, and where to stop
        """
        self.training = training or TrainingSettings()
        self._read_corpus = read_corpus
        self._requested = live or LiveSettings()
        self._quality_sets = quality_sets or QualitySets()
        self._looks_at_vectors = looks_at_vectors
        self._keeper = keeper
        self._checkpoint_seconds = checkpoint_seconds
        self._go_on_from = go_on_from
        self._script = script or Script()
        self._reading = ReadingProgress()
        self._read = False
        self._state: State = "preparing"
        self._activity = "starting"
        self._plan_reason = ""
        self._probe_reason = ""
        self._watched: tuple[str, ...] = ()
        self._breakpoints = Breakpoints()
        self._events = earlier
        """Only the run's thread adds to it."""
        self._by_hand: deque[Event] = deque()
        """What other threads did, for that thread to note."""
        self._error: BaseException | None = None
        self._lock = threading.RLock()  # a signal's handler may pause what is just being paused
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._ended = threading.Event()
        # These exist once the corpus is read.
        self._backend: CpuBackend | None = None
        self._route: Route | None = None
        self._crew: Crew | None = None
        self._observer: Observer | None = None
        self._shape: TextShape | None = None
        self._steering: Steering | None = None
        self._checkup: Checkup | None = None
        self._safekeeping: Safekeeping | None = None

        self._watch = StopWatch()
        self._speed = SpeedMeter()
        self._thread_speeds: list[SpeedMeter] = []
        self._ticked = Tallies()
        self._loss: float | None = None
        self.loss_curve = Curve()
        """Objective loss, nats a pair; weight: pairs."""
        self.speed_curve = Curve()
        """Tokens a second."""

    # ---- steering: returns at once, whatever the workers do

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._main, name="w2vtui-run", daemon=True).start()

    def pause(self, event: str = "paused") -> None:
        """Hand out no more text; workers finish what they hold.

        event   what is noted of it
        """
        with self._lock:
            if self._stand_still():
                self._by_hand.append(self._event(event))
        self._wake.set()

    def resume(self, event: str = "resumed") -> None:
        """Go on after a pause."""
        with self._lock:
            if self._state == "paused" and self._crew is not None:
                self._by_hand.append(self._event(event))
                self._state = "training"
                self._watch.start()
                self._crew.resume()
        self._wake.set()

    def _stand_still(self) -> bool:
        """Pause; whether that was to be done."""
        with self._lock:
            if self._state != "training" or self._crew is None:
                return False
            self._state = "paused"
            self._crew.pause()
            self._watch.stop()
            return True

    def checkpoint(self) -> None:
        """Take a checkpoint soon, when none is due yet.

        Raises:
            SettingsError: this run is not kept, or does not train.
        """
        if self._keeper is None:
            raise SettingsError("this run is not kept: it was started with --no-checkpoints")
        if self._safekeeping is None or self._state not in ("training", "paused"):
            raise SettingsError(f"a run is kept while it trains; this one is {self._state}")
        self._safekeeping.ask()
        self._wake.set()

    def stop(self) -> None:
        """End the run as soon as the workers have finished what they hold; the vectors stay."""
        self._stopping.set()
        with self._lock:
            if self._state in ("training", "paused") and self._crew is not None:
                self._state = "stopping"
                self._crew.stop()
        self._wake.set()

    def change(self, **settings: Any) -> LiveSettings:
        """Ask for other live settings from the next stretch on; returns them as they will be.

        Setting alpha sets the rate of this moment; it then falls linearly to min_alpha.

        Raises:
            SettingsError: an unknown setting, a value out of range, or a run that does not train.
        """
        wanted = self._steered().change(settings)
        self._wake.set()
        return wanted

    def undo(self) -> LiveSettings:
        """Ask for what was in force before the last change, the line of the rate included.

        A change that has been asked for and is not in force yet is dropped instead. Once more
        undoes the change before.

        Raises:
            SettingsError: nothing was changed, the run does not train, or it is past the end it
                then had.
        """
        settings = self._steered().undo()
        self._wake.set()
        return settings

    def price(self, **settings: Any) -> Price | None:
        """What other live settings are expected to cost; None while there is no speed to go by.

        Raises:
            SettingsError: as `change` does.
        """
        return self._steered().price(settings)

    def _steered(self) -> Steering:
        if self._steering is None or self._state not in ("training", "paused"):
            raise SettingsError(f"settings change while a run trains; this one is {self._state}")
        return self._steering

    def watch(self, queries: tuple[str, ...]) -> None:
        """Name the queries whose nearest words the snapshots show from now on: `king - man +
        woman`.
        """
        self._watched = queries
        if self._observer is not None:
            self._observer.watch(queries)

    def measure_quality(self) -> None:
        """Score the vectors on all word pairs and analogies now, not when that is next due."""
        if self._observer is not None:
            self._observer.measure_quality()

    def break_when(self, text: str, *, stop: bool = False) -> Condition:
        """Pause by itself when a condition first holds, once; with `stop` end there instead.

        `queen first in king - man + woman`, `churn < 5 %`: breakpoints.py lists them all.

        Raises:
            SettingsError: the text is no condition, or one that this run can never meet.
        """
        condition = parse(text)
        if self._state not in ("preparing", "training", "paused"):
            raise SettingsError(f"a run stops by itself while it trains; this one is {self._state}")
        past = condition.reason(self._view(), Memory()) if isinstance(condition, Reaches) else ""
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
        """The conditions that are waited for, as text that `break_when` takes."""
        return tuple(str(one.condition) for one in self._breakpoints)

    def clear_breakpoints(self) -> None:
        """Wait for no condition any more."""
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

    @property
    def hints(self) -> tuple[str, ...]:
        """Plain-language remarks on the corpus, once it is read; they are among the events too."""
        return self._backend.corpus.hints if self._backend else ()

    def is_over(self, timeout: float | None) -> bool:
        """Whether the run has ended, in whatever way; waits up to `timeout` seconds for it, or for
        ever.
        """
        return self._ended.wait(timeout)

    @property
    def probe_curve(self) -> Curve:
        """Probe loss, nats."""
        return self._observer.probe_curve if self._observer else Curve()

    @property
    def churn_curve(self) -> Curve:
        """Share of nearest neighbours that changed, 0..1."""
        return self._observer.churn.churn_curve if self._observer else Curve()

    @property
    def settled_curve(self) -> Curve:
        """Share of words whose nearest neighbours stay, 0..1."""
        return self._observer.churn.settled_curve if self._observer else Curve()

    @property
    def quality_curves(self) -> Mapping[tuple[str, str], Curve]:
        """For each score, by its `key`: correlation or share of right answers, 0..1."""
        return self._observer.quality.curves if self._observer else {}

    @property
    def _n_words(self) -> int:
        return len(self._backend.corpus.vocab) if self._backend else 0

    def vectors(self) -> KeyedVectors:
        """A copy of the vectors as they are now.

        Raises:
            SettingsError: the corpus is still being read.
        """
        if self._backend is None or self._crew is None:
            raise SettingsError("there are no vectors yet: the corpus is still being read")
        output = self._backend.output_vectors
        return KeyedVectors(
            self._backend.corpus.vocab.words,
            self._backend.input_vectors.copy(),
            counts=self._backend.corpus.vocab.counts,
            output_vectors=None if output is None else output.copy(),
        )

    def matrices(self) -> dict[str, NDArray[np.float32]]:
        """Everything that is trained, as it is now; views, not copies.

        Raises:
            SettingsError: the corpus is still being read.
        """
        if self._backend is None:
            raise SettingsError("there are no vectors yet: the corpus is still being read")
        return self._backend.matrices()

    def block_shape(self) -> BlockShape:
        """Expected size of the blocks that the plan in force trains on.

        Raises:
            SettingsError: the corpus is still being read.
        """
        if self._shape is None or self._crew is None or self._backend is None:
            raise SettingsError("there are no blocks yet: the corpus is still being read")
        plan = self._crew.plan
        return BlockShape(self._shape.contexts(plan.settings), self._backend.mean_targets(plan))

    def snapshot(self) -> Snapshot:
        """What the run looks like now."""
        base = Snapshot(
            state=self._state,
            activity=self._activity,
            activity_fraction=None if self._read else self._reading.fraction,
            vector_size=self.training.vector_size,
            settings=self._requested,
            probe_reason=self._probe_reason,
            quality_wanted=bool(self._quality_sets),
            events=self._events,
            error=self._error,
        )
        crew, backend, route, observer = self._crew, self._backend, self._route, self._observer
        if crew is None or backend is None or route is None or observer is None:
            return base
        tallies, schedule, seconds = crew.tallies(), crew.schedule, self._watch.seconds
        per_epoch = route.tokens_per_epoch
        epochs = crew.plan.settings.epochs or 1
        speed = self._speed.now if base.state == "training" else 0.0
        left = max(schedule.planned - tallies.tokens, 0)
        return dataclasses.replace(
            base,
            corpus_name=backend.corpus.name,
            n_words=self._n_words,
            settings=crew.plan.settings,
            plan_reason=self._plan_reason,
            applying=self._steering is not None and self._steering.applying,
            tokens=tallies.tokens,
            tokens_planned=schedule.planned,
            tokens_per_epoch=per_epoch,
            epoch=min(tallies.tokens // per_epoch + 1, epochs),
            seconds=seconds,
            eta_seconds=left / speed if speed > 0 else None,
            words_per_second=speed,
            mean_words_per_second=tallies.tokens / seconds if seconds > 0 else 0.0,
            peak_words_per_second=self._speed.peak,
            thread_words_per_second=tuple(
                meter.now if speed else 0.0
                for meter in self._thread_speeds[: crew.plan.settings.workers]
            ),
            rate=schedule.at(crew.clock),
            loss=self._loss,
            mean_loss=tallies.loss / tallies.pairs if tallies.pairs else None,
            pairs=tallies.pairs,
            kept_share=tallies.centers / tallies.tokens if tallies.tokens else None,
            not_finite=tallies.not_finite,
            probe=observer.probe,
            neighbors=observer.neighbors,
            churn=observer.churn.churn,
            quality=observer.quality.quality,
            vitals=observer.vitals.vitals,
            remarks=self._checkup.remarks if self._checkup else (),
            kept_tokens=self._safekeeping.kept_tokens if self._safekeeping else None,
            kept_ago=self._safekeeping.kept_ago if self._safekeeping else None,
            keeping_failed=self._safekeeping is not None and self._safekeeping.failed,
        )

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
        return self._observer.lookout.unknown(condition) if self._observer else ""

    def _check_breakpoints(self) -> None:
        """Now that the corpus is read: an end that never comes is an error, a pause is dropped."""
        for one in self._breakpoints:
            if trouble := self._never_met(one.condition):
                if one.ends:
                    raise SettingsError(trouble)
                self._breakpoints.remove([one])
                self._note(f"breakpoint dropped: {trouble}")

    def _meet_breakpoints(self) -> None:
        """Pause or stop where a condition holds."""
        if self._breakpoints and self._state == "training":
            for one, reason in self._breakpoints.met(self._view()):
                end = self.stop if one.ends else self._stand_still
                end()
                self._note(f"{'stopped' if one.ends else 'paused'}: {reason}")

    def _view(self) -> View:
        shot = self.snapshot()
        return View(
            tokens=shot.tokens,
            epoch=shot.epoch,
            seconds=shot.seconds,
            probe=shot.probe,
            loss=shot.loss,
            churn=None if shot.churn is None else shot.churn.churn,
            settled=None if shot.churn is None else shot.churn.settled,
            pairs=None if shot.quality is None else shot.quality.value_of("pairs"),
            analogies=None if shot.quality is None else shot.quality.value_of("total"),
            neighbors=self._observer.lookout.found if self._observer else (),
        )

    # ---- the run's thread

    def _main(self) -> None:
        ending: State = "failed"
        try:
            self._prepare()
            ending = self._train()
        except ReadingStopped:
            ending = "stopped"
        except BaseException as error:
            self._error = error
            self._note(str(error) or type(error).__name__, kind="error")
        finally:
            if self._crew is not None:
                self._crew.stop()
                self._crew.join()
            if self._observer is not None:
                self._observer.finish()
            if self._keeper is not None:
                self._keeper.wait()
            self._watch.stop()
            with self._lock:
                self._state = ending
            if self._steering is not None:
                self._steering.drop()
            self._ended.set()

    def _prepare(self) -> None:
        self._activity = "reading the corpus"
        corpus = self._read_corpus(self._reading, self._stopping)
        cached = " (already encoded)" if corpus.from_cache else ""
        self._note(
            f"{corpus.name}{cached}: {len(corpus.ids):,} tokens, {len(corpus.vocab):,} words "
            f"of {corpus.n_raw_types:,}"
        )
        for hint in corpus.hints:
            self._note(f"hint: {hint}")
        self._read = True
        self._activity = "preparing vectors"
        start = None if self._go_on_from is None else self._go_on_from(corpus)
        self._go_on_from = None  # its vectors are not needed any longer than they are copied
        if start is not None:
            self._requested = start.settings
        probe_set, route = self._hold_out(corpus)
        per_epoch = route.tokens_per_epoch
        if start is not None and start.tokens_per_epoch != per_epoch:  # another text
            self._script = self._script.rescaled(per_epoch / start.tokens_per_epoch)
            start = start.rescaled(per_epoch)
            tallies = CpuBackend.at_place(start.tallies, start.clock)
            start = dataclasses.replace(start, tallies=tallies)
        live = self._requested.resolved(per_epoch, available_cores())
        assert live.epochs is not None
        assert live.alpha is not None
        if self._requested.epochs is None:
            passes = (
                "for a large corpus" if live.epochs == 5 else "so that a small corpus is seen often"
            )
            self._plan_reason = f"epochs auto: {live.epochs}, {passes} ({per_epoch:,} tokens)"
        check_fits(corpus.vocab.counts, self.training, live, checkpoints=self._keeper is not None)
        self._backend = CpuBackend(corpus, self.training, start.vectors if start else None)
        self._shape = TextShape(corpus)
        self._checkup = Checkup(corpus, self._shape)
        plan = self._backend.plan(live)
        self._compile(plan)
        if self._stopping.is_set():
            raise ReadingStopped("stopped before the training began")
        schedule = (
            start.schedule
            if start
            else Schedule(
                clock=0, rate=live.alpha, min_rate=live.min_alpha, planned=live.epochs * per_epoch
            )
        )
        crew = Crew(
            self._backend,
            route,
            plan,
            schedule,
            clock=start.clock if start else 0,
            earlier=start.tallies if start else None,
            milestone=self._script.milestone,
            arrived=self._wake.set,
        )
        self._observer = Observer(
            self._backend,
            probe_set,
            lambda: Moment(crew.plan, crew.tallies(), self._watch.seconds, crew.schedule.planned),
            breakpoints=self._breakpoints,
            quality_sets=self._quality_sets,
            looks_at_vectors=self._looks_at_vectors,
        )
        self._observer.watch(self._watched)
        costs = CostModel(self._shape, self.training.vector_size)
        past = start.past if start else ()
        self._steering = Steering(crew, route, self._backend, costs, self._speed, past)
        self._route, self._crew = route, crew
        if start is not None:
            self._take_up(start)
        if self._keeper is not None:
            self._keeper.begin(corpus, self._checkpoint("before the training"))
            self._safekeeping = Safekeeping(
                self._keeper,
                crew,
                self._checkpoint,
                self._backend.matrices,
                seconds=self._checkpoint_seconds,
            )
        self._check_breakpoints()
        if self._plan_reason:
            self._note(self._plan_reason)

    def _take_up(self, start: Checkpoint) -> None:
        """Everything beside vectors, clock and schedule as it was."""
        assert self._crew is not None
        assert self._observer is not None
        self._watch = StopWatch(start.seconds)
        self._ticked = self._crew.tallies()
        self.loss_curve = Curve(start.curves.get("loss"))
        self.speed_curve = Curve(start.curves.get("speed"))
        self._observer.go_on_from(start.curves)
        for text, ends in start.breakpoints:
            self._breakpoints.add(Breakpoint(parse(text), ends=ends))
        self._note(f"goes on from {start.fraction:.1%}, {start.clock:,} tokens")

    def _checkpoint(self, reason: str) -> Checkpoint:
        """The run as it is; no worker is at work. Its vectors are those that are trained."""
        crew, observer, steering = self._crew, self._observer, self._steering
        assert crew is not None
        assert observer is not None
        assert steering is not None
        assert self._backend is not None
        assert self._route is not None
        return Checkpoint(
            reason=reason,
            state=_ENDINGS.get(reason, self._state),
            training=self.training,
            settings=crew.plan.settings,
            schedule=crew.schedule,
            clock=crew.clock,
            tokens_per_epoch=self._route.tokens_per_epoch,
            seconds=self._watch.seconds,
            tallies=crew.tally_array(),
            diverged=crew.tallies().not_finite > 0,
            probe=observer.probe,
            events=self._events,
            past=steering.past,
            breakpoints=tuple((str(one.condition), one.ends) for one in self._breakpoints),
            curves={
                name: curve.kept()
                for name, curve in [
                    ("loss", self.loss_curve),
                    ("speed", self.speed_curve),
                    *observer.curves.items(),
                ]
            },
            vectors=self._backend.matrices(),
        )

    def _hold_out(self, corpus: EncodedCorpus) -> tuple[ProbeSet | None, Route]:
        """Set text aside for the probe; the route steps over it."""
        if not self.training.probe:
            self._probe_reason = "switched off"
            return None, Route(len(corpus.ids))
        held_out = choose_held_out(corpus.sentence_starts, self.training.seed)
        probe_set = ProbeSet(corpus, held_out, self.training.seed)
        if len(probe_set) < 2:
            self._probe_reason = f"{len(corpus.ids):,} tokens are too few to hold any out"
            return None, Route(len(corpus.ids))
        return probe_set, Route(len(corpus.ids), held_out)

    def _compile(self, plan: Plan) -> None:
        assert self._backend is not None
        first_time = not self._backend.compiled_before()
        self._activity = "loading compiled kernels"
        if first_time:
            once = "once on this machine" if self._backend.keeps_compiled() else "at every start"
            self._activity = f"compiling the training loop: {once}, about 10 s"
        started = time.monotonic()
        self._backend.compile(plan)
        took = time.monotonic() - started
        self._note(f"kernels {'compiled' if first_time else 'loaded'} in {took:.1f} s")
        if not self._backend.keeps_compiled():
            self._note(
                "kernels are not kept: there is no folder to write to; W2VTUI_CACHE_DIR names one"
            )

    def _train(self) -> State:
        crew, observer = self._crew, self._observer
        assert crew is not None
        assert observer is not None
        observer.start()
        with self._lock:
            if self._stopping.is_set():
                crew.stop()
            self._activity = ""
            self._state = "training"
            self._watch.start()
        self._follow_script()
        crew.staff()
        standstill = Standstill()
        while crew.busy or not (crew.finished or self._stopping.is_set()):
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()
            self._leave_out(standstill.seconds())
            self._follow_script()
            self._apply_change()
            self._tick(crew)
            for error in (crew.error, observer.error):
                if error is not None:
                    raise error
            self._meet_breakpoints()
            self._note_by_hand()
            if self._safekeeping is not None:
                self._safekeeping.look(self._state)
            self._tell_news()
            if not self._stopping.is_set():
                crew.staff()  # more epochs may have been asked for as the last workers left
        self._watch.stop(crew.worked_until)  # a tick ago at most
        self._tick(crew)
        if crew.error is not None:
            raise crew.error
        with self._lock:
            self._state = "finishing"
        observer.finish()
        if observer.error is not None:
            raise observer.error
        ending: State = "done" if crew.finished else "stopped"
        if self._safekeeping is not None:
            self._activity = "writing the last checkpoint"
            self._note_by_hand()
            self._safekeeping.finish(ending)
            self._tell_news()
        return ending

    def _follow_script(self) -> None:
        """Make the changes whose tokens have come, and stop where that is asked."""
        crew, steering = self._crew, self._steering
        assert crew is not None
        assert steering is not None
        while crew.at_milestone:
            if not self._script.changes:
                self.stop()
                return
            change, self._script = self._script.changes[0], self._script.after_first()
            assert change.settings is not None
            before = crew.plan.settings
            steering.repeat(change)
            crew.wait_at(self._script.milestone)
            self._changed(before, dataclasses.replace(change, seconds=self._watch.seconds))

    def _leave_script(self) -> None:
        """After a change by hand, those that were to be repeated make no sense any more."""
        if self._script.changes:
            assert self._crew is not None
            numbers = ", ".join(str(change.number) for change in self._script.changes)
            self._script = Script(stop_at=self._script.stop_at)
            self._crew.wait_at(self._script.milestone)
            self._note(f"changed by hand: change {numbers} of before is not repeated")

    def _leave_out(self, seconds: float) -> None:
        """Take time off the clock in which the process stood still while it was to train."""
        if seconds and self._watch.leave_out(seconds):
            self._note(f"stood still for {seconds:.0f} s: that time is left out")

    def _note_by_hand(self) -> None:
        """Note what other threads did."""
        while self._by_hand:
            self._events = (*self._events, self._by_hand.popleft())

    def _tell_news(self) -> None:
        """Note what the keeper has to say."""
        for text in self._keeper.news() if self._keeper is not None else ():
            self._note(text)

    def _apply_change(self) -> None:
        """Bring a requested change into force, and note where."""
        steering = self._steering
        assert steering is not None
        if not steering.applying:
            return
        number = 1 + sum(event.kind == "change" for event in self._events)
        before = (
            nullcontext()
            if self._safekeeping is None
            else self._safekeeping.before(f"change {number}")
        )
        with before:
            change = steering.apply(number, self._watch.seconds)
        if change is None:
            return
        self._leave_script()
        self._changed(
            change.before,
            Event(
                seconds=self._watch.seconds,
                tokens=change.tokens,
                kind="change",
                text=change.text,
                number=number,
                acknowledged_ms=change.acknowledged_ms,
                settings=change.after,
                schedule=change.schedule,
                undoes=change.undoes,
            ),
        )

    def _changed(self, before: LiveSettings, event: Event) -> None:
        """A change has come into force."""
        assert event.settings is not None
        if self._observer is not None:
            self._observer.look_soon()
        if self._checkup is not None:
            self._checkup.note_change(before, event.settings, event.tokens)
        self._events = (*self._events, event)

    def _tick(self, crew: Crew) -> None:
        """Read the counters, extend the curves, notice a loss that is no number."""
        tallies, seconds = crew.tallies(), self._watch.seconds
        pairs = tallies.pairs - self._ticked.pairs
        if pairs > 0:
            self._loss = (tallies.loss - self._ticked.loss) / pairs
            self.loss_curve.append(tallies.tokens, seconds, self._loss, pairs)
        if tallies.tokens > self._ticked.tokens:
            self._speed.read(seconds, tallies.tokens)
            for number, tokens in enumerate(crew.tokens_of_workers()):
                if number == len(self._thread_speeds):
                    self._thread_speeds.append(SpeedMeter())
                self._thread_speeds[number].read(seconds, tokens)
            if self._steering is not None:
                judgement = self._steering.judgement(seconds, tallies.tokens)
                if judgement:
                    self._note(judgement)
            if self._speed.now:  # one reading is no speed yet
                self.speed_curve.append(tallies.tokens, seconds, self._speed.now)
        self._ticked = tallies
        if self._checkup is not None and pairs > 0:
            self._checkup.look(self.snapshot(), self.loss_curve)
        if tallies.not_finite:
            raise DivergedError(
                f"training diverged after {tallies.tokens:,} tokens: the loss is no longer a "
                f"number: lower alpha ({crew.plan.settings.alpha:g})"
            )

    def _note(self, text: str, *, kind: Literal["note", "error"] = "note") -> None:
        self._events = (*self._events, self._event(text, kind=kind))

    def _event(self, text: str, *, kind: Literal["note", "error"] = "note") -> Event:
        seconds, tokens = self._watch.seconds, 0
        if self._crew is not None:
            tokens = self._crew.tallies().tokens
        elif self._events:  # still preparing, perhaps to go on from where it was
            seconds, tokens = self._events[-1].seconds, self._events[-1].tokens
        return Event(seconds=seconds, tokens=tokens, kind=kind, text=text)
