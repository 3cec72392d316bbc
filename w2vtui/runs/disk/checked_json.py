"""Small JSON files with a checksum of their content.

{"format": "w2vtui run", "schema": 1, "program": "0.1.0", "sha256": of the body, "body": {...}}
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from w2vtui.errors import DamagedRunError
from w2vtui.files.regular_files import content_of
from w2vtui.runs.disk.inside import replace_file, unfollowed
from w2vtui.version import VERSION

SCHEMA = 1
"""Grows when the meaning of what is written changes."""

NOT_AS_WRITTEN = (
    OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError
)  # fmt: skip
"""The errors of reading something that is missing, cut short or not what it should be."""

MOST_BYTES = 1 << 26
"""The largest file that is read, except for files of words."""

_MOST_INDENTED_BYTES = 1 << 16
"""The largest body that is written with indentation, which takes Python several times as long."""


def write_checked(path: Path, kind: str, body: dict[str, Any], *, depth: int = 1) -> None:
    """Write a file that `read_checked` reads, whole or not at all.

    depth   how many parts at the end of the path must not be links

    Raises:
        DiskError: it cannot be written.
    """
    canonical = _canonical(body)
    sealed = {
        "format": f"w2vtui {kind}",
        "schema": SCHEMA,
        "program": VERSION,
        "sha256": _digest(canonical),
        "body": body,
    }
    indent = 1 if len(canonical) <= _MOST_INDENTED_BYTES else None
    replace_file(path, dumped(sealed, indent) + b"\n", depth)


def read_checked(
    path: Path, kind: str, most: int = MOST_BYTES, *, depth: int = 1
) -> dict[str, Any]:
    """The body of a file, as it was written.

    depth   how many parts at the end of the path must not be links

    Raises:
        DamagedRunError: the file is missing, damaged, of another kind or of a later program.
    """
    try:
        sealed = loaded(content_of(path, most, unfollowed(depth)))
        found, schema = sealed["format"], sealed["schema"]
        body, promised = sealed["body"], sealed["sha256"]
        whole = _digest(_canonical(body)) == promised
    except OSError as error:
        raise DamagedRunError(f"{path} cannot be read: {error.strerror or error}") from error
    except NOT_AS_WRITTEN as error:
        raise DamagedRunError(f"{path} is damaged: {error}") from error
    if found != f"w2vtui {kind}":
        raise DamagedRunError(f"{path} is not a w2vtui {kind} file (found format {found!r})")
    if schema != SCHEMA:
        raise DamagedRunError(
            f"{path} has schema {schema!r}, this program reads {SCHEMA}: use the program that "
            "wrote it"
        )
    if not whole or not isinstance(body, dict):
        raise DamagedRunError(f"{path} is damaged: checksum mismatch")
    return body


def dumped(value: object, indent: int | None = None) -> bytes:
    """JSON without NaN; lone surrogates, which words may hold, are kept."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return text.encode("utf-8", "surrogatepass")


def loaded(content: bytes) -> Any:
    """What `dumped` was given."""
    return json.loads(content.decode("utf-8", "surrogatepass"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _canonical(body: dict[str, Any]) -> bytes:
    """The same bytes for equal bodies."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
