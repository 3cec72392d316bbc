"""Arithmetic on whole vector registers, written as formulas and emitted as LLVM instructions.

Numba would compile a loop over the few scores of a tile to scalar code that goes through memory.
Here a formula such as `one / (one + x)` is computed for LANES numbers at once; LLVM splits the
vectors where the processor's registers are shorter.
"""

from __future__ import annotations

from llvmlite import binding, ir
from numba.core import cgutils

LANES = 16 if binding.get_host_cpu_features().get("avx512f", False) else 8
"""Numbers in a vector."""

FLOAT = ir.FloatType()
INT = ir.IntType(32)
VECTOR = ir.VectorType(FLOAT, LANES)
INT_VECTOR = ir.VectorType(INT, LANES)

FAST = ("reassoc", "contract", "nsz", "arcp")
"""As in compiling.py: sums may be reordered, NaN and infinity keep their meaning."""


class Lanes:
    """LANES float32 values in a register, with arithmetic operators."""

    def __init__(self, builder, value):
        self.builder = builder
        self.value = value

    def _of(self, other):
        """A number as lanes that all hold it; lanes as they are."""
        return other if isinstance(other, Lanes) else constant(self.builder, [other] * LANES)

    def _with(self, other, instruction):
        value = getattr(self.builder, instruction)(self.value, self._of(other).value, flags=FAST)
        return Lanes(self.builder, value)

    def __add__(self, other):
        return self._with(other, "fadd")

    def __sub__(self, other):
        return self._with(other, "fsub")

    def __mul__(self, other):
        return self._with(other, "fmul")

    def __truediv__(self, other):
        return self._with(other, "fdiv")

    def __neg__(self):
        return Lanes(self.builder, self.builder.fneg(self.value))

    def __abs__(self):
        return self._call("fabs")

    def floor(self):
        """Each lane rounded down to a whole number, still a float."""
        return self._call("floor")

    def _call(self, name):
        kind = ir.FunctionType(VECTOR, [VECTOR])
        function = cgutils.get_or_insert_function(
            self.builder.module, kind, f"llvm.{name}.v{LANES}f32"
        )
        return Lanes(self.builder, self.builder.call(function, [self.value]))

    def above(self, other):
        """A mask of the lanes that are greater than the other's; false where either is NaN."""
        return self.builder.fcmp_ordered(">", self.value, self._of(other).value)

    def differs(self, other):
        """A mask of the lanes that differ from the other's; false where either is NaN."""
        return self.builder.fcmp_ordered("!=", self.value, self._of(other).value)

    def where(self, mask, other):
        """These lanes where the mask is true, the other's elsewhere."""
        return Lanes(self.builder, self.builder.select(mask, self.value, self._of(other).value))

    def at_most(self, limit):
        """The smaller of each lane and a limit."""
        return self._of(limit).where(self.above(limit), self)

    def polynomial(self, *coefficients):
        """Horner's rule, the highest power first."""
        total = self._of(coefficients[0])
        for coefficient in coefficients[1:]:
            total = total * self + coefficient
        return total

    def two_to_the(self):
        """2 ** x for whole-numbered lanes of -126 to 127, by writing the exponent's bits."""
        integer = self.builder.fptosi(self.value, INT_VECTOR)
        biased = self.builder.add(integer, ir.Constant(INT_VECTOR, [127] * LANES))
        bits = self.builder.shl(biased, ir.Constant(INT_VECTOR, [23] * LANES))
        return Lanes(self.builder, self.builder.bitcast(bits, VECTOR))

    def sum(self):
        """The sum of all lanes: a float32 LLVM value."""
        kind = ir.FunctionType(FLOAT, [FLOAT, VECTOR])
        function = cgutils.get_or_insert_function(
            self.builder.module, kind, f"llvm.vector.reduce.fadd.v{LANES}f32"
        )
        return self.builder.call(function, [FLOAT(0.0), self.value], fastmath=FAST)

    def store(self, start, offset):
        """Write the lanes to memory, `offset` floats behind `start`."""
        self.builder.store(self.value, _pointer(self.builder, start, offset), align=4)


def load(builder, start, offset):
    """Load LANES floats from memory, `offset` floats behind `start`."""
    return Lanes(builder, builder.load(_pointer(builder, start, offset), align=4))


def load_places(builder, start, offset, places):
    """Load the float places[k] behind `offset` into lane k; lanes past the last place are 0."""
    first = min(places)
    there = load(builder, start, builder.add(offset, offset.type(first)))
    lanes = [place - first for place in places]
    return _pick(there, constant(builder, [0.0] * LANES), lanes + [LANES] * (LANES - len(places)))


def constant(builder, numbers):
    """Lanes that hold these numbers."""
    return Lanes(builder, ir.Constant(VECTOR, [float(number) for number in numbers]))


def splat(builder, scalar):
    """Lanes that all hold one float32 LLVM value."""
    undefined = ir.Constant(VECTOR, ir.Undefined)
    one = builder.insert_element(undefined, scalar, INT(0))
    zeros = ir.Constant(INT_VECTOR, [0] * LANES)
    return Lanes(builder, builder.shuffle_vector(one, undefined, zeros))


def count(builder, mask):
    """How many lanes of a mask are true: an int32 LLVM value."""
    bits = builder.bitcast(mask, ir.IntType(LANES))
    return builder.zext(builder.ctpop(bits), INT)


def sums_of(builder, vectors):
    """Sum each of up to LANES vectors: lane k holds the sum of vector k, lanes past the last are 0.

    Pairs of vectors are repeatedly halved into one: LANES - 1 additions in all, where summing the
    vectors separately would take LANES * log2(LANES).
    """
    zero = constant(builder, [0.0] * LANES)
    order = _lanes_of_sums()
    placed = [zero] * LANES
    for lane, vector in enumerate(vectors):
        placed[order[lane]] = vector
    width = LANES
    while width > 1:
        half, pairs = width // 2, len(placed) // 2
        halves = [
            [lane for lane in range(2 * LANES) if (lane % width < half) == low]
            for low in (True, False)
        ]
        placed = [
            _pick(first, second, halves[0]) + _pick(first, second, halves[1])
            for first, second in zip(placed[:pairs], placed[pairs:], strict=True)
        ]
        width = half
    return placed[0]


def _pick(first, second, lanes):
    """The numbered lanes of two vectors; numbers from LANES on mean the second's."""
    mask = ir.Constant(INT_VECTOR, lanes)
    value = first.builder.shuffle_vector(first.value, second.value, mask)
    return Lanes(first.builder, value)


def _lanes_of_sums():
    """Which vector's sum the halving in `sums_of` leaves in each lane."""
    groups = [[number] for number in range(LANES)]
    while len(groups) > 1:
        pairs = len(groups) // 2
        groups = [
            first + second for first, second in zip(groups[:pairs], groups[pairs:], strict=True)
        ]
    return groups[0]


def _pointer(builder, start, offset):
    return builder.bitcast(builder.gep(start, [offset]), VECTOR.as_pointer())
