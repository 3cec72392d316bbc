"""A sample of a text, read in a moment: all of a small text, pieces of a large one.

It consists of the distinct runs between white space, the types of counting.py, and their counts. So
a change of settings does not need to read the text again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.file_hints import hints_on_files
from w2vtui.corpus.files import status_of
from w2vtui.corpus.hints import Hint
from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.sample_pieces import (
    PIECE_BYTES,
    PieceReader,
    Tally,
    is_read_in_order,
    pieces_of,
    read_head,
)
from w2vtui.corpus.sources.opening import opened_bytes
from w2vtui.corpus.sources.segmenting import is_segmented, is_slow
from w2vtui.corpus.sources.text_stream import decoder_of, not_in_encoding
from w2vtui.corpus.tokens import split_lines
from w2vtui.corpus.vocab import Census
from w2vtui.settings import CorpusSettings

SAMPLE_BYTES = 4 << 20
"""The most bytes of text that are read."""
SLOW_BYTES = 1 << 17
"""The same where splitting it into tokens takes long."""
_TYPES_AT_ONCE = 1 << 12
"""The most types split in one call, so that other threads get their turn."""


@dataclass(frozen=True, eq=False)
class TextSample:
    """A sample of a text."""

    types: list[bytes]
    """UTF-8, in order of first appearance"""
    type_counts: NDArray[np.int64]
    n_lines: int
    """lines that hold anything"""
    share: float
    """how much of the text this is, above 0 to 1"""
    exact: bool
    """whether it is all of the text"""
    rules: tuple[object, ...] = ()
    """the settings under which it was read, see `reading_rules`"""
    hints: tuple[Hint, ...] = ()
    """on what its files are, if not lines of text"""
    _kept: dict[tuple[object, ...], Census] = field(default_factory=dict)

    def fits(self, settings: CorpusSettings) -> bool:
        """Whether reading the text again under other settings would give the same sample."""
        return self.rules == reading_rules(settings)

    def census(self, settings: CorpusSettings, stop: threading.Event | None = None) -> Census:
        """The distinct tokens of the sample; cached until the settings split it differently.

        Raises:
            CorpusError: a type is not in the encoding.
            ReadingStopped: the event was set.
        """
        key = (settings.lowercase, settings.tokenizer, settings.encoding_errors)
        census = self._kept.get(key)
        if census is None:
            splits = (split_lines(lines, settings) for lines in self._lines(settings, stop))
            census = Census.take(splits, self.type_counts)
            self._kept.clear()
            self._kept[key] = census
        return census

    def _lines(self, settings: CorpusSettings, stop: threading.Event | None) -> Iterator[str]:
        """The types in batches, as text of one type a line."""
        decoded = decoder_of(settings) is not None
        errors = "surrogatepass" if decoded else settings.encoding_errors
        for first in range(0, len(self.types), _TYPES_AT_ONCE):
            check_stop(stop)
            encoded = b"\n".join(self.types[first : first + _TYPES_AT_ONCE])
            try:
                yield encoded.decode("utf-8", errors)
            except UnicodeDecodeError as error:
                raise not_in_encoding("the text", settings.encoding, error) from None


def reading_rules(settings: CorpusSettings) -> tuple[object, ...]:
    """The settings that decide what is read of a text, not only how it is split."""
    segmented = is_segmented(settings)
    return (
        settings.encoding,
        settings.field,
        (settings.kmer, settings.kmer_stride),
        settings.record_errors if settings.field is not None else "",
        settings.tokenizer if segmented else "",
        settings.encoding_errors if segmented or decoder_of(settings) is not None else "",
    )


def take_sample(
    files: Sequence[Path],
    settings: CorpusSettings,
    *,
    n_bytes: int | None = None,
    stop: threading.Event | None = None,
) -> TextSample:
    """Read about `n_bytes` of regular files, in pieces evenly spread over all of them.

    A file that cannot be entered in the middle, since it is compressed or not UTF-8, is read from
    its beginning instead.

    Raises:
        CorpusError: a file cannot be read.
        SettingsError: the library of the tokenizer is not installed.
        ReadingStopped: the event was set.
    """
    if settings.kmer is not None:
        return _sample_of_sequences(files, settings, n_bytes or SAMPLE_BYTES, stop)
    if n_bytes is None:
        n_bytes = SLOW_BYTES if is_slow(settings) else SAMPLE_BYTES
    sizes = [status_of(path).st_size for path in files]
    total = sum(sizes)
    tally = Tally()
    n_read, n_text, n_covered = 0.0, 0.0, 0
    """bytes read; bytes of text in the files looked into; their size on disk"""
    for index, pieces in pieces_of(sizes, n_bytes).items():
        path, size = files[index], sizes[index]
        if pieces == [(0, size)] or is_read_in_order(path, settings):
            room = max(sum(past - first for first, past in pieces), n_bytes * size // total)
            n_here, n_in_file = read_head(path, size, room, settings, tally, stop)
        else:
            read = PieceReader(path, size, settings, tally)
            n_here = sum(read(*piece, stop) for piece in pieces)
            n_in_file = size
        n_read, n_text, n_covered = n_read + n_here, n_text + n_in_file, n_covered + size
    exact = n_read == n_text and n_covered == total
    share = n_read / n_text * n_covered / total if n_read else 1.0
    return TextSample(
        types=list(tally.counts),
        type_counts=np.fromiter(tally.counts.values(), np.int64, len(tally.counts)),
        n_lines=tally.n_lines,
        share=1.0 if exact else share,
        exact=exact,
        rules=reading_rules(settings),
        hints=tuple(hints_on_files(files, settings)),
    )


def _sample_of_sequences(
    files: Sequence[Path], settings: CorpusSettings, n_bytes: int, stop: threading.Event | None
) -> TextSample:
    """The k-mers at the beginning of each file."""
    from w2vtui.corpus.counting.kmers import KmerCount  # loads the kernels

    sizes = [status_of(path).st_size for path in files]
    total, n_done, ends = max(sum(sizes), 1), 0, True
    count, nowhere, progress = KmerCount(settings, PIECE_BYTES), _Nowhere(), ReadingProgress()
    for path, size in zip(files, sizes, strict=True):
        room = max(n_bytes * size // total, PIECE_BYTES)
        with closing(opened_bytes(path, settings, stop)) as sources:
            for source in sources:
                room -= count.read(source, nowhere, progress, stop, room)
                at_end = not source.read(1)
                n_done += source.n_done
                if not at_end:
                    ends = False
                    break
    types = [token.encode() for tokens, _ in count.splits() for token in tokens]
    return TextSample(
        types=types,
        type_counts=count.counts.copy(),
        n_lines=count.n_runs,
        share=1.0 if ends else min(n_done / total, 1.0),
        exact=ends,
        rules=reading_rules(settings),
    )


class _Nowhere:
    """Takes ids that nobody needs."""

    def append(self, ids: NDArray[np.int32]) -> None:
        """Forget them."""
