"""The texts that a file holds, opened one after another."""

from __future__ import annotations

import threading
from collections.abc import Generator
from pathlib import Path

from w2vtui.corpus.sources.byte_stream import ByteStream
from w2vtui.corpus.sources.segmenting import SegmentedText, segment_of
from w2vtui.corpus.sources.text_stream import Text, TextStream
from w2vtui.settings import CorpusSettings


def opened_texts(
    path: Path, settings: CorpusSettings, stop: threading.Event | None = None
) -> Generator[Text, None, None]:
    """The texts that a file holds, `-` for stdin, each open until the next one is asked for.

    Raises:
        CorpusError: it cannot be opened.
        SettingsError: the tokenizer or the encoding cannot be had.
    """
    segment = segment_of(settings)
    with ByteStream(path, stop) as source:
        text: Text = TextStream(source, settings)
        yield text if segment is None else SegmentedText(text, segment, settings)
