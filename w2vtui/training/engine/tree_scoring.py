"""Probabilities of words under hierarchical softmax, outside of a run."""

from __future__ import annotations

import weakref
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout, scoring
from w2v_kernels.hierarchical_softmax import build_tree


class TreeScores:
    """The Huffman tree of some counts, with the vectors of its nodes."""

    def __init__(self, counts: NDArray[np.int64], node_vectors: NDArray[np.float32]) -> None:
        """
        counts         (V,), those that the nodes were trained with
        node_vectors   (V - 1, D), the root's first
        """
        self._tree = build_tree(counts)
        self._nodes = _padded(node_vectors, len(counts))

    def log_probabilities(
        self, hidden: NDArray[np.floating], words: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """log P(word | context) of N words for each context, in nats: float64 (P, N).

        hidden   (P, D), the input vector of each context, or the mean of several
        words    int32 (P, N)
        """
        scores = np.empty(words.shape, dtype=np.float64)
        contexts = np.arange(len(hidden), dtype=np.int32)
        rows = _padded(hidden, len(hidden))
        scoring.score_candidates_by_tree(rows, self._nodes, self._tree, contexts, words, scores)
        return scores


class HuffmanTree:
    """The Huffman tree of some counts: paths, and the probabilities of all leaves at once."""

    def __init__(self, counts: NDArray[np.int64]) -> None:
        """counts: (V,), those that the nodes were trained with"""
        self._tree = build_tree(counts)

    def __len__(self) -> int:
        return len(self._tree.lengths)

    @property
    def lengths(self) -> NDArray[np.int32]:
        """int32 (V,): the turns from the root to each word"""
        lengths: NDArray[np.int32] = self._tree.lengths
        return lengths

    def path(self, word: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The inner nodes from the root to a word, and the turn at each: 1 left, -1 right."""
        first = int(self._tree.starts[word])
        stop = first + int(self._tree.lengths[word])
        return self._tree.nodes[first:stop], self._tree.turns[first:stop]

    def words_below(self) -> NDArray[np.int64]:
        """int64 (V - 1,): the words below each inner node"""
        below = np.bincount(self._tree.nodes, minlength=len(self))
        return below[: len(self) - 1].astype(np.int64)

    def leaf_probabilities(
        self, input_vector: NDArray[np.float32], node_vectors: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """P(w | c) of every word, in float64: (V,). Runs without the GIL.

        input_vector   (D,), of c
        node_vectors   (V - 1, D), the root's first
        """
        probabilities, reached = np.empty(len(self)), np.empty(len(self) - 1)
        scoring.leaf_probabilities(
            np.ascontiguousarray(input_vector), node_vectors, self._tree, reached, probabilities
        )
        return probabilities


_Counts: TypeAlias = NDArray[np.int64]
_latest: tuple[weakref.ref[_Counts], HuffmanTree] | None = None


def tree_over(counts: _Counts) -> HuffmanTree:
    """The tree of the counts (V,) of a vocabulary, 0 taken as 1: one for all who ask with the same
    array. The latest is kept, as long as its counts are in use.
    """
    global _latest  # noqa: PLW0603
    latest = _latest
    if latest is None or latest[0]() is not counts:
        latest = weakref.ref(counts, _forget), HuffmanTree(np.maximum(counts, 1))
        _latest = latest
    return latest[1]


def _forget(counts: weakref.ref[_Counts]) -> None:
    global _latest  # noqa: PLW0603
    if _latest is not None and _latest[0] is counts:
        _latest = None


def _padded(vectors: NDArray[np.floating], n_rows: int) -> NDArray[np.float32]:
    """Rows as the kernels want them, with zeros for those that are missing."""
    rows = layout.empty_rows(n_rows, vectors.shape[1])
    rows[: len(vectors), : vectors.shape[1]] = vectors
    return rows
