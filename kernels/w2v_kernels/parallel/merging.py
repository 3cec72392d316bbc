"""Merge the moves of several workers' replicas into one: row by row, in a fixed order.

Two workers have moved a row from v, one by a and the other by b. Orthogonal moves are added. Moves
in the same direction are averaged, since each worker has already gone the whole way. In between, a
share of the common direction is subtracted from each:

    moved = (1 - r a.b / (2 a.a)) a  +  (1 - r a.b / (2 b.b)) b,     r = min(1, |a| |b| / (t |v|^2))

With r = 1 this is Adasum: Maleki et al. 2020, "Scaling Distributed Training with Adaptive
Summation", and Gill et al. 2020, "Distributed Training of Embeddings using Graph Analytics", who
train word2vec with it. We added r: small moves in the same direction are what a rare word learns,
not an overshoot, and must not be halved. More than two moves are joined in pairs, as a tree.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.machine.compiling import kernel, kernel_part

SMALL_MOVE = 0.03
"""t: moves in the same direction are fully averaged only from this |a| |b| / |v|^2 on."""


@kernel
def merge(base, base_bits, replicas, replica_bits, first, stop):
    """Merge all replicas' moves of rows first..stop-1 into `base`, and reset the replicas to it.

    base      float32 (rows, D padded)
    replicas  float32 (W, rows, D padded)
    ..._bits  int32, the same memory: rows that no replica has changed by a bit are skipped

    The result for a row depends on that row alone, so workers may divide the rows in any way.
    """
    n_replicas, length = replicas.shape[0], replicas.shape[2]
    for row in range(first, stop):
        if not is_moved(base_bits, replica_bits, row):
            continue
        size = squared_length(base, row)
        for w in range(n_replicas):
            for d in range(length):
                replicas[w, row, d] -= base[row, d]
        apart = 1
        while apart < n_replicas:
            for w in range(0, n_replicas - apart, 2 * apart):
                join_moves(replicas[w], replicas[w + apart], row, size)
            apart *= 2
        for d in range(length):
            base[row, d] += replicas[0, row, d]
        for w in range(n_replicas):
            for d in range(length):
                replicas[w, row, d] = base[row, d]


@kernel_part
def is_moved(base_bits, replica_bits, row):
    """Whether any replica of a row differs from it."""
    for w in range(replica_bits.shape[0]):
        different = np.int32(0)
        for d in range(base_bits.shape[1]):
            different |= base_bits[row, d] ^ replica_bits[w, row, d]
        if different != 0:
            return True
    return False


@kernel_part
def squared_length(rows, row):
    """|v|^2 of a row, float64."""
    total = np.float32(0.0)
    for d in range(rows.shape[1]):
        total += rows[row, d] * rows[row, d]
    return np.float64(total)


@kernel_part
def join_moves(moves, others, row, size):
    """Join the move `others[row]` into `moves[row]`; size is |v|^2."""
    aa, bb, ab = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for d in range(moves.shape[1]):
        a, b = moves[row, d], others[row, d]
        aa += a * a
        bb += b * b
        ab += a * b
    taken_a, taken_b = np.float32(0.0), np.float32(0.0)
    if aa > 0 and bb > 0:
        lengths = np.sqrt(np.float64(aa) * np.float64(bb))
        overshoot = 1.0
        if lengths < SMALL_MOVE * size:
            overshoot = lengths / (SMALL_MOVE * size)
        common = overshoot * np.float64(ab) / 2
        taken_a = np.float32(common / np.float64(aa))
        taken_b = np.float32(common / np.float64(bb))
    one = np.float32(1.0)
    for d in range(moves.shape[1]):
        moves[row, d] = (one - taken_a) * moves[row, d] + (one - taken_b) * others[row, d]
