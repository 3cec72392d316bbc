"""How far one step moves an input row, apart from any training: the gradient of each objective.

A step with a learning rate of 1 moves an input row by minus the gradient of the loss with respect
to it. The step is that of the training; target rows that it moves are put back.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels import objectives
from w2v_kernels.machine.compiling import kernel, kernel_part


@kernel
def input_moves(inputs, center, key, untouched, worker, moves):
    """Fill in the moves of one input row by as many steps that predict a center word.

    inputs     float32 (1, D padded)       the input row, which stays as it is
    key        uint64                      step r takes its K draws from this stream, from r K on
    untouched  float32                     a copy of the worker's target rows, which it restores
    moves      float32 (R, D padded)       zeros; filled with minus the gradient at each step
    """
    one, chosen, numbers = np.int64(1), worker.scratch.chosen, worker.scratch.numbers
    for r in range(len(moves)):
        objectives.choose_own(center, key, r * worker.hyper.negative, worker, chosen)
        move, lr = moves[r : r + 1], np.float32(1.0)
        objectives.score(inputs, one, center, chosen, worker)
        objectives.move(inputs, one, center, chosen, lr, move, numbers, worker)
        rows, _, n_targets = objectives.targets_of(center, chosen, worker)
        if worker.hyper.objective == objectives.SOFTMAX:
            rows, n_targets = worker.tables.every_word, np.int64(worker.tables.every_word.size)
        restore(worker.weights.target_vectors, untouched, rows, n_targets)


@kernel_part
def restore(targets, untouched, rows, n_targets):
    """Put back the target rows that a step has moved."""
    for t in range(n_targets):
        row = rows[t]
        for d in range(targets.shape[1]):
            targets[row, d] = untouched[row, d]
