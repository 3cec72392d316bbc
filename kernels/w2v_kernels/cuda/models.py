"""The models, and the three ways in which a center's rows meet: see the table in __init__.py.

    targets_hold    skip-gram: the targets of the center are held, its context words stream past
    contexts_hold   skip-gram: the context words are held, the targets stream past
    one_meets       one input row meets the targets, which are held block by block:
                    each context word on its own noise, or CBOW's mean

Context words of skip-gram move in memory at once in the first way, so a word that is twice in a
window is read after its first move; held rows, and all rows of the CPU, move together. In the
second way this holds for a noise word that was drawn twice.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from w2v_kernels.cuda.logistic_block import meet
from w2v_kernels.cuda.objectives import n_targets, target_of
from w2v_kernels.cuda.rows import (
    NONE,
    add_row,
    add_target,
    block_row,
    hold,
    read_row,
    read_target,
    release_inputs,
    release_targets,
)
from w2v_kernels.cuda.warp import LANES, lane_index, read, select, shuffle
from w2v_kernels.sizes import INPUTS_OF_LONG, LONG_WINDOW


class Center(NamedTuple):
    """A center, the same in all lanes."""

    number: Any
    """int64: its number among the kept tokens"""
    position: Any
    """int64"""
    word: Any
    """int64"""
    key: Any
    """uint64: names its stream of random numbers"""
    lr: Any
    """float32"""
    before: Any
    """int64: context words before it"""
    n_contexts: Any
    """int64: C"""


@register_jitable
def context_of(job, center, c):
    """Context word c of a center, int32; NONE behind the last."""
    is_there, at = c < center.n_contexts, center.number - center.before + c
    word = read(job.kept.ids, select(at >= center.number, at + 1, at), is_there)
    return select(is_there, word, NONE)


@register_jitable
def share_of(job, word, locked):
    """The share of its moves that a context word makes, float32."""
    if locked:
        return read(job.locks, word, word >= 0)
    return np.float32(1.0)


@register_jitable
def targets_hold(job, center, shape, rows, locked, as_one):
    """Each context word meets all targets at once. Returns the loss and the saturated scores."""
    g = block_row(shape)
    target, weight = target_of(job, center, g, np.int64(0), False)
    loss = saturated = np.float32(0.0)
    most = center.n_contexts if job.span.window <= LONG_WINDOW else np.int64(INPUTS_OF_LONG)
    for first in range(0, center.n_contexts, most):
        hold(job.targets, target, shape, rows, False)
        for c in range(first, min(first + most, center.n_contexts)):
            word = context_of(job, center, c)
            read_row(job.inputs, word, shape, rows.streamed, 0)
            nats, beyond = meet(weight, center.lr, shape, rows)
            loss, saturated = loss + nats, saturated + beyond
            share = share_of(job, word, locked)
            add_row(job.inputs, word, shape, rows.streamed, 0, share, as_one)
        release_targets(job.targets, target, shape, rows, False, as_one)
    return loss, saturated


@register_jitable
def contexts_hold(job, center, shape, rows, by_tree, locked, as_one):
    """Context words, a block at a time, meet one target after the other."""
    loss = saturated = np.float32(0.0)
    stop = n_targets(job, center.word, by_tree)
    for first in range(0, center.n_contexts, shape.held):
        word = context_of(job, center, first + block_row(shape))
        hold(job.inputs, word, shape, rows, False)
        for some in range(0, stop, LANES):
            lane_target, lane_weight = target_of(
                job, center, some + lane_index(), np.int64(0), by_tree
            )
            for t in range(min(LANES, stop - some)):
                target, turn = shuffle(lane_target, t), shuffle(lane_weight, t)
                read_target(job.targets, target, shape, rows, rows.streamed, 0, by_tree)
                weight = select(word >= 0, turn, np.float32(0.0))
                nats, beyond = meet(weight, center.lr, shape, rows)
                loss, saturated = loss + nats, saturated + beyond
                add_target(job.targets, target, shape, rows, rows.streamed, 0, by_tree, as_one)
        share = share_of(job, word, locked)
        release_inputs(job.inputs, word, shape, rows, share, locked, as_one)
    return loss, saturated


@register_jitable
def one_meets(job, center, first_draw, shape, rows, one, move, by_tree, as_one):
    """An input row, in registers, meets all targets; its move is put into others.

    one, move   float32 (4 quads,)
    """
    loss = saturated = np.float32(0.0)
    for k in range(4 * shape.quads):
        move[k] = np.float32(0.0)
    for first in range(0, n_targets(job, center.word, by_tree), shape.held):
        target, weight = target_of(job, center, first + block_row(shape), first_draw, by_tree)
        hold(job.targets, target, shape, rows, by_tree)
        for k in range(4 * shape.quads):
            rows.streamed[k] = one[k]
        nats, beyond = meet(weight, center.lr, shape, rows)
        loss, saturated = loss + nats, saturated + beyond
        for k in range(4 * shape.quads):
            move[k] += rows.streamed[k]
        release_targets(job.targets, target, shape, rows, by_tree, as_one)
    return loss, saturated


@register_jitable
def pairs_alone(job, center, shape, rows, one, move, locked, as_one):
    """Each context word meets the center and K noise words of its own."""
    loss = saturated = np.float32(0.0)
    for c in range(center.n_contexts):
        word = context_of(job, center, c)
        read_row(job.inputs, word, shape, one, 0)
        first_draw = c * job.span.negative
        nats, beyond = one_meets(job, center, first_draw, shape, rows, one, move, False, as_one)
        loss, saturated = loss + nats, saturated + beyond
        share = share_of(job, word, locked)
        add_row(job.inputs, word, shape, move, 0, share, as_one)
    return loss, saturated


@register_jitable
def cbow(job, center, shape, rows, one, move, by_tree, locked, as_one):
    """The mean of the context words, or their sum, meets the targets; its move goes to each."""
    part = np.float32(1.0) / np.float32(center.n_contexts)
    into_mean = part if job.span.cbow_mean else np.float32(1.0)
    back = part if job.span.cbow_divide else np.float32(1.0)
    for k in range(4 * shape.quads):
        one[k] = np.float32(0.0)
    for c in range(center.n_contexts):
        word = context_of(job, center, c)
        read_row(job.inputs, word, shape, rows.streamed, 0)
        for k in range(4 * shape.quads):
            one[k] += into_mean * rows.streamed[k]
    loss, saturated = one_meets(job, center, np.int64(0), shape, rows, one, move, by_tree, as_one)
    for c in range(center.n_contexts):
        word = context_of(job, center, c)
        share = back * share_of(job, word, locked)
        add_row(job.inputs, word, shape, move, 0, share, as_one)
    return loss, saturated
