"""The moments of a run at which its vectors are kept: at most N, evenly spread over its tokens.

When there are N, every second one is dropped and the distance doubles. So the whole run stays
covered, by N / 2 to N moments, however long it lasts; the first and the newest always stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from w2vtui.training.history.half import packed, unpacked
from w2vtui.training.history.moments import (
    HistoryStore,
    MemoryHistoryStore,
    PackedVectors,
    PastMoment,
)
from w2vtui.training.history.sizing import Sizing, sizing_of

MatrixName = Literal["input_vectors", "output_vectors", "node_vectors"]


class History:
    """The moments of one run. The observer's thread adds them, any thread may read."""

    def __init__(self, megabytes: int) -> None:
        """megabytes: of the folder of the run, at most; 0 keeps nothing"""
        self._megabytes = megabytes
        self._store: HistoryStore = MemoryHistoryStore()
        self._limit = 0
        """Of the bytes of all moments together."""
        self._next = 1
        self._stopped = False
        self.moments: tuple[PastMoment, ...] = ()
        """Oldest first. Replaced, never changed in place."""
        self.sizing: Sizing | None = None
        """What it holds at most; None until the vocabulary is known, and if it keeps nothing."""
        self.step = 0.0
        """Tokens from the newest moment to the next, at least."""

    def begin(
        self, store: HistoryStore | None, n_words: int, vector_size: int, tokens: int
    ) -> None:
        """Prepare for a training that begins.

        store    where moments go; None for memory
        tokens   training tokens seen before, of a run that is resumed
        """
        if store is not None:
            self._store = store
        self.moments = tuple(self._store.earlier(tokens))
        if not self._megabytes:
            return
        self._limit = round(self._megabytes * self._store.limit_share * (1 << 20))
        self.sizing = sizing_of(n_words, vector_size, self._limit)
        self._next = 1 + max((moment.number for moment in self.moments), default=0)
        if 2 * len(self.moments) >= self.sizing.n_moments:
            self.step = self._mean_step
        self._fit(self.sizing)

    @property
    def is_growing(self) -> bool:
        """Whether moments are added as the run trains."""
        return self.sizing is not None and not self._stopped and not self._store.failed

    @property
    def ready(self) -> bool:
        """Whether it takes another moment now."""
        return self.is_growing and self._store.ready

    def wait(self, timeout: float) -> bool:
        """Wait until it takes another moment, at most `timeout` seconds; return whether it does."""
        return self.is_growing and self._store.wait(timeout) and self.is_growing

    def stop(self) -> None:
        """Take no further moments; those that are there stay."""
        self._stopped = True

    def finish(self) -> None:
        """Wait until the last moment is stored, or has failed; none is added any more."""
        self._store.close()

    @property
    def saving_seconds(self) -> float:
        """Processor time that storing the last moment took."""
        return self._store.saving_seconds

    def add(
        self,
        matrices: Mapping[str, NDArray[np.float32]],
        *,
        tokens: int,
        planned: int,
        seconds: float,
    ) -> None:
        """Store the vectors as they are now, which may be changing.

        matrices   input vectors, and the matrix of the targets that are trained
        """
        sizing = self.sizing
        assert sizing is not None, "a history that has begun"
        names = matrices if sizing.keeps_outputs else ["input_vectors"]
        vectors = {name: packed(matrices[name][: sizing.n_words]) for name in names}
        moment = PastMoment(number=self._next, tokens=tokens, planned=planned, seconds=seconds)
        self._next += 1
        self._store.save(moment, vectors)
        self.moments = (*self.moments, moment)
        self._fit(sizing)

    def _fit(self, sizing: Sizing) -> None:
        """Drop moments until the next one fits: those of a run that was resumed may be larger."""
        while len(self.moments) > 2 and (len(self.moments) >= sizing.n_moments or self._is_over):
            self._thin()
        while self.moments and self._is_over:
            self._store.remove(self.moments[:1])
            self.moments = self.moments[1:]

    @property
    def _is_over(self) -> bool:
        return sum(map(self._store.size_of, self.moments)) > self._limit

    def _thin(self) -> None:
        """Drop every second moment, but for the newest."""
        all_moments = self.moments
        *others, newest = all_moments
        self.moments = (*others[::2], newest)
        kept = {moment.number for moment in self.moments}
        self._store.remove([one for one in all_moments if one.number not in kept])
        self.step = self._mean_step

    @property
    def _mean_step(self) -> float:
        """Tokens from one moment to the next, on average."""
        covered = self.moments[-1].tokens - self.moments[0].tokens
        return covered / max(len(self.moments) - 1, 1)

    def packed_at(self, moment: PastMoment) -> PackedVectors:
        """The vectors of a moment as they are stored.

        Raises:
            LookupError: it is not stored any more.
            W2vtuiError: it cannot be read.
        """
        return self._store.read(moment)

    def matrices_at(self, moment: PastMoment) -> dict[str, NDArray[np.float32]]:
        """The matrices of a moment (n, D) each, in new memory: of the n most frequent words.

        Raises:
            LookupError: it is not stored any more.
            W2vtuiError: it cannot be read.
        """
        return {name: unpacked(rows) for name, rows in self.packed_at(moment).items()}
