"""The description of one setting, and the check of a value against it."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, Literal, get_args, get_type_hints

from w2vtui.errors import SettingsError


class WithoutLimit(int):
    """The number above the range of a setting, which stands for all numbers up there; it is written
    `all`.
    """

    def __str__(self) -> str:
        return "all"

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        return "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Spec:
    """Describes one setting, beyond its name, type and default."""

    help: str
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    unit: str = ""
    label: str = ""
    steps: tuple[Any, ...] = ()
    auto: str = ""
    beyond: WithoutLimit | None = None
    """What None, `all` and every number above the range mean, if they are allowed."""
    side_effect: str = ""
    """What else a change in mid-run does."""

    def range_text(self) -> str:
        """The range as an error message or a help text gives it: `1 to 64 words`."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and self.high is not None:
            low, high = _bound(self.low), _bound(self.high)
            if self.low_open:
                return f"above {low} and at most {high}{unit}"
            beyond = "" if self.beyond is None else f", or {self.beyond}"
            return f"{low} to {high}{unit}{beyond}"
        if self.low is not None:
            low = _bound(self.low)
            return f"above {low}{unit}" if self.low_open else f"{low}{unit} or more"
        return f"a number{unit}"


def _bound(value: float) -> str:
    """A bound with all digits: 1,000,000, not 1e+06."""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def either(choices: Sequence[str]) -> str:
    """Choices as a message lists them: `a, b or c`."""
    return " or ".join(part for part in (", ".join(choices[:-1]), choices[-1]) if part)


def setting(default: Any, **spec: Any) -> Any:
    """A field of a settings dataclass: its default, and the fields of its `Spec`."""
    return field(default=default, metadata={"spec": Spec(**spec)})


class Checked:
    """Checks every field of a settings dataclass against its type and `Spec`."""

    __slots__ = ()

    def __post_init__(self) -> None:
        settings: type = type(self)
        for name, kind in field_types(settings).items():
            value = _checked(name, getattr(self, name), kind, spec_of(settings, name))
            object.__setattr__(self, name, value)


_SWITCHES = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "off", "0"), False
)


def spec_of(settings: type, name: str) -> Spec:
    """The `Spec` of one field of a settings class."""
    specs = _specs(settings)
    if name not in specs:
        raise SettingsError(unknown_name_message(name, list(specs)))
    return specs[name]


@cache
def _specs(settings: type) -> dict[str, Spec]:
    return {
        declared.name: declared.metadata["spec"]
        for declared in dataclasses.fields(settings)
        if "spec" in declared.metadata
    }


def label_of(settings: type, name: str) -> str:
    """What one field of a settings class is called on screens and in messages."""
    return spec_of(settings, name).label or name.replace("_", " ")


def field_default(settings: type, name: str) -> Any:
    """The default of one field of a settings class."""
    return next(f.default for f in dataclasses.fields(settings) if f.name == name)


@cache
def field_types(settings: type) -> Mapping[str, Any]:
    """The type of each field of a settings class, in order."""
    hints = get_type_hints(settings).items()
    return MappingProxyType({name: kind for name, kind in hints if not name.startswith("_")})


def choices_of(kind: Any) -> tuple[str, ...]:
    """The values a `Literal` type allows; empty for other types."""
    return get_args(kind) if getattr(kind, "__origin__", None) is Literal else ()


def unknown_name_message(name: str, known: list[str]) -> str:
    """The message for a setting that does not exist, with the nearest one that does."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f": did you mean {near[0]}?" if near else f": known are {', '.join(known)}"
    return f"there is no setting {name!r}{hint}"


def value_from_text(settings: type, name: str, text: str) -> Any:
    """The value that `text` means for a setting, checked.

    Raises:
        SettingsError: the text is not a valid value, or is out of range.
    """
    spec, kind = spec_of(settings, name), field_types(settings)[name]
    if _means_auto(kind, text):
        return None
    base = _base_type(kind)
    value: Any = text
    if base is bool:
        value = _SWITCHES.get(text.strip().lower(), text)
    elif base in (int, float):
        try:
            value = base(text)
        except ValueError:
            value = text
    return _checked(name, value, kind, spec)


def checked_value(settings: type, name: str, value: Any) -> Any:
    """A value that already has a type, such as one of a TOML file, checked; "auto" is None.

    Raises:
        SettingsError: the setting is unknown, or the value is of the wrong type or out of range.
    """
    spec, kind = spec_of(settings, name), field_types(settings)[name]
    return None if _means_auto(kind, value) else _checked(name, value, kind, spec)


def restored_values(settings: type, plain: Mapping[str, Any]) -> dict[str, Any]:
    """Values read from JSON, in which `all` is a number like others, as a settings class has them.

    plain   may hold those of other classes too, which stay
    """
    return {
        name: spec.beyond
        if (spec := _specs(settings).get(name)) is not None
        and spec.beyond is not None
        and _is_beyond(value, spec.beyond)
        else value
        for name, value in plain.items()
    }


def _means_auto(kind: Any, value: Any) -> bool:
    """Whether a value leaves the choice to the program, for a setting that allows it."""
    optional = type(None) in get_args(kind)
    return optional and isinstance(value, str) and value.strip().lower() in ("auto", "none")


def _base_type(kind: Any) -> Any:
    options = [option for option in get_args(kind) if option is not type(None)]
    return options[0] if options and not choices_of(kind) else kind


def _checked(name: str, value: Any, kind: Any, spec: Spec) -> Any:
    """`value` as the field's own type, or a SettingsError that names the field and the range."""
    if spec.beyond is not None and _is_beyond(value, spec.beyond):
        return spec.beyond
    return _in_range(name, value, kind, spec)


def _in_range(name: str, value: Any, kind: Any, spec: Spec) -> Any:
    choices = choices_of(kind)
    if choices:
        if value not in choices:
            near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.5)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise SettingsError(f"{name} must be {either(choices)}, got {value!r}{hint}")
        return value
    if value is None and type(None) in get_args(kind):
        return value
    base = _base_type(kind)
    if base is str:
        if not isinstance(value, str) or not value:
            raise SettingsError(f"{name} must be text, got {value!r}")
        return value
    if base is bool:
        if not isinstance(value, bool):
            raise SettingsError(f"{name} must be true or false, got {value!r}")
        return value
    if isinstance(value, bool) or not isinstance(value, Integral if base is int else Real):
        raise _out_of_range(name, value, spec)
    try:
        number = base(value)
    except OverflowError:  # 10 ** 400 is not a float
        raise _out_of_range(name, value, spec) from None
    too_low = spec.low is not None and (number <= spec.low if spec.low_open else number < spec.low)
    too_high = spec.high is not None and number > spec.high
    if too_low or too_high or (base is float and not math.isfinite(number)):
        raise _out_of_range(name, value, spec)
    return number


def _is_beyond(value: Any, beyond: WithoutLimit) -> bool:
    """Whether a value stands for all that is above the range."""
    if isinstance(value, str):
        return value.strip().lower() == str(beyond)
    return value is None or (isinstance(value, Integral) and int(value) >= beyond)


def _out_of_range(name: str, value: object, spec: Spec) -> SettingsError:
    return SettingsError(f"{name} must be {spec.range_text()}, got {value!r}")
