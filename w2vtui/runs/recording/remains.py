"""What is left of a run whose last checkpoint could not be written."""

from __future__ import annotations

from pathlib import Path

from w2vtui.errors import DamagedRunError
from w2vtui.runs.disk.checkpoint_files import checkpoint_folders
from w2vtui.runs.record import RECORD

_LOST = "the last checkpoint could not be written"


def what_remains(folder: Path | None) -> str:
    """From where such a run resumes, for a message.

    folder   of the run; None if it was never created
    """
    if folder is None or not (folder / RECORD).exists():
        return f"{_LOST}: this run cannot be resumed"
    try:
        earlier = checkpoint_folders(folder)
    except DamagedRunError as error:
        return f"{_LOST}: this run cannot be resumed ({error})"
    resumes = "continues from the one before it" if earlier else "starts again from the beginning"
    return f"{_LOST}: w2vtui resume {folder.name} {resumes}"
