"""A person's own settings: settings files and environment variables.

    reading.py   files and variables -> checked values, each with the place it came from
    writing.py   settings -> TOML, and the commented file to begin with

A flag goes before an environment variable, that before `w2vtui.toml` in the current folder, that
before the person's own `config.toml`, and that before the default.
"""

from w2vtui.config.reading import (
    CONFIG_VARIABLE,
    KEYS_TABLE,
    TABLES,
    Config,
    Given,
    Source,
    blamed,
    read_config,
    settings_files,
)

__all__ = [
    "CONFIG_VARIABLE",
    "KEYS_TABLE",
    "TABLES",
    "Config",
    "Given",
    "Source",
    "blamed",
    "read_config",
    "settings_files",
]
