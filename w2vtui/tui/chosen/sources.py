"""What the corpus field names: files, folders, patterns, or a bundled sample."""

from __future__ import annotations

import glob
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from w2vtui.bundled import SAMPLE, sample_path
from w2vtui.errors import CorpusError
from w2vtui.system.resources import from_home

_MOST_NAMES = 5000
"""Names of a folder that are read at most, so that a proposal comes at once."""


def sources_of(text: str) -> list[str]:
    """The sources that a text names: one path as it stands, or several, quoted as in a shell.

    A name that is not a file here may be that of a bundled sample. A source that does not exist is
    returned too: opening it reports the error.

    Raises:
        CorpusError: nothing is named, or stdin, which is the keyboard here.
    """
    text = text.strip()
    if not text:
        raise CorpusError("name a text file: a path, a folder, or a pattern such as notes/*.txt")
    try:
        parts = [text] if _exists(from_home(text)) else shlex.split(text)
    except ValueError:
        parts = [text]
    if "-" in parts:
        raise CorpusError("the screen cannot read stdin, which is its keyboard: name a file")
    return [found for part in parts for found in _meant(part)]


def field_text(sources: Sequence[str]) -> str:
    """The text that names these sources; the bundled sample where there are none."""
    if not sources:
        return SAMPLE
    return sources[0] if len(sources) == 1 else shlex.join(sources)


def is_sample(text: str) -> bool:
    """Whether a text names a bundled sample and no file of one's own."""
    text = text.strip()
    return bool(text) and not _exists(from_home(text)) and _sample(text) is not None


def paths_beginning(text: str) -> list[str]:
    """The existing paths that begin with a text, in order; a folder gets a slash.

    Hidden names are among them once their dot is typed.
    """
    folder, _, begun = text.rpartition("/")
    if "\0" in text:
        return []
    place, found = folder + "/" if "/" in text else "", []
    try:
        with os.scandir(from_home(place or ".")) as entries:
            for entry, _ in zip(entries, range(_MOST_NAMES), strict=False):
                name = entry.name
                hidden = name.startswith(".") and not begun.startswith(".")
                if name.startswith(begun) and name.isprintable() and not hidden:
                    found.append(place + name + "/" * entry.is_dir())
    except (OSError, RuntimeError):  # no such folder, or not readable; ~nobody
        return []
    return sorted(found)


def _meant(part: str) -> list[str]:
    path = from_home(part)
    if _exists(path):
        return [str(path)]
    if glob.has_magic(part):
        return sorted(glob.glob(str(path), recursive=True)) or [str(path)]  # noqa: PTH207
    sample = _sample(part)
    return [str(path if sample is None else sample)]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a NUL
        return False


def _sample(name: str) -> Path | None:
    if "/" in name:
        return None
    try:
        return sample_path(name)
    except CorpusError:
        return None
