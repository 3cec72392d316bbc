"""Memory of copies that nobody uses any more, for the next copies."""

from __future__ import annotations

from collections import deque
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 1 << 30
"""Of a copy whose memory is kept: larger ones are made seldom, and other programs want memory."""
_MOST_SPARE = 2
"""Copies of one size whose memory is kept."""


class SpareMemory:
    """Copies arrays, into memory of earlier copies where there is some.

    The system fills new memory with zeros, which takes longer than to copy into it.
    """

    def __init__(self) -> None:
        self._spare: dict[int, deque[NDArray[np.uint8]]] = {}
        """By size in bytes."""

    def copy_of(self, array: NDArray[np.float32]) -> NDArray[np.float32]:
        """A copy of an array, whose memory is spare once the copy and all views of it are gone."""
        if array.nbytes > MOST_BYTES:
            return array.copy()
        spare = self._spare.setdefault(array.nbytes, deque(maxlen=_MOST_SPARE))
        try:
            memory = spare.pop()
        except IndexError:
            memory = np.empty(array.nbytes, dtype=np.uint8)
        # Views keep the first array that is not made of another array: this one, not `memory`.
        numbers = np.frombuffer(memory.data, dtype=np.float32)
        finalize(numbers, spare.append, memory).atexit = False
        copied = numbers.reshape(array.shape)
        np.copyto(copied, array)
        return copied

    def forget(self) -> None:
        """Give the spare memory back to the system, and later that of copies still in use."""
        self._spare = {}
