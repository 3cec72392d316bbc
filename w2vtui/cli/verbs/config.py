"""`w2vtui config`: the settings in force, the files they come from, and a file to begin with."""

from __future__ import annotations

import argparse
import json
import os
from contextlib import suppress
from typing import Any

from w2vtui.cli.output import report
from w2vtui.config import KEYS_TABLE, TABLES, Given, settings_files
from w2vtui.config.writing import template, toml_value
from w2vtui.display import cell_width, pad, safe_text
from w2vtui.errors import DiskError
from w2vtui.settings import field_types


def show(arguments: argparse.Namespace) -> int:
    """Print every setting and every key that was changed, with value and source."""
    from w2vtui.tui.keys import check_keys
    from w2vtui.tui.themes import check_theme

    check_theme(arguments.settled["theme"])
    check_keys(arguments.config.keys)
    tables = {
        table: {name: arguments.settled[name] for name in field_types(settings)}
        for table, settings in TABLES.items()
    }
    tables[KEYS_TABLE] = dict(arguments.config.keys)
    if arguments.json:
        print(json.dumps({name: _as_json(table) for name, table in tables.items()}, indent=1))
        return 0
    for name, table in tables.items():
        if not table:
            continue
        print(f"[{name}]")
        rows = [(toml_name(key), toml_value(given.value), given) for key, given in table.items()]
        widths = [max(cell_width(safe_text(row[column])) for row in rows) for column in (0, 1)]
        for key, value, given in rows:
            left = f"{pad(safe_text(key), widths[0])} = {pad(safe_text(value), widths[1])}"
            print(f"{left}  # {safe_text(str(given.source))}")
        print()
    return 0


def path(arguments: argparse.Namespace) -> int:
    """Print the files looked at, the one that counts more first, and whether they are there."""
    for file in settings_files():
        print(f"{'there  ' if file.exists() else 'missing'}  {safe_text(str(file))}")
    return 0


def init(arguments: argparse.Namespace) -> int:
    """Write a commented file with all defaults, where there is none.

    Raises:
        DiskError: there is one, or none can be written.
    """
    from w2vtui.tui.keys import all_keys

    file = settings_files()[-1]
    if os.path.lexists(file):
        raise DiskError(f"{file} is there already: edit it, or move it away first")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            try:
                new.write(template(all_keys()))
                new.flush()
            except OSError:
                with suppress(OSError):
                    file.unlink()
                raise
    except OSError as error:
        raise DiskError(f"cannot write {file}: {error.strerror or error}") from error
    report(f"wrote {safe_text(str(file))}")
    return 0


def toml_name(key: str) -> str:
    """A key as TOML writes it: quoted where it has a dot."""
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
