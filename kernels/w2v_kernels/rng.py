"""Random numbers that depend on where they are used, not on what was drawn before.

Every random choice about a token (keep it? how wide a window? which noise words?) is a hash of the
seed, the epoch and the token's position. So an epoch trains the same pairs however the corpus is
cut into spans and whichever worker trains them, and a run can be resumed from a position alone.

splitmix64: Steele, Lea & Flood 2014, "Fast Splittable Pseudorandom Number Generators".
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.machine.compiling import kernel_part

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_27, _30, _31, _32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_LOW_32 = np.uint64(0xFFFFFFFF)


@kernel_part
def random_at(key, index):
    """64 random bits, the `index`-th of the stream named `key`; both uint64."""
    bits = key + (index + np.uint64(1)) * GOLDEN
    bits = (bits ^ (bits >> _30)) * _MIX_1
    bits = (bits ^ (bits >> _27)) * _MIX_2
    return bits ^ (bits >> _31)


@kernel_part
def high_32(bits):
    """The upper 32 of 64 random bits, as uint64."""
    return bits >> _32


@kernel_part
def low_32(bits):
    """The lower 32 of 64 random bits, as uint64."""
    return bits & _LOW_32


@kernel_part
def below(bits_32, n):
    """An integer in 0..n-1 from 32 random bits (uint64), for n up to 2**32: multiply and shift."""
    return np.int64((bits_32 * np.uint64(n)) >> _32)


def stream_key(seed: int, epoch: int) -> np.uint64:
    """The key of one epoch's random numbers."""
    mask = 2**64 - 1
    key = seed & mask
    for word in (epoch, 0x7732_7674_7569):
        key = (key ^ ((word + 1) * int(GOLDEN))) & mask
        key = ((key ^ (key >> 30)) * int(_MIX_1)) & mask
        key = ((key ^ (key >> 27)) * int(_MIX_2)) & mask
        key ^= key >> 31
    return np.uint64(key)
