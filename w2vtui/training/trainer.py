"""All that there is of a run once its text is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import nullcontext

from w2vtui.errors import BackendError
from w2vtui.settings import LiveSettings
from w2vtui.training.costs.price import CostModel
from w2vtui.training.costs.text_shape import BlockShape, TextShape
from w2vtui.training.engine.backend import CpuBackend, Plan
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.moment import Moment
from w2vtui.training.engine.token_order import Route
from w2vtui.training.engine.workers import Crew
from w2vtui.training.live.breakpoints import Breakpoint, Breakpoints, parse
from w2vtui.training.live.changes import Steering
from w2vtui.training.live.checkpointing import Safekeeping
from w2vtui.training.measuring.checkup import Checkup
from w2vtui.training.measuring.counters import Course
from w2vtui.training.measuring.observer import Observer
from w2vtui.training.measuring.probe import ProbeSet
from w2vtui.training.measuring.quality import QualitySets
from w2vtui.training.state.checkpoint import Checkpoint, Keeper, Script
from w2vtui.training.state.events import EventLog
from w2vtui.training.state.snapshot import ENDED, Event, Snapshot, State
from w2vtui.vectors import KeyedVectors

_ENDINGS: dict[str, State] = {state: state for state in ENDED}
"""The last checkpoint's reason is the state that the run ends in."""


class Trainer:
    """The workers, who watches them, who steers them and who keeps what they learn.

    Its methods are the run's thread's, apart from those that copy or show.
    """

    def __init__(
        self,
        backend: CpuBackend,
        route: Route,
        plan: Plan,
        *,
        probe_set: ProbeSet | None,
        start: Checkpoint | None,
        script: Script,
        course: Course,
        log: EventLog,
        breakpoints: Breakpoints,
        quality_sets: QualitySets,
        looks_at_vectors: bool,
        state: Callable[[], State],
        arrived: Callable[[], object],
    ) -> None:
        """
        start      where to go on, with its vectors in the backend already; None: at the beginning
        script     changes to make, and where to stop
        state      that the run is in
        arrived    called when all text before the script's next milestone is trained
        """
        self.backend, self.route, self.course, self.log = backend, route, course, log
        self._breakpoints, self._state = breakpoints, state
        self._script = script
        live = plan.settings
        assert live.alpha is not None
        assert live.epochs is not None
        planned = live.epochs * route.tokens_per_epoch
        begin = Schedule(clock=0, rate=live.alpha, min_rate=live.min_alpha, planned=planned)
        self.crew = crew = Crew(
            backend,
            route,
            plan,
            start.schedule if start else begin,
            clock=start.clock if start else 0,
            earlier=start.tallies if start else None,
            milestone=script.milestone,
            arrived=arrived,
        )
        self.observer = Observer(
            backend,
            probe_set,
            lambda: Moment(crew.plan, crew.tallies(), course.watch.seconds, crew.schedule.planned),
            breakpoints=breakpoints,
            quality_sets=quality_sets,
            looks_at_vectors=looks_at_vectors,
        )
        self.shape = TextShape(backend.corpus)
        self.checkup = Checkup(backend.corpus, self.shape)
        costs = CostModel(self.shape, backend.training.vector_size)
        past = start.past if start else ()
        self.steering = Steering(crew, route, backend, costs, course.speed, past)
        self.safekeeping: Safekeeping | None = None
        """None while the run is not kept."""
        if start is not None:
            course.go_on_from(start, crew.tallies())
            self.observer.go_on_from(start.curves)
            for text, ends in start.breakpoints:
                breakpoints.add(Breakpoint(parse(text), ends=ends))

    # ---- keeping

    def begin_keeping(self, keeper: Keeper, seconds: float) -> None:
        """Take checkpoints from now on, so many seconds apart at most.

        Raises:
            W2vtuiError: the run cannot be kept, and must not begin.
        """
        keeper.begin(self.backend.corpus, self.checkpoint("before the training"))
        self.safekeeping = Safekeeping(
            keeper, self.crew, self.checkpoint, self.backend.matrices, seconds=seconds
        )

    def checkpoint(self, reason: str) -> Checkpoint:
        """The run as it is; no worker is at work. Its vectors are those that are trained."""
        crew, course, observer = self.crew, self.course, self.observer
        curves = {"loss": course.loss_curve, "speed": course.speed_curve, **observer.curves}
        return Checkpoint(
            reason=reason,
            state=_ENDINGS.get(reason, self._state()),
            training=self.backend.training,
            settings=crew.plan.settings,
            schedule=crew.schedule,
            clock=crew.clock,
            tokens_per_epoch=self.route.tokens_per_epoch,
            seconds=course.watch.seconds,
            tallies=crew.tally_array(),
            diverged=crew.tallies().not_finite > 0,
            probe=observer.probe,
            events=self.log.events,
            past=self.steering.past,
            breakpoints=tuple((str(one.condition), one.ends) for one in self._breakpoints),
            curves={name: curve.kept() for name, curve in curves.items()},
            vectors=self.backend.matrices(),
        )

    # ---- changes

    def follow_script(self) -> bool:
        """Make the changes whose tokens have come; whether the run is to stop here."""
        crew = self.crew
        while crew.at_milestone:
            if not self._script.changes:
                return True
            change, self._script = self._script.changes[0], self._script.after_first()
            before = crew.plan.settings
            self.steering.repeat(change)
            crew.wait_at(self._script.milestone)
            self._changed(before, dataclasses.replace(change, seconds=self.course.watch.seconds))
        return False

    @property
    def change_is_due(self) -> bool:
        """Whether a change is to be made here, perhaps one that moves the end."""
        return self.steering.applying or (bool(self._script.changes) and self.crew.at_milestone)

    def apply_change(self) -> None:
        """Bring a requested change into force, and note where.

        One that cannot be made, for want of memory, is dropped, and that is noted.
        """
        if not self.steering.applying:
            return
        number, seconds = 1 + self.log.n_changes, self.course.watch.seconds
        keeping = self.safekeeping
        try:
            with nullcontext() if keeping is None else keeping.before(f"change {number}"):
                change = self.steering.apply(number, seconds)
        except (BackendError, MemoryError) as error:
            self.steering.drop()
            reason = str(error) or "there is no memory for it"
            self.log.note(f"the change is not made: {reason}", kind="error")
            return
        if change is None:
            return
        self._leave_script()
        event = Event(
            seconds=self.course.watch.seconds,
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
        """After a change by hand, those that were to be repeated make no sense any more."""
        if self._script.changes:
            numbers = ", ".join(str(change.number) for change in self._script.changes)
            self._script = Script(stop_at=self._script.stop_at)
            self.crew.wait_at(self._script.milestone)
            self.log.note(f"changed by hand: change {numbers} of before is not repeated")

    def _changed(self, before: LiveSettings, event: Event) -> None:
        """A change has come into force."""
        assert event.settings is not None
        self.observer.look_soon()
        self.checkup.note_change(before, event.settings, event.tokens)
        self.log.add(event)

    # ---- looking

    def vectors(self) -> KeyedVectors:
        """A copy of the vectors as they are now."""
        vocab, output = self.backend.corpus.vocab, self.backend.output_vectors
        return KeyedVectors(
            vocab.words,
            self.backend.input_vectors.copy(),
            counts=vocab.counts,
            output_vectors=None if output is None else output.copy(),
        )

    def block_shape(self) -> BlockShape:
        """Expected size of the blocks that the plan in force trains on."""
        plan = self.crew.plan
        return BlockShape(self.shape.contexts(plan.settings), self.backend.mean_targets(plan))

    def shown(self, base: Snapshot) -> Snapshot:
        """A snapshot of the run, with all that is to be seen here."""
        crew, course, observer = self.crew, self.course, self.observer
        settings, schedule = crew.plan.settings, crew.schedule
        tallies, seconds = crew.tallies(), course.watch.seconds
        per_epoch = self.route.tokens_per_epoch
        speed = course.speed.now if base.state == "training" else 0.0
        left = max(schedule.planned - tallies.tokens, 0)
        keeping = self.safekeeping
        return dataclasses.replace(
            base,
            corpus_name=self.backend.corpus.name,
            n_words=self.backend.n_words,
            settings=settings,
            applying=self.steering.applying,
            tokens=tallies.tokens,
            tokens_planned=schedule.planned,
            tokens_per_epoch=per_epoch,
            epoch=min(tallies.tokens // per_epoch + 1, settings.epochs or 1),
            seconds=seconds,
            eta_seconds=left / speed if speed > 0 else None,
            words_per_second=speed,
            mean_words_per_second=tallies.tokens / seconds if seconds > 0 else 0.0,
            peak_words_per_second=course.speed.peak,
            thread_words_per_second=tuple(
                meter.now if speed else 0.0 for meter in course.thread_speeds[: settings.workers]
            ),
            rate=schedule.at(crew.clock),
            loss=course.loss,
            mean_loss=tallies.loss / tallies.pairs if tallies.pairs else None,
            pairs=tallies.pairs,
            kept_share=tallies.centers / tallies.tokens if tallies.tokens else None,
            not_finite=tallies.not_finite,
            probe=observer.probe,
            neighbors=observer.neighbors,
            churn=observer.churn.churn,
            quality=observer.quality.quality,
            vitals=observer.vitals.vitals,
            remarks=self.checkup.remarks,
            kept_tokens=None if keeping is None else keeping.kept_tokens,
            kept_ago=None if keeping is None else keeping.kept_ago,
            keeping_failed=keeping is not None and keeping.failed,
        )
