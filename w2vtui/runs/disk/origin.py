"""Which runs were made here, by this person: only they may name files to write.

A run's folder may come from somebody else, whose run.json could name any file of the user. A secret
in the user's data folder signs what a run will write. It is in no run's folder, since those may be
sent to others.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import tempfile
from pathlib import Path
from secrets import token_hex

from w2vtui.files.regular_files import content_of
from w2vtui.system.resources import user_folder

NAME = "origin"
_SECRET = re.compile(rb"[0-9a-f]{64}\n")


def signature(*values: float | str | None) -> str | None:
    """The signature of values of a run that is made here; None if no secret can be kept."""
    return _signed(_secret(make=True), values)


def is_signed_here(signature: str | None, *values: float | str | None) -> bool:
    """Whether a signature of these values was made here."""
    ours = None if signature is None else _signed(_secret(make=False), values)
    if signature is None or ours is None:
        return False
    return hmac.compare_digest(ours.encode(), signature.encode("utf-8", "surrogatepass"))


def _signed(secret: bytes | None, values: tuple[float | str | None, ...]) -> str | None:
    return (
        None if secret is None else hmac.digest(secret, json.dumps(values).encode(), "sha256").hex()
    )


def _secret(*, make: bool) -> bytes | None:
    """The secret of this user; None if there is none, or it cannot be read."""
    folder = user_folder("data")
    if folder is None:
        return None
    path = folder / NAME
    try:
        if make and not path.exists():
            _make(path)
        secret = content_of(path, 1_000)
    except (OSError, ValueError):
        return None
    return secret if _SECRET.fullmatch(secret) else None


def _make(path: Path) -> None:
    """Write a new secret, whole or not at all, unless another process was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".origin-", dir=path.parent)  # for the user alone
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)  # a rename could replace that of the other process
        except FileExistsError:
            return
        except OSError:  # a disk without hard links
            draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
