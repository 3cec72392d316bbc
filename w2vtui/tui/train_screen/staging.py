"""Changes of live settings that wait to be applied, all at once, and what they would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.controls import Control, controls_of, value_text
from w2vtui.tui.numbers import clock, short
from w2vtui.tui.widgets.setting_rows import Row

if TYPE_CHECKING:
    from w2vtui.training.costs.cost_model import Cost
    from w2vtui.training.run import Run
    from w2vtui.tui.session import Form

LIVE, SIDE_EFFECT, NEW_RUN = "●", "◐", "○"
"""A change takes effect at the next span; does something else beside; needs a new run."""
MARKS_TEXT = f"{LIVE} at once  {SIDE_EFFECT} side effect  {NEW_RUN} new run"

REFUSED = "cannot be applied"
_TYPICAL_TOKENS = 1_000_000
RISKY_RATE = 0.5
"""Of the learning rates that texts are trained with, none is above this."""


class Staging:
    """What is staged, over the settings in force."""

    def __init__(self, form: Form) -> None:
        self.controls = {control.name: control for control in controls_of(LiveSettings)}
        self._form = form
        self.staged: dict[str, Any] = {}

    def step(self, shot: Snapshot, name: str, by: int) -> None:
        """Stage the next value, counted from the staged one, else from that in force.

        Raises:
            SettingsError: the setting is fixed for the run.
        """
        control = self._live(name)
        base = self.staged.get(name, _in_force(shot, name))
        if base is None:  # auto, as long as the corpus is not read
            base = getattr(LiveSettings().resolved(_TYPICAL_TOKENS, 1), name)
        self._stage(shot, name, control.stepped(base, by))

    def type(self, shot: Snapshot, name: str, text: str) -> None:
        """Stage a typed value.

        Raises:
            SettingsError: the text is no such value, or out of range, or the setting is fixed.
        """
        self._stage(shot, name, self._live(name).from_text(text))

    def _live(self, name: str) -> Control:
        if name not in self.controls:
            raise SettingsError("this is fixed for a run: end this one, and start anew")
        return self.controls[name]

    def _stage(self, shot: Snapshot, name: str, value: Any) -> None:
        if name != "alpha" and value == getattr(shot.settings, name):
            self.staged.pop(name, None)
        else:
            self.staged[name] = value

    def rows(
        self, shot: Snapshot, *, help_instead: str = "", fixed_too: bool = True
    ) -> tuple[Row, ...]:
        """Every live setting, and those that are fixed, for `SettingRows`."""
        rows = tuple(
            Row(
                name,
                "learning rate" if name == "alpha" else control.label,
                value_text(_in_force(shot, name)),
                value_text(self.staged[name]) if name in self.staged else "",
                help_instead or control.help_text(),
                SIDE_EFFECT if control.spec.side_effect else LIVE,
            )
            for name, control in self.controls.items()
        )
        return (*rows, self._fixed_row()) if fixed_too else rows

    def _fixed_row(self) -> Row:
        """What one looks for among the live settings, though only a new run can change it."""
        return Row(
            "vector_size",
            "vector size",
            f"{self._form.training.vector_size}   min count {self._form.corpus_settings.min_count}",
            help="fixed for a run: end this one, and start anew",
            mark=NEW_RUN,
        )

    def cost(self, shot: Snapshot, run: Run | None) -> str:
        """What all that is staged would change together, what it costs, and its side effects."""
        if not self.staged:
            return ""
        try:
            cost = None if run is None else run.cost(**self.staged)
        except SettingsError as error:
            return f"{REFUSED}: {error}"
        changes = ", ".join(
            f"{self.controls[name].label} {value_text(_in_force(shot, name))} → {value_text(value)}"
            for name, value in self.staged.items()
        )
        effects = dict.fromkeys(self.controls[name].spec.side_effect for name in self.staged)
        parts = [cost_text(cost), *(effect for effect in effects if effect)]
        rate = self.staged.get("alpha")
        if rate is not None and rate > RISKY_RATE:
            parts.insert(0, "so high a rate may diverge, and that ends the run")
        return f"{changes}: {'; '.join(parts)}"


def cost_text(cost: Cost | None) -> str:
    """A cost in one line: `about 1.6x the work a token, 2.1M → 1.4M words/s, ETA +00:40`."""
    if cost is None:
        return "what it costs is known once there is a speed to go by"
    if abs(cost.work - 1) < 0.005:
        work = "as much work a token"
    else:
        times = f"{cost.work:.3g}" if cost.work < 10 else f"{cost.work:,.0f}"
        work = f"about {times}x the work a token"
    sign = "-" if cost.eta_change < 0 else "+"
    return (
        f"{work}, {short(cost.words_per_second_before)} → {short(cost.words_per_second)} words/s,"
        f" ETA {sign}{clock(abs(cost.eta_change))}"
    )


def _in_force(shot: Snapshot, name: str) -> Any:
    """A live setting as it is now; for alpha the rate of this moment, which a change replaces."""
    if name == "alpha" and shot.rate > 0:
        return shot.rate
    return getattr(shot.settings, name)
