"""Opens a file or folder of vectors with the reader of its layout."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from io import BufferedIOBase, BufferedReader
from pathlib import Path

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.files.regular_files import NotRegularError, opened, size_of
from w2vtui.formats.detecting import (
    SNIFFED_BYTES,
    check_kind,
    has_carriage_returns_only,
    layout_of_file,
    layout_of_folder,
    place_of,
)
from w2vtui.formats.drafts.folder_drafts import put_back
from w2vtui.formats.other_tools.model2vec_folder import Model2VecReader
from w2vtui.formats.other_tools.npy_file import NpyReader
from w2vtui.formats.other_tools.parquet_file import ParquetReader
from w2vtui.formats.other_tools.projector import ProjectorReader
from w2vtui.formats.other_tools.tables_of_vectors import TableReader
from w2vtui.formats.rows.blocks import Block, Matrix, Reader, Shape
from w2vtui.formats.rows.records import EncodingErrors, Source
from w2vtui.formats.rows.remarks import Remarks
from w2vtui.formats.vector_folders.folder_stream import FolderReader
from w2vtui.formats.word2vec.word2vec_binary import BinaryReader
from w2vtui.formats.word2vec.word2vec_text import TextReader
from w2vtui.vector_layouts import Layout, layout_named

_GZIP = b"\x1f\x8b"
_GZIP_MOST = 1032
"""Deflate's largest ratio: what a compressed file can hold at most."""
_WHOLE_FILES = ("npy", "parquet")
"""Layouts of files that are not read through gzip, and have no byte order mark."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read of vectors, as `load_vectors` has it."""

    limit: int | None = None
    encoding_errors: EncodingErrors = "strict"
    skip_bad_rows: bool = False
    matrix: Matrix = "input"
    layout: str | None = None
    """By name; None to find it out."""
    encoding: str = "utf-8"
    """Of the words."""


@contextmanager
def reading(path: Path, wanted: Wanted, remarks: Remarks) -> Iterator[Guarded]:
    """A reader of vectors, for the length of a block.

    Raises:
        VectorsError: they cannot be read; from the reader's blocks too.
        SettingsError: the limit is below 1, there is no such layout, or they have no such vectors.
    """
    if wanted.limit is not None and wanted.limit < 1:
        raise SettingsError(f"limit must be 1 word or more, got {wanted.limit}")
    put_back(Path(path.absolute()))
    place = place_of(path)
    with ExitStack() as files:
        with read_errors(path):
            reader = _reader(place, wanted, remarks, files)
        if wanted.matrix != "input" and not isinstance(reader, FolderReader):
            raise SettingsError(
                f"{path} holds input vectors alone: output vectors are in saved runs and in "
                "w2vtui's folders"
            )
        yield Guarded(reader, path)


@contextmanager
def read_errors(path: Path) -> Iterator[None]:
    """Make what reading meets a VectorsError about a file."""
    try:
        yield
    except (EOFError, zlib.error, BadGzipFile) as error:
        raise VectorsError(
            f"{path}: the compressed data are cut short or damaged: "
            f"{error}: fetch or compress the file again"
        ) from error
    except NotRegularError as error:
        raise VectorsError(
            f"{path} is not a file but a {error.kind}: name a vector file"
        ) from error
    except OSError as error:
        raise VectorsError(
            f"cannot read {path}: {(error.strerror or str(error)).lower()}: "
            "check the name and the permissions"
        ) from error


class Guarded:
    """A reader whose errors are VectorsErrors about its file."""

    def __init__(self, reader: Reader, path: Path) -> None:
        self._reader, self._path = reader, path

    @property
    def shape(self) -> Shape:
        """As the reader knows it."""
        return self._reader.shape

    @property
    def of_layout(self) -> Reader:
        """The reader itself."""
        return self._reader

    def blocks(self) -> Iterator[Block]:
        """As the reader gives them."""
        blocks = self._reader.blocks()
        while True:
            with read_errors(self._path):
                block = next(blocks, None)
            if block is None:
                return
            if block.words:
                yield block


def _reader(place: Path, wanted: Wanted, remarks: Remarks, files: ExitStack) -> Reader:
    layout = layout_named(wanted.layout) if wanted.layout else None
    if place.is_dir():
        layout = layout or layout_of_folder(place)
        if not layout.is_folder:
            raise VectorsError(f"{place} is a folder, and the layout {layout.name} is a file")
        source = _source(place, "row", 0, 0, wanted, remarks)
        if layout.name == "model2vec":
            return Model2VecReader(place, source, files)
        return FolderReader(place, source, wanted.matrix, files)
    if layout is not None and (layout.is_folder or not layout.holds_vectors):
        what = "is a folder" if layout.is_folder else "holds no vectors"
        raise VectorsError(f"{place}: the layout {layout.name} {what}")
    plain = files.enter_context(opened(place))
    packed = plain.read(len(_GZIP)) == _GZIP
    plain.seek(0)
    most_bytes = size_of(plain) * (_GZIP_MOST if packed else 1)
    file: BufferedIOBase = files.enter_context(GzipFile(fileobj=plain)) if packed else plain
    head = file.read(SNIFFED_BYTES)
    begin = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    head = head[begin:]
    if layout is None:
        layout = layout_of_file(head, place)
    elif layout.name not in (*_WHOLE_FILES, "jsonl"):
        check_kind(head, place)
    if layout.name in _WHOLE_FILES:
        plain.seek(0)
        source = _source(place, "row", size_of(plain), 0, wanted, remarks)
        return _whole_file(layout, plain, packed, place, source)
    unit = "word" if layout.name in ("binary", "binary-plain") else "line"
    source = _source(place, unit, most_bytes, begin, wanted, remarks)
    file.seek(begin)
    return _record_reader(layout, file, has_carriage_returns_only(head), place, source, wanted)


def _whole_file(
    layout: Layout, plain: BufferedReader, packed: bool, place: Path, source: Source
) -> Reader:
    if packed:
        kind = "a Parquet table" if layout.name == "parquet" else "a NumPy array"
        raise VectorsError(f"{place} is {kind} under gzip: unpack it with gunzip")
    if layout.name == "npy":
        return NpyReader(plain, place, source)
    return ParquetReader(plain, source)


def _record_reader(
    layout: Layout,
    file: BufferedIOBase,
    has_carriage_returns: bool,
    place: Path,
    source: Source,
    wanted: Wanted,
) -> Reader:
    if layout.name in ("binary", "binary-plain"):
        return BinaryReader(file, source)
    if has_carriage_returns:
        file = io.BufferedReader(_LineEnds(file))
        file.seek(source.begin)
    if layout.name in ("csv", "jsonl"):
        return TableReader(file, source, layout)
    if layout.name == "projector":
        return ProjectorReader(file, place, source)
    has_header = {"glove": False, "text": True}.get(layout.name) if wanted.layout else None
    return TextReader(file, source, has_header=has_header)


def _source(
    place: Path, unit: str, most_bytes: int, begin: int, wanted: Wanted, remarks: Remarks
) -> Source:
    return Source(
        str(place),
        "word" if unit == "word" else "line" if unit == "line" else "row",
        most_bytes,
        wanted.limit,
        wanted.encoding_errors,
        wanted.skip_bad_rows,
        begin,
        remarks,
        wanted.encoding,
    )


class _LineEnds(io.RawIOBase):
    """A file whose lines end in a carriage return, with line feeds in their place."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        block = self._file.read(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(block)] = block
        return len(block)
