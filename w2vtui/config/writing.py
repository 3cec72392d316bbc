"""Writes settings as TOML."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple, get_args

from w2vtui.config.reading import KEYS_TABLE, TABLES
from w2vtui.settings import WithoutLimit, choices_of, field_default, field_types, spec_of

_HEAD = """\
# Settings of w2vtui. A line that begins with #name is a default: remove the # and change it.
# Flags override environment variables (W2VTUI_WINDOW=8), those w2vtui.toml in the current
# folder, that this file. `w2vtui config show` lists the effective settings and their sources.
"""
_WIDTH = 96


class Key(NamedTuple):
    """A binding whose key can be changed."""

    id: str
    keys: str
    """Its present keys, separated by commas."""
    does: str


def toml_value(value: Any) -> str:
    """A setting's value as TOML writes it; None is "auto"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | None):
        # A JSON string is a TOML string but for DEL, which TOML wants escaped.
        return json.dumps(value or "auto", ensure_ascii=False).replace("\x7f", "\\u007f")
    return '"all"' if isinstance(value, WithoutLimit) else repr(value)


def template(keys: Sequence[Key] = ()) -> str:
    """A settings file that holds every default, as a comment with its help."""
    parts = [_HEAD]
    for table, settings in TABLES.items():
        parts.append(f"\n[{table}]\n")
        for name, kind in field_types(settings).items():
            default = field_default(settings, name)
            comment = spec_of(settings, name).help + _range(settings, name, kind)
            parts += [f"# {line}\n" for line in textwrap.wrap(comment, _WIDTH)]
            parts.append(f"#{name} = {toml_value(default)}\n")
    if keys:
        parts.append(f"\n[{KEYS_TABLE}]\n# One key, or several separated by commas.\n")
        width = max(len(key.id) + len(key.keys) for key in keys) + 8
        for key in keys:
            line = f"#{toml_value(key.id)} = {toml_value(key.keys)}"
            parts.append(f"{line:{width}}  # {key.does}\n")
    return "".join(parts)


def _range(settings: type, name: str, kind: Any) -> str:
    """The values that a setting takes, as the end of its help."""
    spec = spec_of(settings, name)
    auto = f'"auto": {spec.auto}' if type(None) in get_args(kind) else ""
    if choices_of(kind):
        values = " | ".join(toml_value(choice) for choice in choices_of(kind))
    else:
        values = spec.range_text() if spec.low is not None else ""
    known = "; ".join(part for part in (values, auto) if part)
    return f" ({known})" if known else ""
