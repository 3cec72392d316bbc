"""Millions of words in a few bytes each: UTF-8 end to end, where each begins, and a hash table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.raw_rows import enter_words, hash_of

_WORDS_A_BLOCK = 8192
_PREFETCHED = 64


class StoredWords(Sequence[str]):
    """A sequence of V words that makes a string of a word when it is asked for."""

    def __init__(self, letters: bytes, starts: NDArray[np.int64]) -> None:
        """
        letters  the words in UTF-8, without anything between them
        starts   int64 (V + 1,), where each begins, and the end of the last
        """
        self.letters, self.starts = letters, starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> list[str]: ...

    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            begin, end, step = row.indices(len(self))
            if step == 1:
                return list(self._decoded(begin, max(begin, end)))
            return [self[one] for one in range(begin, end, step)]
        return _decoded(self.encoded(range(len(self))[row]))

    def __iter__(self) -> Iterator[str]:
        return self._decoded(0, len(self))

    def encoded(self, row: int) -> bytes:
        """The bytes of a word; `row` counts from the first."""
        return self.letters[self.starts[row] : self.starts[row + 1]]

    def without(self, left_out: NDArray[np.bool_]) -> StoredWords:
        """The words less those of some rows, bool (V,)."""
        lengths = np.diff(self.starts)
        letters = np.frombuffer(self.letters, dtype=np.uint8)[np.repeat(~left_out, lengths)]
        return StoredWords(letters.tobytes(), starts_of(lengths[~left_out]))

    def _decoded(self, begin: int, end: int) -> Iterator[str]:
        for first in range(begin, end, _WORDS_A_BLOCK):
            places = self.starts[first : min(first + _WORDS_A_BLOCK, end) + 1].tolist()
            block = self.letters[places[0] : places[-1]]
            if block.isascii():
                text, offset = block.decode("ascii"), places[0]
                yield from (text[a - offset : b - offset] for a, b in pairwise(places))
            else:
                yield from (_decoded(self.letters[a:b]) for a, b in pairwise(places))


class StoredRows(Mapping[str, int]):
    """The row of each word."""

    def __init__(self, words: StoredWords, slots: NDArray[np.int32] | None = None) -> None:
        """slots: as they were made of these words, which all differ"""
        self._words = words
        self.repeated = np.zeros(len(words), dtype=np.bool_)
        """bool (V,): which words were there before."""
        self.n_repeated = 0
        if slots is not None:
            self.slots = slots
            return
        self.slots = np.zeros(1 << (2 * len(words)).bit_length(), dtype=np.int32)
        """int32 (2 ** n,): the hash table, as `enter_words` has it."""
        hashes = np.empty(_PREFETCHED, dtype=np.int64)
        self.n_repeated = int(
            enter_words(
                words.letters, words.starts, 0, len(words), self.slots, hashes, self.repeated
            )
        )

    def __getitem__(self, word: str) -> int:
        if not isinstance(word, str):
            raise KeyError(word)
        sought = word.encode("utf-8", "surrogatepass")
        mask = len(self.slots) - 1
        slot = hash_of(sought) & mask
        while (row := int(self.slots[slot]) - 1) >= 0:
            if self._words.encoded(row) == sought:
                return row
            slot = (slot + 1) & mask
        raise KeyError(word)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words) - self.n_repeated


def stored(words: Sequence[str]) -> tuple[bytes, NDArray[np.int64]]:
    """Words as UTF-8 end to end, and the bytes of each: int64 (n,)."""
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    return b"".join(encoded), np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))


def starts_of(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of n things begins, and the end of the last: int64 (n + 1,)."""
    starts = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def _decoded(word: bytes) -> str:
    return word.decode("utf-8", "surrogatepass")
