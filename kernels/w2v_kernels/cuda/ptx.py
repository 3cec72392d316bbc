"""The instructions by which a lane reads four numbers and adds to four: PTX within LLVM.

Each function types the arguments of an intrinsic and says what is emitted for it. Where a lane is
not active, neither touches memory. Python and Numba have no instruction for four numbers at once,
nor one that reads past the nearer cache, which is what `relaxed.gpu` does: such a read may meet the
additions of other warps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types

_GLOBAL = 1
"""The number of the space of addresses that `ld.global` and `red.global` take."""
_IF_ACTIVE = "{{ .reg .pred p; setp.ne.s32 p, $5, 0; {} }}"
"""The lane is active where operand 5 is not 0."""


def read_quad(typing: Any, matrix: Any, at: Any, active: Any) -> Any:
    """Four float32 of a matrix, int64 `at` and int32 `active`: `warp.read_quad`."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        zeros = " ".join(f"mov.f32 ${k}, 0f00000000;" for k in range(4))
        quad = _assembly(
            builder,
            ir.LiteralStructType([ir.FloatType()] * 4),
            _IF_ACTIVE.format(f"{zeros} @p ld.relaxed.gpu.global.v4.f32 {{$0, $1, $2, $3}}, [$4];"),
            "=&f,=&f,=&f,=&f,l,r",
            [_address(context, builder, signature.args[0], *values[:2]), values[2]],
        )
        numbers = [builder.extract_value(quad, k) for k in range(4)]
        return context.make_tuple(builder, signature.return_type, numbers)

    return types.UniTuple(types.float32, 4)(matrix, types.int64, types.int32), emit


def addition(instructions: str) -> Callable[..., Any]:
    """Four additions to a matrix, by instructions that add $1 to $4 from address $0 on, if p."""

    def add_quad(
        typing: Any, matrix: Any, at: Any, a: Any, b: Any, c: Any, d: Any, active: Any
    ) -> Any:
        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            address = _address(context, builder, signature.args[0], *values[:2])
            text, operands = _IF_ACTIVE.format(instructions), [address, *values[2:]]
            _assembly(builder, ir.VoidType(), text, "l,f,f,f,f,r", operands)
            return context.get_dummy_value()

        return types.void(matrix, types.int64, *[types.float32] * 4, types.int32), emit

    return add_quad


def _address(context: Any, builder: ir.IRBuilder, kind: Any, array: Any, at: Any) -> ir.Value:
    """The address of array[at] in the GPU's memory, as a number of 64 bits."""
    place = builder.gep(context.make_array(kind)(context, builder, array).data, [at])
    in_global = builder.addrspacecast(place, ir.PointerType(ir.FloatType(), _GLOBAL))
    return builder.ptrtoint(in_global, ir.IntType(64))


def _assembly(
    builder: ir.IRBuilder, returns: ir.Type, text: str, places: str, operands: Sequence[ir.Value]
) -> ir.Value:
    """A line of PTX, which is neither left out nor moved past another."""
    called = ir.FunctionType(returns, [operand.type for operand in operands])
    return builder.call(ir.InlineAsm(called, text, places, side_effect=True), operands)
