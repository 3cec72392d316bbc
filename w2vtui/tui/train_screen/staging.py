"""Changes of live settings that wait to be applied together, and what they would cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from w2vtui.display import clock_text, short
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, Model, without_effect
from w2vtui.training.state.further import FurtherTraining, further_training
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.chosen.controls import Control, controls_of, value_text
from w2vtui.tui.widgets.setting_row import Row

if TYPE_CHECKING:
    from w2vtui.training.costs.cost_model import Cost
    from w2vtui.training.watched_run import WatchedRun
    from w2vtui.tui.chosen.form import Form

LIVE, SIDE_EFFECT, NEW_RUN = "●", "◐", "○"
"""What a change does: applies at the next span; has a side effect as well; needs a new run."""
MARKS_TEXT = f"{LIVE} at once  {SIDE_EFFECT} side effect  {NEW_RUN} new run"

REFUSED = "cannot be applied"
_TYPICAL_TOKENS = 1_000_000
RISKY_RATE = 0.5
"""No text is known to train well at a learning rate above this."""


class Staging:
    """Values waiting to replace those of the run."""

    def __init__(self, form: Form) -> None:
        self.controls = {control.name: control for control in controls_of(LiveSettings)}
        self._form = form
        self.staged: dict[str, Any] = {}

    def step(self, shot: Snapshot, name: str, by: int) -> None:
        """Stage the next value, counted from the staged one, else from the current one.

        Raises:
            SettingsError: the setting is fixed, or has no part in what is trained.
        """
        control = self._live(shot, name)
        if reason := self.idle(shot).get(name):
            raise SettingsError(_no_part(control, reason))
        base = self.staged.get(name, _current(shot, name))
        if base is None:  # auto, until the corpus is read
            base = getattr(LiveSettings().resolved(_TYPICAL_TOKENS, 1), name)
        self._stage(shot, name, control.stepped(base, by))

    def type(self, shot: Snapshot, name: str, text: str) -> None:
        """Stage a typed value.

        Raises:
            SettingsError: the text is not such a value or is out of range, or the setting is fixed.
        """
        self._stage(shot, name, self._live(shot, name).from_text(text))

    def idle(self, shot: Snapshot) -> dict[str, str]:
        """The settings without effect once what is staged applies, and what they have no part in.

        Unlike the run, the screen refuses to change them.
        """
        now, staged = shot.settings, self.staged
        model = staged.get("model", now.model)
        return without_effect(model, staged.get("objective", now.objective))

    def check(self, shot: Snapshot, names: Iterable[str]) -> None:
        """
        Raises:
            SettingsError: one of these settings has no part in what is trained.
        """
        idle = self.idle(shot)
        for name in names:
            if name in idle:
                raise SettingsError(_no_part(self.controls[name], idle[name]))

    def _live(self, shot: Snapshot, name: str) -> Control:
        if shot.state == "failed":
            raise SettingsError("settings change while a run trains; this one has failed")
        if name not in self.controls:
            raise SettingsError("this is fixed during a run: start a new run to change it")
        return self.controls[name]

    def _stage(self, shot: Snapshot, name: str, value: Any) -> None:
        if name != "alpha" and value == getattr(shot.settings, name):
            self.staged.pop(name, None)
        else:
            self.staged[name] = value

    def rows(
        self, shot: Snapshot, *, help_instead: str = "", fixed_too: bool = True
    ) -> tuple[Row, ...]:
        """Every live setting, then those that are fixed, for `SettingRows`."""
        idle = self.idle(shot)
        rows = tuple(
            self._row(shot, control, idle.get(name, ""), help_instead)
            for name, control in self.controls.items()
        )
        return (*rows, self._fixed_row()) if fixed_too else rows

    def _row(self, shot: Snapshot, control: Control, idle: str, help_instead: str) -> Row:
        name, spec = control.name, control.spec
        effect = f"at once; {spec.side_effect}" if spec.side_effect else "at once"
        failed, done = shot.state == "failed", shot.state == "done"
        return Row(
            name,
            control.label,
            value_text(_current(shot, name)),
            value_text(self.staged[name]) if name in self.staged else "",
            help_instead or (_no_part(control, idle) if idle else control.help_text()),
            " " if shot.ended or idle else SIDE_EFFECT if spec.side_effect else LIVE,
            idle=f"no part in {idle}" if idle else "",
            facts=control.facts_text(effect),
            detail=spec.help,
            fixed=failed or bool(idle),
            dull=done and name != "epochs" and "epochs" not in self.staged,
        )

    def _fixed_row(self) -> Row:
        """Settings that only a new run can change, though one looks for them here."""
        return Row(
            "vector_size",
            "vector size",
            f"{self._form.training.vector_size}   min count {self._form.corpus_settings.min_count}",
            help="fixed during a run: start a new run to change it",
            mark=NEW_RUN,
            facts="only in a new run",
            detail="numbers in a vector, and the fewest occurrences of a word that is kept",
            fixed=True,
        )

    def cost(self, shot: Snapshot, run: WatchedRun | None) -> str:
        """Describe what the staged values change together, their cost and their side effects."""
        if not self.staged:
            return ""
        try:
            self.check(shot, self.staged)
            cost = None if run is None else run.cost(**self.staged)
        except SettingsError as error:
            return f"{REFUSED}: {error}"
        changes = self.changes(shot)
        effects = dict.fromkeys(self.controls[name].spec.side_effect for name in self.staged)
        parts = [cost_text(cost, shot.gpu), *(effect for effect in effects if effect)]
        rate = self.staged.get("alpha")
        if rate is not None and rate > RISKY_RATE:
            parts.insert(0, "a rate this high may diverge and end the run")
        return f"{changes}: {'; '.join(parts)}"

    def more(self, shot: Snapshot, run: WatchedRun | None) -> str:
        """Describe what the staged values change in a run that has ended, and what it trains."""
        if (self.staged.get("epochs") or 0) <= (shot.settings.epochs or 0) and shot.state == "done":
            return f"{self.changes(shot)}: a run that is done needs more epochs"
        further = self.further(shot, self.staged)
        try:
            cost = None if run is None else run.cost(**self.staged)
        except SettingsError:  # its trainer has left: the speed so far must do
            cost = None
        if cost is not None and further.seconds is not None:
            further = replace(further, seconds=further.seconds * cost.work)
        text = f"{self.changes(shot)}: {further.text}"
        if further.restarts:
            text += f" ({further.whole_rate:.3g} in a run of {further.epochs})"
        return text

    @staticmethod
    def further(shot: Snapshot, wanted: Mapping[str, Any]) -> FurtherTraining:
        """What a run that has ended trains if it trains on with other settings."""
        rate = wanted.get("alpha") or shot.rate
        progress = shot.progress
        settings = shot.settings.changed(**wanted)
        return further_training(
            settings, rate, progress.tokens, progress.tokens_per_epoch, shot.speed.mean
        )

    def changes(self, shot: Snapshot) -> str:
        """What is staged: `K 5 → 15, window 5 → 8`."""
        return ", ".join(
            f"{self.controls[name].label} {value_text(_current(shot, name))} → {value_text(value)}"
            for name, value in self.staged.items()
        )


def cost_text(cost: Cost | None, gpu: str) -> str:
    """A cost in one line: `about 1.6x work per token, 2.1M → 1.4M words/s, ETA +00:40`."""
    if gpu:
        return "cost not predicted on a GPU"
    if cost is None:
        return "cost unknown until the speed has been measured"
    if abs(cost.work - 1) < 0.005:
        work = "the same work per token"
    else:
        times = f"{cost.work:.3g}" if cost.work < 10 else f"{cost.work:,.0f}"
        work = f"about {times}x work per token"
    sign = "-" if cost.eta_change < 0 else "+"
    return (
        f"{work}, {short(cost.words_per_second_before)} → {short(cost.words_per_second)} words/s,"
        f" ETA {sign}{clock_text(abs(cost.eta_change))}"
    )


def _no_part(control: Control, reason: str) -> str:
    """Why a setting does nothing: `K has no part in hierarchical softmax`."""
    which = "model" if reason in get_args(Model) else "objective"
    return f"{control.label} has no part in {reason}: it has one under another {which}"


def _current(shot: Snapshot, name: str) -> Any:
    """A live setting as it is now; for alpha the current rate, which a change replaces."""
    if name == "alpha" and shot.rate > 0:
        return shot.rate
    return getattr(shot.settings, name)
