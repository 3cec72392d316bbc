"""Whether a file looks like text."""

from __future__ import annotations

from pathlib import Path

from w2vtui.corpus import charsets
from w2vtui.corpus.sources.byte_stream import SNIFFED_BYTES, ByteStream
from w2vtui.corpus.sources.compressed import COMPRESSED
from w2vtui.corpus.sources.packed import PackedError
from w2vtui.corpus.sources.text_stream import find_codec
from w2vtui.errors import CorpusError

NOT_TEXT = "not text"


def looks_like_text(path: Path, encoding: str) -> bool:
    """Whether the first bytes of a file hold no NUL, which text only does in a wide encoding."""
    return not why_not_text(path, encoding)


def why_not_text(path: Path, encoding: str) -> str:
    """What a file is by its first bytes, `not text` or `UTF-16`; empty if it looks like text."""
    if find_codec(encoding).name.startswith(charsets.WIDE):
        return ""
    try:
        with ByteStream(path) as source:
            head = source.read(SNIFFED_BYTES)
    except PackedError:
        return NOT_TEXT
    except CorpusError:
        if path.suffix.lower() in COMPRESSED:
            return ""  # a damaged archive is worth an error with its name, when it is read
        raise
    wide = charsets.wide_encoding(head)
    return wide[:6].upper() or (NOT_TEXT if b"\0" in head else "")
