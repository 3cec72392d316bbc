"""The vectors of one training, in rows as the kernels want them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout
from w2v_kernels.sizes import most_private
from w2vtui.errors import OutOfMemoryError, SettingsError
from w2vtui.settings import MAX_WORKERS
from w2vtui.system.resources import available_cores

_DRAWN_AT_ONCE = 1 << 18
"""Random numbers drawn at a time, to keep their buffer small."""


def draw_evenly(vectors: NDArray[np.float32], seed: int | tuple[int, ...]) -> None:
    """Fill vectors (n, D) with numbers drawn evenly from -1/2D to 1/2D, as word2vec.c does."""
    random, size = np.random.default_rng(seed), vectors.shape[1]
    n_rows = max(_DRAWN_AT_ONCE // size, 1)
    for first in range(0, len(vectors), n_rows):
        rows = vectors[first : first + n_rows]
        rows[:] = (random.random(rows.shape, dtype=np.float32) - 0.5) / size


class Matrices:
    """Input vectors, and a matrix for each kind of target, made when it is first trained.

    Rows are padded with zeros. First V words (or V - 1 nodes), then blank rows, one for each
    possible worker in what targets have, then the private copies of as many workers as there are
    cores. Memory that nobody has written to is not taken.
    """

    def __init__(self, n_words: int, vector_size: int) -> None:
        """
        Raises:
            OutOfMemoryError: the input vectors do not fit in memory.
        """
        self.n_words, self.vector_size = n_words, vector_size
        self._n_private = most_private(n_words, vector_size)
        self.n_with_copies = available_cores()
        """The most workers that have private copies: more than there are cores would not gain."""
        self._copies = self.n_with_copies * self._n_private
        try:
            self.input = layout.empty_rows(n_words + 1 + self._copies, vector_size)
        except MemoryError as error:
            raise OutOfMemoryError(
                f"{n_words:,} vectors of {vector_size} numbers do not fit in memory: "
                "raise min_count, or lower vector_size or max_final_vocab"
            ) from error
        self.output = self.nodes = layout.empty_rows(1, vector_size)

    def begin_at_random(self, seed: int) -> None:
        """Draw the input vectors, as `draw_evenly` does."""
        draw_evenly(self.input[: self.n_words, : self.vector_size], seed)

    def begin_at(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Copy the `views` of an earlier training.

        Raises:
            OutOfMemoryError: not enough memory.
            SettingsError: one has another shape, or there are no input vectors.
        """
        if "output_vectors" in vectors:
            self.use_output()
        if "node_vectors" in vectors:
            self.use_nodes()
        for name, matrix in self.views().items():
            given = np.shape(vectors[name]) if name in vectors else ()
            if given != matrix.shape:
                raise SettingsError(
                    f"{name} to begin with must be an array of shape {matrix.shape}, got {given}"
                )
            matrix[:] = vectors[name]

    @property
    def has_output(self) -> bool:
        """Whether an objective has used the output vectors of words."""
        return len(self.output) > 1

    @property
    def has_nodes(self) -> bool:
        """Whether hierarchical softmax has used the vectors of the tree's nodes."""
        return len(self.nodes) > 1

    def use_output(self) -> None:
        """Make the output vectors, all 0, unless they exist.

        Raises:
            OutOfMemoryError: not enough memory.
        """
        if not self.has_output:
            self.output = self._second_matrix()

    def use_nodes(self) -> None:
        """Make the vectors of the tree's nodes, all 0, unless they exist.

        Raises:
            OutOfMemoryError: not enough memory.
        """
        if not self.has_nodes:
            self.nodes = self._second_matrix()

    def _second_matrix(self) -> NDArray[np.float32]:
        n_rows = self.n_words + MAX_WORKERS + self._copies
        try:
            return layout.empty_rows(n_rows, self.vector_size)
        except MemoryError as error:
            raise OutOfMemoryError("not enough memory for a second matrix of vectors") from error

    def first_copies(self, worker: int) -> tuple[int, int]:
        """The rows of a worker's first private copies, of an input vector and of a target."""
        place = self.n_words + worker * self._n_private
        return place + 1, place + MAX_WORKERS

    def views(self) -> dict[str, NDArray[np.float32]]:
        """Views of all that is trained: `input_vectors` (V, D) and, where an objective has used
        them, `output_vectors` (V, D) and `node_vectors` (V - 1, D).
        """
        n_words, size = self.n_words, self.vector_size
        found = {"input_vectors": self.input[:n_words, :size]}
        if self.has_output:
            found["output_vectors"] = self.output[:n_words, :size]
        if self.has_nodes:
            found["node_vectors"] = self.nodes[: n_words - 1, :size]
        return found
