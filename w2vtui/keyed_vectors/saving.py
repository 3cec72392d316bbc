"""Saving all that KeyedVectors hold in a folder, and loading it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import NoVectorsFileError, SettingsError, VectorsError, W2vtuiError
from w2vtui.files.regular_files import AnyPath
from w2vtui.formats import load_vectors
from w2vtui.formats.vector_folders.vector_folder import (
    VectorFolder,
    read_vector_folder,
    write_vector_folder,
)
from w2vtui.keyed_vectors.table import KeyedTable

_LOCKF = "vectors_lockf"
_NUMBERS, _OTHERS = "attribute:", "attribute as JSON:"
"""Before the name of an attribute, which is a tensor of numbers, or of the bytes of JSON."""


class Saving(KeyedTable):
    """Words, vectors and attributes in files that hold all of them."""

    def save(self, fname: AnyPath) -> None:
        """Write a folder with words, vectors, output vectors, counts and attributes.

        It appears whole or not at all; a folder of vectors that is there is replaced. It holds
        safetensors and JSON, no pickle.

        Raises:
            SettingsError: something is there that is not a folder of vectors.
            VectorsError: an attribute is neither of numbers nor of what JSON holds.
            DiskError: it cannot be written; what was there is untouched.
        """
        write_vector_folder(fname, self.index_to_key, self.tensors())

    @classmethod
    def load(cls, fname: AnyPath, mmap: Literal["r"] | None = None) -> Self:
        """Read what `save` wrote; of a file in another format, its vectors and counts.

        mmap   "r" maps the folder's arrays into memory read-only: what is not used is not read

        Raises:
            NoVectorsFileError: nothing is there.
            VectorsError: it is not vectors, or is damaged.
        """
        if mmap not in (None, "r"):
            raise SettingsError(f"mmap must be 'r' or None, got {mmap!r}")
        check_there(fname)
        if not Path(fname).is_dir():
            return cls.of(load_vectors(fname))
        return cls.from_folder(read_vector_folder(fname, mmap=mmap is not None))

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Every array that is saved, under its name in the file.

        Raises:
            VectorsError: an attribute is neither of numbers nor of what JSON holds.
        """
        held: dict[str, NDArray[Any]] = {"vectors": self.vectors}
        if self.counts is not None:
            held["counts"] = self.counts
        if self.output_vectors is not None:
            held["output_vectors"] = self.output_vectors
        if (self.vectors_lockf != 1).any():
            held[_LOCKF] = self.vectors_lockf
        for name, values in self._attributes.items():
            is_number = values.dtype.kind in "iufb"
            held[(_NUMBERS if is_number else _OTHERS) + name] = (
                values if is_number else _as_json(name, values)
            )
        return held

    @classmethod
    def from_folder(cls, folder: VectorFolder) -> Self:
        """What a folder of vectors holds; arrays are not copied.

        Raises:
            VectorsError: the words or shapes do not fit, or an attribute is not JSON.
        """
        held = folder.tensors
        made = cls(held["vectors"].shape[1])
        made._hold(folder.words, held["vectors"], held.get("counts"), held.get("output_vectors"))
        made._room = made.vectors
        made.vectors_lockf = np.asarray(held.get(_LOCKF, made.vectors_lockf), dtype=np.float32)
        for key, values in held.items():
            if key.startswith(_NUMBERS):
                made._attributes[key.removeprefix(_NUMBERS)] = values
            elif key.startswith(_OTHERS):
                name = key.removeprefix(_OTHERS)
                made._attributes[name] = _from_json(name, values)
        for name, values in (*made._attributes.items(), (_LOCKF, made.vectors_lockf)):
            if values.shape != (len(made),) and not (name == _LOCKF and values.shape == (1,)):
                raise VectorsError(
                    f"'{safe_text(name, 40)}' of {len(made):,} words must have shape "
                    f"{(len(made),)}, got {values.shape}: the file is damaged"
                )
        return made


def check_there(path: AnyPath, error: type[W2vtuiError] = NoVectorsFileError) -> None:
    """Check that there is a file or a folder.

    Raises:
        W2vtuiError: there is none; it is of the kind `error`.
    """
    if not os.path.exists(path):  # noqa: PTH110
        raise error(f"{os.fspath(path)} is not there: check the name")


def _as_json(name: str, values: NDArray[Any]) -> NDArray[np.uint8]:
    """An attribute as the bytes of a JSON list."""
    try:
        text = json.dumps(values.tolist())
    except (TypeError, ValueError) as error:
        raise VectorsError(
            f"the attribute '{safe_text(name, 40)}' cannot be saved: {error}: keep numbers or text"
        ) from error
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _from_json(name: str, values: NDArray[Any]) -> NDArray[Any]:
    try:
        items = json.loads(values.astype(np.uint8).tobytes())
    except (ValueError, RecursionError) as error:
        raise VectorsError(f"the attribute '{safe_text(name, 40)}' is not JSON") from error
    if not isinstance(items, list):
        raise VectorsError(f"the attribute '{safe_text(name, 40)}' is not a list")
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array
