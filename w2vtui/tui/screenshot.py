"""Saves a picture of the screen where it can be written, without replacing a file."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from platformdirs import user_downloads_path

from w2vtui.errors import DiskError

_TRIES = 1000
"""Pictures of one second in one folder, at most."""


def picture_folders(texts: Sequence[str]) -> list[Path]:
    """The folders that a picture may go to, the best first.

    texts   files and folders of the corpus: in a folder of texts, a picture would be read as one
    """
    wanted = (user_downloads_path(), Path.cwd(), Path.home(), Path(tempfile.gettempdir()))
    corpora = [os.path.realpath(text) for text in texts if Path(text).is_dir()]
    return [folder for folder in wanted if not _is_below(os.path.realpath(folder), corpora)]


def save_picture(picture: str, folders: Sequence[Path]) -> Path:
    """Save a picture to the first folder that takes it, as a new file; return its path.

    Raises:
        DiskError: no folder takes it; the message says why not the last one.
    """
    name = time.strftime("w2vtui-%Y-%m-%d-%H%M%S")
    trouble = "there is no folder to save it in"
    for folder in folders:
        if not folder.is_dir():
            continue
        try:
            return _new_file(folder, name, picture)
        except OSError as error:
            trouble = f"{folder}: {(error.strerror or str(error)).lower()}"
    raise DiskError(f"the picture cannot be saved: {trouble}")


def _new_file(folder: Path, name: str, picture: str) -> Path:
    """Write a file under a name that is free.

    Raises:
        OSError: it cannot be written; nothing of it stays.
    """
    for number in count(1):
        path = folder / (f"{name}.svg" if number == 1 else f"{name}-{number}.svg")
        try:
            with path.open("x", encoding="utf-8", errors="backslashreplace") as file:
                try:
                    file.write(picture)
                    file.flush()
                except OSError:
                    path.unlink(missing_ok=True)
                    raise
        except FileExistsError:
            if number == _TRIES:
                raise
            continue
        return path
    raise AssertionError("numbers do not end")


def _is_below(folder: str, others: Sequence[str]) -> bool:
    return any(folder == other or folder.startswith(other + os.sep) for other in others)
