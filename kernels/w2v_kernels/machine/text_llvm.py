"""What text.py computes, emitted as instructions on many bytes at once."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_BYTE, _WORD = ir.IntType(8), ir.IntType(64)


def _load(context, builder, signature, args, kind):
    """Bytes of a text, from a place on, as a number or a vector; nothing is aligned."""
    text, at = args
    data = context.make_array(signature.args[0])(context, builder, text).data
    place = builder.bitcast(builder.gep(data, [at]), kind.as_pointer())
    return builder.load(place, align=1)


def _emit_white_space(n_bytes):
    vector = ir.VectorType(_BYTE, n_bytes)

    def splat(value):
        return ir.Constant(vector, [ir.Constant(_BYTE, value)] * n_bytes)

    def codegen(context, builder, signature, args):
        found = _load(context, builder, signature, args, vector)
        # Unsigned, what is below the first of a range is larger than its length.
        controls = builder.icmp_unsigned("<=", builder.sub(found, splat(9)), splat(13 - 9))
        others = builder.icmp_unsigned("<=", builder.sub(found, splat(28)), splat(32 - 28))
        bits = builder.bitcast(builder.or_(controls, others), ir.IntType(n_bytes))
        return builder.zext(bits, _WORD)

    return codegen


def white_space(n_bytes):
    """The intrinsic that marks the white space among n_bytes bytes, fewer than 64."""

    @intrinsic
    def white_space_of(_, text, at):
        return types.int64(text, types.intp), _emit_white_space(n_bytes)

    return white_space_of


@intrinsic
def seven_bytes(_, text, at):
    def codegen(context, builder, signature, args):
        word = _load(context, builder, signature, args, _WORD)
        return builder.and_(word, _WORD((1 << 56) - 1))

    return types.int64(text, types.intp), codegen


@intrinsic
def first_bit(_, bits):
    def codegen(_context, builder, _signature, args):
        return builder.cttz(args[0], ir.IntType(1)(1))

    return types.int64(types.int64), codegen
