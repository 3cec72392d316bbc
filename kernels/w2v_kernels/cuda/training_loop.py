"""The loop of a warp over its centers: each warp takes a run of neighboring kept tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from w2v_kernels import layout
from w2v_kernels.cuda.models import Center, cbow, contexts_hold, pairs_alone, targets_hold
from w2v_kernels.cuda.rows import (
    AT_ONCE,
    Gathering,
    Rows,
    Shape,
    add_gathered,
    begin_gathering,
    registers_of,
    room_of,
    shape_of,
    speaks,
)
from w2v_kernels.cuda.warp import (
    first_from,
    lane_index,
    lanes_where,
    n_warps,
    registers,
    select,
    shared,
    total,
    warp_index,
    write,
)
from w2v_kernels.cuda.windows import Kept
from w2v_kernels.layout import CENTERS, LOSS, NOT_FINITE, PAIRS, SATURATED
from w2v_kernels.objectives import (
    HIERARCHICAL_SOFTMAX,
    NEGATIVE_SAMPLING,
    NOT_SHARED,
    SHARED_BY_CENTERS,
)
from w2v_kernels.rng import random_at
from w2v_kernels.sizes import N_TALLIES

TARGETS_HOLD, CONTEXTS_HOLD, PAIRS_ALONE, CBOW = range(4)
"""The ways of models.py."""

TARGET_REGISTERS = 160
"""Targets are held, rather than context words, if they and their moves take no more registers."""


class SpanPlace(NamedTuple):
    """What a kernel reads of `layout.Span` and `layout.Hyper`."""

    first: int
    stop: int
    key: np.uint64
    rate_base: float
    rate_slope: float
    rate_floor: float
    negative: int
    window: int
    reuse_noise: bool
    cbow_mean: bool
    cbow_divide: bool


class Job(NamedTuple):
    """The arguments of a training kernel: arrays on the device, of the types in layout.py."""

    kept: Kept
    inputs: Any
    """float32 (V * D padded,)"""
    targets: Any
    """float32 (rows * D padded,)"""
    noise: Any
    starts: Any
    lengths: Any
    nodes: Any
    turns: Any
    locks: Any
    span: SpanPlace
    tallies: Any
    """float64 (warps * N_TALLIES,): each warp's, written at the end of the span"""


def place_of(span: layout.Span, hyper: layout.Hyper) -> SpanPlace:
    """A span and the settings as a kernel takes them."""
    return SpanPlace(
        *(int(span.first), int(span.stop), np.uint64(span.key)),
        *(float(span.rate_base), float(span.rate_slope), float(span.rate_floor)),
        *(int(hyper.negative), int(hyper.window), hyper.noise_sharing == SHARED_BY_CENTERS),
        *(bool(hyper.cbow_mean), bool(hyper.cbow_divide)),
    )


def constants_of(
    hyper: layout.Hyper,
    vector_size: int,
    locked: bool,
    as_one: bool,
    gathering: Gathering = AT_ONCE,
) -> tuple[int, bool, bool, bool, Shape]:
    """The constants of the kernel for these settings, as `train_kernel` takes them.

    gathering   under hierarchical softmax: whose steps each warp gathers
    """
    by_tree, shape = hyper.objective == HIERARCHICAL_SOFTMAX, shape_of(vector_size)
    if not hyper.skip_gram:
        way = CBOW
    elif hyper.objective == NEGATIVE_SAMPLING and hyper.noise_sharing == NOT_SHARED:
        way = PAIRS_ALONE
    elif by_tree or registers_of(1 + hyper.negative, shape.quads) > TARGET_REGISTERS:
        way = CONTEXTS_HOLD
    else:
        way, shape = TARGETS_HOLD, shape_of(vector_size, held=1 + hyper.negative)
    if by_tree:
        shape = shape._replace(gathering=gathering)
    return way, by_tree, locked, as_one, shape


def train_kernel(
    way: int, by_tree: bool, locked: bool, as_one: bool, shape: Shape
) -> Callable[..., None]:
    """Make the kernel that trains on a span."""
    numbers = 4 * shape.quads
    block, spread, room = shape.held * numbers, shape.spread, room_of(shape)
    gathers, period = shape.gathering.nodes > 0, shape.gathering.period

    @register_jitable
    def train_center(job, center, rows, one, move):
        if way == TARGETS_HOLD:
            return targets_hold(job, center, shape, rows, locked, as_one)
        if way == CONTEXTS_HOLD:
            return contexts_hold(job, center, shape, rows, by_tree, locked, as_one)
        if way == PAIRS_ALONE:
            return pairs_alone(job, center, shape, rows, one, move, locked, as_one)
        return cbow(job, center, shape, rows, one, move, by_tree, locked, as_one)

    def train_span(
        kept, inputs, targets, noise, starts, lengths, nodes, turns, locks, span, tallies
    ):
        """Train on every kept token of the span, each once as a center; for others see `Job`."""
        job = Job(kept, inputs, targets, noise, starts, lengths, nodes, turns, locks, span, tallies)
        rows = Rows(
            *(registers(block), registers(block), registers(numbers), registers(spread)),
            shared(room),
        )
        one, move = registers(numbers), registers(numbers)
        if gathers:
            begin_gathering(shape, rows)
        first, stop = run_of_warp(job)
        loss, saturated = np.float64(0.0) * lane_index(), np.float64(0.0) * lane_index()
        pairs = not_finite = np.int64(0)
        for i in range(first, stop):
            center = center_at(job, i)
            if center.n_contexts > 0:
                nats, beyond = train_center(job, center, rows, one, move)
                is_finite = lanes_where(abs(nats) < np.float32(np.inf)) == 32
                loss += select(is_finite, np.float64(nats), 0.0)
                saturated += np.float64(beyond)
                if is_finite:
                    pairs += np.int64(1) if way == CBOW else center.n_contexts
                else:
                    not_finite += 1
            if gathers and ((i + 1 - first) % period == 0 or i + 1 == stop):
                add_gathered(job.targets, shape, rows, as_one)
        once = speaks(shape)
        loss, saturated = total(select(once, loss, 0.0)), total(select(once, saturated, 0.0))
        report(tallies, loss, pairs, stop - first, saturated, not_finite)

    return train_span


@register_jitable
def run_of_warp(job):
    """The first of this warp's kept tokens, and that of the next warp's."""
    low = first_from(job.kept.positions, np.int64(job.span.first))
    n = first_from(job.kept.positions, np.int64(job.span.stop)) - low
    warp, warps = warp_index(), n_warps()
    return low + n * warp // warps, low + n * (warp + 1) // warps


@register_jitable
def center_at(job, i):
    """The i-th kept token as a center."""
    position, span = job.kept.positions[i], job.span
    rate = max(span.rate_floor, span.rate_base + span.rate_slope * np.float64(position))
    return Center(
        i,
        np.int64(position),
        np.int64(job.kept.ids[i]),
        random_at(span.key, np.uint64(position)),
        np.float32(rate),
        np.int64(job.kept.before[i]),
        np.int64(job.kept.before[i]) + np.int64(job.kept.behind[i]),
    )


@register_jitable
def report(tallies, loss, pairs, centers, saturated, not_finite):
    """Write this warp's tallies."""
    first, is_writer = warp_index() * N_TALLIES, lane_index() == 0
    write(tallies, first + LOSS, loss, is_writer)
    write(tallies, first + PAIRS, np.float64(pairs), is_writer)
    write(tallies, first + CENTERS, np.float64(centers), is_writer)
    write(tallies, first + SATURATED, saturated, is_writer)
    write(tallies, first + NOT_FINITE, np.float64(not_finite), is_writer)


def argument_examples() -> Job:
    """Arguments of the types that a training kernel is compiled for."""
    words, places = np.zeros(1, np.int32), np.zeros(1, np.int64)
    numbers, hashes = np.zeros(1, np.float32), np.zeros((1, 2), np.uint32)
    span = SpanPlace(0, 0, np.uint64(0), 0.0, 0.0, 0.0, 0, 0, False, False, False)
    return Job(
        kept=Kept(words, places, words, words),
        inputs=numbers,
        targets=numbers,
        noise=hashes,
        starts=places,
        lengths=words,
        nodes=words,
        turns=numbers,
        locks=numbers,
        span=span,
        tallies=np.zeros(1, np.float64),
    )
