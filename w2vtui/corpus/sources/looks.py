"""Whether a file is one to be read, by its name and its beginning."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from w2vtui.corpus.sources import charsets, parquet
from w2vtui.corpus.sources.archives import members_of
from w2vtui.corpus.sources.byte_stream import SNIFFED_BYTES, ByteStream
from w2vtui.corpus.sources.compressed import ARCHIVE, inner_ending, is_packed
from w2vtui.corpus.sources.packed import PackedError
from w2vtui.corpus.sources.text_stream import find_codec
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

NOT_TEXT = "not text"
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
TABLE_ENDINGS = (".csv", ".tsv", ".tab")
SEQUENCE_MARKS = (b">", b";", b"@")
"""How FASTA, an old form of it, and FASTQ begin."""


class Members(NamedTuple):
    """The texts in an archive."""

    texts: frozenset[str]
    """names"""
    others: tuple[str, ...]
    """names of what is left out"""


def looks_like_text(path: Path, encoding: str) -> bool:
    """Whether a file may be text, or holds texts or records."""
    settings = CorpusSettings(encoding=encoding)
    return path.suffix.lower() in parquet.ENDINGS or not why_not_text(path, settings)


def why_not_text(path: Path, settings: CorpusSettings) -> str:
    """What a file is, `not text` or `UTF-16`; empty if it is one that these settings read."""
    ending = path.suffix.lower()
    if ending in parquet.ENDINGS:
        return "" if settings.field is not None else "Parquet, which --field reads"
    try:
        if ending == ARCHIVE:
            return "" if members(path, settings).texts else NOT_TEXT
        with ByteStream(path) as source:
            head = source.read(SNIFFED_BYTES)
    except PackedError:
        return NOT_TEXT
    except CorpusError:
        if is_packed(path):
            return ""  # a damaged file is worth an error with its name, when it is read
        raise
    return _why_not(path.name, head, settings)


def members(path: Path, settings: CorpusSettings) -> Members:
    """Which files in an archive are read under these settings.

    Raises:
        CorpusError: it cannot be read, is not an archive, or is encrypted.
    """
    texts: list[str] = []
    others: list[str] = []
    for member in members_of(path):
        is_text = member.head and not _why_not(member.name, member.head, settings)
        (texts if is_text else others).append(member.name)
    return Members(frozenset(texts), tuple(others))


def _why_not(name: str, head: bytes, settings: CorpusSettings) -> str:
    if settings.field is not None and inner_ending(name) not in JSON_ENDINGS + TABLE_ENDINGS:
        return "neither JSON lines nor a table"
    if settings.kmer is not None and not head.lstrip().startswith(SEQUENCE_MARKS):
        return "not FASTA"
    if find_codec(settings.encoding).name.startswith(charsets.WIDE):
        return ""
    wide = charsets.wide_encoding(head)
    return wide[:6].upper() or (NOT_TEXT if b"\0" in head else "")
