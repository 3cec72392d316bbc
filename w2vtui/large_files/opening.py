"""Which vectors are left in their file, and which are read into the memory."""

from __future__ import annotations

from io import BufferedReader
from pathlib import Path

from w2vtui.display import size_text
from w2vtui.errors import VectorsError
from w2vtui.formats.atomic import AnyPath
from w2vtui.formats.blocks import Progress, Reader, Shape
from w2vtui.formats.detecting import place_of
from w2vtui.formats.folder_stream import FolderReader
from w2vtui.formats.loading import load_vectors
from w2vtui.formats.npy_file import NpyReader
from w2vtui.formats.opening import Wanted, read_errors, reading
from w2vtui.formats.records import EncodingErrors
from w2vtui.formats.remarks import Remarks
from w2vtui.formats.vector_folder import TENSORS
from w2vtui.formats.word2vec_binary import BinaryReader
from w2vtui.reports import Report, warn
from w2vtui.resources import available_memory
from w2vtui.vectors import WordVectors

LEAST_BYTES = 1 << 26
"""Smaller files are read into the memory, which takes no longer than to load the kernels."""
_CONVERT = "w2vtui convert IT OTHER.bin"
_BYTES_A_WORD = 200
"""Of a word and its places in a list and a dict, about."""


def open_vectors(
    path: AnyPath,
    *,
    limit: int | None = None,
    encoding_errors: EncodingErrors = "strict",
    skip_bad_rows: bool = False,
    report: Report = warn,
    progress: Progress = lambda _: None,
    least_bytes: int = LEAST_BYTES,
) -> WordVectors:
    """Vectors to ask and not to change: as `load_vectors`, but large files are not loaded.

    Those of word2vec's binary layout, of our folders, and NumPy arrays stay in their file, which
    must not change as long as the vectors are in use. Others, and the first words of any, are read.

    progress     gets how much is done, 0..1
    least_bytes  of the file, to be left where it is

    Raises:
        VectorsError: the file cannot be read or is not what it says, or finds no room in memory.
        SettingsError: limit is below 1.
    """
    path = Path(path)
    if limit is None and _n_bytes(path) >= least_bytes:
        found = _left_in_file(path, encoding_errors, skip_bad_rows, report, progress)
        if found is not None:
            return found
    return load_vectors(
        path,
        limit=limit,
        encoding_errors=encoding_errors,
        skip_bad_rows=skip_bad_rows,
        report=report,
        progress=progress,
    )


def _n_bytes(path: Path) -> int:
    """Of the file that holds the numbers; 0 where there is none."""
    place = place_of(path)
    try:
        return (place / TENSORS if place.is_dir() else place).stat().st_size
    except OSError:
        return 0


def _left_in_file(
    path: Path,
    encoding_errors: EncodingErrors,
    skip_bad_rows: bool,
    report: Report,
    progress: Progress,
) -> WordVectors | None:
    """Vectors that stay in their file; None if they must be read into the memory."""
    remarks = Remarks()
    with reading(path, Wanted(None, encoding_errors, skip_bad_rows), remarks) as reader:
        with read_errors(path):
            found = _opened(reader.of_layout, path, progress)
        if found is None:
            _check_room(path, reader.shape)
            report(
                f"{path} is read into the memory, which takes a while: {_CONVERT} makes a file of "
                "it that opens at once"
            )
    if found is not None:
        for line in remarks.lines():
            report(f"{path}: {line}")
    return found


def _check_room(path: Path, shape: Shape) -> None:
    """Refuse vectors that do not fit into the memory, before they are read.

    Raises:
        VectorsError: they do not.
    """
    needed = shape.most_words * (4 * shape.vector_size + _BYTES_A_WORD)
    free = available_memory()
    if free is not None and needed > free:
        raise VectorsError(
            f"{path} takes {size_text(needed)} in the memory, and {size_text(free)} are free: "
            f"{_CONVERT} makes a file of it that need not be read into the memory, and --limit N "
            "reads its first N words"
        )


def _opened(reader: Reader, path: Path, progress: Progress) -> WordVectors | None:
    from w2vtui.large_files import aligned, binary  # load Numba, which text does not need

    if isinstance(reader, FolderReader):
        return aligned.folder_vectors(reader, progress)
    if isinstance(reader, NpyReader):
        return aligned.array_vectors(reader, progress)
    if isinstance(reader, BinaryReader) and isinstance(reader.file, BufferedReader):
        return binary.binary_vectors(reader, reader.file, path, progress)
    return None
