"""Settings as controls: labels, steps and texts, made from the declared settings."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any, get_args

from w2vtui.display import number
from w2vtui.errors import SettingsError
from w2vtui.settings import Spec, choices_of, field_types, label_of, spec_of, value_from_text


@dataclass(frozen=True, slots=True)
class Control:
    """One setting that can be changed on a screen."""

    owner: type
    """The settings class it is a field of."""
    name: str
    spec: Spec
    kind: Any

    @property
    def label(self) -> str:
        """Its name on a screen."""
        return label_of(self.owner, self.name)

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def default(self) -> Any:
        """Its default value."""
        fields = {field.name: field for field in dataclasses.fields(self.owner)}
        return fields[self.name].default

    @property
    def choices(self) -> tuple[Any, ...]:
        """Its values, if it is not a number; else empty."""
        return (False, True) if self.kind is bool else choices_of(self.kind)

    @property
    def has_steps(self) -> bool:
        """Whether its values have an order, or are few: others are typed."""
        return bool(self.choices) or str not in (self.kind, *get_args(self.kind))

    def stepped(self, value: Any, by: int) -> Any:
        """The value `by` steps up or down from a value, which may lie between steps."""
        if self.choices:
            at = self.choices.index(value) + by
            return self.choices[at % len(self.choices)]
        steps = self.spec.steps or _ladder(self.spec)
        below = bisect_left(steps, value * (1 - 1e-9)) if value > 0 else bisect_left(steps, value)
        above = bisect_right(steps, value * (1 + 1e-9)) if value > 0 else bisect_right(steps, value)
        at = above + by - 1 if by > 0 else below + by
        past_end = (by > 0 and above == len(steps)) or (by < 0 and below == 0)
        return value if past_end else steps[min(max(at, 0), len(steps) - 1)]

    def from_text(self, text: str) -> Any:
        """The value of a typed text.

        Raises:
            SettingsError: the text is not a value, or out of range; the message has the label.
        """
        try:
            return value_from_text(self.owner, self.name, text)
        except SettingsError as error:
            raise SettingsError(str(error).replace(self.name, self.label, 1)) from None

    def facts_text(self, effect: str) -> str:
        """Its default, its range, and what a change does."""
        default = self.spec.auto if self.default is None else value_text(self.default)
        values = (self.spec.range_text(),) if self.has_steps and not self.choices else ()
        return " · ".join((f"default {default}", *values, effect))

    def help_text(self) -> str:
        """What it does, its flag, and its range."""
        is_number = self.has_steps and not self.choices
        known = f"{self.flag}, {self.spec.range_text()}" if is_number else self.flag
        return f"{self.spec.help} ({known})"


def controls_of(owner: type, names: tuple[str, ...] = ()) -> tuple[Control, ...]:
    """The controls of a settings class: of the fields named, or of all."""
    kinds = field_types(owner)
    return tuple(
        Control(owner, name, spec_of(owner, name), kinds[name]) for name in names or tuple(kinds)
    )


def value_text(value: Any) -> str:
    """A setting's value as a screen shows it."""
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return number(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _ladder(spec: Spec) -> tuple[int, ...]:
    """1, 2, 3, 5, 8, 10, 20 ... within the range of a setting that declares no steps."""
    low, high = spec.low or 1, spec.high or 1e9
    every = (digit * 10**power for power in range(10) for digit in (1, 2, 3, 5, 8))
    return tuple(value for value in every if low <= value <= high)
