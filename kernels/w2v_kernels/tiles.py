"""The two inner loops of all training: dot products and updates of a tile of rows, kept in vector
registers.

A tile is up to TILE target rows met by one or two input rows. Numba's own loops cannot hold such a
tile in registers, so both loops are emitted as LLVM vector instructions; LLVM splits the vectors
where the processor's are shorter. The plain form of each stands beside it: it says what is
computed, and runs where kernels are not compiled (NUMBA_DISABLE_JIT=1).

Rows are float32 and padded with zeros to a multiple of ROW_PAD numbers.
"""

from __future__ import annotations

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic

TILE = 6
"""Target rows a tile: the center and five noise words, the default, fill it exactly."""

ROW_PAD = 16
"""Rows are padded to a multiple of this many float32: one cache line."""

SCORES_SLACK = 32
"""Floats past the last score that storing whole vectors may overwrite."""

LANES = 16 if binding.get_host_cpu_features().get("avx512f", False) else 8

_f32 = ir.FloatType()
_i32 = ir.IntType(32)
_vector = ir.VectorType(_f32, LANES)
_FAST = ("reassoc", "contract", "nsz", "arcp")


class _Rows:
    """Emits addresses of rows of a C-contiguous float32 matrix, by row numbers in an int32
    array.
    """

    def __init__(self, context, builder, matrix_type, matrix, rows_type=None, rows=None):
        self.builder = builder
        array = context.make_array(matrix_type)(context, builder, matrix)
        self.base = array.data
        self.stride = cgutils.unpack_tuple(builder, array.shape)[1]
        self.rows = (
            None if rows is None else context.make_array(rows_type)(context, builder, rows).data
        )

    def start(self, index):
        """Pointer to the first float of the row that entry `index` names (or of row `index`)."""
        number = index
        if self.rows is not None:
            entry = self.builder.load(self.builder.gep(self.rows, [index]))
            number = self.builder.sext(entry, index.type)
        return self.builder.gep(self.base, [self.builder.mul(number, self.stride)])


def _load(builder, start, offset):
    pointer = builder.bitcast(builder.gep(start, [offset]), _vector.as_pointer())
    return builder.load(pointer, align=4)


def _store(builder, value, start, offset):
    pointer = builder.bitcast(builder.gep(start, [offset]), _vector.as_pointer())
    builder.store(value, pointer, align=4)


def _multiply_add(builder, a, b, c):
    return builder.fadd(builder.fmul(a, b, flags=_FAST), c, flags=_FAST)


def _splat(builder, scalar):
    one = builder.insert_element(ir.Constant(_vector, ir.Undefined), scalar, _i32(0))
    zeros = ir.Constant(ir.VectorType(_i32, LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_vector, ir.Undefined), zeros)


def _sums_of(builder, vectors):
    """One vector whose first lanes hold the sum of each of up to LANES vectors.

    Pairs of vectors are halved into one, over and over: LANES - 1 additions in all, where summing
    each vector by itself would take LANES times log2(LANES).
    """
    width = LANES
    zero = ir.Constant(_vector, [0.0] * LANES)
    vectors = vectors + [zero] * (LANES - len(vectors))
    while width > 1:
        half, count = width // 2, len(vectors) // 2
        low = [lane for lane in range(2 * LANES) if lane % width < half]
        high = [lane for lane in range(2 * LANES) if lane % width >= half]
        merged = []
        for first, second in zip(vectors[:count], vectors[count:], strict=True):
            parts = [
                builder.shuffle_vector(
                    first, second, ir.Constant(ir.VectorType(_i32, LANES), lanes)
                )
                for lanes in (low, high)
            ]
            merged.append(builder.fadd(*parts, flags=_FAST))
        vectors, width = merged, half
    return vectors[0]


def _lane_order():
    """Which of the LANES vectors each lane of `_sums_of` holds the sum of."""
    groups = [[number] for number in range(LANES)]
    while len(groups) > 1:
        count = len(groups) // 2
        groups = [
            first + second for first, second in zip(groups[:count], groups[count:], strict=True)
        ]
    return groups[0]


def _emit_scores(n_inputs):
    def codegen(context, builder, signature, args):
        inputs, input_rows, c, targets, target_rows, t, scores, at = args
        kinds = signature.args
        input_rows = _Rows(context, builder, kinds[0], inputs, kinds[1], input_rows)
        target_rows = _Rows(context, builder, kinds[3], targets, kinds[4], target_rows)
        scores = context.make_array(kinds[6])(context, builder, scores).data
        intp = c.type
        xs = [input_rows.start(builder.add(c, intp(i))) for i in range(n_inputs)]
        us = [target_rows.start(builder.add(t, intp(j))) for j in range(TILE)]

        entry = builder.basic_block
        loop = builder.append_basic_block("scores")
        done = builder.append_basic_block("scores.done")
        builder.branch(loop)
        builder.position_at_end(loop)
        offset = builder.phi(intp)
        offset.add_incoming(intp(0), entry)
        zero = ir.Constant(_vector, [0.0] * LANES)
        sums = [builder.phi(_vector) for _ in range(n_inputs * TILE)]
        for total in sums:
            total.add_incoming(zero, entry)
        x = [_load(builder, start, offset) for start in xs]
        new = []
        for j in range(TILE):
            u = _load(builder, us[j], offset)
            for i in range(n_inputs):
                new.append((i * TILE + j, _multiply_add(builder, x[i], u, sums[i * TILE + j])))
        new = [value for _, value in sorted(new, key=lambda pair: pair[0])]
        following = builder.add(offset, intp(LANES))
        offset.add_incoming(following, loop)
        for total, value in zip(sums, new, strict=True):
            total.add_incoming(value, loop)
        more = builder.icmp_signed("<", following, input_rows.stride)
        builder.cbranch(more, loop, done)
        builder.position_at_end(done)

        order = _lane_order()
        for first in range(0, len(new), LANES):
            group = new[first : first + LANES]
            # Place each vector so that lane k of the result is the sum of vector k.
            placed = [zero] * LANES
            for lane, source in enumerate(order):
                if lane < len(group):
                    placed[source] = group[lane]
            _store(builder, _sums_of(builder, placed), scores, builder.add(at, intp(first)))
        return context.get_dummy_value()

    return codegen


def _emit_update(context, builder, signature, args):
    inputs, input_rows, n_inputs, targets, target_rows, t, steps, at, deltas = args
    kinds = signature.args
    input_rows = _Rows(context, builder, kinds[0], inputs, kinds[1], input_rows)
    target_rows = _Rows(context, builder, kinds[3], targets, kinds[4], target_rows)
    steps = context.make_array(kinds[6])(context, builder, steps).data
    delta_rows = _Rows(context, builder, kinds[8], deltas)
    intp = t.type
    us = [target_rows.start(builder.add(t, intp(j))) for j in range(TILE)]
    with cgutils.for_range_slice(builder, intp(0), target_rows.stride, intp(LANES), intp=intp) as (
        offset,
        _,
    ):
        old = [_load(builder, start, offset) for start in us]
        before = builder.basic_block
        loop = builder.append_basic_block("inputs")
        done = builder.append_basic_block("inputs.done")
        builder.branch(loop)
        builder.position_at_end(loop)
        c = builder.phi(intp)
        c.add_incoming(intp(0), before)
        new = [builder.phi(_vector) for _ in range(TILE)]
        for value, start in zip(new, old, strict=True):
            value.add_incoming(start, before)
        v = _load(builder, input_rows.start(c), offset)
        delta_start = delta_rows.start(c)
        delta = _load(builder, delta_start, offset)
        step_at = builder.add(at, builder.mul(c, intp(TILE)))
        updated = []
        for j in range(TILE):
            step = builder.load(builder.gep(steps, [builder.add(step_at, intp(j))]))
            step = _splat(builder, step)
            updated.append(_multiply_add(builder, step, v, new[j]))
            delta = _multiply_add(builder, step, old[j], delta)
        _store(builder, delta, delta_start, offset)
        following = builder.add(c, intp(1))
        c.add_incoming(following, loop)
        for value, after in zip(new, updated, strict=True):
            value.add_incoming(after, loop)
        builder.cbranch(builder.icmp_signed("<", following, n_inputs), loop, done)
        builder.position_at_end(done)
        for j in range(TILE):
            _store(builder, updated[j], us[j], offset)
    return context.get_dummy_value()


@intrinsic
def _scores_two(typingctx, inputs, input_rows, c, targets, target_rows, t, scores, at):
    arguments = (
        inputs,
        input_rows,
        types.intp,
        targets,
        target_rows,
        types.intp,
        scores,
        types.intp,
    )
    return types.void(*arguments), _emit_scores(2)


@intrinsic
def _scores_one(typingctx, inputs, input_rows, c, targets, target_rows, t, scores, at):
    arguments = (
        inputs,
        input_rows,
        types.intp,
        targets,
        target_rows,
        types.intp,
        scores,
        types.intp,
    )
    return types.void(*arguments), _emit_scores(1)


@intrinsic
def _update(typingctx, inputs, input_rows, n, targets, target_rows, t, steps, at, deltas):
    arguments = (
        inputs,
        input_rows,
        types.intp,
        targets,
        target_rows,
        types.intp,
        steps,
        types.intp,
        deltas,
    )
    return types.void(*arguments), _emit_update


@intrinsic
def _prefetch_row(typingctx, matrix, row):
    """Ask for every cache line of one row; a hint, never a fault."""

    def codegen(context, builder, signature, args):
        rows = _Rows(context, builder, signature.args[0], args[0])
        start = rows.start(args[1])
        intp = args[1].type
        pointer_type = ir.IntType(8).as_pointer()
        prefetch = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [pointer_type, _i32, _i32, _i32]),
            "llvm.prefetch.p0",
        )
        with cgutils.for_range_slice(builder, intp(0), rows.stride, intp(ROW_PAD), intp=intp) as (
            offset,
            _,
        ):
            line = builder.bitcast(builder.gep(start, [offset]), pointer_type)
            builder.call(prefetch, [line, _i32(1), _i32(2), _i32(1)])
        return context.get_dummy_value()

    return types.void(matrix, types.intp), codegen


@intrinsic
def _float_of_bits(typingctx, bits):
    """The float32 whose 32 bits are those of an int32."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], _f32)

    return types.float32(types.int32), codegen


if config.DISABLE_JIT:

    def _scores_plain(inputs, input_rows, c, targets, target_rows, t, scores, at, n_inputs):
        x = inputs[input_rows[c : c + n_inputs]]
        u = targets[target_rows[t : t + TILE]]
        scores[at : at + n_inputs * TILE] = (x @ u.T).ravel()

    def _scores_two(inputs, input_rows, c, targets, target_rows, t, scores, at):
        _scores_plain(inputs, input_rows, c, targets, target_rows, t, scores, at, 2)

    def _scores_one(inputs, input_rows, c, targets, target_rows, t, scores, at):
        _scores_plain(inputs, input_rows, c, targets, target_rows, t, scores, at, 1)

    def _update(inputs, input_rows, n, targets, target_rows, t, steps, at, deltas):
        step = steps[at : at + n * TILE].reshape(n, TILE)
        rows = target_rows[t : t + TILE]
        old = targets[rows]
        deltas[:n] += step @ old
        targets[rows] = old + step.T @ inputs[input_rows[:n]]

    def _prefetch_row(matrix, row):
        pass

    def _float_of_bits(bits):
        return np.int32(bits).view(np.float32)


scores_two = _scores_two
"""scores[at + 6 i + j] = input row c+i . target row t+j, for two input rows; see SCORES_SLACK."""
scores_one = _scores_one
"""The same for one input row."""
update = _update
"""target row t+j += sum_i steps[at + 6 i + j] * input row i;  deltas[i] += sum_j step * old
target.
"""
prefetch_row = _prefetch_row
float_of_bits = _float_of_bits
