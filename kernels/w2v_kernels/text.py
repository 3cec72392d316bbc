"""Many bytes of a text at once, in plain form.

Where kernels are compiled, machine/text_llvm.py takes the place of these functions.
"""

from __future__ import annotations

from w2v_kernels.machine import text_llvm
from w2v_kernels.machine.compiling import kernel_part
from w2v_kernels.machine.plain_forms import compiled_as

N_MARKED = 32
"""Bytes that `white_space` looks at."""
WHITE = (9, 10, 11, 12, 13, 28, 29, 30, 31, 32)
"""Tab to carriage return, the four separators, and the blank."""


@compiled_as(text_llvm.white_space(N_MARKED))
def white_space(text, at):
    """Bit i tells whether text[at + i] is white space; at + 32 is at most the text's length."""
    return sum((text[at + i] in WHITE) << i for i in range(N_MARKED))


@compiled_as(text_llvm.seven_bytes)
def seven_bytes(text, at):
    """text[at:at + 7] as a number, the first byte lowest; at + 8 is at most the text's length."""
    return int.from_bytes(bytes(text[at : at + 7]), "little")


@compiled_as(text_llvm.first_bit)
def first_bit(bits):
    """Which is the lowest bit that is set in a number other than 0."""
    return (bits & -bits).bit_length() - 1


@kernel_part
def up_to_seven_bytes(text, at, end):
    """text[at:end] as a number, or its first seven bytes; 0 where at is past the end."""
    if at + 8 <= len(text):
        return seven_bytes(text, at) & ((1 << 8 * max(0, min(end - at, 7))) - 1)
    word = 0
    for place in range(min(end, at + 7) - 1, at - 1, -1):
        word = (word << 8) | text[place]
    return word
