"""Objective 2: hierarchical softmax. Turn left or right at each node from the root to the center.

    P(w_o | w_c) = prod_{j=1..L(w_o)-1} sigmoid( turn_j * u_{n(w_o,j)} . v_c )
    turn_j = [[ n(w_o,j+1) = leftChild(n(w_o,j)) ]],     [[x]] = 1 if x else -1

The tree is Huffman's over the counts. Code bit 0, label 1, is the left child.
D2L 15.2.2 Hierarchical Softmax; Mikolov et al. 2013, "Distributed Representations", eq. 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from w2v_kernels.layout import Tree, empty_targets, whole_tiles
from w2v_kernels.machine.compiling import builder, kernel_part
from w2v_kernels.parallel.private_rows import own_row
from w2v_kernels.sizes import ROW_PAD, TILE
from w2v_kernels.tiles import prefetch_to_read


def build_tree(counts: ArrayLike) -> Tree:
    """The Huffman tree over int64 counts (V,): frequent words have short paths.

    O(V log V), for the sort.
    """
    counts = np.asarray(counts, dtype=np.int64)
    rarest_first = np.argsort(counts, kind="stable")
    parent, turn = _parents(counts, rarest_first)
    lengths = _depths(parent)[: counts.size]
    starts = np.concatenate(([0], np.cumsum(whole_tiles(lengths))))
    nodes, turns = empty_targets(starts[-1])
    nodes[:] = counts.size - 1
    _write_paths(parent, turn, starts, lengths, nodes, turns)
    return Tree(starts, lengths.astype(np.int32), nodes, turns)


@builder
def _parents(counts, rarest_first):
    """Join the two rarest nodes until one is left.

    Numbers 0..V-1 are words, V..2V-2 inner nodes in the order in which they are made.
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
def _depths(parent):
    """Turns from the root to each word and inner node: int64 (2V - 1,)."""
    depth = np.zeros(parent.size, np.int64)
    for node in range(parent.size - 2, -1, -1):  # parents have higher numbers
        depth[node] = depth[parent[node]] + 1
    return depth


@builder
def _write_paths(parent, turn, starts, lengths, nodes, turns):
    """Write each word's path from the root down; inner nodes are renumbered, the root as 0."""
    root = parent.size - 1
    for word in range(lengths.size):
        node = np.int64(word)
        for at in range(starts[word] + lengths[word] - 1, starts[word] - 1, -1):
            nodes[at] = root - parent[node]
            turns[at] = turn[node]
            node = parent[node]


@kernel_part
def prefetch_path(tree, word):
    """Prefetch the path of a word: its target rows and their turns."""
    first, stop = tree.starts[word], tree.starts[word + 1]
    for at in range(first, stop, ROW_PAD):
        prefetch_to_read(tree.nodes, at)
        prefetch_to_read(tree.turns, at)
    prefetch_to_read(tree.nodes, stop - 1)
    prefetch_to_read(tree.turns, stop - 1)


@kernel_part
def choose_path(tree, word, private, blank, rows):
    """Write the target rows of a word's path, int32 (T,).

    private   the worker's copies of nodes: a copy's row is written in place of its node
    blank     written in place of the tree's blank row
    """
    first, stop = tree.starts[word], tree.starts[word + 1]
    tree_blank = np.int32(tree.lengths.size - 1)
    blank_shift = np.int32(blank) - tree_blank
    for tile in range(first, stop, TILE):
        for at in range(tile, tile + TILE):
            node = tree.nodes[at]
            rows[at - first] = own_row(node, private) + blank_shift * np.int32(node == tree_blank)
