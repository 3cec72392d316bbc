"""Where each word of an encoded corpus occurs: an index that is built in the background.

It is not stored on disk: 100 million tokens are indexed in seconds, less than it would take to read
a stored index and check it, and until it is there a scan answers (`occurrences.py`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.system.resources import available_memory

MOST_BYTES = 1 << 27
"""What the positions of an index take at most; of words too frequent for it, it has a sample."""
QUIET_SHARE = 0.015
"""While a run trains, the share of this process's processor time that indexing takes: measured by
what the process really gets, since other programs may have the rest of the machine."""
IDLE_SHARE = 0.5
"""The share of one core that it takes while nothing trains."""

_SLICE = 1 << 17
"""Tokens between two pauses: a millisecond of work, and small beside a core's caches."""
_LOOKS_SECONDS = 0.05
"""From one look at the processor time of the process to the next."""
_MEMORY_SHARE = 8
"""An index takes at most one part in this many of the memory that is available."""


@dataclass(frozen=True, eq=False)
class PositionIndex:
    """The positions of every word, in text order; of some words an even sample."""

    counts: NDArray[np.int64]
    """(V,) occurrences in the text"""
    starts: NDArray[np.int64]
    """(V + 1,) positions[starts[w]:starts[w + 1]] are those of word w"""
    positions: NDArray[np.integer[Any]]
    """4 bytes each, 8 in a text of 2**32 tokens or more"""

    def of(self, word: int) -> NDArray[np.int64]:
        """The stored positions of a word, ascending: all of them, or an even sample."""
        found = self.positions[self.starts[word] : self.starts[word + 1]]
        return found.astype(np.int64)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.counts.nbytes + self.starts.nbytes + self.positions.nbytes


class Indexing:
    """An index of one corpus, which a thread of its own builds in short slices with pauses."""

    def __init__(
        self,
        ids: NDArray[np.int32],
        n_words: int,
        *,
        trains: Callable[[], bool] = lambda: False,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """
        ids         int32 (n_tokens,), each below n_words
        trains      whether a run trains now, which it must not slow down
        most_bytes  of the positions; less where memory is short
        """
        self._ids, self._n_words, self._trains = ids, n_words, trains
        self._most_bytes = most_bytes
        self._done = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.index: PositionIndex | None = None
        """None until it is complete."""
        self.error: BaseException | None = None
        """Why there will not be one."""

    def start(self) -> None:
        """Begin, if it has not begun."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._main, name="w2vtui-index", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End it soon, whether or not it is complete."""
        self._stopping.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the thread has ended; return whether the index is complete."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self.index is not None

    @property
    def fraction(self) -> float:
        """How much of it is done, 0 to 1: two passes over the text."""
        return min(self._done / max(2 * len(self._ids), 1), 1.0)

    def _main(self) -> None:
        try:
            self.index = self._build()
        except BaseException as error:  # shown with the answers, which a scan gives as well
            self.error = error

    def _build(self) -> PositionIndex | None:
        # Numba takes a second to import: only an index needs it here, on the index's thread.
        from w2v_kernels import word_positions as kernels

        table = np.zeros((self._n_words, kernels.N_COLUMNS), dtype=np.int64)
        if not self._pass(lambda first, ids: kernels.count_words(ids, table)):
            return None
        small = len(self._ids) <= 2**32
        dtype: type[np.uint32] | type[np.int64] = np.uint32 if small else np.int64
        available = available_memory()
        short = self._most_bytes if available is None else available // _MEMORY_SHARE
        most_bytes = min(self._most_bytes, short)
        starts = kernels.lay_out(table, most_bytes // np.dtype(dtype).itemsize)
        positions: NDArray[np.integer[Any]] = np.empty(int(starts[-1]), dtype=dtype)
        if not self._pass(
            lambda first, ids: kernels.place_positions(ids, np.int64(first), table, positions)
        ):
            return None
        return PositionIndex(table[:, kernels.COUNT].copy(), starts, positions)

    def _pass(self, work: Callable[[int, NDArray[np.int32]], None]) -> bool:
        """Work on every slice in turn, with pauses; return whether it came to the end."""
        for first in range(0, len(self._ids), _SLICE):
            ids = self._ids[first : first + _SLICE]
            ids.flags.writeable = False  # one kernel for a mapped corpus and one in memory
            busy = time.thread_time()
            work(first, ids)
            self._done += len(ids)
            self._rest(time.thread_time() - busy)
            if self._stopping.is_set():
                return False
        return True

    def _rest(self, busy: float) -> None:
        """Pause after `busy` seconds of work, as long as the workers of a run need."""
        if not self._trains():
            self._stopping.wait(busy * (1 / IDLE_SHARE - 1))
            return
        ends = time.process_time() + busy * (1 / QUIET_SHARE - 1)
        while self._trains() and time.process_time() < ends:
            if self._stopping.wait(_LOOKS_SECONDS):
                return
