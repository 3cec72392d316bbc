"""The values that a sweep tries for one setting: a list `5,15` or a range `3..10`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from w2vtui.display import number
from w2vtui.errors import SettingsError
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    TrainingSettings,
    checked_value,
    field_types,
    label_of,
    value_from_text,
)

OWNERS: tuple[type, ...] = (LiveSettings, TrainingSettings, CorpusSettings)
"""The classes whose settings may vary."""
FIXED = ("probe", "probe_seed", "encoding", "encoding_errors", "field", "record_errors",
         "device")  # fmt: skip
"""Settings that cannot vary: how files are read, what runs are compared by, and what trains."""
LISTED_AT_MOST = 16
"""A range of whole numbers with at most this many is the list of them."""
_SHORT = {"negative-sampling": "NS", "hierarchical-softmax": "HS", True: "on", False: "off"}
_FEW = 2
"""Values below which nothing varies."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Values to try, in order."""

    values: tuple[Any, ...]

    @property
    def ends(self) -> tuple[Any, ...]:
        """Values among which each limit of the setting is met."""
        return self.values


@dataclass(frozen=True, slots=True)
class Between:
    """All numbers from one to another."""

    low: float
    high: float
    is_whole: bool

    @property
    def ends(self) -> tuple[Any, ...]:
        """The first and the last."""
        return self.low, self.high

    @property
    def is_wide(self) -> bool:
        """Whether the ratio of two numbers says more than their difference, as of 1e-5..1e-3."""
        return self.low > 0 and self.high / self.low >= 10


Values = Listed | Between


def point_from_json(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a point that was stored; a setting that no longer exists is left out.

    Raises:
        SettingsError: a value is out of range.
    """
    return {
        name: checked_value(owner_of(name), name, value)
        for name, value in plain.items()
        if any(name in field_types(owner) for owner in OWNERS)
    }


def owner_of(name: str) -> type:
    """The settings class that a setting belongs to."""
    return next(owner for owner in OWNERS if name in field_types(owner))


def read_values(name: str, text: str) -> Any:
    """What the text after an option of a sweep means: `Listed`, `Between`, or one value.

    Raises:
        SettingsError: a value is out of range, or the setting cannot vary.
    """
    owner = owner_of(name)
    if name in FIXED:
        return value_from_text(owner, name, text)
    low, dots, high = text.partition("..")
    if dots:
        return _range(owner, name, low, high)
    found = [value_from_text(owner, name, part.strip()) for part in text.split(",")]
    values = tuple(dict.fromkeys(found))
    return values[0] if len(values) < _FEW else Listed(values)


def _range(owner: type, name: str, low: str, high: str) -> Any:
    ends = [value_from_text(owner, name, end.strip()) for end in (low, high)]
    whole, numbers = _is_number(owner, name, int), _is_number(owner, name, float)
    if not (whole or numbers) or None in ends:
        raise SettingsError(
            f"{label_of(owner, name)} has no range, got {low}..{high}: name its values, with commas"
        )
    if ends[0] >= ends[1]:
        raise SettingsError(
            f"{label_of(owner, name)} must be a range LOW..HIGH that rises, got {low}..{high}"
        )
    if whole and ends[1] - ends[0] < LISTED_AT_MOST:
        return Listed(tuple(range(ends[0], ends[1] + 1)))
    return Between(ends[0], ends[1], is_whole=whole)


def _is_number(owner: type, name: str, kind: type) -> bool:
    return field_types(owner)[name] in (kind, kind | None)


def value_text(value: Any) -> str:
    """The value of a setting, short."""
    if value is None:
        return "auto"
    if isinstance(value, bool | str):
        return _SHORT.get(value, str(value))
    return number(value) if isinstance(value, float) else f"{value:,}"
