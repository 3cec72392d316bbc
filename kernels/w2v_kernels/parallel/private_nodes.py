"""Private copies of the upper tree nodes, one set for each worker of hierarchical softmax.

All paths pass through the nodes near the root. Where several workers write to the same node, each
waits for the others' cache lines at every word, and a second worker may slow the first to a third.
So each worker trains its own copies, and from time to time adds a copy's move to the shared node:
one copy of each level every `period` centers, since about half as many paths pass through a node
of the next level. Vuurens, Eickhoff & de Vries 2016, "Efficient Parallel Learning of Word2Vec",
share all copies at the same time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.sizes import PRIVATE_LEVELS


class PrivateNodes(NamedTuple):
    """One worker's copies of nodes 0..N-1, the heaviest; a single worker has none."""

    first: int
    """the first copy's row in the node matrix, which holds the copies too"""
    copied: np.ndarray
    """float32 (N, D padded): the nodes as they were when they were copied"""
    period: int
    clock: np.ndarray
    """int64 (2,): centers since the period began, and periods so far"""


@kernel_part
def copy_nodes(nodes, private):
    """Copy the shared nodes as they are now."""
    for node in range(private.copied.shape[0]):
        for d in range(nodes.shape[1]):
            now = nodes[node, d]
            nodes[private.first + node, d], private.copied[node, d] = now, now


@kernel_part
def share_some_nodes(nodes, private):
    """After a center, share the copies whose turn it is.

    Nodes 2**level - 1 to 2**(level + 1) - 2, roughly a level of the tree, take turns.
    """
    n_private, clock = private.copied.shape[0], private.clock
    for level in range(clock[0], PRIVATE_LEVELS, private.period):
        first_of_level = (1 << level) - 1
        node = first_of_level + (clock[1] & first_of_level)  # modulo the level's 2**level
        if node < n_private:
            share_node(nodes, node, private)
    clock[0] += 1
    if clock[0] == private.period:
        clock[0], clock[1] = 0, clock[1] + 1


@kernel_part
def share_all_nodes(nodes, private):
    """Share every copy."""
    for node in range(private.copied.shape[0]):
        share_node(nodes, node, private)


@kernel_part
def share_node(nodes, node, private):
    """Add the copy's move to the shared node, then copy the node again."""
    copy = private.first + node
    for d in range(nodes.shape[1]):
        now, moved, before = nodes[node, d], nodes[copy, d], private.copied[node, d]
        # Exact if no other worker has moved the node since. A write of another worker at this
        # moment may be lost, as everywhere (Hogwild).
        now = moved if now == before else now + (moved - before)
        nodes[node, d], nodes[copy, d], private.copied[node, d] = now, now, now
