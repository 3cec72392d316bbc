"""A store that holds checkpoints in memory, and runs that go on from them."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, encode_sentences
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.run import Run
from w2vtui.training.state.checkpoint import Checkpoint, Script


class MemoryStore:
    """Keeps every checkpoint it is given."""

    ready, failed, retry_seconds, writing_seconds = True, False, 10.0, 0.0

    def __init__(self, on_keep: Callable[[Checkpoint], None] = lambda checkpoint: None) -> None:
        """on_keep: called with each checkpoint, in the run's thread."""
        self.kept: list[Checkpoint] = []
        self._on_keep = on_keep

    def begin(self, corpus: EncodedCorpus, checkpoint: Checkpoint) -> None:
        self.beginning = _copied(checkpoint)

    def keep(self, checkpoint: Checkpoint) -> None:
        self.kept.append(_copied(checkpoint))
        self._on_keep(checkpoint)

    def wait(self, timeout: float | None = None) -> bool:
        return True

    def news(self) -> list[str]:
        return []


def _copied(checkpoint: Checkpoint) -> Checkpoint:
    """The vectors of a checkpoint are lent."""
    vectors = {name: matrix.copy() for name, matrix in checkpoint.vectors.items()}
    return dataclasses.replace(checkpoint, vectors=vectors)


def encoded(sentences: Iterable[list[str]]) -> EncodedCorpus:
    return encode_sentences(sentences, CorpusSettings(min_count=1))


def run_on(
    corpus: EncodedCorpus,
    training: TrainingSettings | None = None,
    live: LiveSettings | None = None,
    *,
    resume_from: Checkpoint | None = None,
    store: MemoryStore | None = None,
    checkpoint_seconds: float = 0.0,
    script: Script | None = None,
    looks_at_vectors: bool = False,
) -> Run:
    """A run on a corpus that is read already."""
    return Run(
        lambda progress, stop: corpus,
        training,
        live,
        looks_at_vectors=looks_at_vectors,
        store=store,
        checkpoint_seconds=checkpoint_seconds,
        resume_from=None if resume_from is None else lambda corpus: resume_from,
        earlier=() if resume_from is None else resume_from.events,
        script=script,
    )


def trained(run: Run) -> dict[str, NDArray[np.float32]]:
    """Everything that a run has trained at its end."""
    run.start()
    assert run.wait(60)
    return {name: matrix.copy() for name, matrix in run.matrices().items()}


def same_bits(one: dict[str, NDArray[np.float32]], other: dict[str, NDArray[np.float32]]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].tobytes() == other[name].tobytes() for name in one
    )


def left_threads(before: set[threading.Thread]) -> list[str]:
    """Names of threads of a run that are still there."""
    return [
        thread.name
        for thread in threading.enumerate()
        if thread not in before and thread.name.startswith("w2vtui")
    ]
