"""Vectors as they go from a reader to a writer: some rows at a time, so that no file need fit into
the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError
from w2vtui.vectors import WordVectors

Matrix: TypeAlias = Literal["input", "output", "sum"]
"""Which vectors of each word."""

Progress: TypeAlias = Callable[[float], object]
"""Takes how much is done, 0..1."""

BLOCK_NUMBERS = 1 << 17
"""About as many numbers are in a block."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some words and their rows, in the order of the file."""

    words: list[str]
    vectors: NDArray[np.float32]
    """float32 (n, D)"""
    counts: NDArray[np.int64] | None = None
    """int64 (n,), where they are known."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of vectors before the first is read."""

    most_words: int
    """How many there are at most; some may be left out."""
    vector_size: int
    has_counts: bool = False
    is_exact: bool = False
    """Whether there are as many as that."""


class StartOverError(Exception):
    """What was read so far was read wrongly: `blocks` of the same reader reads it rightly."""


class Reader(Protocol):
    """Reads the vectors of an open file, as often as it is asked to."""

    @property
    def shape(self) -> Shape:
        """What is known before the first is read."""

    def blocks(self) -> Iterator[Block]:
        """The vectors from the beginning, in blocks of words that all differ.

        Raises:
            VectorsError: the file is not what it says.
            StartOverError: drop what came so far, and ask again.
        """


class Writer(Protocol):
    """Writes vectors to files that are open."""

    def write(self, block: Block) -> None:
        """Write more rows.

        Raises:
            VectorsError: a word cannot be held.
        """

    def finish(self, n_words: int) -> None:
        """Write what comes last, and how many words there were."""


def rows_a_block(vector_size: int) -> int:
    """How many rows make a block."""
    return max(1, BLOCK_NUMBERS // max(vector_size, 1))


@dataclass(frozen=True, slots=True)
class Held:
    """A reader of vectors that are in the memory."""

    vectors: WordVectors
    rows: NDArray[np.float32] | None = field(default=None)
    """In place of the input vectors."""

    @property
    def shape(self) -> Shape:
        """Of all of them."""
        counts = self.vectors.counts
        return Shape(len(self.vectors), self.vectors.vector_size, counts is not None, is_exact=True)

    @classmethod
    def of(cls, vectors: WordVectors, matrix: Matrix, name: str) -> Held:
        """A reader of the input vectors, the output vectors or their sum.

        name   what the vectors are called in messages

        Raises:
            SettingsError: the output vectors are wanted, and there are none.
        """
        if matrix == "input":
            return cls(vectors)
        if vectors.output_vectors is None:
            raise SettingsError(f"{name} has no output vectors: --vectors input")
        if matrix == "output":
            return cls(vectors, vectors.output_vectors)
        return cls(vectors, vectors.vectors + vectors.output_vectors)

    def blocks(self) -> Iterator[Block]:
        """All of them."""
        rows = self.vectors.vectors if self.rows is None else self.rows
        words, counts = self.vectors.index_to_key, self.vectors.counts
        n_rows = rows_a_block(rows.shape[1])
        for start in range(0, len(words), n_rows):
            part = slice(start, start + n_rows)
            yield Block(list(words[part]), rows[part], None if counts is None else counts[part])


def collected(reader: Reader, progress: Progress | None = None) -> Block:
    """All that a reader has, in one block; its counts are there if those of every part are.

    progress   gets how much is done

    Raises:
        VectorsError: the file is not what it says.
    """
    while True:
        shape = reader.shape
        vectors = np.empty((shape.most_words, shape.vector_size), dtype=np.float32)
        words: list[str] = []
        counts: list[NDArray[np.int64]] = []
        try:
            for block in reader.blocks():
                vectors[len(words) : len(words) + len(block.words)] = block.vectors
                words += block.words
                if progress is not None:
                    progress(len(words) / shape.most_words)
                if block.counts is not None:
                    counts.append(block.counts)
        except StartOverError:
            continue
        known = np.concatenate(counts) if counts else np.empty(0, dtype=np.int64)
        return Block(words, vectors[: len(words)], known if len(known) == len(words) else None)
