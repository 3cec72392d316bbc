"""The optional libraries: which installation brings them, and what to say where one is missing."""

from __future__ import annotations

from importlib.util import find_spec


def missing(what: str, extra: str) -> str:
    """What to say where something needs a library that is not installed.

    what    `reading .zst`
    extra   the name of the set of libraries in pyproject.toml
    """
    return f"{what} needs a library: pip install '.[{extra}]' in the clone of w2vtui"


def is_installed(package: str) -> bool:
    """Whether a package can be imported; it is not imported for that."""
    return find_spec(package) is not None
