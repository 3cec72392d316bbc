"""The folder of a run, and the folder of all runs.

run.json        what was asked for, and what the text was          sealed
vocab.json      the words and their counts                         sealed
events.jsonl    what happened, live changes above all              a checksum a line
metrics.jsonl   losses, speed, scores
status.json     progress, for `w2vtui runs`
checkpoints/    the newest two
lock            held by the process that is at work on it
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import DamagedRunError, RunError
from w2vtui.runs.disk.checked_json import (
    NOT_AS_WRITTEN,
    read_checked,
    write_checked,
)
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.disk.dataclass_json import from_json
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.request import RunRequest
from w2vtui.settings import CorpusSettings, ResolvedSettings, RunSettings, TrainingSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.vectors import KeyedVectors

RECORD = "run.json"
VOCAB = "vocab.json"
STATUS = "status.json"
_MOST_VOCAB_BYTES = 1 << 32


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """What a run was asked for, and the text it is about."""

    created: float
    """Seconds since 1970."""
    sources: tuple[str, ...]
    """As absolute paths; `-` is standard input."""
    corpus_settings: CorpusSettings
    training: TrainingSettings
    settings: ResolvedSettings
    """At its beginning, every `auto` resolved."""
    schedule: Schedule
    """At its beginning."""
    corpus_name: str
    n_words: int
    n_tokens: int
    fingerprint: str
    """sha256 of the encoded text."""
    output: str | None = None
    """Where the vectors are to go,"""
    save_vocab: str | None = None
    """and the counts; None for beside them."""
    pairs: tuple[str, ...] = ()
    analogies: tuple[str, ...] = ()
    run_settings: RunSettings = RunSettings()
    """How often it is checkpointed."""
    breakpoints: tuple[tuple[str, bool], ...] = ()
    """Conditions that were waited for at its beginning, and whether each ends it."""
    parent: str | None = None
    """The run whose vectors it began with, on another text."""

    @classmethod
    def of(
        cls,
        request: RunRequest,
        corpus: EncodedCorpus,
        checkpoint: Checkpoint,
        parent: str | None = None,
    ) -> RunRecord:
        """The record of a run that starts at a checkpoint."""
        request = request.absolute()
        return cls(
            created=time.time(),
            sources=request.sources,
            corpus_settings=request.corpus_settings,
            training=checkpoint.training,
            settings=checkpoint.settings,
            schedule=checkpoint.schedule,
            corpus_name=corpus.name,
            n_words=len(corpus.vocab),
            n_tokens=len(corpus.ids),
            fingerprint=fingerprint(corpus),
            output=request.output,
            save_vocab=request.save_vocab,
            pairs=request.pairs,
            analogies=request.analogies,
            run_settings=request.run_settings,
            breakpoints=checkpoint.breakpoints,
            parent=parent,
        )

    @property
    def request(self) -> RunRequest:
        """What the run was asked for."""
        return RunRequest(
            sources=self.sources,
            corpus_settings=self.corpus_settings,
            training=self.training,
            live=self.settings,
            output=self.output,
            save_vocab=self.save_vocab,
            pairs=self.pairs,
            analogies=self.analogies,
            run_settings=self.run_settings,
        )

    def write(self, folder: Path) -> None:
        """Write it to a run's folder.

        Raises:
            DiskError: it cannot be written.
        """
        write_checked(folder / RECORD, "run", dataclasses.asdict(self))

    @classmethod
    def read(cls, folder: Path) -> RunRecord:
        """The record of a run.

        Raises:
            DamagedRunError: it is missing or damaged.
        """
        body = read_checked(folder / RECORD, "run")
        try:
            return from_json(cls, body)
        except NOT_AS_WRITTEN as error:
            raise DamagedRunError(f"{folder / RECORD} is not a valid run file: {error}") from error


def write_vocab(folder: Path, words: Sequence[str], counts: NDArray[np.int64]) -> None:
    """Write the words of a run.

    Raises:
        DiskError: they cannot be written.
    """
    write_checked(folder / VOCAB, "vocabulary", {"words": list(words), "counts": counts.tolist()})


def read_vocab(folder: Path) -> tuple[list[str], NDArray[np.int64]]:
    """The words of a run and their counts (V,).

    Raises:
        DamagedRunError: the file is missing or damaged.
    """
    body = read_checked(folder / VOCAB, "vocabulary", _MOST_VOCAB_BYTES)
    try:
        words, counts = body["words"], body["counts"]
        if not (isinstance(words, list) and isinstance(counts, list)):
            raise TypeError("words or counts are not lists")
        if len(words) != len(counts) or len(set(words)) != len(words):
            raise ValueError("words and counts do not belong together")
        if not all(type(word) is str for word in words):
            raise TypeError("a word is not a string")
        if not all(type(count) is int for count in counts):
            raise TypeError("a count is not a number")
        return words, np.array(counts, dtype=np.int64)
    except NOT_AS_WRITTEN as error:
        raise DamagedRunError(f"{folder / VOCAB} is not a vocabulary: {error}") from error


def check_words(folder: Path, words: Sequence[str], checkpoint: Checkpoint) -> None:
    """
    Raises:
        DamagedRunError: the words of a run do not belong to the vectors.
    """
    n_vectors = len(checkpoint.vectors["input_vectors"])
    if len(words) != n_vectors:
        raise DamagedRunError(f"{folder} has {len(words):,} words and {n_vectors:,} vectors")


def checkpoint_vectors(folder: Path) -> tuple[KeyedVectors, Checkpoint, list[str]]:
    """The vectors of a run's newest whole checkpoint, that, and what is wrong with newer ones.

    Raises:
        RunError: it has no checkpoint.
        DamagedRunError: what was kept of it cannot be read.
    """
    checkpoint, spoiled = newest_intact(folder)
    troubles = list(spoiled.values())
    if checkpoint is None:
        if troubles:
            raise DamagedRunError(f"no checkpoint of run {folder.name} is intact: {troubles[0]}")
        raise RunError(f"run {folder.name} has no checkpoint: there are no vectors to save")
    words, counts = read_vocab(folder)
    check_words(folder, words, checkpoint)
    vectors = KeyedVectors(words, checkpoint.vectors["input_vectors"], counts=counts)
    return vectors, checkpoint, troubles
