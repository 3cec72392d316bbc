"""The one step of all training, in the registers of a warp: a block of rows that are held meets one
row that streams past.

    score[g] = held row g . streamed row
    step[g]  = lr * weight[g] * sigmoid(-score[g] or score[g])     +1: label 1, -1: label 0, 0: none
    move of the streamed row   = sum_g step[g] * held row g
    move of held row g        += step[g] * streamed row

Which of them are input rows and which targets does not matter to the step: it is symmetric. The
moves of held rows are added to memory once the last row has streamed past, so that those rows stay
as they were; its plain form is `logistic_block` in tests/kernels/naive.py. Where the rows are says
rows.py. Scores are summed over the lanes all at once.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from w2v_kernels.cuda.warp import LANES, exp, lane_index, log, select, shuffle, shuffle_xor
from w2v_kernels.sizes import SATURATED_FROM


@register_jitable
def meet(weight, lr, shape, rows):
    """One step: rows.streamed, a row that meets the block, becomes its move.

    weight   of the held row `block_row` in each lane: its label and how often it counts

    Returns the loss in nats of that row's score, and 1 if it is saturated, both float32.
    """
    share, numbers = LANES // shape.spread, 4 * shape.quads
    for g in range(shape.held):
        rows.sums[g] = np.float32(0.0)
        for k in range(numbers):
            rows.sums[g] += rows.held[g * numbers + k] * rows.streamed[k]
    for g in range(shape.held, shape.spread):
        rows.sums[g] = np.float32(0.0)
    score = sum_over_lanes(rows.sums, shape.spread)
    step, loss, saturated = logistic(score, weight, lr)
    for g in range(shape.held):
        rows.sums[g] = shuffle(step, g * share)
    for k in range(numbers):
        move = np.float32(0.0)
        for g in range(shape.held):
            move += rows.sums[g] * rows.held[g * numbers + k]
            rows.moves[g * numbers + k] += rows.sums[g] * rows.streamed[k]
        rows.streamed[k] = move
    return loss, saturated


@register_jitable
def sum_over_lanes(sums, spread):
    """The total over all lanes of sums[l * spread // 32], in lane l; `sums` is overwritten.

    Each exchange sums in two lanes what each keeps: half of the sums that are left. So it takes
    spread - 1 + log2(32 / spread) of them, not 5 for each sum.
    """
    lane = lane_index()
    left, bit = spread, LANES // 2
    for _ in range(5):
        upper, half = (lane & bit) != 0, left // 2
        if half == 0:
            sums[0] = sums[0] + shuffle_xor(sums[0], bit)
        for k in range(half):
            mine = select(upper, sums[k + half], sums[k])
            theirs = select(upper, sums[k], sums[k + half])
            sums[k] = mine + shuffle_xor(theirs, bit)
        left, bit = half, bit // 2
    return sums[0]


@register_jitable
def logistic(score, weight, lr):
    """lr * (label - sigmoid(score)), the loss in nats, and 1 if the score is saturated, else 0."""
    zero, one = np.float32(0.0), np.float32(1.0)
    away = select(weight > zero, -score, score)
    odds = exp(-abs(away))
    likely = one / (one + odds)
    sigmoid = select(away > zero, likely, odds * likely)
    loss = abs(weight) * (select(away > zero, away, zero) + log(one + odds))
    is_beyond = (abs(score) > np.float32(SATURATED_FROM)) & (weight != zero)
    return lr * weight * sigmoid, loss, select(is_beyond, one, zero)
