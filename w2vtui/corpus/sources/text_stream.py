"""The text of one source as UTF-8, without a byte order mark."""

from __future__ import annotations

import codecs
from typing import Protocol

from w2vtui.corpus.sources import charsets
from w2vtui.corpus.sources.byte_stream import SNIFFED_BYTES, ByteStream
from w2vtui.display import safe_text
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.settings import CorpusSettings

_SHOWN_CELLS = 30
_UTF_8 = ("utf-8", "utf-8-sig")


class Text(Protocol):
    """The text of a source as UTF-8, with sentences in lines."""

    @property
    def name(self) -> str:
        """The source, safe to print."""

    @property
    def n_skipped(self) -> int:
        """Bytes of the source in front of what is read."""

    @property
    def n_done(self) -> int:
        """Bytes of the file read so far, before decompression."""

    @property
    def remarks(self) -> list[str]:
        """What was left out, once all is read."""

    def read(self, n_bytes: int, /) -> bytes:
        """The next bytes, about as many as asked for; none at the end."""


class TextStream:
    """The text of a source as UTF-8, without a byte order mark, in pieces of whole characters.

    UTF-8 passes through unchecked: each type is checked once, when it is numbered, which is far
    less work than checking every byte.
    """

    def __init__(self, source: ByteStream, settings: CorpusSettings) -> None:
        self.name = source.name
        self.n_skipped = 0
        """bytes of a mark in front of the text"""
        self.remarks: list[str] = []
        self._source = source
        self._encoding = settings.encoding
        self._decoder = decoder_of(settings)
        self._n_decoded = 0
        self._at_start = True
        self._cut = b""
        """What begins a character of the next piece."""

    @property
    def n_done(self) -> int:
        """Bytes of the file read so far, before decompression."""
        return self._source.n_done

    def read(self, n_bytes: int) -> bytes:
        """The next bytes, about as many as asked for; none at the end.

        Raises:
            CorpusError: the source cannot be read, or is not in the encoding.
        """
        if self._decoder is None:
            return self._whole_utf_8(n_bytes)
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

    def _whole_utf_8(self, n_bytes: int) -> bytes:
        while block := self._read_utf_8(n_bytes):
            text, self._cut = _whole_characters(self._cut + block)
            if text:
                return text
        text, self._cut = self._cut, b""
        return text

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


def _whole_characters(text: bytes) -> tuple[bytes, bytes]:
    """A text, and the bytes at its end that begin a character of more bytes; mostly none."""
    for n in range(1, min(len(text), 3) + 1):
        byte = text[-n]
        if byte >= 0xC0:  # the first of 2, 3 or 4 bytes
            n_bytes = 2 + (byte >= 0xE0) + (byte >= 0xF0)
            return (text[:-n], text[-n:]) if n < n_bytes else (text, b"")
        if byte < 0x80:
            break
    return text, b""


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
    actual = charsets.contradiction(head[:SNIFFED_BYTES], encoding)
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
