"""Results on stdout: words with their cosines, and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from w2vtui.cli.output import show
from w2vtui.settings import WithoutLimit

Found = Sequence[tuple[str, float]]
"""Words with their cosines, nearest first."""


def json_text(value: Any, **options: Any) -> str:
    """A value as JSON, with `all` for a setting without limit; options of `json.dumps`."""
    return json.dumps(_spelled(value), **options)


def _spelled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _spelled(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(one) for one in value]
    return str(value) if isinstance(value, WithoutLimit) else value


def print_json(value: Any) -> None:
    """Print a value as JSON: letters as they are, characters that cannot be seen escaped."""
    text = json_text(value, ensure_ascii=False)
    # JSON's own characters are printable: any other character is inside a string.
    show("".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text))
