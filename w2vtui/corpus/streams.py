"""One source of text as UTF-8 bytes: decompressed, decoded, without a byte order mark."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import os
import select
import stat
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Protocol, cast

from w2vtui.corpus import charsets
from w2vtui.corpus.progress import check_stop
from w2vtui.display import safe_text
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.foreign_files import kind_of
from w2vtui.settings import CorpusSettings


class PackedError(CorpusError):
    """A file named as text is compressed, or an archive. Raised in this package only."""


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


COMPRESSED: dict[str, Callable[[IO[bytes]], _Reader]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file, mode="rb"),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
}
"""Readers of compressed files, by the end of the name."""

_PACKED = {
    "gzip": ("compressed with gzip: let its name end in .gz, or", "gzip -dc"),
    "bzip2": ("compressed with bzip2: let its name end in .bz2, or", "bzip2 -dc"),
    "xz": ("compressed with xz: let its name end in .xz, or", "xz -dc"),
    "zstd": ("compressed with Zstandard, which is not supported:", "zstd -dc"),
    "lz4": ("compressed with LZ4, which is not supported:", "lz4 -dc"),
    "zip": ("a zip archive, which is not supported:", "unzip -p"),
    "7z": ("a 7z archive, which is not supported:", "7z x -so"),
    "tar": ("a tar archive, which is not supported:", "tar -xOf"),
}
"""What files are that hold text in another form, and what unpacks them, by their kind."""

_SURE = (
    ("gzip", 0, b"\x1f\x8b\x08"),
    ("bzip2", 4, b"1AY&SY"),
    ("tar", 257, b"ustar\0"),
    ("tar", 257, b"ustar  \0"),
    ("git lfs", 0, b"version https://git-lfs.github.com/spec/"),
)
"""More than the signatures of these kinds, which a text may hold by chance."""

_OTHER_DATA = {
    "numpy": "holds numbers of NumPy, not text",
    "pdf": "is a PDF: write out its text, pdftotext FILE - | w2vtui train - ...",
    "hdf5": "is an HDF5 file, not text",
    "parquet": "is a Parquet file: write out its text first",
    "sqlite": "is an SQLite database: write out its text first",
    "git lfs": "is a pointer of Git LFS: git lfs pull gets it",
}
"""What to say of files that are neither text nor packed, by their kind."""
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04\x95", b"\x80\x05\x95")
"""How pickles begin; the first two bytes of the last ones are letters in UTF-16."""

NOT_TEXT = "not text"
_LOOK_UP_SECONDS = 0.2
_SNIFFED_BYTES = 8192
_CONTROLS = frozenset(range(0x20)) - frozenset(b"\t\n\v\f\r")
"""Bytes that compressed data hold and text does not."""
_SHOWN_CELLS = 30
_SAMPLED_BLOCKS = 64
_SAMPLED_BYTES = 1 << 16
SAMPLED_WHOLE = _SAMPLED_BLOCKS * _SAMPLED_BYTES
"""Files up to this size are sampled from end to end."""
_UTF_8 = ("utf-8", "utf-8-sig")


def printable(name: object) -> str:
    """A file name that is safe in a terminal: unchanged, or escaped and quoted."""
    text = str(name)
    return text if text.isprintable() else repr(text)


class _WaitingReader(io.RawIOBase):
    """A pipe or terminal that may stay silent; a request to stop ends the wait for it.

    Reads are unbuffered: a thread that waits in a buffered read holds a lock that Python needs at
    exit.
    """

    def __init__(self, number: int, stop: threading.Event | None, *, ours: bool = False) -> None:
        """ours: the descriptor is closed with this."""
        self._number = number
        self._stop = stop
        self._ours = ours

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if self._ours and not self.closed:
            os.close(self._number)
        super().close()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not select.select([self._number], [], [], _LOOK_UP_SECONDS)[0]:
            check_stop(self._stop)
        block = os.read(self._number, len(buffer))
        buffer[: len(block)] = block
        return len(block)


class ByteStream:
    """The bytes of a source, decompressed."""

    def __init__(self, path: Path, stop: threading.Event | None = None) -> None:
        """Open a file, or stdin for `-`; waiting for it or a pipe ends in ReadingStopped on a stop.

        Raises:
            CorpusError: it cannot be opened.
        """
        self.is_stdin = path == Path("-")
        self.name = "stdin" if self.is_stdin else printable(path)
        self._n_read = 0
        self._stop = stop
        self._file = self._opened(path)
        wrap = COMPRESSED.get(path.suffix.lower())
        self._bytes: _Reader = wrap(self._file) if wrap else self._file

    def _opened(self, path: Path) -> IO[bytes]:
        if self.is_stdin:
            # A program without a console has None, a notebook an object without bytes.
            buffer: IO[bytes] | None = getattr(sys.stdin, "buffer", None)
            if buffer is None:
                raise CorpusError("no standard input: name a file")
            try:
                number = buffer.fileno()
            except OSError:  # a stand-in without a file behind it
                return buffer
            return cast(IO[bytes], _WaitingReader(number, self._stop))
        try:
            mode = path.stat().st_mode
            if _may_never_end(path, mode):
                raise CorpusError(
                    f"{self.name} is a device, which may never end: name a file, or pipe text in"
                )
            if stat.S_ISFIFO(mode):  # it may never get a writer
                number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                return cast(IO[bytes], _WaitingReader(number, self._stop, ours=True))
            return path.open("rb")
        except OSError as error:
            raise CorpusError(f"cannot read {self.name}: {error.strerror}") from error

    def read(self, n_bytes: int) -> bytes:
        """The next `n_bytes` bytes, fewer before the end, none at the end.

        Raises:
            CorpusError: the file cannot be read, is not what its name says, or is packed.
        """
        try:
            block = self._bytes.read(n_bytes)
        except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise CorpusError(f"cannot read {self.name}: {error.strerror}") from error
            if not self._n_read:
                self._refuse_plain()
            raise CorpusError(
                f"{self.name} is damaged or cut short after {self._n_read} bytes of text "
                f"({error}): get the file again"
            ) from error
        if not self._n_read:
            _refuse_packed(block, self.name)
        self._n_read += len(block)
        return block

    def _refuse_plain(self) -> None:
        """Raise an error that names what a file is whose name alone says that it is compressed.

        Raises:
            CorpusError: it is plain text, or packed in another way.
        """
        if not self._file.seekable():
            return
        self._file.seek(0)
        head = self._file.read(_SNIFFED_BYTES)
        if head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
            return
        _refuse_packed(head, self.name)
        if head and not _CONTROLS & set(head):
            raise CorpusError(
                f"{self.name} is not compressed, as its name says, but plain text: "
                "let its name end in .txt"
            )

    @property
    def n_done(self) -> int:
        """Bytes of the file read so far, before decompression."""
        return self._file.tell() if self._file.seekable() else self._n_read

    def close(self) -> None:
        """Close what was opened; stdin stays open, it is not ours."""
        if self._bytes is not self._file:
            self._bytes.close()
        if not self.is_stdin:
            self._file.close()

    def __enter__(self) -> ByteStream:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


class TextStream:
    """The text of a source as UTF-8, without a byte order mark.

    UTF-8 passes through unchecked: each type is checked once, when it is numbered, which is far
    less work than checking every byte.
    """

    def __init__(self, source: ByteStream, settings: CorpusSettings) -> None:
        self.name = source.name
        self.n_skipped = 0
        """bytes of a mark in front of the text"""
        self._source = source
        self._encoding = settings.encoding
        self._decoder = decoder_of(settings)
        self._n_decoded = 0
        self._at_start = True

    def read(self, n_bytes: int) -> bytes:
        """The next bytes, about as many as asked for; none at the end.

        Raises:
            CorpusError: the source cannot be read, or is not in the encoding.
        """
        if self._decoder is None:
            return self._read_utf_8(n_bytes)
        while True:
            block = self._source.read(n_bytes)
            if not self._n_decoded:
                check_encoding(block, self.name, self._encoding)
            text = self._decoded(block)
            if text and self._at_start:
                self._at_start = False
                text = text.removeprefix("\ufeff")
            if text or not block:
                return text.encode("utf-8", "surrogatepass")

    def _read_utf_8(self, n_bytes: int) -> bytes:
        if not self._at_start:
            return self._source.read(n_bytes)
        self._at_start = False
        block = self._source.read(max(n_bytes, len(codecs.BOM_UTF8)))
        check_encoding(block, self.name, self._encoding)
        if block.startswith(codecs.BOM_UTF8):
            self.n_skipped = len(codecs.BOM_UTF8)
            return block[self.n_skipped :] or self._source.read(n_bytes)
        return block

    def _decoded(self, block: bytes) -> str:
        assert self._decoder is not None
        try:
            text = self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            # The decoder may still hold bytes of the block before, which then come first.
            at = self._n_decoded + len(block) - len(error.object) + error.start
            raise not_in_encoding(self.name, self._encoding, error, at) from None
        except UnicodeError as error:  # a few codecs know no position
            raise CorpusError(
                f"{self.name} is not in the encoding {self._encoding} ({error})"
            ) from error
        self._n_decoded += len(block)
        return text


def _may_never_end(path: Path, mode: int) -> bool:
    """Whether this is a device, but neither a terminal nor the null device."""
    if not (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)) or path.samefile(os.devnull):
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return not os.isatty(descriptor)
    finally:
        os.close(descriptor)


def decoder_of(settings: CorpusSettings) -> codecs.IncrementalDecoder | None:
    """A decoder for the text's encoding; None for UTF-8, which needs none here.

    Raises:
        SettingsError: the encoding is unknown.
    """
    codec = find_codec(settings.encoding)
    if codec.name in _UTF_8:
        return None
    assert codec.incrementaldecoder is not None  # checked by find_codec
    return codec.incrementaldecoder(settings.encoding_errors)


def find_codec(encoding: str) -> codecs.CodecInfo:
    """The codec of a text encoding.

    Raises:
        SettingsError: the encoding is unknown, or not one of text.
    """
    try:
        codec = codecs.lookup(encoding)
    except (LookupError, ValueError):  # ValueError: the name holds a NUL or a surrogate
        codec = None
    # A codec from bytes to bytes, as hex, says so only in a private flag.
    if codec is None or codec.incrementaldecoder is None or not codec._is_text_encoding:
        raise SettingsError(
            "encoding must be one that Python knows, such as utf-8, latin-1 or cp1252, "
            f"got {encoding!r}"
        )
    return codec


def check_encoding(head: bytes, name: str, encoding: str) -> None:
    """Refuse a text whose beginning shows that it is in another encoding, in which the one named
    would find words all the same.

    Raises:
        CorpusError: it is; the message names the encoding.
    """
    actual = charsets.contradiction(head[:_SNIFFED_BYTES], encoding)
    if actual:
        kind = actual.upper().removesuffix("-LE").removesuffix("-BE")
        unmarked = " without a mark" if actual.endswith(("-le", "-be")) else ""
        raise CorpusError(
            f"{name} is {kind}{unmarked}, not {encoding}: --encoding {actual} reads it"
        )


def not_in_encoding(
    name: str, encoding: str, error: UnicodeDecodeError, at: int | None = None
) -> CorpusError:
    """The error for a byte that has no meaning in an encoding, with its place and the ways out.

    error   of decoding some of the text's words, or a block of it
    at      the offset of the byte in the text, if it is known
    """
    place = "" if at is None else f" at offset {at}"
    return CorpusError(
        f"{name} is not {encoding}: byte 0x{error.object[error.start]:02X}{place} "
        f"({error.reason}); {_ways_out(error.object, encoding)}"
    )


def _ways_out(sample: bytes, encoding: str) -> str:
    replace = "--encoding-errors replace replaces such bytes"
    is_utf_8 = find_codec(encoding).name in _UTF_8
    if is_utf_8 and charsets.is_mostly_utf_8(sample):
        return f"most of it is utf-8: {replace}"
    if not is_utf_8 and charsets.is_utf_8(sample):
        return "--encoding utf-8 reads it"
    if b"\0" in sample:
        return "it holds byte 0, so it is probably not text: name a text file"
    guess = charsets.guess(sample)
    if guess is None or guess.encoding == encoding:
        return f"name its encoding with --encoding, or {replace}"
    words = safe_text(guess.words, _SHOWN_CELLS)
    return f"--encoding {guess.encoding} reads it, as in '{words}'; {replace}"


def _refuse_packed(head: bytes, name: str) -> None:
    """Raise an error that names what a file with this beginning is, if it is not text."""
    kind = kind_of(head)
    if any(kind == unsure for unsure, _, _ in _SURE):
        kind = ""
    for sure, at, magic in _SURE:
        if not kind and head[at : at + len(magic)] == magic:
            kind = sure
    if kind in _PACKED:
        what, command = _PACKED[kind]
        raise PackedError(f"{name} is {what} unpack it: {command} FILE | w2vtui train - ...")
    if head.startswith(_PICKLES):
        raise PackedError(f"{name} is a Python pickle, such as a model of gensim's, not text")
    if kind in _OTHER_DATA:
        raise PackedError(f"{name} {_OTHER_DATA[kind]}")


def looks_like_text(path: Path, encoding: str) -> bool:
    """Whether the first bytes of a file hold no NUL, which text only does in a wide encoding."""
    return not why_not_text(path, encoding)


def why_not_text(path: Path, encoding: str) -> str:
    """What a file is by its first bytes, `not text` or `UTF-16`; empty if it looks like text."""
    if find_codec(encoding).name.startswith(charsets.WIDE):
        return ""
    try:
        with ByteStream(path) as source:
            head = source.read(_SNIFFED_BYTES)
    except PackedError:
        return NOT_TEXT
    except CorpusError:
        if path.suffix.lower() in COMPRESSED:
            return ""  # a damaged archive is worth an error with its name, when it is read
        raise
    wide = charsets.wide_encoding(head)
    return wide[:6].upper() or (NOT_TEXT if b"\0" in head else "")


def sampled_blocks(path: Path, size: int, *, whole: bool) -> Iterator[bytes]:
    """Up to 64 blocks of 64 KB, evenly spread over a file of this size, still compressed.

    whole: as many blocks as it takes to leave nothing out

    Raises:
        CorpusError: the file cannot be read.
    """
    n_blocks = -(-size // _SAMPLED_BYTES)
    n_blocks = n_blocks if whole else min(_SAMPLED_BLOCKS, n_blocks)
    last = max(size - _SAMPLED_BYTES, 0)
    try:
        with path.open("rb", buffering=0) as file:
            for index in range(n_blocks):
                file.seek(last * index // max(n_blocks - 1, 1))
                yield file.read(_SAMPLED_BYTES)
    except OSError as error:
        raise CorpusError(f"cannot read {printable(path)}: {error.strerror}") from error
