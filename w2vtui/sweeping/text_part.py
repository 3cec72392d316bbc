"""A part of a large text, written as a text of its own: a line a sentence, the words that are kept.

Trials on it are runs like any other: what reads the text of a run reads this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus
from w2vtui.formats import atomic_write
from w2vtui.settings import CorpusSettings

PART = "part.txt"
N_BLOCKS = 500
"""Places that sentences are taken from, evenly spread over the text."""


def write_part(corpus: EncodedCorpus, n_tokens: int, path: Path) -> None:
    """Write about `n_tokens` of a text, whole sentences but for those longer than a block.

    Raises:
        DiskError: it cannot be written.
    """
    words = corpus.vocab.words
    with atomic_write(path) as file:
        for sentence in _sentences(corpus, n_tokens):
            line = " ".join([words[number] for number in sentence.tolist()])
            file.write(line.encode("utf-8", "surrogatepass") + b"\n")


def settings_of_part(settings: CorpusSettings) -> CorpusSettings:
    """How a part is read: its tokens stand there as they were found, the rare ones left out."""
    return CorpusSettings(min_count=settings.min_count, max_final_vocab=settings.max_final_vocab)


def _sentences(corpus: EncodedCorpus, n_tokens: int) -> Iterator[NDArray[np.int32]]:
    starts, total = corpus.sentence_starts, len(corpus.ids)
    n_blocks = min(N_BLOCKS, max(n_tokens // 200, 1))
    length, region = n_tokens / n_blocks, total / n_blocks
    for block in range(n_blocks):
        at, end = round(block * region), round((block + 1) * region)
        number = int(np.searchsorted(starts, at, side="left"))
        if number >= len(starts) - 1 or starts[number] >= end:  # inside one long sentence
            yield corpus.ids[at : at + round(length)]
            continue
        left = length
        while left > 0 and number < len(starts) - 1 and starts[number] < end:
            first, stop = int(starts[number]), int(starts[number + 1])
            yield corpus.ids[first : min(stop, first + round(length) + 1)]
            left -= stop - first
            number += 1
