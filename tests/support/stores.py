"""Stores of checkpoints that stand in for a run folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from w2vtui.corpus import EncodedCorpus
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.training.history.moments import HistoryStore
from w2vtui.training.state.checkpoint import Checkpoint


class MemoryStore:
    """Keeps every checkpoint it is given."""

    ready, failed, retry_seconds, writing_seconds = True, False, 10.0, 0.0
    history: HistoryStore | None = None

    def __init__(self, on_save: Callable[[Checkpoint], None] = lambda checkpoint: None) -> None:
        """on_save: called with each checkpoint, in the run's thread."""
        self.saved: list[Checkpoint] = []
        self._on_save = on_save

    def begin(self, corpus: EncodedCorpus, checkpoint: Checkpoint) -> None:
        self.beginning = _copied(checkpoint)

    def save(self, checkpoint: Checkpoint) -> None:
        self.saved.append(_copied(checkpoint))
        self._on_save(checkpoint)

    def score_on(self, files: QuestionFiles) -> None:
        self.files = files

    def wait(self, timeout: float | None = None) -> bool:
        return True

    def messages(self) -> list[str]:
        return []


def _copied(checkpoint: Checkpoint) -> Checkpoint:
    """The vectors of a checkpoint are lent."""
    vectors = {name: matrix.copy() for name, matrix in checkpoint.vectors.items()}
    return dataclasses.replace(checkpoint, vectors=vectors)
