"""How far single steps of an objective move an input vector, on copies of the target rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout
from w2v_kernels.input_moves import input_moves
from w2v_kernels.rng import stream_key
from w2v_kernels.scratch import Worker, make_scratch
from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.plan import TableCache, hyper_of


class StepMoves:
    """Steps with a learning rate of 1: each moves the input vector by minus the gradient."""

    def __init__(
        self,
        counts: NDArray[np.int64],
        targets: NDArray[np.floating],
        settings: ResolvedSettings,
        seed: int = 0,
    ) -> None:
        """
        counts    (V,), of the words that are predicted
        targets   (V, D) output vectors, or (V - 1, D) vectors of nodes; they are copied
        settings  objective, K and noise exponent
        seed      of the noise
        """
        n_words, self._size = len(counts), targets.shape[1]
        cache = TableCache(counts, np.zeros(0, np.float32))
        if settings.walks_tree:
            cache.build_tree()
        rows = layout.empty_rows(n_words + 1, self._size)
        rows[: len(targets), : self._size] = targets
        scratch = make_scratch(
            self._size, 1, cache.most_targets(settings), blank=n_words, negative=0
        )
        weights = layout.Weights(layout.empty_rows(1, self._size), rows)
        self._worker = Worker(weights, cache.of(settings), hyper_of(settings), scratch)
        self._untouched = rows.copy()
        self._key = stream_key(seed, settings.negative)

    def of(
        self, input_vector: NDArray[np.floating], word: int, n_steps: int = 1
    ) -> NDArray[np.float64]:
        """The moves of an input vector by steps that predict a word: (n_steps, D).

        Each begins at the same vectors, and draws noise of its own. Runs without the GIL.
        """
        inputs = layout.empty_rows(1, self._size)
        inputs[0, : self._size] = input_vector
        moves = layout.empty_rows(n_steps, self._size)
        input_moves(inputs, np.int64(word), self._key, self._untouched, self._worker, moves)
        return moves[:, : self._size].astype(np.float64)
