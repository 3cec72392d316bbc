"""The words that are trained, and how every type of the text maps to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count, pairwise

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import CorpusError, ManyTypesError
from w2vtui.system.resources import available_memory

MERGED_BYTES = 200
"""A distinct token while equal ones are merged: its text, its place in an index, its counts."""

Split = tuple[list[str], NDArray[np.int64]]
"""The tokens that some types stand for, one type after the other, and how many each has."""


@dataclass(frozen=True, eq=False)
class Vocab:
    """The words, most frequent first, ties in code-point order; one that is given may have another
    order, and counts of another text.
    """

    words: list[str]
    counts: NDArray[np.int64]
    """(V,) occurrences in the text"""

    def __len__(self) -> int:
        return len(self.words)

    @property
    def n_tokens(self) -> int:
        """Occurrences of all words together."""
        return int(self.counts.sum())

    def digest(self) -> str:
        """A name for these words, in this order and with these counts."""
        words = json.dumps(self.words, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(words + self.counts.astype("<i8").tobytes()).hexdigest()


@dataclass(frozen=True, eq=False)
class Expansion:
    """What each type of the text stands for: one word, several, or none."""

    starts: NDArray[np.int64]
    """(n_types + 1,) type t stands for words[starts[t]:starts[t + 1]]"""
    words: NDArray[np.int32]
    """ids of words"""


@dataclass(frozen=True, eq=False)
class Census:
    """Every distinct token of the text, before any is left out."""

    tokens: list[str]
    """in order of first appearance"""
    counts: NDArray[np.int64]
    """(len(tokens),)"""
    expansion: Expansion
    """which of these tokens each type stands for"""

    @property
    def n_tokens(self) -> int:
        """Occurrences of all tokens together."""
        return int(self.counts.sum())

    @classmethod
    def take(cls, splits: Iterable[Split], type_counts: NDArray[np.int64]) -> Census:
        """Merge equal tokens and add up their counts.

        splits       what the types stand for, in batches of types in order
        type_counts  int64 (n_types,)

        Raises:
            CorpusError: not enough memory for all of them.
        """
        check_room(len(type_counts), MERGED_BYTES)
        index: dict[str, int] = {}
        lengths = [np.zeros(0, dtype=np.int64)]
        words = [np.zeros(0, dtype=np.int32)]
        places = count()
        for tokens, n_tokens in splits:
            # The place where each token stood first, of all places; `map` loops without bytecode.
            first_places = map(index.setdefault, tokens, places)
            words.append(np.fromiter(first_places, np.int32, count=len(tokens)))
            lengths.append(n_tokens)
        n_tokens_of = np.concatenate(lengths)
        expansion = Expansion(_bounds(n_tokens_of), _numbered(np.concatenate(words)))
        counts = np.zeros(len(index), dtype=np.int64)
        np.add.at(counts, expansion.words, np.repeat(type_counts, n_tokens_of))
        return cls(list(index), counts, expansion)

    def choose(self, min_count: int, max_words: int | None) -> tuple[Vocab, Expansion]:
        """The vocabulary, and what each type stands for in it."""
        candidates = np.flatnonzero(self.counts >= min_count)
        order = by_frequency(self.tokens, self.counts, candidates)[:max_words]
        vocab = Vocab([self.tokens[index] for index in order.tolist()], self.counts[order])
        id_of = np.full(len(self.tokens), -1, dtype=np.int32)
        id_of[order] = np.arange(len(order), dtype=np.int32)
        return vocab, self._expansion(id_of)

    def choose_given(self, given: Vocab) -> tuple[Vocab, Expansion]:
        """A given vocabulary, in its order and with its counts, and what each type stands for in
        it. A count of 0 becomes 1: every word can be drawn.

        Raises:
            CorpusError: a word is in it twice, or it has not a count for each word.
        """
        index = {word: number for number, word in enumerate(given.words)}
        if len(index) < len(given.words):
            twice = next(word for number, word in enumerate(given.words) if index[word] != number)
            raise CorpusError(f"the vocabulary has {twice!r:.80} twice: give each word once")
        if given.counts.shape != (len(given.words),):
            raise CorpusError(
                f"the vocabulary has {len(given.words):,} words and counts of shape "
                f"{given.counts.shape}: give a count for each word"
            )
        id_of = np.fromiter((index.get(token, -1) for token in self.tokens), np.int32)
        vocab = Vocab(given.words, np.maximum(given.counts, 1).astype(np.int64))
        return vocab, self._expansion(id_of)

    def _expansion(self, id_of: NDArray[np.int32]) -> Expansion:
        """What each type stands for, by the id of each token, -1 for one that is left out."""
        ids = id_of[self.expansion.words]
        kept = ids >= 0
        return Expansion(_bounds(kept)[self.expansion.starts], ids[kept])


ChooseVocab = Callable[[Census], Vocab]
"""Chooses the words to train from all tokens of a text."""


def _numbered(first_places: NDArray[np.int32]) -> NDArray[np.int32]:
    """Number tokens in order, (n,), given for each the first place of one that is equal to it."""
    is_first = first_places == np.arange(len(first_places), dtype=np.int32)
    numbers = np.cumsum(is_first, dtype=np.int32) - np.int32(1)
    return numbers[first_places]


def by_frequency(
    tokens: Sequence[str], counts: NDArray[np.int64], candidates: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Candidates in the order of a vocabulary: most frequent first, ties in code-point order.

    NumPy sorts by count without the GIL; Python compares words only among equal counts.
    """
    order = candidates[np.argsort(-counts[candidates], kind="stable")]
    changes = np.flatnonzero(np.diff(counts[order])) + 1
    for first, last in pairwise([0, *changes.tolist(), len(order)]):
        if last - first > 1:
            order[first:last] = sorted(order[first:last].tolist(), key=tokens.__getitem__)
    return order


def check_room(n_types: int, n_bytes: int) -> None:
    """Refuse types that do not fit in memory, before the system ends the process.

    Raises:
        ManyTypesError: they do not.
    """
    needed, free = n_types * n_bytes, available_memory()
    if free is not None and needed > free:
        raise ManyTypesError(
            f"the text has {n_types:,} distinct tokens and may have more: counting them takes "
            f"about {needed / 1e6:,.0f} MB of memory; {free / 1e6:,.0f} MB is available: read "
            "less of it at once, or drop what is not a word, such as numbers and addresses"
        )


def _bounds(lengths: NDArray[np.int64] | NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where runs of these lengths begin, and where the last one ends: one entry more."""
    bounds = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=bounds[1:])
    return bounds
