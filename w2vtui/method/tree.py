"""The tree of hierarchical softmax: paths, their products, the sum over all leaves, and the cost.

    P(w | c) = prod_{j=1..L(w)-1} sigmoid( turn_j * u_{n(w,j)} . v_c )

D2L 15.2.2, exercise 2 (eq_hi-softmax-sum-one).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import keep_probabilities
from w2vtui.training.engine.tree_scoring import HuffmanTree
from w2vtui.vectors.similarity import Floats


class Turn(NamedTuple):
    """One inner node of a path."""

    node: int
    """0 is the root."""
    bit: int
    """0 turns left, 1 right."""
    score: float | None = None
    """u_n . v_c; None without vectors of nodes"""
    factor: float | None = None
    """sigmoid(turn * score): the probability of this turn."""
    product: float | None = None
    """The probability of all turns so far."""


def turns_of(
    tree: HuffmanTree,
    word: int,
    input_vector: Floats | None = None,
    node_vectors: Floats | None = None,
) -> list[Turn]:
    """The path of a word from the root, and with vectors its probability, all in float64.

    input_vector   (D,), of the context word
    node_vectors   (V - 1, D)
    """
    nodes, turns = tree.path(word)
    bits = (turns < 0).astype(int).tolist()
    if input_vector is None or node_vectors is None:
        return [Turn(node, bit) for node, bit in zip(nodes.tolist(), bits, strict=True)]
    scores = (node_vectors[nodes].astype(np.float64) * input_vector.astype(np.float64)).sum(axis=1)
    factors = sigmoid(turns.astype(np.float64) * scores)
    products = np.cumprod(factors)
    columns = (nodes.tolist(), bits, scores.tolist(), factors.tolist(), products.tolist())
    return [Turn(*one) for one in zip(*columns, strict=True)]


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)), without overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


class Leaves(NamedTuple):
    """The probabilities of all words given one."""

    probabilities: NDArray[np.float64]
    """(V,)"""
    total: float
    """Their sum, which is 1 for any vectors."""

    @property
    def error(self) -> float:
        """How far the sum is from 1."""
        return abs(self.total - 1.0)


def leaves_of(tree: HuffmanTree, input_vector: Floats, node_vectors: Floats) -> Leaves:
    """P(w | c) of every word w, from the vectors as they are: O(V D).

    input_vector   (D,), of c
    node_vectors   (V - 1, D)
    """
    probabilities = tree.leaf_probabilities(input_vector, node_vectors)
    return Leaves(probabilities, float(probabilities.sum()))


class TreeCost(NamedTuple):
    """Inner nodes that a pair meets, against the V words that the exact softmax does."""

    mean: float
    """On average over the centers that are trained."""
    shortest: int
    longest: int
    least: float
    """The entropy of the counts in bits: no code is shorter, on average over the text."""
    mean_of_text: float
    """On average over the text, before subsampling; Huffman's is less than 1 above the least."""


def cost_of(tree: HuffmanTree, counts: NDArray[np.int64], sample: float) -> TreeCost:
    """What a pair costs with this vocabulary.

    counts   (V,)
    sample   the threshold of subsampling, which trains frequent words less often
    """
    lengths, shares = tree.lengths, counts / counts.sum()
    return TreeCost(
        mean=float(np.average(lengths, weights=counts * keep_probabilities(counts, sample))),
        shortest=int(lengths.min()),
        longest=int(lengths.max()),
        least=float(-(shares * np.log2(shares)).sum()),
        mean_of_text=float((lengths * shares).sum()),
    )
