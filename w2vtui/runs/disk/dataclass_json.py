"""Dataclasses as plain JSON values, and back, with the types of their fields."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from w2vtui.settings import LiveSettings
from w2vtui.settings.spec import Checked
from w2vtui.training.state.events import Event

T = TypeVar("T")

_MOST = 2**62
"""A bound on numbers of tokens or seconds; the product of two of them does not overflow."""


def from_json(kind: type[T], plain: object, *, any_number: bool = False) -> T:
    """The dataclass whose `dataclasses.asdict` is `plain`; fields with a default may be missing.

    any_number   whether NaN and numbers of any size are taken, which no file of ours holds

    Raises:
        TypeError: something is missing, unknown, or of the wrong type.
        ValueError: NaN, or a number beyond all bounds; a setting out of range.
    """
    return kind(**fields_from_json(kind, plain, any_number=any_number))


def fields_from_json(kind: type, plain: object, *, any_number: bool = False) -> dict[str, Any]:
    """The same before it is put together, of some of its fields."""
    if not isinstance(plain, dict):
        raise TypeError(f"{plain!r:.80} is not a {kind.__name__}")
    hints = _hints(kind)
    any_number = any_number or issubclass(kind, Checked)  # settings check their own ranges
    if issubclass(kind, LiveSettings):
        plain = live_of_any_version(plain)
    if unknown := plain.keys() - hints.keys():
        raise TypeError(f"a {kind.__name__} has no {min(unknown)!r:.80}")
    return {name: _value(hints[name], value, name, any_number) for name, value in plain.items()}


def as_json(value: Any) -> Any:
    """A value of a dataclass, and all in it, as plain values; fields that have their default are
    left out, which `from_json` gives them again.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: as_json(held)
            for one in dataclasses.fields(value)
            if (held := getattr(value, one.name)) is not one.default
        }
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    if isinstance(value, dict):
        return {name: as_json(one) for name, one in value.items()}
    return value


def training_of_any_version(plain: object) -> object:
    """The training settings that a run saved, with what earlier versions had no setting for: the
    lines that are held out were those of its seed.
    """
    if isinstance(plain, dict) and "seed" in plain:
        return {"probe_seed": plain["seed"]} | plain
    return plain


def live_of_any_version(plain: dict[str, Any]) -> dict[str, Any]:
    """The live settings that a run saved; earlier versions said `shared_noise`, by which noise
    words were shared between the pairs of one center.
    """
    if "shared_noise" not in plain:
        return plain
    plain = dict(plain)
    return {"noise_sharing": "pairs" if plain.pop("shared_noise") else "none"} | plain


def event_as_json(event: Event) -> dict[str, Any]:
    """The fields of an event; None values are left out."""
    return {name: value for name, value in dataclasses.asdict(event).items() if value is not None}


def event_from_json(plain: object) -> Event:
    """The event that `event_as_json` wrote.

    Raises:
        TypeError, ValueError: as `from_json` does, and for a change without its settings.
    """
    event = from_json(Event, plain)
    is_change = event.kind == "change"
    if is_change and (event.number is None or event.settings is None or event.schedule is None):
        raise TypeError("a change without its number, settings or schedule")
    return event


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(hint: Any, plain: Any, name: str, any_number: bool = False) -> Any:
    """A plain value, converted to the type of a hint."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _one_of(arguments, plain, name, any_number)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        if hint is Event and not any_number:
            return event_from_json(plain)
        return from_json(hint, plain, any_number=any_number)
    if origin is Literal and any(type(plain) is type(one) and plain == one for one in arguments):
        return plain
    if origin is tuple and isinstance(plain, list):
        inner = arguments[:1] * len(plain) if arguments[-1] is ... else arguments
        return _values(inner, plain, name, any_number)
    if origin is dict and isinstance(plain, dict):
        return {key: _value(arguments[1], one, name, any_number) for key, one in plain.items()}
    if _is_named_tuple(hint) and isinstance(plain, list):
        return hint(*_values(_hints(hint).values(), plain, name, any_number))
    if hint in (int, float, str, bool):
        return _scalar(hint, plain, name, any_number)
    raise TypeError(f"{name} is {plain!r:.80}")


def _one_of(kinds: tuple[Any, ...], plain: Any, name: str, any_number: bool) -> Any:
    """A plain value of one of several types, the first that takes it."""
    if plain is None:
        return None
    *others, last = [kind for kind in kinds if kind is not type(None)]
    for kind in others:
        try:
            return _value(kind, plain, name, any_number)
        except TypeError:
            continue
    return _value(last, plain, name, any_number)


def _values(hints: Iterable[Any], plain: list[Any], name: str, any_number: bool) -> tuple[Any, ...]:
    pairs = zip(hints, plain, strict=True)
    return tuple(_value(hint, part, name, any_number) for hint, part in pairs)


def _is_named_tuple(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")


def _scalar(hint: Any, plain: Any, name: str, any_number: bool) -> Any:
    if hint is float and type(plain) in (int, float):
        if not any_number and (not math.isfinite(plain) or abs(plain) > _MOST):
            raise ValueError(f"{name} is {plain!r:.80}")
        return plain
    if type(plain) is not hint:
        raise TypeError(f"{name} is {plain!r:.80}")
    if hint is int and abs(plain) > _MOST and not any_number:
        raise ValueError(f"{name} is {plain!r:.80}")
    return plain
