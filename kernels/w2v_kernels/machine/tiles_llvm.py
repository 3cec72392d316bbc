"""What tiles.py computes, emitted as vector instructions (lanes.py).

Numba's own loops cannot hold a tile in registers. Each intrinsic here is the compiled form of the
function of the same name in tiles.py, whose docstring says what it computes.
"""

from __future__ import annotations

import itertools

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from w2v_kernels.machine.lanes import (
    INT,
    LANES,
    VECTOR,
    Lanes,
    constant,
    count,
    load,
    load_places,
    splat,
    sums_of,
)
from w2v_kernels.sizes import CACHE_LINE, SATURATED_FROM, SCORE_ROW, TILE

_STRIP = 8
"""The most vectors of a row that are added up at once: they are registers."""


class _Rows:
    """Emits addresses of rows of a C-contiguous float32 matrix, by numbers in an int32 array."""

    def __init__(self, context, builder, kinds, matrix, numbers):
        array = context.make_array(kinds[0])(context, builder, matrix)
        self.builder = builder
        self.first = array.data
        self.length = cgutils.unpack_tuple(builder, array.shape)[1]
        self.numbers = context.make_array(kinds[1])(context, builder, numbers).data

    def start(self, index):
        """Pointer to the first float of the row that entry `index` of the numbers names."""
        number = self.builder.load(self.builder.gep(self.numbers, [index]))
        number = self.builder.sext(number, index.type)
        return self.builder.gep(self.first, [self.builder.mul(number, self.length)])


def _data(context, builder, kind, array):
    return context.make_array(kind)(context, builder, array).data


def _emit_loop(builder, stop, step, carried, body):
    """Emit a loop over 0, step, 2 step ... below stop, at least once; return what it carried last.

    carried  Lanes that stay in registers from round to round
    body     emits one round: takes the index and the carried lanes, returns their next values
    """
    intp = stop.type
    before = builder.basic_block
    loop = builder.append_basic_block("loop")
    done = builder.append_basic_block("loop.done")
    builder.branch(loop)
    builder.position_at_end(loop)
    index = builder.phi(intp)
    values = [builder.phi(VECTOR) for _ in carried]
    after = body(index, [Lanes(builder, value) for value in values])
    following = builder.add(index, intp(step))
    index.add_incoming(intp(0), before)
    index.add_incoming(following, loop)
    for value, first, following_value in zip(values, carried, after, strict=True):
        value.add_incoming(first.value, before)
        value.add_incoming(following_value.value, loop)
    builder.cbranch(builder.icmp_signed("<", following, stop), loop, done)
    builder.position_at_end(done)
    return after


def _emit_dots(builder, inputs, c, n_inputs, targets, t, n_targets):
    """Emit the dot products of input rows c .. with target rows t ..; an unreduced sum per pair."""
    intp = c.type
    xs = [inputs.start(builder.add(c, intp(i))) for i in range(n_inputs)]
    us = [targets.start(builder.add(t, intp(j))) for j in range(n_targets)]
    zero = constant(builder, [0.0] * LANES)

    def multiply_and_add(offset, sums):
        x = [load(builder, start, offset) for start in xs]
        u = [load(builder, start, offset) for start in us]
        pairs = itertools.product(x, u)
        return [xi * uj + so_far for (xi, uj), so_far in zip(pairs, sums, strict=True)]

    sums = [zero] * (n_inputs * n_targets)
    return _emit_loop(builder, inputs.length, LANES, sums, multiply_and_add)


def _exp_of_negative(magnitude):
    """exp(-magnitude) for magnitudes >= 0, with a relative error of 1e-7."""
    power = -magnitude.at_most(87.0) * 1.44269504
    whole = (power + 0.5).floor()
    mantissa = (power - whole).polynomial(
        0.00134004, 0.00967604, 0.05550327, 0.24022107, 0.69314721, 1.00000008
    )
    return mantissa * whole.two_to_the()


def _log1p_of_share(share):
    """log(1 + share) for shares in 0..1, with an error of 2e-7."""
    return share * share.polynomial(
        -0.00857468, 0.04421419, -0.10785368, 0.17757024, -0.24499612, 0.33276177, -0.49997449,
        0.99999981,
    )  # fmt: skip


def _emit_logistic(builder, scores, weights, lr):
    """Emit the logistic step: lr * weight * sigmoid(-z), and |weight| * log(1 + exp(-z)) nats.

    Seen from its label, a score is z = score under label 1 (weight > 0), -score under label 0.
    """
    toward = scores.where(weights.above(0.0), -scores)
    share = _exp_of_negative(abs(scores))
    away = share.where(toward.above(0.0), 1.0) / (share + 1.0)
    surprise = (-toward).where((-toward).above(0.0), 0.0) + _log1p_of_share(share)
    # A NaN score must make the loss NaN: score - score is 0 otherwise.
    loss = abs(weights) * (surprise + (scores - scores))
    return lr * weights * away, loss


def _emit_scores(n_inputs, n_tiles):
    def codegen(context, builder, signature, args):
        inputs, input_rows, c, targets, target_rows, t, scores, at = args
        kinds = signature.args
        inputs = _Rows(context, builder, kinds[0:2], inputs, input_rows)
        targets = _Rows(context, builder, kinds[3:5], targets, target_rows)
        scores = _data(context, builder, kinds[6], scores)
        dots = _emit_dots(builder, inputs, c, n_inputs, targets, t, n_tiles * TILE)
        for first in range(0, len(dots), LANES):
            sums = sums_of(builder, dots[first : first + LANES])
            sums.store(scores, builder.add(at, c.type(first)))
        return context.get_dummy_value()

    return codegen


def _emit_logistic_steps(n_inputs, n_tiles):
    places = list(range(n_tiles * TILE)) * n_inputs

    def codegen(context, builder, signature, args):
        scores, at, weights, t, lr, steps = args
        kinds = signature.args
        scores = _data(context, builder, kinds[0], scores)
        weights = _data(context, builder, kinds[2], weights)
        steps = _data(context, builder, kinds[5], steps)
        rate, loss, saturated = splat(builder, lr), ir.FloatType()(0.0), INT(0)
        for first in range(0, len(places), LANES):
            here = builder.add(at, t.type(first))
            score = load(builder, scores, here)
            weight = load_places(builder, weights, t, places[first : first + LANES])
            step, nats = _emit_logistic(builder, score, weight, rate)
            step.store(steps, here)
            loss = builder.fadd(loss, nats.sum())
            beyond = builder.and_(abs(score).above(SATURATED_FROM), weight.differs(0.0))
            saturated = builder.add(saturated, count(builder, beyond))
        return context.make_tuple(builder, signature.return_type, [loss, saturated])

    return codegen


def _emit_update(context, builder, signature, args):
    inputs, input_rows, n_inputs, targets, target_rows, t, steps, at, moved, moved_rows = args
    kinds = signature.args
    inputs = _Rows(context, builder, kinds[0:2], inputs, input_rows)
    targets = _Rows(context, builder, kinds[3:5], targets, target_rows)
    steps = _data(context, builder, kinds[6], steps)
    moved = _Rows(context, builder, kinds[8:10], moved, moved_rows)
    intp = t.type
    us = [targets.start(builder.add(t, intp(j))) for j in range(TILE)]
    length = targets.length
    with cgutils.for_range_slice(builder, intp(0), length, intp(LANES), intp=intp) as (offset, _):
        old = [load(builder, start, offset) for start in us]

        def meet_input(c, new, offset=offset, old=old):
            x = load(builder, inputs.start(c), offset)
            moved_start = moved.start(c)
            moving = load(builder, moved_start, offset)
            # score_offset(c): 0, 6, 16, 22, 32 ...
            odd = builder.mul(builder.and_(c, intp(1)), intp(SCORE_ROW // 2 - TILE))
            steps_at = builder.sub(builder.mul(c, intp(SCORE_ROW // 2)), odd)
            steps_at = builder.add(at, steps_at)
            updated = []
            for j in range(TILE):
                step = builder.load(builder.gep(steps, [builder.add(steps_at, intp(j))]))
                step = splat(builder, step)
                updated.append(step * x + new[j])
                moving = step * old[j] + moving
            moving.store(moved_start, offset)
            return updated

        updated = _emit_loop(builder, n_inputs, 1, old, meet_input)
        for start, after in zip(us, updated, strict=True):
            after.store(start, offset)
    return context.get_dummy_value()


def _emit_copy(context, builder, signature, args):
    matrix, rows, n, copies = args
    kinds = signature.args
    matrix = _Rows(context, builder, kinds[0:2], matrix, rows)
    copies = _data(context, builder, kinds[3], copies)
    intp, length = n.type, matrix.length
    with cgutils.for_range(builder, n, intp=intp) as c:
        start = matrix.start(c.index)
        copy = builder.gep(copies, [builder.mul(c.index, length)])
        with cgutils.for_range_slice(builder, intp(0), length, intp(LANES), intp=intp) as (at, _):
            load(builder, start, at).store(copy, at)
    return context.get_dummy_value()


def _emit_sum(context, builder, signature, args):
    matrix, rows, n, scale, total = args
    kinds = signature.args
    matrix = _Rows(context, builder, kinds[0:2], matrix, rows)
    total = _data(context, builder, kinds[4], total)
    scale = splat(builder, scale)
    zero = constant(builder, [0.0] * LANES)
    for offsets in _strips(builder, matrix.length):

        def add_row(c, so_far, offsets=offsets):
            start = matrix.start(c)
            row = [load(builder, start, offset) for offset in offsets]
            return [one + more for one, more in zip(so_far, row, strict=True)]

        sums = _emit_loop(builder, n, 1, [zero] * len(offsets), add_row)
        for sum_of_rows, offset in zip(sums, offsets, strict=True):
            (scale * sum_of_rows).store(total, offset)
    return context.get_dummy_value()


def _emit_spread(context, builder, signature, args):
    move, scale, matrix, rows, n = args
    kinds = signature.args
    matrix = _Rows(context, builder, kinds[2:4], matrix, rows)
    move = _data(context, builder, kinds[0], move)
    scale = splat(builder, scale)
    for offsets in _strips(builder, matrix.length):
        steps = [scale * load(builder, move, offset) for offset in offsets]
        with cgutils.for_range(builder, n, intp=n.type) as c:
            start = matrix.start(c.index)
            for step, offset in zip(steps, offsets, strict=True):
                (load(builder, start, offset) + step).store(start, offset)
    return context.get_dummy_value()


def _strips(builder, length):
    """Emit a loop over a row's vectors, _STRIP at a time, then half as many, down to one: yields
    the offsets of a round. What is read once a round, such as row numbers, is read less often.
    """
    intp = length.type
    first, width = intp(0), _STRIP
    while width:
        step = intp(width * LANES)
        past = builder.and_(length, builder.neg(step))
        with cgutils.for_range_slice(builder, first, past, step, intp=intp) as (at, _):
            yield [builder.add(at, intp(k * LANES)) for k in range(width)]
        first, width = past, width // 2


def _emit_prefetch(*, to_write):
    def codegen(context, builder, signature, args):
        array, index = args
        array = context.make_array(signature.args[0])(context, builder, array)
        intp = index.type
        length = intp(1)
        if signature.args[0].ndim == 2:
            length = cgutils.unpack_tuple(builder, array.shape)[1]
        start = builder.gep(array.data, [builder.mul(index, length)])
        pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer, INT, INT, INT])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        keep_in_second_cache, data = INT(2), INT(1)
        step = CACHE_LINE // (signature.args[0].dtype.bitwidth // 8)
        with cgutils.for_range_slice(builder, intp(0), length, intp(step), intp=intp) as (at, _):
            line = builder.bitcast(builder.gep(start, [at]), pointer)
            builder.call(prefetch, [line, INT(int(to_write)), keep_in_second_cache, data])
        return context.get_dummy_value()

    return codegen


_intp, _f32 = types.intp, types.float32
_loss_and_saturated = types.Tuple((types.float32, types.int32))


def scores(n_inputs, n_tiles):
    """The intrinsic that scores n_inputs input rows against n_tiles tiles."""

    @intrinsic
    def scores_of(_, inputs, input_rows, c, targets, target_rows, t, scores, at):
        block = inputs, input_rows, _intp, targets, target_rows, _intp
        return types.void(*block, scores, _intp), _emit_scores(n_inputs, n_tiles)

    return scores_of


def logistic(n_inputs, n_tiles):
    """The intrinsic that turns the scores of such a block into steps."""

    @intrinsic
    def logistic_of(_, scores, at, weights, t, lr, steps):
        signature = _loss_and_saturated(scores, _intp, weights, _intp, _f32, steps)
        return signature, _emit_logistic_steps(n_inputs, n_tiles)

    return logistic_of


@intrinsic
def update(_, inputs, input_rows, n, targets, target_rows, t, steps, at, moved, moved_rows):
    block = inputs, input_rows, _intp, targets, target_rows, _intp
    return types.void(*block, steps, _intp, moved, moved_rows), _emit_update


@intrinsic
def copy_rows(_, matrix, rows, n, copies):
    return types.void(matrix, rows, _intp, copies), _emit_copy


@intrinsic
def sum_rows(_, matrix, rows, n, scale, total):
    return types.void(matrix, rows, _intp, _f32, total), _emit_sum


@intrinsic
def spread(_, move, scale, matrix, rows, n):
    return types.void(move, _f32, matrix, rows, _intp), _emit_spread


@intrinsic
def prefetch_to_read(_, array, index):
    return types.void(array, _intp), _emit_prefetch(to_write=False)


@intrinsic
def prefetch_to_write(_, array, index):
    return types.void(array, _intp), _emit_prefetch(to_write=True)
