"""Objective 2: hierarchical softmax. Turn left or right at each node from the root to the center.

    P(w_o | w_c) = prod_{j=1..L(w_o)-1} sigmoid( turn_j * u_{n(w_o,j)} . v_c )
    turn_j = [[ n(w_o,j+1) = leftChild(n(w_o,j)) ]],     [[x]] = 1 if x else -1

The tree is Huffman's over the counts. Code bit 0, label 1, is the left child.
D2L 15.2.2 Hierarchical Softmax; Mikolov et al. 2013, "Distributed Representations", eq. 3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v_kernels.compiling import builder, kernel
from w2v_kernels.logistic_block import fill_up, put


class Tree(NamedTuple):
    """Paths from the root to each word: word w's are entries starts[w] to starts[w + 1]."""

    starts: np.ndarray
    """int64 (V + 1,)"""
    nodes: np.ndarray
    """int32: inner nodes 0..V-2, the root is 0"""
    turns: np.ndarray
    """float32: +1 where the path turns left (code bit 0, label 1), -1 where right (code bit 1)"""


def build_tree(counts):
    """Huffman's tree over int64 counts (V,): O(V log V), the sort; frequent words have short
    paths.
    """
    counts = np.asarray(counts, dtype=np.int64)
    rarest_first = np.argsort(counts, kind="stable")
    return Tree(*_paths(*_parents(counts, rarest_first)))


@builder
def _parents(counts, rarest_first):
    """Join the two rarest, over and over. Numbers 0..V-1 are words, V..2V-2 inner nodes as they
    are made.
    """
    n_words = counts.size
    parent = np.full(2 * n_words - 1, -1, np.int64)
    turn = np.ones(2 * n_words - 1, np.float32)
    weight = np.empty(max(n_words - 1, 1), np.int64)
    # Inner nodes are made in order of weight, so two queues, both already sorted, replace a heap.
    next_word, next_inner = 0, 0
    for made in range(n_words - 1):
        joined = np.int64(0)
        for side in range(2):
            from_words = next_word < n_words and (
                next_inner >= made or counts[rarest_first[next_word]] <= weight[next_inner]
            )
            if from_words:
                child = rarest_first[next_word]
                joined += counts[child]
                next_word += 1
            else:
                child = n_words + next_inner
                joined += weight[next_inner]
                next_inner += 1
            parent[child] = n_words + made
            turn[child] = np.float32(1.0) if side == 0 else np.float32(-1.0)
        weight[made] = joined
    return parent, turn


@builder
def _paths(parent, turn):
    """Write each word's path from the root down; inner nodes are renumbered so that the root is
    0.
    """
    n_words = (parent.size + 1) // 2
    root = parent.size - 1
    depth = np.zeros(parent.size, np.int64)
    for node in range(root - 1, -1, -1):
        if node >= n_words:
            depth[node] = depth[parent[node]] + 1
    starts = np.zeros(n_words + 1, np.int64)
    for word in range(n_words):
        length = depth[parent[word]] + 1 if parent[word] >= 0 else 0
        starts[word + 1] = starts[word] + length
    nodes = np.empty(starts[n_words], np.int32)
    turns = np.empty(starts[n_words], np.float32)
    for word in range(n_words):
        node = np.int64(word)
        for at in range(starts[word + 1] - 1, starts[word] - 1, -1):
            nodes[at] = root - parent[node]
            turns[at] = turn[node]
            node = parent[node]
    return starts, nodes, turns


@kernel
def choose_path(tree, center, blank, chosen):
    """Choose the target rows of hierarchical softmax for one center word.

    rows     the inner nodes from the root to the word, then `blank`: L(w) - 1, in whole tiles
    weights  1 where the path turns left, -1 where right, then 0s
    """
    first, stop = tree.starts[center], tree.starts[center + 1]
    for at in range(first, stop):
        put(chosen, at - first, tree.nodes[at], tree.turns[at])
    fill_up(chosen, stop - first, blank)
