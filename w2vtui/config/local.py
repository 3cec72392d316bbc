"""What a `w2vtui.toml` in the current folder may set, and what is said of it.

Such a file may have come with somebody else's files: a cloned repository, an unpacked archive. So a
run says what it takes from it, and what decides where runs are saved, or which errors in a text are
passed over, it cannot set at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from w2vtui.display import safe_text
from w2vtui.settings import RunSettings, field_types

LOCAL_NAME = "w2vtui.toml"
NOT_TAKEN = frozenset(field_types(RunSettings)) | {"encoding_errors"}
"""Settings that only a person's own file, a variable or a flag may give."""
_LONGEST_VALUE = 40


@dataclass(frozen=True, slots=True)
class Ignored:
    """A setting that a local file gives and may not."""

    line: int | None
    own_file: str
    """The file to set it in, as a message names it."""


def notes_on(
    ignored: Mapping[str, Ignored], taken: Mapping[str, Any], wanted: Iterable[str]
) -> tuple[str, ...]:
    """What to say of a local file: a line for what is taken, one for what is ignored.

    taken    the values that have effect, by the name of the setting
    wanted   the settings that would have been taken, had the file been the person's own
    """
    notes = []
    if taken:
        values = ", ".join(f"{safe_text(name)} {_shown(value)}" for name, value in taken.items())
        notes.append(f"settings from ./{LOCAL_NAME}: {values}")
    if names := [name for name in wanted if name in ignored]:
        named = ", ".join(f"{name} (line {ignored[name].line})" for name in names)
        own = safe_text(ignored[names[0]].own_file)
        notes.append(
            f"ignored in ./{LOCAL_NAME}: {named}: a file in the current folder cannot set this; "
            f"put it in your own {own}"
        )
    return tuple(notes)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "auto" if value is None else safe_text(str(value), _LONGEST_VALUE)
