"""What is left of a run that has ended, and how to continue it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from w2vtui.errors import DamagedRunError
from w2vtui.runs.disk.checkpoint_files import checkpoint_folders
from w2vtui.runs.record import RECORD
from w2vtui.training.state.snapshot import Snapshot

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


def how_to_resume(folder: Path | None, shot: Snapshot, *, saved: bool) -> str:
    """The command that resumes a run that is saved in a folder, or saves its vectors."""
    if folder is not None and shot.state == "stopped":
        return f"Resume it: w2vtui resume {folder.name}"
    if folder is not None and shot.state == "failed":
        return how_to_rescue(folder, shot, saved=saved)
    if folder is not None and shot.progress.tokens and not saved:
        return f"Save the vectors: w2vtui export {folder.name} -o FILE"
    return ""


def how_to_rescue(folder: Path, shot: Snapshot, *, saved: bool) -> str:
    """The commands for a run that has failed; empty where it has no checkpoint.

    saved   whether the vectors of the checkpoint are in a file
    """
    with suppress(DamagedRunError):
        if checkpoint_folders(folder):
            name, last = folder.name, shot.last_change
            undo = "" if last is None else f"train on without change {last.number}"
            undo = undo and f"{undo}: w2vtui resume {name} --undo"
            vectors = f"save the vectors of its last checkpoint: w2vtui export {name} -o FILE"
            told = "; ".join(filter(None, [undo, "" if saved else vectors]))
            return told[:1].upper() + told[1:]
    return ""
