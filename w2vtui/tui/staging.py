"""Changes of live settings that wait to be applied, all at once."""

from __future__ import annotations

from typing import Any

from w2vtui.settings import LiveSettings
from w2vtui.training.snapshot import Snapshot
from w2vtui.tui.controls import controls_of, value_text
from w2vtui.tui.widgets.setting_rows import Row

_TYPICAL_TOKENS = 1_000_000


class Staging:
    """What is staged, over the settings in force."""

    def __init__(self) -> None:
        self.controls = {control.name: control for control in controls_of(LiveSettings)}
        self.staged: dict[str, Any] = {}

    def step(self, shot: Snapshot, name: str, by: int) -> None:
        """Stage the next value, counted from the staged one, else from that in force."""
        base = self.staged.get(name, _in_force(shot, name))
        if base is None:  # auto, as long as the corpus is not read
            base = getattr(LiveSettings().resolved(_TYPICAL_TOKENS, 1), name)
        self._stage(shot, name, self.controls[name].stepped(base, by))

    def type(self, shot: Snapshot, name: str, text: str) -> None:
        """Stage a typed value.

        Raises:
            SettingsError: the text is no such value, or out of range.
        """
        self._stage(shot, name, self.controls[name].from_text(text))

    def _stage(self, shot: Snapshot, name: str, value: Any) -> None:
        if name != "alpha" and value == getattr(shot.settings, name):
            self.staged.pop(name, None)
        else:
            self.staged[name] = value

    def rows(self, shot: Snapshot) -> tuple[Row, ...]:
        """Every live setting, for `SettingRows`."""
        return tuple(
            Row(
                name,
                "learning rate" if name == "alpha" else control.label,
                value_text(_in_force(shot, name)),
                value_text(self.staged[name]) if name in self.staged else "",
                control.help_text(),
            )
            for name, control in self.controls.items()
        )


def _in_force(shot: Snapshot, name: str) -> Any:
    """A live setting as it is now; for alpha the rate of this moment, which a change replaces."""
    if name == "alpha" and shot.rate > 0:
        return shot.rate
    return getattr(shot.settings, name)
