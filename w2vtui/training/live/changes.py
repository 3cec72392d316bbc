"""Live settings in mid-run: requested, costed, applied between spans, undone."""

from __future__ import annotations

import threading
import time
from typing import Any

from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, ResolvedSettings, field_types, spec_of
from w2vtui.system.resources import available_cores
from w2vtui.training.costs.cost_model import Cost, CostModel
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.clocks import SpeedMeter
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.engine.token_order import TokenOrder
from w2vtui.training.engine.workers import WorkerPool
from w2vtui.training.live.requested import Change, InHand, Staged
from w2vtui.training.live.speed_check import SpeedCheck, Verdict
from w2vtui.training.live.undo_history import UndoHistory
from w2vtui.training.state.checkpoint import PastSettings
from w2vtui.training.state.events import Event


class LiveChanges:
    """Any thread requests changes; the run's thread applies them."""

    def __init__(
        self,
        pool: WorkerPool,
        order: TokenOrder,
        backend: Backend,
        costs: CostModel,
        speed: SpeedMeter,
        past: tuple[PastSettings, ...] = (),
    ) -> None:
        """past: changes from before the run was resumed, which can be undone."""
        self._pool, self._dispatcher = pool, pool.dispatcher
        self._order, self._backend = order, backend
        self._costs, self._speed = costs, speed
        self._lock = threading.Lock()
        self._staged: Staged | None = None
        self._in_hand: InHand | None = None
        self._is_closed = False
        self._history = UndoHistory(past)
        self._check = SpeedCheck()

    @property
    def past(self) -> tuple[PastSettings, ...]:
        """Changes that can be undone, oldest first."""
        return self._history.past

    @property
    def applying(self) -> bool:
        """Whether a change was requested and has not been applied and reported yet."""
        return self._staged is not None or self._in_hand is not None

    # ---- requests, from any thread

    def change(self, settings: dict[str, Any]) -> ResolvedSettings:
        """Request a change, on top of what was requested and has not been applied yet.

        Raises:
            SettingsError: an unknown setting, a value out of range, or a run that is ending.
        """
        with self._lock:
            self._check_open()
            wanted, staged = self._wanted(settings), self._staged
            sets_rate = "alpha" in settings or (staged is not None and staged.sets_rate)
            at, undoes = (staged.at, staged.undoes) if staged else (time.monotonic(), None)
            self._staged = Staged(wanted, sets_rate, at, undoes)
        return wanted

    def undo(self) -> ResolvedSettings:
        """Request the settings from before the last change that has not been undone.

        A change that is not being applied yet is dropped instead.

        Raises:
            SettingsError: nothing was changed, the run is past the end that it then had or is
                ending, or its device cannot train with the earlier settings.
        """
        with self._lock:
            self._check_open()
            staged = self._staged
            if staged is not None and staged.undoes is None:  # not begun yet: drop it
                self._staged = None
                return self._base()
            last = self._last_change()
            if last is None:
                raise SettingsError("nothing to undo")
            if last.schedule.planned <= self._dispatcher.clock:
                raise SettingsError(
                    f"change {last.number} cannot be undone: with the settings before it, "
                    f"{last.settings.epochs} epochs, the run would already be over"
                )
            self._backend.check(last.settings)
            self._staged = Staged(last.settings, False, time.monotonic(), undoes=last)
        return last.settings

    def _check_open(self) -> None:
        """
        Raises:
            SettingsError: no request is applied any more.
        """
        if self._is_closed:
            raise SettingsError("settings change while a run trains; this one is ending")

    def _last_change(self) -> PastSettings | None:
        """The change that an undo undoes now, with regard to what was requested before it."""
        latest, in_hand, number = self._staged, self._in_hand, None
        if latest is None and in_hand is not None and in_hand.past is not None:
            latest = in_hand.staged
            if latest.undoes is None:
                return in_hand.past
        if latest is not None and latest.undoes is not None:
            # A second undo: one step further, or to the first again if more came since.
            more = latest.sets_rate or latest.wanted != latest.undoes.settings
            number = latest.undoes.number if more else latest.undoes.number - 1
        return self._history.last(number)

    def cost(self, settings: dict[str, Any]) -> Cost | None:
        """The predicted cost of a change; None while the run's speed is unknown, and on a GPU.

        Raises:
            SettingsError: as `change` does.
        """
        with self._lock:
            wanted = self._wanted(settings)
        return self._cost(wanted)

    def _wanted(self, settings: dict[str, Any]) -> ResolvedSettings:
        """The requested settings, on top of those that apply now or are about to."""
        dispatcher, per_epoch = self._dispatcher, self._order.tokens_per_epoch
        base = self._base()
        if settings.get("alpha") is not None and "min_alpha" not in settings:
            # A rate below the floor lowers the floor as well.
            settings = settings | {"min_alpha": min(base.min_alpha, settings["alpha"])}
        wanted = base.requested().changed(**settings).resolved(per_epoch, available_cores())
        if wanted.epochs * per_epoch <= dispatcher.clock:
            raise SettingsError(
                f"epochs must be more than the {dispatcher.clock / per_epoch:.1f} already "
                f"trained, got {wanted.epochs}: stop the run instead"
            )
        self._backend.check(wanted)
        return wanted

    def _base(self) -> ResolvedSettings:
        """The settings that apply after all that was requested."""
        if self._staged is not None:
            return self._staged.wanted
        return self._in_hand.staged.wanted if self._in_hand else self._dispatcher.plan.settings

    def _cost(self, wanted: ResolvedSettings) -> Cost | None:
        pool, dispatcher, speed = self._pool, self._dispatcher, self._speed.now
        if not speed or self._backend.gpu:  # the costs are those of a processor
            return None
        now, measured, cores = dispatcher.plan.settings, pool.measurements(), available_cores()
        wanted_seconds = self._costs.seconds_a_token(wanted, measured)
        work = wanted_seconds / self._costs.seconds_a_token(now, measured)
        n_workers = self._backend.n_workers
        before, after = (min(n_workers(settings), cores) for settings in (now, wanted))
        predicted = speed / work * after / before
        tokens = pool.tallies().tokens
        planned = wanted.epochs * self._order.tokens_per_epoch
        eta = max(planned - tokens, 0) / predicted
        return Cost(
            work=work,
            words_per_second=predicted,
            words_per_second_before=speed,
            eta_seconds=eta,
            eta_change=eta - max(dispatcher.schedule.planned - tokens, 0) / speed,
        )

    # ---- the run's thread

    def apply(self, number: int, seconds: float) -> Change | None:
        """Apply what was requested; None when nothing was, or when nothing differs. Call `done`
        once it is reported.

        number   of the change
        seconds  of training so far
        """
        dispatcher = self._dispatcher
        before, schedule = dispatcher.plan.settings, dispatcher.schedule
        with self._lock:
            staged = self._staged
            if staged is None:
                return None
            past = PastSettings(number=number, settings=before, schedule=schedule)
            self._in_hand = InHand(staged, past)  # first: viewers look for it without the lock
            self._staged = None
        wanted = staged.wanted
        plan, cost = self._backend.plan(wanted), self._cost(wanted)
        clock = self._pool.adopt(plan, lambda line, at: self._rescheduled(staged, before, line, at))
        took = 1000 * (time.monotonic() - staged.at)
        sets_rate = staged.sets_rate or staged.undoes is not None
        rates = (schedule.at(clock), dispatcher.schedule.at(clock)) if sets_rate else None
        text = describe_change(before, wanted, rates)
        if not text:
            return None
        with self._lock:
            if staged.undoes is None:
                self._history.add(past)
            else:
                self._history.undo(staged.undoes, number, wanted, dispatcher.schedule)
                text = f"undo {staged.undoes.number}: {text}"
            self._in_hand = InHand(staged, None)
        self._check.drop()
        if cost is not None and before != wanted:
            self._speed.restart(cost.words_per_second)
            self._check.begin(number, cost.words_per_second, seconds)
        undoes = staged.undoes.number if staged.undoes else None
        return Change(before, wanted, text, clock, dispatcher.schedule, undoes, took)

    def replay(self, change: Event) -> None:
        """Apply a recorded change exactly as it was applied then."""
        assert change.settings is not None
        assert change.schedule is not None
        dispatcher, line = self._dispatcher, change.schedule
        before, schedule = dispatcher.plan.settings, dispatcher.schedule
        self._pool.adopt(self._backend.plan(change.settings), lambda _schedule, _clock: line)
        with self._lock:
            self._history.replay(change, before, schedule)

    def done(self) -> None:
        """Forget the change that was being applied: it is reported."""
        with self._lock:
            self._in_hand = None

    def reject(self) -> None:
        """Forget the change that was being applied, or was about to be."""
        with self._lock:
            if self._in_hand is None:
                self._staged = None
            self._in_hand = None

    def close(self) -> bool:
        """Accept no more requests, unless one waits to be applied; return whether none does."""
        with self._lock:
            self._is_closed = not self.applying
            return self._is_closed

    def drop(self) -> bool:
        """Accept no more requests, and forget what waits to be applied; return whether any did."""
        with self._lock:
            self._is_closed = True
            dropped, self._staged = self._staged, None
        return dropped is not None

    def judgment(self, seconds: float, tokens: int) -> Verdict | None:
        """How the last change's speed compares with its prediction: once, when known; else None.

        seconds, tokens   of training so far
        """
        return self._check.verdict(seconds, tokens)

    def _rescheduled(
        self, staged: Staged, before: ResolvedSettings, schedule: Schedule, clock: int
    ) -> Schedule:
        """The line of the rate after a change; an undo restores the earlier line."""
        wanted, undone = staged.wanted, staged.undoes
        if undone is not None and undone.schedule.planned > clock:
            before, schedule = undone.settings, undone.schedule
        planned = wanted.epochs * self._order.tokens_per_epoch
        rate = wanted.alpha if staged.sets_rate else None
        same = rate is None and wanted.min_alpha == before.min_alpha
        if same and planned == schedule.planned:
            return schedule
        return schedule.changed(
            clock, rate=rate, min_rate=wanted.min_alpha, planned=max(planned, clock)
        )


def describe_change(
    before: LiveSettings, after: LiveSettings, rates: tuple[float, float] | None = None
) -> str:
    """What differs, as an event shows it: `K 5 -> 15, window 5 -> 8`.

    rates   the learning rate before and after, where the change sets it
    """
    parts = []
    for name in field_types(LiveSettings):
        old, new = getattr(before, name), getattr(after, name)
        if name == "alpha":
            old, new = rates or (new, new)
        if old != new:
            shown = [f"{v:.3g}" if isinstance(v, float) else str(v) for v in (old, new)]
            label = spec_of(LiveSettings, name).label
            parts.append(f"{label} {shown[0]} \N{RIGHTWARDS ARROW} {shown[1]}")
    return ", ".join(parts)
