"""Reading files of vectors: which layout a file has, and what its header says."""

from __future__ import annotations

import zlib
from contextlib import nullcontext
from gzip import BadGzipFile, GzipFile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.formats.atomic import AnyPath
from w2vtui.formats.records import LAYOUTS, EncodingErrors, Source
from w2vtui.formats.vocab_file import counts_beside, counts_in
from w2vtui.formats.word2vec_binary import read_binary
from w2vtui.formats.word2vec_text import read_text
from w2vtui.regular_files import NotRegularError, opened, size_of
from w2vtui.vectors import KeyedVectors

_GZIP = b"\x1f\x8b"
_GZIP_MOST = 1032
"""Deflate's largest ratio: what a compressed file can hold at most."""
_SNIFFED_BYTES = 1 << 16
_TELLING_BYTES = 40
_IN_TEXT = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_FOREIGN = {
    b"\x80": "a pickle (gensim's own format), which can run code when it is read: in gensim, write "
    "model.wv.save_word2vec_format('vectors.bin', binary=True), and load that",
    b"\xba\x16\x4f\x2f": "a fastText model: load the .vec file that fastText wrote beside it",
    b"PK\x03\x04": "a zip archive: unpack it, and load the .txt, .vec or .bin file in it",
    b"\x93NUMPY": "a NumPy array, which holds no words: load a .txt, .vec or .bin file",
}


def load_vectors(
    path: AnyPath,
    *,
    limit: int | None = None,
    vocab_path: AnyPath | None = None,
    encoding_errors: EncodingErrors = "strict",
) -> KeyedVectors:
    """Read vectors in word2vec's text or binary layout, or GloVe's, as the content shows.

    limit            read the first words only
    vocab_path       a vocabulary file with the words' counts. When not given, `PATH.vocab` is
                     taken where it is there and belongs to them; else counts are None
    encoding_errors  what to do with words that are not valid UTF-8: word2vec.c may cut one within
                     a character

    Raises:
        VectorsError: the file cannot be read or is not what it says; nothing is guessed.
        SettingsError: limit is below 1.
    """
    path = Path(path)
    if limit is not None and limit < 1:
        raise SettingsError(f"limit must be 1 word or more, got {limit}")
    read_from = _identity(path)
    try:
        words, vectors = _read(path, limit, encoding_errors)
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
    complete = limit is None
    if vocab_path is not None:
        named = counts_in(vocab_path, words, complete, encoding_errors)
        return KeyedVectors(words, vectors, named)
    counts = counts_beside(path, words, complete, encoding_errors)
    if _identity(path) != read_from:  # written again since: the counts may be the new ones
        counts = None
    return KeyedVectors(words, vectors, counts)


def _read(
    path: Path, limit: int | None, errors: EncodingErrors
) -> tuple[list[str], NDArray[np.float32]]:
    with opened(path) as plain:
        compressed = plain.read(len(_GZIP)) == _GZIP
        plain.seek(0)
        suffix = path.with_suffix("").suffix if compressed else path.suffix
        most_bytes = size_of(plain) * (_GZIP_MOST if compressed else 1)
        with GzipFile(fileobj=plain) if compressed else nullcontext(plain) as file:
            head = file.read(_SNIFFED_BYTES)
            file.seek(0)
            _check_sort(head, path)
            if _is_binary(head, suffix):
                return read_binary(file, Source(str(path), "word", most_bytes, limit, errors))
            return read_text(file, Source(str(path), "line", most_bytes, limit, errors))


def _check_sort(head: bytes, path: Path) -> None:
    """Refuse files that are known to hold something else, saying what to load instead."""
    if not head:
        raise VectorsError(f"{path} is empty: name a vector file")
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise VectorsError(f"{path} is {what}")


def _is_binary(head: bytes, suffix: str) -> bool:
    """Whether the numbers after the first word are bytes, not digits.

    The bytes of a vector of a few numbers may all look like text: there the extension decides.
    """
    first_line, _, records = head.partition(b"\n")
    fields = first_line.split()
    if len(fields) != 2 or not fields[1].isdigit():
        return False
    vector_bytes = 4 * int(fields[1][:9])
    numbers = records.partition(b" ")[2][:vector_bytes]
    if vector_bytes < _TELLING_BYTES or not numbers:
        return LAYOUTS.get(suffix.lower()) == "binary"
    return bool(numbers.translate(None, _IN_TEXT))


def _identity(path: Path) -> tuple[int, ...]:
    """What changes when a file is written again."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
