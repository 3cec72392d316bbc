"""The settings in which runs differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from w2vtui.comparing.sides import Side
from w2vtui.display import number, safe_text
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    TrainingSettings,
    field_types,
    label_of,
)

_OWNERS = (LiveSettings, TrainingSettings, CorpusSettings)
_TEXT_CELLS = 24


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting in which the sides differ."""

    name: str
    """As the field is called; `text` for what is trained on."""
    label: str
    """As the screens call it."""
    values: tuple[Any, ...]
    """Of each side; None for a file, whose settings are not known, or for none."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as a person reads them."""
        return tuple(value_text(value) for value in self.values)

    @property
    def is_other(self) -> tuple[bool, ...]:
        """Whether the value of each side is known, and not that of the first."""
        first = self.values[0]
        return tuple(value is not None and value != first for value in self.values)


def settings_that_differ(sides: Sequence[Side]) -> tuple[SettingRow, ...]:
    """The rows in which at least two runs differ, the text first, then in the order of the screens.

    Those of a run are the settings of its newest checkpoint, or of this moment if it trains here.
    """
    rows = []
    if row := _text_row(sides):
        rows.append(row)
    every = [_settings_of(side) for side in sides]
    known = [one for one in every if one]
    for owner in _OWNERS:
        for name in field_types(owner):
            if len({repr(one.get(name)) for one in known}) > 1:
                values = tuple(one.get(name) for one in every)
                rows.append(SettingRow(name, label_of(owner, name), values))
    return tuple(rows)


def value_text(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return number(value)
    return str(value)


def is_same_text(sides: Sequence[Side]) -> bool:
    """Whether the runs are on one text, so that their probe losses can be compared; files have
    none.
    """
    prints = {side.status.fingerprint for side in sides if side.status is not None}
    return len(prints) == 1 and "" not in prints


def _text_row(sides: Sequence[Side]) -> SettingRow | None:
    known = [side.status for side in sides if side.status is not None and side.status.fingerprint]
    if len({one.fingerprint for one in known}) < 2:
        return None
    names = {safe_text(one.text, _TEXT_CELLS) for one in known}
    has_twins = len(names) < len({one.fingerprint for one in known})
    values: list[str | None] = []
    for side in sides:
        status = side.status
        if status is None or not status.fingerprint:
            values.append(None)
            continue
        name = safe_text(status.text, _TEXT_CELLS)
        values.append(f"{status.fingerprint[:6]} {name}" if has_twins else name)
    return SettingRow("text", "text", tuple(values))


def _settings_of(side: Side) -> Mapping[str, Any]:
    """All settings of a run by name; nothing for a file."""
    saved = {} if side.status is None else side.status.settings
    if side.subject.run is None or side.subject.settings is None:
        return saved
    return saved | dataclasses.asdict(side.subject.settings)
