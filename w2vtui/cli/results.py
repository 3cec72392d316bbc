"""Results on stdout: words with their cosines, and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from w2vtui.cli.output import show

Found = Sequence[tuple[str, float]]
"""Words with their cosines, nearest first."""


def print_json(value: Any) -> None:
    """Print a value as JSON: letters as they are, characters that cannot be seen escaped."""
    text = json.dumps(value, ensure_ascii=False)
    # JSON's own characters are printable: any other character is inside a string.
    show("".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text))
