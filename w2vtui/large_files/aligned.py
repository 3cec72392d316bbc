"""Our own folders of vectors, and NumPy arrays and their words, left in their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from w2vtui.formats.other_tools.npy_file import NpyReader
from w2vtui.formats.rows.blocks import Progress
from w2vtui.formats.rows.records import WHITE, Source
from w2vtui.formats.rows.settling import refuse_bad_rows
from w2vtui.formats.vector_folders.folder_stream import FolderReader
from w2vtui.formats.vector_folders.safetensors_file import Tensor
from w2vtui.formats.vector_folders.vector_folder import words_in
from w2vtui.large_files.open_file import OpenFile
from w2vtui.large_files.rows import FileRows
from w2vtui.large_files.vectors import FileVectors
from w2vtui.large_files.words import StoredRows, StoredWords, starts_of, stored

_WORDS_A_BLOCK = 10_000


def folder_vectors(reader: FolderReader, progress: Progress) -> FileVectors | None:
    """The vectors of one of our folders; None if they must be read into the memory.

    Raises:
        VectorsError: a word or a number is refused.
    """
    tensors = {name: tensor for name, tensor in reader.tensors.items() if name.endswith("vectors")}
    if any(tensor.type != "F32" for tensor in tensors.values()):
        return None
    file = OpenFile(reader.file)
    n_words = reader.shape.most_words
    words = _collected(words_in(reader.folder), n_words, progress)
    rows = StoredRows(words)
    if len(words) != n_words or rows.n_repeated:
        return None
    output = tensors.get("output_vectors")
    found = FileVectors(
        words,
        rows,
        _rows(file, tensors["vectors"]),
        reader.counts,
        None if output is None else _rows(file, output),
    )
    return _checked(found, reader.source, keeps_blank=True)


def array_vectors(reader: NpyReader, progress: Progress) -> FileVectors | None:
    """The vectors of a NumPy array; None if they must be read into the memory.

    Raises:
        VectorsError: a number is refused.
    """
    if reader.dtype != np.dtype("<f4"):
        return None
    n_words, size = reader.shape.most_words, reader.shape.vector_size
    words = _collected(_parts(reader.words), n_words, progress)
    rows = StoredRows(words)
    if rows.n_repeated or not all(word.strip(WHITE) for word in reader.words):
        return None
    matrix = FileRows(OpenFile(reader.file), _places(reader.begin, n_words, size), size)
    return _checked(FileVectors(words, rows, matrix, reader.counts), reader.source)


def _checked(found: FileVectors, source: Source, *, keeps_blank: bool = False) -> FileVectors:
    """Vectors without those that hold NaN or infinity; the lengths that show these are kept.

    Raises:
        VectorsError: there are some, and such rows are not to be skipped.
    """
    bad = ~np.isfinite(found.norms)
    if not bad.any():
        return found
    refuse_bad_rows(found.index_to_key, found.vectors, bad, source, keeps_blank=keeps_blank)
    return found.without(bad)


def _collected(parts: Iterable[Sequence[str]], n_words: int, progress: Progress) -> StoredWords:
    letters, lengths, n_done = [], [np.empty(0, dtype=np.int64)], 0
    for words in parts:
        part, its_lengths = stored(words)
        letters.append(part)
        lengths.append(its_lengths)
        n_done += len(words)
        progress(min(n_done / n_words, 1.0))
    return StoredWords(b"".join(letters), starts_of(np.concatenate(lengths)))


def _parts(words: Sequence[str]) -> Iterable[Sequence[str]]:
    return (words[at : at + _WORDS_A_BLOCK] for at in range(0, len(words), _WORDS_A_BLOCK))


def _rows(file: OpenFile, tensor: Tensor) -> FileRows:
    n_words, size = tensor.shape
    return FileRows(file, _places(tensor.begin, n_words, size), size)


def _places(begin: int, n_words: int, size: int) -> NDArray[np.int64]:
    return begin + 4 * size * np.arange(n_words, dtype=np.int64)
