"""The breakpoints of a run: set from outside, and checked against what the run measures."""

from __future__ import annotations

from collections.abc import Callable

from w2vtui.errors import SettingsError
from w2vtui.training.control import RunControl
from w2vtui.training.live.breakpoints import parse
from w2vtui.training.live.conditions import Condition, Memory, Reaches
from w2vtui.training.live.waiting import Breakpoint, Breakpoints
from w2vtui.training.measuring.lookouts import Lookouts
from w2vtui.training.measuring.neighbors import NeighborLookup
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.preparing import Preparation
from w2vtui.training.state.events import EventLog
from w2vtui.training.state.snapshot import Snapshot, state_text


class RunBreakpoints:
    """Where a run is to pause or end. Any thread may set and clear them."""

    def __init__(
        self,
        waiting: Breakpoints,
        preparation: Preparation,
        control: RunControl,
        log: EventLog,
        *,
        looks_at_vectors: bool,
        quality_sets: Callable[[], QualitySets],
    ) -> None:
        """
        waiting            those that are waited for
        preparation        says why there is no probe loss
        looks_at_vectors   whether churn is measured
        quality_sets       what quality is measured on now
        """
        self._waiting, self._preparation = waiting, preparation
        self._control, self._log = control, log
        self._looks_at_vectors, self._quality_sets = looks_at_vectors, quality_sets
        self._lookup: NeighborLookup | None = None
        self._lookouts: Lookouts | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The conditions still waited for, as text that `set` accepts."""
        return tuple(str(one.condition) for one in self._waiting)

    def set(self, text: str, snapshot: Callable[[], Snapshot], *, stop: bool = False) -> Condition:
        """Pause once when a condition first holds; with `stop`, end there instead.

        snapshot   the run as it is now

        Raises:
            SettingsError: the text is not a condition, or one that this run can never meet.
        """
        condition, state = parse(text), self._control.state
        if state not in ("preparing", "training", "paused"):
            raise SettingsError(
                f"breakpoints are set before a run ends; this one {state_text(state)}"
            )
        past = condition.reason(snapshot(), Memory()) if isinstance(condition, Reaches) else ""
        if past:
            raise SettingsError(f"'{condition}' is past: {past}")
        # Added first, then checked: if the corpus is read in between, its check sees this one too.
        added = Breakpoint(condition, ends=stop)
        self._waiting.add(added)
        if trouble := self._never_met(condition):
            self._waiting.remove([added])
            raise SettingsError(trouble)
        self._schedule()
        return condition

    def clear(self) -> None:
        """Remove all."""
        self._waiting.remove(self._waiting)
        self._schedule()

    def begin(self, lookup: NeighborLookup, lookouts: Lookouts) -> None:
        """Now that the corpus is read: an end that never comes is an error, a pause is dropped.

        lookup     knows the words
        lookouts   looks at the conditions

        Raises:
            SettingsError: the run can never meet a condition that ends it.
        """
        self._lookup, self._lookouts = lookup, lookouts
        for one in self._waiting:
            if trouble := self._never_met(one.condition):
                if one.ends:
                    raise SettingsError(trouble)
                self._waiting.remove([one])
                self._log.note(f"breakpoint dropped: {trouble}")

    def _schedule(self) -> None:
        """Look at the conditions when they are due now."""
        if self._lookouts is not None:
            self._lookouts.schedule()

    def _never_met(self, condition: Condition) -> str:
        """Why this run can never meet a condition, as far as that is known."""
        if unmeasured := self._unmeasured(condition):
            return f"'{condition}' can never hold: no {condition.needs}: {unmeasured}"
        return "" if self._lookup is None else self._lookup.unknown(condition)

    def _unmeasured(self, condition: Condition) -> str:
        """Why this run does not measure what a condition needs."""
        needs, sets = condition.needs, self._quality_sets()
        if needs == "probe":
            is_off = not self._preparation.training.probe
            return self._preparation.probe_reason or ("switched off" if is_off else "")
        if needs in ("churn", "settled") and not self._looks_at_vectors:
            return "this run looks at its losses only"
        if needs == "pairs" and not sets.pairs:
            return "give word pairs, --pairs FILE"
        if needs == "analogies" and not sets.analogies:
            return "give analogies, --analogies FILE"
        if needs == "hits" and not sets.sessions:
            return "give sessions, --sessions FILE"
        return ""
