"""Reading files of vectors: which layout a file has, and what its header says."""

from __future__ import annotations

import codecs
import io
import zlib
from contextlib import nullcontext
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.foreign_files import foreign_kind, is_pickle
from w2vtui.formats.atomic import AnyPath
from w2vtui.formats.records import LAYOUTS, EncodingErrors, Source
from w2vtui.formats.remarks import Remarks
from w2vtui.formats.text_rows import is_text_row
from w2vtui.formats.vocab_file import counts_beside, counts_in
from w2vtui.formats.word2vec_binary import read_binary
from w2vtui.formats.word2vec_text import read_text
from w2vtui.regular_files import NotRegularError, opened, size_of
from w2vtui.reports import Report, warn
from w2vtui.vectors import WordVectors

_GZIP = b"\x1f\x8b"
_GZIP_MOST = 1032
"""Deflate's largest ratio: what a compressed file can hold at most."""
_SNIFFED_BYTES = 1 << 16
_TELLING_BYTES = 40
_CONTROLS = bytes(set(range(0x1C)) - set(b"\t\n\v\f\r"))
_PICKLE = (
    "a pickle (gensim's own format), which can run code when it is read: in gensim, "
    "write model.wv.save_word2vec_format('vectors.bin', binary=True), and load that"
)
_FASTTEXT_MAGIC = b"\xba\x16\x4f\x2f"
_FASTTEXT = "a fastText model: load the .vec file that fastText wrote beside it"


def load_vectors(
    path: AnyPath,
    *,
    limit: int | None = None,
    vocab_path: AnyPath | None = None,
    encoding_errors: EncodingErrors = "strict",
    skip_bad_rows: bool = False,
    report: Report = warn,
) -> WordVectors:
    """Read vectors in word2vec's text or binary layout, or GloVe's, as the content shows.

    limit            read the first words only
    vocab_path       a vocabulary file with the words' counts. When not given, `PATH.vocab` is
                     taken where it is there and belongs to them; else counts are None
    encoding_errors  what to do with words that are not valid UTF-8, other than those that
                     word2vec.c cut within a character
    skip_bad_rows    leave out rows of text that are not a word and its numbers
    report           gets what was left out or mended, with counts; without it, that is warned of

    Words that are there again, and blanks for words, are left out.

    Raises:
        VectorsError: the file cannot be read or is not what it says; nothing is guessed.
        SettingsError: limit is below 1.
    """
    path = Path(path)
    if limit is not None and limit < 1:
        raise SettingsError(f"limit must be 1 word or more, got {limit}")
    read_from = _identity(path)
    remarks = Remarks()
    try:
        words, vectors = _read(path, _Wanted(limit, encoding_errors, skip_bad_rows), remarks)
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
    for line in remarks.lines():
        report(f"{path}: {line}")
    complete = limit is None and not remarks
    if vocab_path is not None:
        named = counts_in(vocab_path, words, complete, encoding_errors)
        return WordVectors(words, vectors, named)
    counts = counts_beside(path, words, complete, encoding_errors)
    if _identity(path) != read_from:  # written again since: the counts may be the new ones
        counts = None
    return WordVectors(words, vectors, counts)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be read of a file, as `load_vectors` has it."""

    limit: int | None
    encoding_errors: EncodingErrors
    skip_bad_rows: bool


def _read(path: Path, wanted: _Wanted, remarks: Remarks) -> tuple[list[str], NDArray[np.float32]]:
    with opened(path) as plain:
        compressed = plain.read(len(_GZIP)) == _GZIP
        plain.seek(0)
        suffix = path.with_suffix("").suffix if compressed else path.suffix
        most_bytes = size_of(plain) * (_GZIP_MOST if compressed else 1)
        with GzipFile(fileobj=plain) if compressed else nullcontext(plain) as file:
            head = file.read(_SNIFFED_BYTES)
            begin = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
            head = head[begin:]
            _check_kind(head, path)
            binary = _is_binary(head, suffix)
            source = Source(
                str(path),
                "word" if binary else "line",
                most_bytes,
                wanted.limit,
                wanted.encoding_errors,
                wanted.skip_bad_rows,
                begin,
                remarks,
            )
            file.seek(begin)
            if binary:
                return read_binary(file, source)
            if _has_carriage_returns_only(head):
                file.seek(0)
                file = io.BufferedReader(_LineEnds(file))  # noqa: PLW2901 - the same, translated
                file.seek(begin)
            return read_text(file, source)


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


def _has_carriage_returns_only(head: bytes) -> bool:
    return b"\n" not in head and b"\r" in head.rstrip()


def _check_kind(head: bytes, path: Path) -> None:
    """Refuse files that are known to hold something else, saying what to load instead."""
    if not head:
        raise VectorsError(f"{path} is empty: name a vector file")
    if head.startswith(_FASTTEXT_MAGIC):
        raise VectorsError(f"{path} is {_FASTTEXT}")
    if what := _PICKLE if is_pickle(head) else foreign_kind(head):
        raise VectorsError(f"{path} is {what}")


def _is_binary(head: bytes, suffix: str) -> bool:
    """Whether the numbers after the first word are bytes, not digits.

    The bytes of a vector of a few numbers may all look like text: if they do not make a row of it,
    the extension decides.
    """
    if _has_carriage_returns_only(head):
        head = head.replace(b"\r", b"\n")
    first_line, _, records = head.partition(b"\n")
    fields = first_line.split()
    if len(fields) != 2 or not fields[1].isdigit():
        return False
    size = int(fields[1][:9])
    if is_text_row(records[: records.find(b"\n") + 1] or records, size):
        return False
    numbers = records.partition(b" ")[2][: 4 * size]
    if not _is_text(numbers):
        return True
    return len(numbers) < _TELLING_BYTES and LAYOUTS.get(suffix.lower()) == "binary"


def _is_text(part: bytes) -> bool:
    """Whether bytes are UTF-8 without control characters; they may end within a character."""
    try:
        part.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return False
    return part.translate(None, _CONTROLS) == part


def _identity(path: Path) -> tuple[int, ...]:
    """What changes when a file is written again."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
