"""The files that vectors are written to, whatever their layout: drafts until all of it is there."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from w2vtui.errors import SettingsError
from w2vtui.formats.drafts.atomic import AnyPath, Draft, WrittenFile, disk_errors, draft_of, publish
from w2vtui.formats.drafts.folder_drafts import FolderDraft, folder_draft
from w2vtui.formats.layouts import words_beside
from w2vtui.formats.other_tools.model2vec_folder import Model2VecWriter
from w2vtui.formats.other_tools.npy_file import NpyWriter
from w2vtui.formats.other_tools.parquet_file import ParquetWriter
from w2vtui.formats.other_tools.projector import ProjectorWriter
from w2vtui.formats.other_tools.tables_of_vectors import TableWriter
from w2vtui.formats.rows.blocks import Block, Reader, Shape, StartOverError, Writer
from w2vtui.formats.rows.records import encode_words
from w2vtui.formats.vector_folders.folder_stream import FolderWriter
from w2vtui.formats.vector_folders.vector_folder import fill, tensors_of
from w2vtui.formats.vocab_file import write_counts
from w2vtui.formats.word2vec.word2vec_writers import RecordWriter
from w2vtui.vector_layouts import Layout, is_packed
from w2vtui.vectors import WordVectors

if TYPE_CHECKING:
    from typing_extensions import Buffer


class _Outlet(io.RawIOBase):
    """A draft's file for a writer that keeps some of what it writes: it may be shut off, so that a
    writer that is given up cannot write what it still has.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file: BinaryIO | None = file

    def shut(self) -> None:
        """Let nothing through from now on."""
        self._file = None

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, part: Buffer, /) -> int:
        n_bytes = memoryview(part).nbytes
        return n_bytes if self._file is None else self._file.write(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return 0 if self._file is None else self._file.seek(offset, whence)

    def tell(self) -> int:
        return 0 if self._file is None else self._file.tell()


class Target:
    """Drafts of the files of one layout."""

    def __init__(
        self, path: AnyPath, layout: Layout, drafts: ExitStack, *, normalize: bool = True
    ) -> None:
        """normalize: as the model2vec layout has it"""
        self._path, self._layout, self._normalize = path, layout, normalize
        self._folder: FolderDraft | None = None
        self._drafts: list[Draft] = []
        self._outlet: _Outlet | None = None
        if layout.is_folder:
            self._folder = drafts.enter_context(folder_draft(path))
            return
        self._drafts.append(drafts.enter_context(draft_of(path)))
        words = words_beside(path, layout)
        if words is not None:
            self._drafts.append(drafts.enter_context(draft_of(words)))
        drafts.callback(self._shut)

    def _shut(self) -> None:
        if self._outlet is not None:
            self._outlet.shut()

    def writer(self, shape: Shape) -> Writer:
        """A writer that begins from the start.

        Raises:
            VectorsError: the layout cannot hold such vectors, or needs a library.
        """
        if self._folder is not None:
            self._folder.clear()
            if self._layout.name == "model2vec":
                return Model2VecWriter(self._folder, shape, normalize=self._normalize)
            return FolderWriter(self._folder, shape)
        for draft in self._drafts:
            draft.file.seek(0)
            draft.file.truncate()
        file, *words = (draft.file for draft in self._drafts)
        self._shut()
        if self._layout.name == "parquet" or is_packed(self._path):
            self._outlet = _Outlet(file)
            file = cast("BinaryIO", self._outlet)
        match self._layout.name:
            case "npy":
                return NpyWriter(file, words[0], shape)
            case "projector":
                return ProjectorWriter(file, words[0], shape)
            case "parquet":
                return ParquetWriter(file, shape)
            case "csv" | "jsonl":
                return TableWriter(file, shape, self._layout, packed=is_packed(self._path))
        return RecordWriter(file, shape, self._layout, packed=is_packed(self._path))

    def write_folder(self, vectors: WordVectors) -> None:
        """Write all that is known of vectors to a folder of ours."""
        assert self._folder is not None, "for the layout folder"
        fill(self._folder, vectors.index_to_key, tensors_of(vectors))

    def publish(self, *about: Draft) -> tuple[WrittenFile, ...]:
        """Let the drafts become their files, with files about them; return what they hold: the
        vectors, then what is about them.

        Raises:
            DiskError: the files are as they were; or the vectors are new, and what is about them is
                missing.
        """
        if self._folder is not None:
            others = [draft.written() for draft in about]
            written = self._folder.publish()
            for draft in about:
                publish(draft)
            return (written, *others)
        files = (*self._drafts, *about)
        every = [draft.written() for draft in files]
        publish(*files)
        return tuple(every)


class Counts:
    """Writes the counts of what is written to a file beside it, or to another."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._n_words = 0

    def begin(self) -> None:
        """Begin from the start."""
        self._draft.file.seek(0)
        self._draft.file.truncate()
        self._n_words = 0

    def write(self, block: Block) -> None:
        """Write more words and their counts."""
        if block.counts is not None:
            words = encode_words(block.words, self._n_words + 1)
            write_counts(self._draft.file, words, block.counts)
            self._n_words += len(words)


def copy(reader: Reader, target: Target, path: AnyPath, counts: Counts | None = None) -> int:
    """Write all that a reader has; return how many words that is.

    Raises:
        VectorsError: a word cannot be held, or the reader's file is not what it says.
        DiskError: it cannot be written.
    """
    while True:
        n_words = 0
        with disk_errors(path):
            writer = target.writer(reader.shape)
            if counts is not None:
                counts.begin()
        try:
            for block in reader.blocks():
                with disk_errors(path):
                    writer.write(block)
                    if counts is not None:
                        counts.write(block)
                n_words += len(block.words)
        except StartOverError:
            continue
        with disk_errors(path):
            writer.finish(n_words)
        return n_words


def copy_counts(reader: Reader, counts: Counts, path: AnyPath) -> int:
    """Write the words and counts of a reader alone; return how many words there are.

    Raises:
        SettingsError: their counts are not known.
        VectorsError: a word cannot be held, or the reader's file is not what it says.
        DiskError: they cannot be written.
    """
    while True:
        if not reader.shape.has_counts:
            raise SettingsError(f"no counts to write to {os.fspath(path)}: these vectors have none")
        counts.begin()
        n_words = 0
        try:
            for block in reader.blocks():
                with disk_errors(path):
                    counts.write(block)
                n_words += len(block.words)
        except StartOverError:
            continue
        return n_words


@contextmanager
def target_of(
    path: AnyPath, layout: Layout, *, normalize: bool = True
) -> Iterator[tuple[Target, ExitStack]]:
    """The files of vectors at `path`, and what further drafts are put in; all of them are removed
    at the end of the block if they were not published.
    """
    with ExitStack() as drafts:
        yield Target(path, layout, drafts, normalize=normalize), drafts
