"""The first pass over files: number and count what their settings make types of."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from w2vtui.corpus.counting.counting import TextCount
from w2vtui.corpus.counting.kmers import KmerCount
from w2vtui.corpus.progress import ReadingProgress
from w2vtui.corpus.sources.opening import opened_bytes, opened_texts
from w2vtui.corpus.sources.text_stream import Text
from w2vtui.corpus.stored.storage import IdSink
from w2vtui.settings import CorpusSettings

FileCount: TypeAlias = TextCount | KmerCount


def count_files(
    files: Sequence[Path],
    settings: CorpusSettings,
    out: IdSink,
    progress: ReadingProgress,
    stop: threading.Event | None,
    *,
    block_bytes: int,
    n_workers: int = 1,
) -> FileCount:
    """Read files one after another, and write their provisional ids.

    block_bytes   of text between two looks at the event
    n_workers     threads that number text; k-mers are numbered by one

    Raises:
        CorpusError: a file cannot be read, or is not what the settings say.
        ReadingStopped: the event was set.
    """
    if settings.kmer is not None:
        sequences = KmerCount(settings, block_bytes)
        for path in files:
            with closing(opened_bytes(path, settings, stop)) as sources:
                for source in sources:
                    sequences.read(source, out, progress, stop)
        return sequences
    text = TextCount(settings, block_bytes, n_workers)
    with closing(_texts(files, settings, stop)) as texts:
        text.read(texts, out, progress, stop)
    return text


def _texts(
    files: Sequence[Path], settings: CorpusSettings, stop: threading.Event | None
) -> Generator[Text, None, None]:
    """The texts of all files, each open until the next one is asked for."""
    for path in files:
        with closing(opened_texts(path, settings, stop)) as texts:
            yield from texts
