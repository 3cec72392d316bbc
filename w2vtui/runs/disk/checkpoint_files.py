"""The checkpoints of a run on disk: a folder each, the newest few of them.

    checkpoints/000007/tensors.safetensors   vectors, tallies, curves, memory of breakpoints
    checkpoints/000007/manifest.json         everything else, and the sha256 of the tensors

A folder is written under a temporary name, each file synced, the manifest last, and then renamed.
So a folder with its final name is intact, unless the disk loses something later; its sha256 then
shows it.
"""

from __future__ import annotations

import dataclasses
import errno
import re
import stat
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.sizes import N_TALLIES
from w2vtui.errors import DamagedRunError, DiskError
from w2vtui.formats.atomic import disk_errors, sync_folder
from w2vtui.runs.disk.checked_json import (
    NOT_AS_WRITTEN,
    read_checked,
    write_checked,
)
from w2vtui.runs.disk.dataclass_json import (
    event_as_json,
    fields_from_json,
    training_of_any_version,
)
from w2vtui.runs.disk.inside import OpenFolder, made_folder, open_folder, share_file
from w2vtui.runs.disk.own_files import TEMPORARY, Contents, remove_own, stranger_in
from w2vtui.runs.disk.tensor_file import DEPTH, NO_TENSORS, Tensors, read_tensors, write_tensors
from w2vtui.similarity import first_not_finite
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.curves import CAPACITY, SavedCurve

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
_CURVE = "curve "
_MEMORY = "memory "
_TALLIES = "tallies"
_MATRICES = ("input_vectors", "output_vectors", "node_vectors")
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
    older = checkpoint_folders(run)[1:]
    if older:
        with disk_errors(run / FOLDER), made_folder(run, FOLDER) as parent:
            _remove(parent, older)


def _write_draft(parent: OpenFolder, draft: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint under its temporary name; a failure leaves nothing behind."""
    parent.make(draft.name)
    try:
        facts = write_tensors(draft / TENSORS, _tensors_of(checkpoint))
        manifest = _manifest(checkpoint) | {"tensors": facts}
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
        return _from_manifest(body, tensors)
    except NO_TENSORS as error:
        raise DamagedRunError(f"{folder} is not a valid checkpoint: {error}") from error


def read_manifest(folder: Path) -> Checkpoint:
    """A checkpoint without its vectors and curves, which makes this quick.

    Raises:
        DamagedRunError: it is missing, damaged, or of a later program.
    """
    body = read_checked(folder / MANIFEST, _KIND, depth=DEPTH)
    try:
        return _from_manifest(body)
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


def newest_intact(run: Path) -> tuple[Checkpoint | None, dict[Path, str]]:
    """The newest intact checkpoint, None if there is none; and what is wrong with newer ones.

    Raises:
        DamagedRunError: the folder of checkpoints cannot be read.
    """
    while True:
        listed = checkpoint_folders(run)
        spoiled: dict[Path, str] = {}
        for folder in listed:
            try:
                return read_checkpoint(folder), spoiled
            except DamagedRunError as error:
                spoiled[folder] = str(error)
        if checkpoint_folders(run) == listed:  # else newer ones have replaced them since
            return None, spoiled


# ---- what goes into which file

_PLAIN = (
    "reason", "state", "clock", "tokens_per_epoch", "seconds", "diverged", "training", "settings",
    "schedule", "probe", "past", "breakpoints",
)  # fmt: skip


def _tensors_of(checkpoint: Checkpoint) -> Tensors:
    """All numbers of a checkpoint that go into one file, by their names there."""
    tensors: Tensors = {
        name: np.ascontiguousarray(matrix) for name, matrix in checkpoint.vectors.items()
    }
    tensors[_TALLIES] = checkpoint.tallies
    for name, curve in checkpoint.curves.items():
        tensors[_CURVE + name] = np.ascontiguousarray(curve.rows)
    for name, numbers in checkpoint.memory.items():
        tensors[_MEMORY + name] = np.ascontiguousarray(numbers)
    return tensors


def _manifest(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        **{name: _as_plain(getattr(checkpoint, name)) for name in _PLAIN},
        "events": [event_as_json(event) for event in checkpoint.events],
        "curves": {name: curve.merge for name, curve in checkpoint.curves.items()},
    }


def _as_plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_plain(one) for one in value]
    is_plain = isinstance(value, type) or not dataclasses.is_dataclass(value)
    return value if is_plain else dataclasses.asdict(value)


def _from_manifest(
    body: dict[str, Any], tensors: dict[str, NDArray[Any]] | None = None
) -> Checkpoint:
    """A checkpoint; without its tensors it has no vectors, tallies and curves."""
    body = body | {"training": training_of_any_version(body["training"])}
    fields = fields_from_json(Checkpoint, {name: body[name] for name in (*_PLAIN, "events")})
    merges = {} if tensors is None else body["curves"]
    tensors = {_TALLIES: np.zeros(N_TALLIES)} if tensors is None else tensors
    checkpoint = Checkpoint(
        **fields,
        tallies=np.array(tensors[_TALLIES]),
        curves={
            name: SavedCurve(np.array(tensors[_CURVE + name]), merge)
            for name, merge in merges.items()
        },
        vectors={name: tensors[name] for name in _MATRICES if name in tensors},
        memory={
            name.removeprefix(_MEMORY): np.array(numbers)
            for name, numbers in tensors.items()
            if name.startswith(_MEMORY)
        },
    )
    _check(checkpoint)
    return checkpoint


def _check(checkpoint: Checkpoint) -> None:
    """Raise ValueError for numbers that do not fit together."""
    n_tokens, clock = checkpoint.tokens_per_epoch, checkpoint.clock
    if not (n_tokens > 0 and 0 <= clock <= checkpoint.schedule.planned > 0):
        raise ValueError(
            f"{clock:,} of {checkpoint.schedule.planned:,} tokens, {n_tokens:,} an epoch"
        )
    _check_tensor(_TALLIES, checkpoint.tallies, np.float64, (N_TALLIES,))
    for name, curve in checkpoint.curves.items():
        if type(curve.merge) is not int or curve.merge < 1:
            raise ValueError(f"a row of curve {name} stands for {curve.merge!r:.80} readings")
        _check_tensor(name, curve.rows, np.float64, (min(len(curve.rows), CAPACITY), 5))
    for name, numbers in checkpoint.memory.items():
        if numbers.dtype != np.float64 or not np.isfinite(numbers).all():
            raise ValueError(
                f"{_MEMORY}{name} holds {numbers.dtype}, or numbers that are not finite"
            )
    if checkpoint.vectors:
        n_words, size = len(checkpoint.vectors["input_vectors"]), checkpoint.training.vector_size
        for name, matrix in checkpoint.vectors.items():
            n_rows = n_words - 1 if name == "node_vectors" else n_words
            _check_tensor(name, matrix, np.float32, (n_rows, size))


def _check_tensor(name: str, tensor: NDArray[Any], dtype: type, shape: tuple[int, ...]) -> None:
    if tensor.dtype != dtype or tensor.shape != shape:
        wanted = f"{np.dtype(dtype)} {shape}"
        raise ValueError(f"{name} are {tensor.dtype} {tensor.shape}, not {wanted}")


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
