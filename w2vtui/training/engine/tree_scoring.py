"""Log probabilities of words under hierarchical softmax, outside of a run."""

from __future__ import annotations

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


def _padded(vectors: NDArray[np.floating], n_rows: int) -> NDArray[np.float32]:
    """Rows as the kernels want them, with zeros for those that are missing."""
    rows = layout.empty_rows(n_rows, vectors.shape[1])
    rows[: len(vectors), : vectors.shape[1]] = vectors
    return rows
