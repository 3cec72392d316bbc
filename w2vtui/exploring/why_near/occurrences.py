"""The places where words occur in an encoded corpus: from its index, or by a scan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus
from w2vtui.exploring.why_near.word_positions import PositionIndex

SCAN_SECONDS = 0.4
"""How long a scan looks for words; what it has not read by then it leaves out, evenly."""

_SLICE = 1 << 20
_STRIDE = 0.6180339887498949
"""Slices are read in steps of this part of the text, so that any number of them is spread over it:
the golden ratio's, which repeats itself least.
"""


@dataclass(frozen=True, eq=False)
class Occurrences:
    """Where a word occurs: everywhere, or in an even sample of its places."""

    positions: NDArray[np.int64]
    """ascending"""
    count: int | None
    """how often it occurs in the whole text; None if only a part was searched and the vocabulary
    has the counts of another text"""
    searched: float
    """the share of the text that was looked through, 0 to 1; of an index, 1"""

    @property
    def is_sample(self) -> bool:
        """Whether it occurs in more places than these."""
        return self.searched < 1 or self.count != len(self.positions)


def indexed(index: PositionIndex, words: Sequence[int], most: int) -> list[Occurrences]:
    """Up to `most` occurrences of each word, from the index."""
    return [
        Occurrences(evenly(index.of(word), most), int(index.counts[word]), 1.0) for word in words
    ]


def scanned(
    corpus: EncodedCorpus,
    words: Sequence[int],
    most: int,
    *,
    seconds: float = SCAN_SECONDS,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Occurrences]:
    """Up to `most` occurrences of each word, from as much of the text as time allows.

    The first slice is read whatever the time.
    """
    ids, counts = corpus.ids, corpus.vocab.counts
    own_counts = int(counts.sum()) == len(ids)
    scale = len(ids) / counts.sum()
    steps = [max(1, int(counts[word] * scale) // most) for word in words]
    found: list[list[NDArray[np.int64]]] = [[] for _ in words]
    n_found = [0] * len(words)
    n_read, ends = 0, clock() + seconds
    for first in _spread(len(ids)):
        part = ids[first : first + _SLICE]
        for at, word in enumerate(words):
            places = np.flatnonzero(part == word)
            # Every step-th of them all: counted on from slice to slice.
            kept = places[-n_found[at] % steps[at] :: steps[at]]
            found[at].append(kept + first)
            n_found[at] += len(places)
        n_read += len(part)
        if clock() > ends:
            break
    searched = n_read / len(ids)
    return [
        Occurrences(
            evenly(np.sort(np.concatenate(found[at])), most),
            int(counts[word]) if own_counts else n_found[at] if searched == 1 else None,
            searched,
        )
        for at, word in enumerate(words)
    ]


def evenly(positions: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The positions, or `most` of them at even distances."""
    if len(positions) <= most:
        return positions
    return positions[np.arange(most) * len(positions) // most]


def _spread(n_tokens: int) -> Iterator[int]:
    """Where slices begin, each once, any number of them spread over the text."""
    n_slices = -(-n_tokens // _SLICE)
    stride = max(1, round(n_slices * _STRIDE))
    while np.gcd(stride, n_slices) != 1:
        stride += 1
    for number in range(n_slices):
        yield number * stride % n_slices * _SLICE
