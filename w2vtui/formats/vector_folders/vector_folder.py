"""The folder of vectors: what `KeyedVectors.save` and `Word2Vec.save` write, and only they need.

    NAME/model.safetensors   `vectors` float32 (V, D), and where they are known `output_vectors`
                             (V, D) and `counts` int64 (V,); others that the writer adds
    NAME/words.jsonl         the V words, a JSON string a line, in the order of the rows
    NAME/config.json         the format, V, D, and what the writer adds about the vectors

It holds every word and every number. Nothing in it can be executed; no pickle is read or written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import TooLargeError, lines_of
from w2vtui.formats.drafts.atomic import AnyPath, WrittenFile
from w2vtui.formats.drafts.folder_drafts import (
    CONFIG,
    FolderDraft,
    config_of,
    folder_draft,
    mark,
    put_back,
)
from w2vtui.formats.vector_folders.safetensors_file import Tensors, read_tensors, write_tensors
from w2vtui.vectors import WordVectors

TENSORS = "model.safetensors"
WORDS = "words.jsonl"
FORMAT = "w2vtui vectors"
_VERSION = 1
_WORDS_A_BLOCK = 10_000
_LONGEST_LINE = 6 * (1 << 24) + 3
"""Of a word, each byte as an escape."""


@dataclass(frozen=True, slots=True)
class VectorFolder:
    """What a folder of vectors holds."""

    words: list[str]
    tensors: dict[str, NDArray[Any]]
    """`vectors` (V, D); `output_vectors` (V, D), `counts` (V,) and others where they are there."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """What the writer added; only JSON."""


def write_vector_folder(
    path: AnyPath,
    words: Sequence[str],
    tensors: Tensors,
    metadata: Mapping[str, Any] | None = None,
) -> WrittenFile:
    """Write a folder of vectors, which appears whole or not at all.

    words      V different words, any text
    tensors    `vectors` float32 (V, D), and any others under names of their own
    metadata   JSON about them

    A folder that is there is replaced only if this program wrote it and nothing was added to it.

    Raises:
        SettingsError: something is there that is not a folder of vectors.
        VectorsError: an array is not of numbers that the format has.
        DiskError: it cannot be written; what was there is untouched.
        TypeError, ValueError: the metadata are not JSON.
    """
    n_words = len(tensors["vectors"])
    if n_words != len(words):
        raise VectorsError(f"{len(words):,} words must have as many vectors, got {n_words:,}")
    json.dumps(metadata, allow_nan=False)  # before anything is written
    with folder_draft(path) as draft:
        fill(draft, words, tensors, metadata)
        return draft.publish()


def fill(
    draft: FolderDraft,
    words: Sequence[str],
    tensors: Tensors,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Write all files of a folder of vectors into a draft.

    Raises:
        VectorsError: an array is not of numbers that the format has.
    """
    write_tensors(draft.create(TENSORS), tensors)
    write_words(draft.create(WORDS), words)
    draft.write_json(CONFIG, config_for(len(words), tensors["vectors"].shape[1], metadata))


def tensors_of(vectors: WordVectors) -> dict[str, NDArray[Any]]:
    """The arrays of word vectors as such a folder names them."""
    known = {"vectors": vectors.vectors, "output_vectors": vectors.output_vectors,
             "counts": vectors.counts}  # fmt: skip
    return {name: array for name, array in known.items() if array is not None}


def config_for(n_words: int, size: int, metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """What config.json says."""
    return {
        "format": FORMAT,
        "version": _VERSION,
        **mark(),
        "words": n_words,
        "vector_size": size,
        "metadata": dict(metadata or {}),
    }


def write_words(file: BinaryIO, words: Sequence[str]) -> None:
    """Write words, a JSON string a line."""
    file.writelines(as_json(word) for word in words)


def as_json(word: str) -> bytes:
    """A word as a line of JSON: readable, but for halves of surrogate pairs, which UTF-8 lacks."""
    try:
        return json.dumps(word, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(word).encode() + b"\n"


def read_vector_folder(path: AnyPath, *, mmap: bool = False) -> VectorFolder:
    """Read a folder of vectors.

    mmap   map the tensors into memory read-only, so that only what is used is read

    Raises:
        VectorsError: it is not one, or its files do not fit one another.
    """
    folder = Path(path)
    put_back(Path(os.path.realpath(folder)))
    config = checked_config(folder)
    try:
        tensors = read_tensors(folder / TENSORS, mmap=mmap)
        words = list(chain.from_iterable(words_in(folder)))
    except OSError as error:
        raise _unreadable(folder, error) from error
    check_shapes(folder, {name: tensor.shape for name, tensor in tensors.items()}, config)
    if len(words) != len(tensors["vectors"]):
        raise VectorsError(
            f"{folder}: {len(words):,} words and {len(tensors['vectors']):,} vectors do not belong "
            "together"
        )
    return VectorFolder(words, tensors, config["metadata"])


def checked_config(folder: Path) -> dict[str, Any]:
    """What config.json of a folder of vectors says.

    Raises:
        VectorsError: it is not there, or is not of such a folder.
    """
    try:
        config = config_of(folder)
    except OSError as error:
        raise _unreadable(folder / CONFIG, error) from error
    except (ValueError, TooLargeError) as error:
        raise VectorsError(f"{folder / CONFIG} is not JSON: {error}") from error
    if config.get("format") != FORMAT:
        found = safe_text(str(config.get("format", config.get("model_type", "no format"))), 40)
        raise VectorsError(f"{folder} is not a folder of w2vtui's vectors (found {found})")
    if config.get("version") != _VERSION or not isinstance(config.get("metadata"), dict):
        raise VectorsError(
            f"{folder} was written by w2vtui {safe_text(str(config.get('w2vtui')), 20)} in version "
            f"{safe_text(str(config.get('version')), 20)} of the format, and this one reads "
            f"version {_VERSION}: update w2vtui"
        )
    return config


def words_in(folder: Path) -> Iterator[list[str]]:
    """The words of a folder of vectors, some at a time.

    Raises:
        VectorsError: a line is not a word.
        OSError: the file cannot be read.
    """
    path = folder / WORDS
    number = 1
    try:
        rows = lines_of(path, _LONGEST_LINE)
        while lines := list(islice(rows, _WORDS_A_BLOCK)):
            words = _parsed(lines)
            if words is None:
                bad = next((n for n, line in enumerate(lines) if _parsed([line]) is None), 0)
                raise VectorsError(
                    f"{path}, line {number + bad:,}: a word is expected, in quotes as JSON, got "
                    f"{safe_text(lines[bad][:200].decode('utf-8', 'backslashreplace'), 40)}"
                )
            yield words
            number += len(lines)
    except TooLargeError as error:
        raise VectorsError(f"{path}: {error}") from error


def _parsed(lines: Sequence[bytes]) -> list[str] | None:
    """The words of lines; None if one is not a word."""
    try:
        words: Any = json.loads(b"[" + b",".join(lines) + b"]")
    except (ValueError, RecursionError):
        return None
    if len(words) != len(lines) or not all(type(word) is str for word in words):
        return None
    return list(words)


def check_shapes(
    folder: Path, shapes: Mapping[str, tuple[int, ...]], config: Mapping[str, Any]
) -> None:
    """Check that the tensors of a folder, and what config.json says, belong together.

    Raises:
        VectorsError: they do not.
    """
    shape = shapes.get("vectors", ())
    if len(shape) != 2:
        raise VectorsError(f"{folder / TENSORS} holds no matrix named vectors")
    for name, needed in (("output_vectors", shape), ("counts", shape[:1])):
        if name in shapes and shapes[name] != needed:
            raise VectorsError(
                f"{folder / TENSORS}: {name} must have shape {needed}, got {shapes[name]}"
            )
    expected = (config.get("words"), config.get("vector_size"))
    if shape != expected:
        raise VectorsError(
            f"{folder}: vectors of shape {shape} and {CONFIG}, which gives "
            f"{safe_text(str(expected), 40)}, do not belong together"
        )


def _unreadable(path: Path, error: OSError) -> VectorsError:
    return VectorsError(
        f"cannot read {path}: {(error.strerror or str(error)).lower()}: "
        "check the name and the permissions"
    )
