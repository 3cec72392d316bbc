"""The checkpoints of a run on disk: a folder each, the newest few of them.

    checkpoints/000007/tensors.safetensors   vectors, tallies, curves, memory of breakpoints
    checkpoints/000007/manifest.json         everything else, and the sha256 of the tensors

A folder is written under a temporary name, each file synced, the manifest last, and then renamed.
So a folder with its final name is intact, unless the disk loses something later; its sha256 then
shows it.
"""

from __future__ import annotations

import errno
import re
import stat
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from w2vtui.errors import DamagedRunError, DiskError
from w2vtui.formats.drafts.atomic import disk_errors, sync_folder
from w2vtui.runs.disk.checked_json import (
    NOT_AS_WRITTEN,
    read_checked,
    write_checked,
)
from w2vtui.runs.disk.checkpoint_content import checkpoint_of, manifest_of, tensors_of
from w2vtui.runs.disk.inside import OpenFolder, made_folder, open_folder, share_file
from w2vtui.runs.disk.own_files import TEMPORARY, Contents, remove_own, stranger_in
from w2vtui.runs.disk.tensor_file import DEPTH, NO_TENSORS, read_tensors, write_tensors
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.vectors.similarity import first_not_finite

FOLDER = "checkpoints"
MANIFEST = "manifest.json"
TENSORS = "tensors.safetensors"
KEPT = 2
"""The number of checkpoints that stay."""

# The library, too, writes under a temporary name.
_CHECKPOINT = Contents(
    re.compile(rf"{re.escape(MANIFEST)}|{re.escape(TENSORS)}|{TEMPORARY}|\.tmp\w{{6}}")
)
CHECKPOINTS = Contents(re.compile(r"(?!)"), ((re.compile(r"[0-9]{6,}(\.tmp)?"), _CHECKPOINT),))
"""What is written in the folder of checkpoints: folders alone, and their drafts."""

_KIND = "checkpoint"
_NAME = re.compile(r"[0-9]{6,}")


def checkpoint_folders(run: Path) -> list[Path]:
    """The checkpoints of a run, newest first.

    Raises:
        DamagedRunError: the folder of checkpoints cannot be read.
    """
    folder = run / FOLDER
    try:
        with open_folder(folder, 1) as opened_folder:
            found = [name for name in opened_folder.names() if _NAME.fullmatch(name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise DamagedRunError(f"{folder} cannot be read: {error.strerror or error}") from error
    return [folder / name for name in sorted(found, key=int, reverse=True)]


def write_checkpoint(run: Path, checkpoint: Checkpoint, spoiled: Collection[Path] = ()) -> Path:
    """Write a new checkpoint and remove surplus old ones; returns its folder.

    spoiled   checkpoints known to be damaged: they are removed first

    If the disk is full, the surplus ones are removed before writing, and the newest stays.

    Raises:
        DiskError: it cannot be written; earlier checkpoints are untouched.
        DamagedRunError: the folder of checkpoints cannot be read.
        FloatingPointError: a vector holds NaN or an infinity; nothing is written.
    """
    for name, matrix in checkpoint.vectors.items():
        if first_not_finite(matrix) is not None:
            raise FloatingPointError(f"{name} contain NaN or infinity")
    before = checkpoint_folders(run)
    staying = [old for old in before if old not in spoiled][: KEPT - 1]
    leaving = [old for old in before if old not in staying]
    folder = run / FOLDER / f"{int(before[0].name) + 1 if before else 1:06}"
    draft = folder.with_suffix(".tmp")
    with disk_errors(folder), made_folder(run, FOLDER) as parent:
        _remove_drafts(parent)
        try:
            _write_draft(parent, draft, checkpoint)
        except DiskError as error:
            if not (leaving and _is_full(error)):
                raise
            _remove(parent, leaving)
            _write_draft(parent, draft, checkpoint)
        parent.rename(draft.name, folder.name)
        sync_folder(parent.path)
        _remove(parent, leaving)
    return folder


def remove_older(run: Path) -> None:
    """Remove the checkpoints of a run that is over, but for the newest.

    Raises:
        DiskError: they cannot be removed.
        DamagedRunError: the folder of checkpoints cannot be read.
    """
    remove_checkpoints(run, checkpoint_folders(run)[1:])


def remove_checkpoints(run: Path, folders: Collection[Path]) -> None:
    """Remove some checkpoints of a run.

    Raises:
        DiskError: they cannot be removed.
    """
    if folders:
        with disk_errors(run / FOLDER), made_folder(run, FOLDER) as parent:
            _remove(parent, folders)


def _write_draft(parent: OpenFolder, draft: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint under its temporary name; a failure leaves nothing behind."""
    parent.make(draft.name)
    try:
        facts = write_tensors(draft / TENSORS, tensors_of(checkpoint))
        manifest = manifest_of(checkpoint) | {"tensors": facts}
        write_checked(draft / MANIFEST, _KIND, manifest, depth=DEPTH)
        # The library lets nobody else read; the umask says who may.
        (draft / TENSORS).chmod(stat.S_IMODE((draft / MANIFEST).stat().st_mode))
    except BaseException:
        with suppress(OSError):
            remove_own(parent, draft.name, _CHECKPOINT)
        raise


def read_checkpoint(folder: Path) -> Checkpoint:
    """A checkpoint as it was written.

    Raises:
        DamagedRunError: it is missing, damaged, or of a later program.
    """
    body = read_checked(folder / MANIFEST, _KIND, depth=DEPTH)
    try:
        tensors = read_tensors(folder / TENSORS, body["tensors"])
        if "input_vectors" not in tensors:
            raise ValueError(f"{TENSORS} has no input vectors")
        return checkpoint_of(body, tensors)
    except NO_TENSORS as error:
        raise DamagedRunError(f"{folder} is not a valid checkpoint: {error}") from error


def read_manifest(folder: Path) -> Checkpoint:
    """A checkpoint without its vectors and curves, which makes this quick.

    Raises:
        DamagedRunError: it is missing, damaged, or of a later program.
    """
    body = read_checked(folder / MANIFEST, _KIND, depth=DEPTH)
    try:
        return checkpoint_of(body)
    except NOT_AS_WRITTEN as error:
        raise DamagedRunError(f"{folder} is not a valid checkpoint: {error}") from error


def share_checkpoint(folder: Path, run: Path) -> Path:
    """Make a checkpoint the first one of another run, too; the two share its files.

    Raises:
        DamagedRunError: it is missing or damaged, which leaves nothing.
        DiskError: it cannot be written there.
    """
    shared = run / FOLDER / f"{1:06}"
    with disk_errors(shared), made_folder(run, FOLDER) as parent:
        parent.make(shared.name)
        try:
            for name in (TENSORS, MANIFEST):
                share_file(folder / name, shared / name, DEPTH)
            read_checkpoint(shared)
        except BaseException as error:
            remove_own(parent, shared.name, _CHECKPOINT)
            if isinstance(error, FileNotFoundError):
                raise DamagedRunError(f"{folder} is gone") from error
            raise
        sync_folder(shared)
    return shared


def newest_intact(
    run: Path, skipped: Collection[Path] = ()
) -> tuple[Checkpoint | None, dict[Path, str]]:
    """The newest intact checkpoint, None if there is none; and what is wrong with newer ones.

    skipped   folders of checkpoints that are not looked at

    Raises:
        DamagedRunError: the folder of checkpoints cannot be read.
    """
    while True:
        listed = checkpoint_folders(run)
        spoiled: dict[Path, str] = {}
        for folder in listed:
            if folder in skipped:
                continue
            try:
                return read_checkpoint(folder), spoiled
            except DamagedRunError as error:
                spoiled[folder] = str(error)
        if checkpoint_folders(run) == listed:  # else newer ones have replaced them since
            return None, spoiled


def folders_after(run: Path, number: int | None) -> list[Path]:
    """The checkpoints of a run that hold what it trained after a change, newest first.

    Raises:
        DamagedRunError: the folder of checkpoints cannot be read.
    """
    found = []
    for folder in checkpoint_folders(run):
        with suppress(DamagedRunError):  # `newest_intact` says so
            if read_manifest(folder).n_changes >= (number or 0):
                found.append(folder)
    return found


# ---- the disk


def _remove_drafts(parent: OpenFolder) -> None:
    """Remove what a killed process left unfinished."""
    for name in parent.names():
        if name.endswith(".tmp") and CHECKPOINTS.is_own(name, parent.mode(name)):
            _remove_one(parent, name)


def _is_full(error: DiskError) -> bool:
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)


def _remove(parent: OpenFolder, folders: Iterable[Path]) -> None:
    """Remove checkpoints: each out of sight at once, then file by file."""
    for folder in folders:
        _remove_one(parent, folder.name)


def _remove_one(parent: OpenFolder, name: str) -> None:
    """Remove a checkpoint or its draft, unless something else is in it."""
    with suppress(OSError):  # it is looked for again at the next checkpoint
        if parent.is_folder(name):
            with parent.folder(name) as folder:
                if stranger_in(folder, _CHECKPOINT) is not None:
                    return
        aside = name.removesuffix(".tmp") + ".tmp"
        parent.rename(name, aside)
        remove_own(parent, aside, _CHECKPOINT)
