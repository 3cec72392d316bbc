"""Every distinct token of a text and how often it occurs, without encoding the text."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.files import find_texts
from w2vtui.corpus.progress import ReadingProgress
from w2vtui.corpus.sources.text_stream import find_codec
from w2vtui.corpus.vocab import Census
from w2vtui.settings import CorpusSettings
from w2vtui.system.cores import free_cores

if TYPE_CHECKING:
    from w2vtui.corpus.counting.first_pass import FileCount
    from w2vtui.corpus.counting.sentences import SentenceCount

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, eq=False)
class RawCounts:
    """The tokens of a text before any are left out."""

    tokens: list[str]
    """in order of first appearance"""
    counts: NDArray[np.int64]
    """(len(tokens),)"""
    n_sentences: int
    """sentences that hold a token"""

    @property
    def n_tokens(self) -> int:
        """Occurrences of all tokens together."""
        return int(self.counts.sum())


def count_sentences(
    sentences: Iterable[Iterable[str]],
    settings: CorpusSettings,
    *,
    progress: ReadingProgress | None = None,
    stop: threading.Event | None = None,
) -> RawCounts:
    """Count the tokens of sentences that are lists of words, once through.

    Raises:
        CorpusError: a sentence is not a list of words.
        ReadingStopped: the event was set.
    """
    # Numba is slow to import.
    from w2vtui.corpus.counting.sentences import SentenceCount

    count, starts = SentenceCount(settings), _Starts()
    count.read(sentences, starts, progress or ReadingProgress(), stop)
    return _counted(count, starts)


def count_files(
    sources: Sequence[str | Path],
    settings: CorpusSettings,
    *,
    progress: ReadingProgress | None = None,
    stop: threading.Event | None = None,
    workers: int | None = None,
) -> RawCounts:
    """Count the tokens of files, folders and "-" for stdin, once through.

    workers   threads that count, as of `open_corpus`

    Raises:
        CorpusError: a source cannot be read.
        SettingsError: the encoding is unknown.
        ReadingStopped: the event was set.
    """
    from w2vtui.corpus.counting.first_pass import count_files

    find_codec(settings.encoding)
    files, _ = find_texts(sources, settings)
    starts, progress = _Starts(), progress or ReadingProgress()
    n_workers = free_cores() if workers is None else workers
    count = count_files(
        files, settings, starts, progress, stop, block_bytes=_BLOCK_BYTES, n_workers=n_workers
    )
    return _counted(count, starts)


class _Starts:
    """Counts the sentences in provisional ids, and keeps nothing else of them."""

    def __init__(self) -> None:
        self.n = 0

    def append(self, ids: NDArray[np.int32]) -> None:
        """Count the first tokens of sentences, which are marked by the sign."""
        self.n += int(np.count_nonzero(ids < 0))


def _counted(count: SentenceCount | FileCount, starts: _Starts) -> RawCounts:
    census = Census.take(count.splits(), count.counts)
    return RawCounts(census.tokens, census.counts, starts.n)
