"""Reads settings files and environment variables."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from w2vtui.config.given import Config, Given, Source
from w2vtui.config.local import LOCAL_NAME, NOT_TAKEN, Ignored
from w2vtui.errors import SettingsError
from w2vtui.files.regular_files import TooLargeError, content_of
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    RunSettings,
    ScreenSettings,
    TrainingSettings,
    checked_value,
    field_types,
    value_from_text,
)
from w2vtui.system.resources import user_folder

TABLES: dict[str, type] = {
    "corpus": CorpusSettings,
    "vectors": TrainingSettings,
    "training": LiveSettings,
    "runs": RunSettings,
    "screen": ScreenSettings,
}
"""Tables of a settings file, in the order of `--help`; no two have a key of the same name."""
KEYS_TABLE = "keys"
"""The table that names other keys of the keyboard."""

PREFIX = "W2VTUI_"
CONFIG_VARIABLE = PREFIX + "CONFIG"
_OTHER_VARIABLES = (CONFIG_VARIABLE, PREFIX + "CACHE_DIR")
MOST_BYTES = 1 << 16
"""A longer file holds something other than settings."""


def settings_files(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The files to read, the one with precedence first; they need not exist.

    For a user without a home folder both are the one in the current folder.
    """
    named = environment.get(CONFIG_VARIABLE)
    if named:
        own = Path(named)
    else:
        folder = user_folder("config")
        own = Path(LOCAL_NAME) if folder is None else folder / "config.toml"
    try:
        return (Path.cwd() / LOCAL_NAME, own.absolute())
    except FileNotFoundError:  # the current folder was removed
        return (own,)


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """All that files and variables say.

    Raises:
        SettingsError: one of them cannot be read, names no setting, or gives one a wrong value.
    """
    *local, own = settings_files(environment)
    is_named = bool(environment.get(CONFIG_VARIABLE))
    config = Config()
    ignored: dict[str, Ignored] = {}
    if is_named or own not in local:
        config = _read_file(own, must_exist=is_named)
        local = [path for path in local if not _is_same(path, own)]
    own_file = str(own) if own not in local else f"file, which {CONFIG_VARIABLE} names"
    values, keys = dict(config.values), dict(config.keys)
    for path in local:
        config = _read_file(path, must_exist=False, is_local=True)
        values |= {name: one for name, one in config.values.items() if name not in NOT_TAKEN}
        keys |= config.keys
        ignored |= {
            name: Ignored(one.source.line, own_file)
            for name, one in config.values.items()
            if name in NOT_TAKEN
        }
    return Config(values | _read_variables(environment), keys, ignored)


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):  # one is missing
        return False


# ---- files


def _read_file(path: Path, must_exist: bool, is_local: bool = False) -> Config:
    text = _text_of(path, must_exist)
    if not text:
        return Config()
    import tomllib  # imported only when there is a file to read

    try:
        document = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, or a number too long to be read
        raise SettingsError(f"{path} is not valid TOML: {error}") from None
    except RecursionError:
        raise SettingsError(f"{path} is not valid TOML: it is nested too deeply") from None
    return _File(path, text, is_local).config(document)


def _text_of(path: Path, must_exist: bool) -> str:
    if str(path) == os.devnull:  # no file at all, as users of git know it
        return ""
    try:
        content = content_of(path, MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            raise SettingsError(
                f"{CONFIG_VARIABLE} names {path}, which does not exist: create it with "
                "w2vtui config init"
            ) from None
        return ""
    except TooLargeError as error:
        longest = f"longer than {MOST_BYTES:,} bytes"
        raise SettingsError(f"{path} is {longest}: not a settings file") from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"cannot read {path}: {reason}") from error
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}, line {line}: not UTF-8, as settings files must be") from None


class _File:
    """A parsed settings file that knows the line of each key."""

    def __init__(self, path: Path, text: str, is_local: bool) -> None:
        self._path, self._lines = path, text.split("\n")
        self._is_local = is_local

    def config(self, document: Mapping[str, Any]) -> Config:
        """Its settings, checked."""
        values, keys = {}, {}
        for table, content in document.items():
            if table not in (*TABLES, KEYS_TABLE):
                raise self._error((table,), _unknown_table_message(table))
            if not isinstance(content, dict):
                what = f"[{table}] must be a table of settings, got {content!r}"
                raise self._error((table,), what)
            if table == KEYS_TABLE:
                keys = dict(self._keys(content, (table,)))
                continue
            for name, value in content.items():
                values[name] = self._value(table, name, value)
        return Config(values, keys)

    def _value(self, table: str, name: str, value: Any) -> Given:
        settings = TABLES[table]
        if name not in field_types(settings):
            raise self._error((table, name), _unknown_key_message(table, name, value))
        try:
            checked = checked_value(settings, name, value)
        except SettingsError as error:
            raise self._error((table, name), str(error)) from None
        return Given(checked, self._source((table, name)))

    def _keys(self, content: Mapping[str, Any], where: tuple[str, ...]) -> list[tuple[str, Given]]:
        """Bindings by id; `train.pause` without quotes is a table in a table."""
        found = []
        for name, value in content.items():
            place = (*where, name)
            binding = ".".join(place[1:])
            if isinstance(value, dict):
                found += self._keys(value, place)
                continue
            keys = value if isinstance(value, list) else [value]
            if not keys or not all(isinstance(key, str) and key.strip(", ") for key in keys):
                what = f'{binding} must be a key such as "p" or "p,space", got {value!r}'
                raise self._error(place, what)
            found.append((binding, Given(",".join(keys), self._source(place))))
        return found

    def _error(self, place: tuple[str, ...], message: str) -> SettingsError:
        return SettingsError(f"{self._source(place)}: {message}")

    def _source(self, place: tuple[str, ...]) -> Source:
        return Source("file", str(self._path), self._line_of(place), self._is_local)

    def _line_of(self, place: tuple[str, ...]) -> int | None:
        """The line that gives a key its value: the first up to which the text holds it."""
        import tomllib

        for number, line in enumerate(self._lines, start=1):
            if place[-1] in line:
                try:
                    held: Any = tomllib.loads("\n".join(self._lines[:number]))
                except ValueError:  # in the middle of a value of several lines
                    continue
                for name in place:
                    held = held.get(name) if isinstance(held, dict) else None
                if held is not None:
                    return number
        return None


def _unknown_table_message(table: str) -> str:
    owner = _table_of(table)
    if owner is not None:
        return f"{table} belongs under [{owner}]"
    known = [*TABLES, KEYS_TABLE]
    near = difflib.get_close_matches(table, known, n=1, cutoff=0.5)
    hint = f"did you mean [{near[0]}]?" if near else f"known are {', '.join(known)}"
    return f"there is no table {table!r}: {hint}"


def _unknown_key_message(table: str, name: str, value: Any) -> str:
    owner = _table_of(name)
    if owner is not None:
        return f"{name} belongs under [{owner}], not [{table}]"
    message = f"there is no setting {name!r} under [{table}] (got {value!r})"
    return message + _nearest(name, list(field_types(TABLES[table])))


def _table_of(name: str) -> str | None:
    owners = [table for table, settings in TABLES.items() if name in field_types(settings)]
    return owners[0] if owners else None


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f": did you mean {near[0]}?" if near else f": known are {', '.join(known)}"


# ---- variables


def _read_variables(environment: Mapping[str, str]) -> dict[str, Given]:
    """Settings given as `W2VTUI_WINDOW=8`; an empty variable is ignored."""
    owners = {
        PREFIX + name.upper(): (settings, name)
        for settings in TABLES.values()
        for name in field_types(settings)
    }
    values = {}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable in _OTHER_VARIABLES or not text:
            continue
        if variable not in owners:
            # A warning would be hidden by the screen, and noticed once the run is long under way.
            near = difflib.get_close_matches(variable, [*owners, *_OTHER_VARIABLES], 1, 0.5)
            hint = f": did you mean {near[0]}?" if near else ": w2vtui config show lists all"
            raise SettingsError(
                f"the environment variable {variable} ({text!r}) is not a setting{hint}"
            )
        settings, name = owners[variable]
        try:
            checked = value_from_text(settings, name, text)
        except SettingsError as error:
            raise SettingsError(f"environment variable {variable}: {error}") from None
        values[name] = Given(checked, Source("environment", variable))
    return values


# ---- several settings together
