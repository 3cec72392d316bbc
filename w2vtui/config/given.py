"""The settings that were given: each value with the place it came from."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from w2vtui.config.local import Ignored, notes_on
from w2vtui.errors import SettingsError
from w2vtui.settings import field_default, field_types


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from."""

    kind: Literal["flag", "environment", "file", "default"]
    name: str = ""
    """The flag, the variable or the path."""
    line: int | None = None
    is_local: bool = False
    """Whether it is a file in the current folder that is not known to be the person's own."""

    def __str__(self) -> str:
        """As a message names it: `--window`, `/home/me/w2vtui.toml, line 3`."""
        return f"{self.name or self.kind}" + (f", line {self.line}" if self.line else "")


DEFAULT = Source("default")


@dataclass(frozen=True, slots=True)
class Given:
    """A checked value and its source."""

    value: Any
    source: Source


@dataclass(frozen=True)
class Config:
    """The settings of files and variables, each from the source with precedence."""

    values: Mapping[str, Given] = field(default_factory=dict)
    """By the name of the setting."""
    keys: Mapping[str, Given] = field(default_factory=dict)
    """Keys of the keyboard, separated by commas, by the id of the binding."""
    ignored: Mapping[str, Ignored] = field(default_factory=dict)
    """What the file in the current folder may not set, by the name of the setting."""
    notes: tuple[str, ...] = ()
    """What to say of the file in the current folder; see `noted`."""

    def under(self, values: Mapping[str, Any], source: Source) -> Config:
        """The same with other values, by the name of the setting, before those of files."""
        given = {name: Given(value, source) for name, value in values.items()}
        return dataclasses.replace(self, values={**self.values, **given})

    def settle(self, settings: type, flags: Mapping[str, Any]) -> dict[str, Given]:
        """The effective value of every field of a settings class.

        flags   those of the command line, by the name of the setting
        """
        settled = {}
        for name in field_types(settings):
            default = Given(field_default(settings, name), DEFAULT)
            settled[name] = self.values.get(name, default)
            if name in flags:
                source = Source("flag", "--" + name.replace("_", "-"))
                settled[name] = Given(flags[name], source)
        return settled

    def noted(self, settled: Mapping[str, Given], *, with_keys: bool) -> Config:
        """The same, with notes on what is taken from a file in the current folder.

        settled     the effective values of the settings that matter
        with_keys   whether keys of the keyboard do
        """
        shown = {**settled, **(self.keys if with_keys else {})}
        taken = {name: one.value for name, one in shown.items() if one.source.is_local}
        unset = [name for name, one in settled.items() if one.source.kind in ("file", "default")]
        return dataclasses.replace(self, notes=notes_on(self.ignored, taken, unset))


def blamed(error: SettingsError, settled: Mapping[str, Given]) -> SettingsError:
    """An error of several settings together, with the places that the values came from.

    settled   the effective values, by name; the sources of those in the message are added
    """
    places = [
        f"{name} from {given.source}"
        for name, given in settled.items()
        if given.source.kind in ("file", "environment") and re.search(rf"\b{name}\b", str(error))
    ]
    return SettingsError(f"{error} ({'; '.join(places)})") if places else error
