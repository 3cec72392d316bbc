"""Whether two programs understand each other: a name for what their messages hold."""

from __future__ import annotations

import dataclasses
import hashlib
from functools import cache
from typing import Any, get_args, get_type_hints

from w2vtui.trainer_process.messages import MESSAGES, Hello
from w2vtui.version import VERSION


@cache
def protocol() -> str:
    """A name for the fields and types of all messages: two programs that have the same one
    understand each other.
    """
    seen: dict[str, list[str]] = {}
    for kind in MESSAGES.values():
        _describe(kind, seen)
    text = repr(sorted(seen.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _describe(kind: Any, seen: dict[str, list[str]]) -> None:
    """Add the fields of a class, and of the classes that they hold."""
    for inner in get_args(kind):
        _describe(inner, seen)
    is_held = dataclasses.is_dataclass(kind) or hasattr(kind, "_fields")
    if not isinstance(kind, type) or not is_held or kind.__name__ in seen:
        return
    hints = get_type_hints(kind)
    seen[kind.__name__] = [f"{name}: {hint}" for name, hint in hints.items()]
    for hint in hints.values():
        _describe(hint, seen)


def hello(*, attends: bool) -> Hello:
    """What this program says first."""
    return Hello(protocol=protocol(), version=VERSION, attends=attends)
