"""The words of a run and their counts, vocab.json in its folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import DamagedRunError
from w2vtui.runs.disk.checked_json import (
    NOT_AS_WRITTEN,
    read_checked,
    write_checked,
)

VOCAB = "vocab.json"
_MOST_VOCAB_BYTES = 1 << 32


def write_vocab(folder: Path, words: Sequence[str], counts: NDArray[np.int64]) -> None:
    """Write the words of a run.

    Raises:
        DiskError: they cannot be written.
    """
    write_checked(folder / VOCAB, "vocabulary", {"words": list(words), "counts": counts.tolist()})


def read_vocab(folder: Path) -> tuple[list[str], NDArray[np.int64]]:
    """The words of a run and their counts (V,).

    Raises:
        DamagedRunError: the file is missing or damaged.
    """
    body = read_checked(folder / VOCAB, "vocabulary", _MOST_VOCAB_BYTES)
    try:
        words, counts = body["words"], body["counts"]
        if not (isinstance(words, list) and isinstance(counts, list)):
            raise TypeError("words or counts are not lists")
        if len(words) != len(counts) or len(set(words)) != len(words):
            raise ValueError("words and counts do not belong together")
        if not all(type(word) is str for word in words):
            raise TypeError("a word is not a string")
        if not all(type(count) is int for count in counts):
            raise TypeError("a count is not a number")
        return words, np.array(counts, dtype=np.int64)
    except NOT_AS_WRITTEN as error:
        raise DamagedRunError(f"{folder / VOCAB} is not a vocabulary: {error}") from error
