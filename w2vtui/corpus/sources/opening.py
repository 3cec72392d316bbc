"""The texts that a file holds, opened one after another."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from w2vtui.corpus.sources import parquet
from w2vtui.corpus.sources.archives import opened_members
from w2vtui.corpus.sources.byte_stream import ByteStream
from w2vtui.corpus.sources.compressed import ARCHIVE, inner_ending
from w2vtui.corpus.sources.delimited import table_records
from w2vtui.corpus.sources.json_lines import json_records
from w2vtui.corpus.sources.looks import JSON_ENDINGS, TABLE_ENDINGS, members
from w2vtui.corpus.sources.parquet import ParquetText
from w2vtui.corpus.sources.records import Fields, RecordProblems, RecordText, lines_of
from w2vtui.corpus.sources.segmenting import SegmentedText, segment_of
from w2vtui.corpus.sources.text_stream import Text, TextStream
from w2vtui.settings import CorpusSettings

_SNIFFED_BYTES = 1 << 12


def opened_texts(
    path: Path, settings: CorpusSettings, stop: threading.Event | None = None
) -> Generator[Text, None, None]:
    """The texts that a file holds, `-` for stdin, each open until the next one is asked for.

    Raises:
        CorpusError: it cannot be opened.
        SettingsError: the tokenizer or the encoding cannot be had.
    """
    segment = segment_of(settings)
    with closing(_texts(path, settings, stop)) as texts:
        for text in texts:
            yield text if segment is None else SegmentedText(text, segment, settings)


def opened_bytes(
    path: Path, settings: CorpusSettings, stop: threading.Event | None = None
) -> Generator[ByteStream, None, None]:
    """The bytes of a file, decompressed, or those of each text in an archive, one after another.

    Raises:
        CorpusError: it cannot be opened.
    """
    if path.suffix.lower() == ARCHIVE:
        yield from opened_members(path, members(path, settings).texts, stop)
    else:
        with ByteStream(path, stop) as source:
            yield source


def _texts(
    path: Path, settings: CorpusSettings, stop: threading.Event | None
) -> Generator[Text, None, None]:
    if path.suffix.lower() in parquet.ENDINGS:
        if settings.field is None:
            raise parquet.without_field(path)
        with closing(ParquetText(path, settings)) as table:
            yield table
        return
    with closing(opened_bytes(path, settings, stop)) as sources:
        for source in sources:
            text = TextStream(source, settings)
            yield text if settings.field is None else _records(text, settings.field, settings)


def _records(text: Text, field: str, settings: CorpusSettings) -> RecordText:
    """The fields of JSON lines or of a table: which of them it is, its name says or its begin."""
    head = text.read(_SNIFFED_BYTES)
    ending = inner_ending(text.name)
    problems, fields = RecordProblems(text.name, settings), Fields(field)
    lines = lines_of(text, settings, problems, head)
    is_json = ending in JSON_ENDINGS or (
        ending not in TABLE_ENDINGS and head.lstrip().startswith((b"{", b"["))
    )
    records: Iterator[str] = (
        json_records(lines, fields, problems)
        if is_json
        else table_records(lines, fields, problems, ending=ending)
    )
    return RecordText(text, records, problems)
