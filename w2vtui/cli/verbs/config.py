"""`w2vtui config`: the settings and their sources, the settings files, and a file to start from."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from w2vtui.cli.options.readers import one_of
from w2vtui.cli.options.setting_options import add_settings, given_settings, option_of, settle
from w2vtui.cli.options.verb_options import add_preset
from w2vtui.cli.output import report, show
from w2vtui.cli.results import json_text
from w2vtui.config import KEYS_TABLE, TABLES, Given, read_config, settings_files
from w2vtui.config.writing import template, toml_value
from w2vtui.display import cell_width, pad, safe_text
from w2vtui.errors import DiskError, SettingsError
from w2vtui.settings import field_types

USAGE = "w2vtui config show|path|init [options]"
HELP = """Print settings and where they come from, or create a settings file.

  w2vtui config show                print every setting, its value and its source
  w2vtui config show --window 8     the same, as if w2vtui had been given this flag
  w2vtui config show --preset logs  the same with the settings of a preset
  w2vtui config path                print the settings files, and whether they exist
  w2vtui config init                write a commented file with all defaults

Settings come from these places; the first one that has a value wins: flags, --preset (for all that
shapes what is learned), environment variables (W2VTUI_WINDOW=8), w2vtui.toml in the current folder,
your config.toml (or the file that W2VTUI_CONFIG names), the defaults. w2vtui.toml in the current
folder cannot set what is under [runs], nor encoding_errors."""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui config` takes."""
    parser.add_argument("action", metavar="show|path|init", type=one_of(*_ACTIONS))
    parser.add_argument("--json", action="store_true", help="show: print one JSON object on stdout")
    add_preset(parser)
    add_settings(parser, TABLES)


def run(arguments: argparse.Namespace) -> int:
    """Show the settings, print the paths of their files, or write one."""
    return _ACTIONS[arguments.action](arguments)


def _show(arguments: argparse.Namespace) -> int:
    """Print every setting and every key binding that was changed, with its value and source."""
    from w2vtui.tui.keys import check_keys
    from w2vtui.tui.looks.themes import check_theme

    settle(arguments, read_config(), tuple(TABLES.values()))
    for note in arguments.config.notes:
        report(note)
    check_theme(arguments.settled["theme"])
    if arguments.config.keys:  # seldom, and this loads all screens and NumPy
        from w2vtui.tui.scopes import SCOPES

        check_keys(arguments.config.keys, SCOPES)
    tables = {
        table: {name: arguments.settled[name] for name in field_types(settings)}
        for table, settings in TABLES.items()
    }
    tables[KEYS_TABLE] = dict(arguments.config.keys)
    if arguments.json:
        text = json_text({name: _as_json(table) for name, table in tables.items()}, indent=1)
        show(*text.split("\n"))
        return 0
    for name, table in tables.items():
        if table:
            _print_table(name, table)
    return 0


def _print_table(name: str, table: dict[str, Given]) -> None:
    """Print a table as TOML, with the source of each value in a comment."""
    show(f"[{name}]")
    keys = [safe_text(_toml_name(key)) for key in table]
    values = [safe_text(toml_value(given.value)) for given in table.values()]
    key_width, value_width = (max(map(cell_width, column)) for column in (keys, values))
    for key, value, given in zip(keys, values, table.values(), strict=True):
        show(f"{pad(key, key_width)} = {pad(value, value_width)}  # {given.source}")
    show("")


def _path(arguments: argparse.Namespace) -> int:
    """Print the settings files, the one with precedence first, and whether they exist."""
    _refuse_options(arguments)
    for file in settings_files():
        show(f"{'exists ' if file.exists() else 'missing'}  {file}")
    return 0


def _init(arguments: argparse.Namespace) -> int:
    """Write a commented file with all defaults.

    Raises:
        DiskError: the file exists already, or cannot be written.
    """
    from w2vtui.tui.keys import all_keys
    from w2vtui.tui.scopes import SCOPES

    _refuse_options(arguments)
    file = settings_files()[-1]
    if os.path.lexists(file):
        raise DiskError(f"{file} exists already: edit it, or move it away first")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            try:
                new.write(template(all_keys(SCOPES)))
                new.flush()
            except OSError:
                with suppress(OSError):
                    file.unlink()
                raise
    except OSError as error:
        raise DiskError(f"cannot write {file}: {error.strerror or error}") from error
    report(f"wrote {file}")
    return 0


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "show": _show,
    "path": _path,
    "init": _init,
}


def _refuse_options(arguments: argparse.Namespace) -> None:
    """Only `config show` takes options."""
    given = [name for table in TABLES.values() for name in given_settings(arguments, table)]
    given += ["json"] if arguments.json else []
    given += ["preset"] if arguments.preset else []
    if given:
        raise SettingsError(
            f"w2vtui config {arguments.action} takes no options, got {option_of(given[0])}"
        )


def _toml_name(key: str) -> str:
    """A key as TOML writes it: quoted if it has a dot."""
    return toml_value(key) if "." in key else key


def _as_json(table: dict[str, Given]) -> dict[str, Any]:
    return {
        name: {
            "value": given.value,
            "source": given.source.kind,
            "where": given.source.name or None,
            "line": given.source.line,
        }
        for name, given in table.items()
    }
