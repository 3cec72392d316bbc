"""The moments of a run's history on disk, a file each, and the index that lists them.

    history/000007.safetensors   the vectors of a moment in half precision
    history/index.json           where in the run each was taken, its size and its sha256

A file is written under a temporary name, synced, read back and renamed; the index, which is
replaced as a whole, names it afterwards. So a moment in the index is intact, unless the disk loses
something later; its sha256 then shows it. What the index does not name is removed.
"""

from __future__ import annotations

import dataclasses
import re
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from w2vtui.errors import DamagedRunError
from w2vtui.formats.drafts.atomic import disk_errors, sync_folder
from w2vtui.runs.disk.checked_json import NOT_AS_WRITTEN, read_checked, write_checked
from w2vtui.runs.disk.dataclass_json import from_json
from w2vtui.runs.disk.inside import made_folder, open_folder, share_file
from w2vtui.runs.disk.own_files import TEMPORARY, Contents
from w2vtui.runs.disk.tensor_file import NO_TENSORS, Tensors, read_tensors, write_tensors
from w2vtui.training.history.half import HalfRows
from w2vtui.training.history.moments import PackedVectors, PastMoment
from w2vtui.training.history.sizing import MOST_MOMENTS

HISTORY = "history"
INDEX = "index.json"
HISTORY_FILES = Contents(
    re.compile(rf"{re.escape(INDEX)}|[0-9]{{6,}}\.safetensors(\.tmp)?|{TEMPORARY}|\.tmp\w{{6}}")
)
"""What is written in the folder of the history. The library has temporary names of its own."""
_DEPTH = 2
"""Parts of a path from the folder of the run to a file of its history."""
_KIND = "history"
_EXPONENTS = "exponents of "
_MATRICES = ("input_vectors", "output_vectors", "node_vectors")

Facts = Mapping[str, Any]
"""The `bytes` and the `sha256` of a file."""


class StoredMoment(NamedTuple):
    """A moment, and the facts of its file."""

    moment: PastMoment
    facts: Facts


def read_index(run: Path) -> list[StoredMoment]:
    """The moments of a run, oldest first; none if it has no history.

    Raises:
        DamagedRunError: the index is damaged.
    """
    path = run / HISTORY / INDEX
    try:
        with open_folder(run) as outer:
            outer.mode(HISTORY)
    except OSError:
        return []
    with suppress(OSError):  # which is reported when it is read
        try:
            with open_folder(path.parent, 1) as folder:
                folder.mode(INDEX)
        except FileNotFoundError:  # the run was killed before the first one
            return []
    body = read_checked(path, _KIND, depth=_DEPTH)
    try:
        found = [_stored(one) for one in body["moments"]]
        numbers = [one.moment.number for one in found]
        tokens = [one.moment.tokens for one in found]
        if len(found) > MOST_MOMENTS or numbers != sorted({*numbers}) or tokens != sorted(tokens):
            raise ValueError("its moments are not in order")
    except NOT_AS_WRITTEN as error:
        raise DamagedRunError(f"{path} is not the index of a history: {error}") from error
    return found


def _stored(plain: dict[str, Any]) -> StoredMoment:
    """
    Raises:
        One of NOT_AS_WRITTEN: it is not one that was written.
    """
    moment = from_json(PastMoment, plain["moment"])
    if not (moment.number > 0 <= moment.tokens and moment.planned >= 0 <= moment.seconds):
        raise ValueError(f"moment {moment.number} at {moment.tokens} tokens")
    facts = plain["facts"]
    if not (type(facts["bytes"]) is int and facts["bytes"] >= 0):
        raise ValueError(f"a file of {facts['bytes']} bytes")
    return StoredMoment(moment, {"bytes": facts["bytes"], "sha256": facts["sha256"]})


def write_index(run: Path, stored: Iterable[StoredMoment]) -> list[StoredMoment]:
    """List these moments but for those whose files are gone, and remove the files of all others;
    return what is listed.

    Raises:
        DiskError: it cannot be written; the earlier index is untouched.
    """
    path = run / HISTORY / INDEX
    with disk_errors(path), made_folder(run, HISTORY) as folder:
        there = set(folder.names())
        listed = [one for one in stored if _name(one.moment) in there]
        moments = [
            {"moment": dataclasses.asdict(one.moment), "facts": dict(one.facts)} for one in listed
        ]
        write_checked(path, _KIND, {"moments": moments}, depth=_DEPTH)
        named = {INDEX, *(_name(one.moment) for one in listed)}
        for name in folder.names():
            if name not in named and HISTORY_FILES.is_own(name, folder.mode(name)):
                with suppress(OSError):  # it is looked for again at the next moment
                    folder.unlink(name)
    return listed


def write_moment(run: Path, moment: PastMoment, vectors: PackedVectors) -> StoredMoment:
    """Write the vectors of a moment, which the index does not name yet.

    Raises:
        DiskError: they cannot be written.
    """
    name = _name(moment)
    draft = run / HISTORY / f"{name}.tmp"
    with disk_errors(draft), made_folder(run, HISTORY) as folder:
        try:
            facts = write_tensors(draft, _tensors_of(vectors), depth=_DEPTH)
            # The library lets nobody else read; the umask says who may.
            draft.chmod(stat.S_IMODE(folder.mode(INDEX)) if INDEX in folder.names() else 0o600)
            folder.rename(draft.name, name)
            sync_folder(folder.path)
        except BaseException:
            with suppress(OSError):
                folder.unlink(draft.name)
            raise
    return StoredMoment(moment, facts)


def read_moment(run: Path, stored: StoredMoment) -> PackedVectors:
    """The vectors of a moment, mapped from its file.

    Raises:
        DamagedRunError: the file is missing or damaged.
    """
    path = run / HISTORY / _name(stored.moment)
    try:
        tensors = read_tensors(path, dict(stored.facts), depth=_DEPTH)
        return {name: _rows(name, tensors) for name in _MATRICES if name in tensors}
    except NO_TENSORS as error:
        raise DamagedRunError(f"{path} cannot be used: {error}") from error


def share_history(run: Path, other: Path, tokens: int) -> None:
    """Make the history of a run that of another one, too, up to a place; they share its files.

    tokens   training tokens of the last moment, at most

    Raises:
        DamagedRunError: the index is damaged.
        DiskError: it cannot be written.
    """
    stored = [one for one in read_index(run) if one.moment.tokens <= tokens]
    if not stored:
        return
    with disk_errors(other), made_folder(other, HISTORY):
        for one in stored:
            name = _name(one.moment)
            with suppress(FileNotFoundError):  # a run that trains drops moments
                share_file(run / HISTORY / name, other / HISTORY / name, _DEPTH)
        write_index(other, stored)


def _name(moment: PastMoment) -> str:
    return f"{moment.number:06}.safetensors"


def _tensors_of(vectors: PackedVectors) -> Tensors:
    tensors: Tensors = {}
    for name, rows in vectors.items():
        tensors[name], tensors[_EXPONENTS + name] = rows
    return tensors


def _rows(name: str, tensors: Tensors) -> HalfRows:
    rows = HalfRows(tensors[name], tensors[_EXPONENTS + name])
    halves, exponents = rows
    are_rows = halves.ndim == 2 and exponents.shape == halves.shape[:1]
    if not are_rows or halves.dtype != np.float16 or exponents.dtype != np.int16:
        raise ValueError(f"{name} are {halves.dtype} {halves.shape}")
    return rows
