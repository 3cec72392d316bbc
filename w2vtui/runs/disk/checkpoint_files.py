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
import hashlib
import math
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from w2v_kernels.sizes import N_TALLIES
from w2vtui.errors import DamagedRunError, DiskError
from w2vtui.formats.atomic import disk_errors, sync_folder
from w2vtui.regular_files import mapping, opened, size_of
from w2vtui.runs.disk.checked_json import (
    NOT_AS_WRITTEN,
    loaded,
    read_checked,
    write_checked,
)
from w2vtui.runs.disk.dataclass_json import event_as_json, fields_from_json
from w2vtui.runs.disk.inside import OpenFolder, open_folder, unfollowed
from w2vtui.runs.disk.own_files import TEMPORARY, Contents, remove_own, stranger_in
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
CHECKPOINTS = Contents(re.compile(r"(?!)"), re.compile(r"[0-9]{6,}(\.tmp)?"), _CHECKPOINT)
"""What is written in the folder of checkpoints: folders alone, and their drafts."""

_KIND = "checkpoint"
_CURVE = "curve "
_MEMORY = "memory "
_TALLIES = "tallies"
_MATRICES = ("input_vectors", "output_vectors", "node_vectors")
_NAME = re.compile(r"[0-9]{6,}")
_DTYPES = {"F32": np.float32, "F64": np.float64}
_MOST_HEADER_BYTES = 1 << 20
_ROWS_AT_ONCE = 1_024
_DEPTH = 3
"""Parts of a path from the folder of the run to a file of a checkpoint."""
_UNFOLLOWED = unfollowed(_DEPTH)


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
    with disk_errors(folder), _parent_in(run) as parent:
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


@contextmanager
def _parent_in(run: Path) -> Iterator[OpenFolder]:
    """The folder of checkpoints, made if it is missing."""
    with open_folder(run) as outer:
        try:
            outer.mode(FOLDER)
        except FileNotFoundError:
            outer.make(FOLDER)
            sync_folder(run)
        with outer.folder(FOLDER) as parent:
            yield parent


def _write_draft(parent: OpenFolder, draft: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint under its temporary name; a failure leaves nothing behind."""
    parent.make(draft.name)
    try:
        facts = _write_tensors(draft / TENSORS, checkpoint)
        manifest = _manifest(checkpoint) | {"tensors": facts}
        write_checked(draft / MANIFEST, _KIND, manifest, depth=_DEPTH)
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
    body = read_checked(folder / MANIFEST, _KIND, depth=_DEPTH)
    try:
        tensors = _read_tensors(folder / TENSORS, body["tensors"])
        if "input_vectors" not in tensors:
            raise ValueError(f"{TENSORS} has no input vectors")
        return _from_manifest(body, tensors)
    except (*NOT_AS_WRITTEN, SafetensorError) as error:
        raise DamagedRunError(f"{folder} is not a valid checkpoint: {error}") from error


def read_manifest(folder: Path) -> Checkpoint:
    """A checkpoint without its vectors and curves, which makes this quick.

    Raises:
        DamagedRunError: it is missing, damaged, or of a later program.
    """
    body = read_checked(folder / MANIFEST, _KIND, depth=_DEPTH)
    try:
        return _from_manifest(body)
    except NOT_AS_WRITTEN as error:
        raise DamagedRunError(f"{folder} is not a valid checkpoint: {error}") from error


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


# ---- tensors


def _write_tensors(path: Path, checkpoint: Checkpoint) -> dict[str, Any]:
    """Write, sync and read back the tensors; returns the file's size and sha256.

    The sha256 is that of the file, and shows only later damage: what the file holds now is compared
    with the tensors themselves.
    """
    tensors: dict[str, NDArray[Any]] = {
        name: np.ascontiguousarray(matrix) for name, matrix in checkpoint.vectors.items()
    }
    tensors[_TALLIES] = checkpoint.tallies
    for name, curve in checkpoint.curves.items():
        tensors[_CURVE + name] = np.ascontiguousarray(curve.rows)
    for name, numbers in checkpoint.memory.items():
        tensors[_MEMORY + name] = np.ascontiguousarray(numbers)
    with disk_errors(path):
        try:
            save_file(tensors, path)
        except SafetensorError as error:
            raise _as_os_error(error) from error
        with opened(path, _UNFOLLOWED) as file:
            os.fsync(file.fileno())
        facts = _facts(path)
        if not _holds(path, tensors):
            raise OSError(errno.EIO, "the file reads back differently")
        return facts


def _holds(path: Path, tensors: dict[str, NDArray[Any]]) -> bool:
    """Whether a file has these tensors, bit for bit.

    It is read a few rows at a time, which takes little memory and does not block other threads.
    """
    try:
        places = _places(path)
        if places.keys() != tensors.keys():
            return False
        with opened(path, _UNFOLLOWED) as file:
            return all(_holds_at(file, places[name], tensor) for name, tensor in tensors.items())
    except (*NOT_AS_WRITTEN, SafetensorError):
        return False


def _holds_at(file: BufferedReader, place: _Place, tensor: NDArray[Any]) -> bool:
    if (place.dtype, place.shape) != (tensor.dtype, tensor.shape):
        return False
    file.seek(place.offset)
    for first in range(0, len(tensor), _ROWS_AT_ONCE):
        rows = tensor[first : first + _ROWS_AT_ONCE].reshape(-1).view(np.uint32)
        if not np.array_equal(np.frombuffer(file.read(rows.nbytes), np.uint32), rows):
            return False
    return True


def _read_tensors(path: Path, promised: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """All tensors of a file, which must match its manifest.

    The numbers are mapped from the file, since the library would block every other thread while it
    copies them.
    """
    with opened(path, _UNFOLLOWED) as file:
        size, wanted = size_of(file), promised["bytes"]
        if size != wanted:
            raise ValueError(f"{path.name} has changed: {size:,} bytes, not {wanted:,}")
    if _facts(path) != promised:
        raise ValueError(f"{path.name} has changed: its content has changed")
    places = _places(path)
    with opened(path, _UNFOLLOWED) as file, mapping():
        return {
            name: (
                np.memmap(file, place.dtype, "r", place.offset, place.shape)
                if math.prod(place.shape)  # nothing cannot be mapped
                else np.zeros(place.shape, place.dtype)
            )
            for name, place in places.items()
        }


class _Place(NamedTuple):
    """Where the numbers of a tensor are in its file."""

    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, ...]


def _places(path: Path) -> dict[str, _Place]:
    """Where the tensors of a file are; the library checks that its header is sound.

    Raises:
        SafetensorError, or one of NOT_AS_WRITTEN: it has none.
    """
    with opened(path, _UNFOLLOWED) as file:
        n_header = int.from_bytes(file.read(8), "little")
        if not 0 < n_header <= _MOST_HEADER_BYTES:
            raise ValueError(f"{path.name} has a header of {n_header} bytes")
        header = loaded(file.read(n_header))
    with safe_open(path, framework="np") as checked:
        return {
            name: _Place(
                np.dtype(_DTYPES[header[name]["dtype"]]),
                8 + n_header + header[name]["data_offsets"][0],
                tuple(header[name]["shape"]),
            )
            for name in checked.keys()  # noqa: SIM118 (no mapping)
        }


def _facts(path: Path) -> dict[str, Any]:
    with opened(path, _UNFOLLOWED) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": file.tell(), "sha256": digest}


# ---- the manifest

_PLAIN = (
    "reason", "state", "clock", "tokens_per_epoch", "seconds", "diverged", "training", "settings",
    "schedule", "probe", "past", "breakpoints",
)  # fmt: skip


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


def _as_os_error(error: SafetensorError) -> OSError:
    """The library reports a full disk by text alone: `I/O error: No space left (os error 28)`."""
    found = re.search(r"\(os error ([0-9]+)\)", str(error))
    number = int(found[1]) if found else 0
    return OSError(number, os.strerror(number) if number else str(error))


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
