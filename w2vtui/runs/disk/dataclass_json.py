"""Dataclasses as plain JSON values, and back, with the types of their fields."""

from __future__ import annotations

import dataclasses
import math
import types
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from w2vtui.training.state.snapshot import Event

T = TypeVar("T")

_MOST = 2**62
"""A bound on numbers of tokens or seconds; the product of two of them does not overflow."""


def from_json(kind: type[T], plain: object) -> T:
    """The dataclass whose `dataclasses.asdict` is `plain`; fields with a default may be missing.

    Raises:
        TypeError: something is missing, unknown, or of the wrong type.
        ValueError: NaN, or a number beyond all bounds; a setting out of range.
    """
    return kind(**fields_from_json(kind, plain))


def fields_from_json(kind: type, plain: object) -> dict[str, Any]:
    """The same before it is put together, of some of its fields."""
    if not isinstance(plain, dict):
        raise TypeError(f"{plain!r:.80} is not a {kind.__name__}")
    hints = _hints(kind)
    if unknown := plain.keys() - hints.keys():
        raise TypeError(f"a {kind.__name__} has no {min(unknown)!r:.80}")
    return {name: _value(hints[name], value, name) for name, value in plain.items()}


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


def _value(hint: Any, plain: Any, name: str) -> Any:
    """A plain value, converted to the type of a hint."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        kinds = [one for one in arguments if one is not type(None)]
        return None if plain is None else _value(kinds[0], plain, name)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return event_from_json(plain) if hint is Event else from_json(hint, plain)
    if origin is Literal and type(plain) is str and plain in arguments:
        return plain
    if origin is tuple and isinstance(plain, list):
        inner = arguments[:1] * len(plain) if arguments[-1] is ... else arguments
        return tuple(_value(one, part, name) for one, part in zip(inner, plain, strict=True))
    if hint is float and type(plain) in (int, float):
        if not math.isfinite(plain) or abs(plain) > _MOST:
            raise ValueError(f"{name} is {plain!r:.80}")
        return plain
    if hint in (int, str, bool) and type(plain) is hint:
        if hint is int and abs(plain) > _MOST:
            raise ValueError(f"{name} is {plain!r:.80}")
        return plain
    raise TypeError(f"{name} is {plain!r:.80}")
