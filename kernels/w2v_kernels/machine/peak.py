"""The most multiply-adds per second that one core can do: the upper bound of any training.

    every number of every chain:   x <- factor * x + (1 - factor),   which ends at 1

Each multiply-add of a chain waits for the previous one; chains do not wait for each other. A core
has two to four multiply-add units, and each takes about four cycles for one: CHAINS chains keep
all units busy and, with the two constants, still fit into 16 vector registers.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic

from w2v_kernels.machine.compiling import kernel
from w2v_kernels.machine.lanes import LANES, VECTOR, Lanes, constant, splat

CHAINS = 12

MULTIPLY_ADDS_A_ROUND = CHAINS * LANES


def _emit_rounds(context, builder, signature, args):
    """Emit the loop, with the chains in registers; returns their sum."""
    rounds, factor = args
    rest = splat(builder, builder.fsub(ir.FloatType()(1.0), factor))
    factor = splat(builder, factor)
    chains = [cgutils.alloca_once(builder, VECTOR) for _ in range(CHAINS)]
    for number, chain in enumerate(chains):  # all different: LLVM would merge equal chains
        builder.store(constant(builder, [number / CHAINS] * LANES).value, chain)
    with cgutils.for_range(builder, rounds, intp=rounds.type):
        for chain in chains:
            builder.store((factor * Lanes(builder, builder.load(chain)) + rest).value, chain)
    total = constant(builder, [0.0] * LANES)
    for chain in chains:
        total = total + Lanes(builder, builder.load(chain))
    return total.sum()


@intrinsic
def _rounds_of(_, rounds, factor):
    return types.float32(types.intp, types.float32), _emit_rounds


if config.DISABLE_JIT:

    def _rounds_of(rounds, factor):
        first = np.arange(CHAINS, dtype=np.float32) / np.float32(CHAINS)
        chains = np.repeat(first, LANES)
        for _ in range(rounds):
            chains = factor * chains + (np.float32(1.0) - factor)
        return chains.sum()


@kernel
def multiply_and_add(rounds, factor):
    """Do `rounds` rounds of MULTIPLY_ADDS_A_ROUND multiply-adds; returns the sum of all chains.

    factor  float32, 0 to 1; for any factor the sum tends to MULTIPLY_ADDS_A_ROUND
    """
    return _rounds_of(rounds, factor)
