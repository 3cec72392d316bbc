"""What is known of one word: how often it occurs, how long its vectors are, its code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import keep_probabilities
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import unit

if TYPE_CHECKING:
    from w2vtui.training.engine.tree_scoring import HuffmanTree


@dataclass(frozen=True, slots=True)
class WordCard:
    """One word at one moment."""

    word: str
    row: int
    """Its rank by count, from 0."""
    n_words: int
    """Of the vocabulary."""
    count: int | None
    share: float | None
    """Of all tokens of the vocabulary."""
    keep: float | None
    """The probability that subsampling keeps it; None without a run."""
    input_norm: float
    """|v|"""
    output_norm: float | None
    """|u|; None where words have no output vectors."""
    code: str | None
    """Its Huffman code, a bit a turn from the root, 0 to the left child; None where the tree is not
    built.
    """
    moved: float | None = None
    """The angle in radians between its input vector and that of an earlier moment."""


class Codes:
    """The Huffman codes over the counts of a vocabulary, once the tree is built."""

    def __init__(self) -> None:
        self._built: tuple[NDArray[np.int64], HuffmanTree] | None = None

    def has(self, counts: NDArray[np.int64]) -> bool:
        """Whether the tree over these very counts (V,) is built."""
        return self._built is not None and self._built[0] is counts

    def build(self, counts: NDArray[np.int64]) -> None:
        """Build the tree over counts (V,). The first time loads Numba, which takes a second."""
        from w2vtui.training.engine.tree_scoring import tree_over

        self._built = counts, tree_over(counts)

    def of(self, counts: NDArray[np.int64], row: int) -> str | None:
        """The code of a word: empty in a vocabulary of one, None before its tree is built."""
        if self._built is None or self._built[0] is not counts:
            return None
        _, turns = self._built[1].path(row)
        return "".join("0" if turn > 0 else "1" for turn in turns)


def word_card(
    vectors: WordVectors,
    word: str,
    *,
    sample: float | None = None,
    codes: Codes | None = None,
    earlier: WordVectors | None = None,
    whole_counts: NDArray[np.int64] | None = None,
) -> WordCard:
    """What is known of a word.

    sample        of subsampling; None where there is no run
    codes         gives the codes; None leaves the code out
    earlier       the vectors of an earlier moment, perhaps of fewer words
    whole_counts  the counts of the whole vocabulary, where only its first words have vectors

    Raises:
        UnknownWordError: it has no vector.
    """
    row = vectors.get_index(word)
    counts, output = vectors.counts, vectors.output_vectors
    counts = counts if whole_counts is None else whole_counts
    has_counts = counts is not None and int(counts[row]) > 0
    keep = code = count = share = None
    if counts is not None and has_counts:
        count, total = int(counts[row]), int(counts.sum())
        share = count / total
        if sample is not None:
            keep = float(keep_probabilities(counts[row : row + 1], sample, total)[0])
        code = None if codes is None else codes.of(counts, row)
    return WordCard(
        word,
        row,
        len(vectors) if counts is None else len(counts),
        count,
        share,
        keep,
        _length(vectors.vectors[row]),
        None if output is None else _length(output[row]),
        code,
        None if earlier is None else angle_from(earlier, vectors, word),
    )


def angle_from(earlier: WordVectors, later: WordVectors, word: str) -> float | None:
    """The angle in radians that a word's input vector turned by; None where it is not known."""
    if word not in earlier or earlier.vector_size != later.vector_size:
        return None
    a, b = (unit(vectors.get_vector(word)).astype(np.float64) for vectors in (earlier, later))
    apart, together = float(np.linalg.norm(a - b)), float(np.linalg.norm(a + b))
    if not (np.linalg.norm(a) > 0 and np.linalg.norm(b) > 0):  # 0, or not of numbers
        return None
    return 2 * math.atan2(apart, together)


def _length(vector: NDArray[np.float32]) -> float:
    exact = vector.astype(np.float64)
    return float(np.sqrt(exact @ exact))
