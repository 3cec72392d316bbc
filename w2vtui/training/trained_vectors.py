"""What a run has trained: its vectors, the text they come from, and single steps on copies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from w2vtui.system.spare_memory import SpareMemory
from w2vtui.training.costs.text_shape import BlockShape, TextShape
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.dispatcher import Dispatcher
from w2vtui.training.engine.private_steps import Present, PrivateSteps
from w2vtui.training.engine.token_order import TokenOrder
from w2vtui.training.engine.trained_text import TrainedText
from w2vtui.training.engine.workers import WorkerPool
from w2vtui.training.history.history import History
from w2vtui.training.history.moments import PastMoment
from w2vtui.vectors import WordVectors


class TrainedVectors:
    """The vectors of a run, and what they were trained on. Any thread may ask, while they train or
    after that.
    """

    seconds_of_copy = 0.0
    """A copy takes nothing in another process."""

    def __init__(
        self,
        backend: Backend,
        order: TokenOrder,
        pool: WorkerPool,
        dispatcher: Dispatcher,
        *,
        shape: TextShape,
        history: History,
    ) -> None:
        self._backend, self._order = backend, order
        self._pool, self._dispatcher = pool, dispatcher
        self._shape, self._history = shape, history
        self._spare = SpareMemory()

    # ---- vectors

    def vectors(self) -> WordVectors:
        """A copy of the vectors as they are now."""
        vocab, output = self._backend.corpus.vocab, self._backend.output_vectors
        return WordVectors(
            vocab.words,
            self._backend.input_vectors.copy(),
            counts=vocab.counts,
            output_vectors=None if output is None else output.copy(),
        )

    def vectors_at(self, moment: PastMoment) -> WordVectors:
        """The vectors as of one of the history's moments: those of the most frequent words.

        Raises:
            LookupError: it is not kept any more.
            DamagedRunError: it is damaged.
        """
        vocab, found = self._backend.corpus.vocab, self._history.matrices_at(moment)
        vectors = found["input_vectors"]
        n = len(vectors)
        return WordVectors(vocab.words[:n], vectors, vocab.counts[:n], found.get("output_vectors"))

    def matrices(self) -> dict[str, NDArray[np.float32]]:
        """Everything that is trained, as it is now, to be read only; not copies."""
        return self._backend.matrices()

    def copied_matrices(self) -> dict[str, NDArray[np.float32]]:
        """A copy of everything that is trained, as it is now."""
        return {name: self._spare.copy_of(matrix) for name, matrix in self.matrices().items()}

    def forget_copies(self) -> None:
        """Keep no memory of earlier copies for the next ones."""
        self._spare.forget()

    def replace(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Train on from other vectors, while the run is paused."""
        self._backend.replace(vectors)

    @property
    def n_bytes(self) -> int:
        """The size of everything that is trained."""
        return sum(4 * rows * size for rows, size in self._backend.shapes.values())

    # ---- the text, and steps on it

    def present(self) -> Present:
        """What trains them now, and where in the text it is."""
        dispatcher = self._dispatcher
        return Present(dispatcher.plan, dispatcher.schedule, dispatcher.clock)

    def text(self) -> TrainedText:
        """Which text has been trained, and with which settings."""
        return TrainedText(
            corpus=self._backend.corpus,
            seed=self._backend.training.seed,
            order=self._order,
            stints=self._dispatcher.stints,
            tokens=self._pool.tallies().tokens,
        )

    def private_steps(self) -> PrivateSteps:
        """What trains single tokens of the text on private copies of the vectors."""
        return PrivateSteps(self._backend.for_single_steps(), self._order, self.present)

    def block_shape(self) -> BlockShape:
        """Expected size of the blocks that the present plan trains on."""
        plan = self._dispatcher.plan
        return BlockShape(self._shape.contexts(plan.settings), self._backend.mean_targets(plan))
