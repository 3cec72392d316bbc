"""Which vectors are left in their file, and which are read into the memory."""

from __future__ import annotations

from collections.abc import Iterable
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from w2vtui.display import size_text
from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import opened
from w2vtui.files.reports import Report, warn
from w2vtui.formats.detecting import place_of
from w2vtui.formats.drafts.atomic import AnyPath
from w2vtui.formats.drafts.folder_drafts import put_back
from w2vtui.formats.loading import load_vectors
from w2vtui.formats.opening import Wanted, read_errors, reading
from w2vtui.formats.other_tools.npy_file import NpyReader
from w2vtui.formats.rows.blocks import Progress, Reader, Shape
from w2vtui.formats.rows.records import EncodingErrors
from w2vtui.formats.rows.remarks import Remarks
from w2vtui.formats.vector_folders.folder_stream import FolderReader
from w2vtui.formats.vector_folders.vector_folder import TENSORS
from w2vtui.formats.word2vec.word2vec_binary import BinaryReader
from w2vtui.large_files.findings import Findings, Found
from w2vtui.large_files.open_file import OpenFile
from w2vtui.system.resources import available_memory
from w2vtui.vectors import WordVectors

if TYPE_CHECKING:
    from w2vtui.large_files.vectors import FileVectors

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
    put_back(Path(path.absolute()))
    with read_errors(path):
        findings = Findings(place_of(path), encoding_errors, skip_bad_rows)
        known = _recalled(findings)
    if known is not None:
        _say(path, known.lines, report)
        return known.vectors
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
        _say(path, remarks.lines(), report)
        _keep(found, remarks.lines(), findings, report)
    return found


class _Known(NamedTuple):
    """Vectors that were opened before, and what is to be said of them."""

    vectors: FileVectors
    lines: list[str]


def _recalled(findings: Findings) -> _Known | None:
    """Vectors that were opened before and are as they were; None for others."""
    if (found := findings.recall()) is None:
        return None
    from w2vtui.large_files.vectors import FileVectors  # loads Numba, as below

    with opened(findings.main) as content:
        file = OpenFile(content)
    if file.stamp != findings.stamp:  # it was replaced in this moment
        return None
    return _Known(FileVectors.from_arrays(file, found.arrays), found.lines)


def _keep(vectors: FileVectors, lines: list[str], findings: Findings, report: Report) -> None:
    try:
        findings.keep(Found(vectors.as_arrays(), lines), vectors.file.stamp)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        report(
            f"the next opening will take as long, for {findings.kept} cannot be written: {reason}"
        )


def _say(path: Path, lines: Iterable[str], report: Report) -> None:
    for line in lines:
        report(f"{path}: {line}")


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


def _opened(reader: Reader, path: Path, progress: Progress) -> FileVectors | None:
    from w2vtui.large_files import aligned, binary  # load Numba, which text does not need

    if isinstance(reader, FolderReader):
        return aligned.folder_vectors(reader, progress)
    if isinstance(reader, NpyReader):
        return aligned.array_vectors(reader, progress)
    if isinstance(reader, BinaryReader) and isinstance(reader.file, BufferedReader):
        return binary.binary_vectors(reader, reader.file, path, progress)
    return None
