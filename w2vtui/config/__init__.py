"""A person's own settings: settings files and environment variables.

    given.py     checked values, each with the place it came from
    reading.py   files and variables -> checked values
    local.py     what a file in the current folder may not set, and what is said of it
    writing.py   settings -> TOML, and the commented file to begin with

The first of these that has a value wins: a flag, an environment variable, `w2vtui.toml` in the
current folder, the person's own `config.toml`, the default.
"""

from w2vtui.config.given import Config, Given, Source, blamed
from w2vtui.config.reading import (
    CONFIG_VARIABLE,
    KEYS_TABLE,
    TABLES,
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
