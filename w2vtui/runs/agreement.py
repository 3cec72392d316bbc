"""What is in the folder of a run, taken together: whether it belongs together, and its vectors."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import DamagedRunError, RunError
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.record import RunRecord
from w2vtui.runs.words import read_vocab
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.vectors import WordVectors


def check_record(folder: Path, record: RunRecord, checkpoint: Checkpoint) -> None:
    """
    Raises:
        DamagedRunError: the record of a run is not that of the run that wrote the checkpoint.
    """
    pairs: list[tuple[str, Any, Any]] = [
        (
            one.name,
            getattr(record.request.training, one.name),
            getattr(checkpoint.training, one.name),
        )
        for one in dataclasses.fields(checkpoint.training)
        if one.name != "device"  # a run may be resumed on another
    ]
    if not checkpoint.n_changes:
        pairs += [
            (one.name, getattr(record.settings, one.name), getattr(checkpoint.settings, one.name))
            for one in dataclasses.fields(checkpoint.settings)
        ]
    pairs.append(("number of words", record.n_words, len(checkpoint.vectors["input_vectors"])))
    if checkpoint.tokens_per_epoch > record.n_tokens:  # some may be held out
        pairs.append(("number of tokens", record.n_tokens, checkpoint.tokens_per_epoch))
    for name, of_record, of_checkpoint in pairs:
        if of_record != of_checkpoint:
            raise DamagedRunError(
                f"{folder}: record and checkpoint do not belong together: {name} "
                f"{of_record} and {of_checkpoint}"
            )


def check_text(folder: Path, record: RunRecord, corpus: EncodedCorpus) -> None:
    """
    Raises:
        DamagedRunError: the record of a run does not fit the text that has its fingerprint.
    """
    n_words, n_tokens = len(corpus.vocab), len(corpus.ids)
    if (record.n_words, record.n_tokens) != (n_words, n_tokens):
        raise DamagedRunError(
            f"{folder}: record and text do not belong together: {record.n_words:,} words and "
            f"{n_words:,}, {record.n_tokens:,} tokens and {n_tokens:,}"
        )


def check_words(folder: Path, words: Sequence[str], checkpoint: Checkpoint) -> None:
    """
    Raises:
        DamagedRunError: the words of a run do not belong to the vectors.
    """
    n_vectors = len(checkpoint.vectors["input_vectors"])
    if len(words) != n_vectors:
        raise DamagedRunError(f"{folder} has {len(words):,} words and {n_vectors:,} vectors")


def checkpoint_vectors(folder: Path) -> tuple[WordVectors, Checkpoint, list[str]]:
    """The vectors of a run's newest intact checkpoint, the checkpoint, and what is wrong with newer
    ones.

    Raises:
        RunError: it has no checkpoint.
        DamagedRunError: what was saved of it cannot be read.
    """
    checkpoint, spoiled = newest_intact(folder)
    troubles = list(spoiled.values())
    if checkpoint is None:
        if troubles:
            raise DamagedRunError(f"no checkpoint of run {folder.name} is intact: {troubles[0]}")
        raise RunError(f"run {folder.name} has no checkpoint: there are no vectors to save")
    check_record(folder, RunRecord.read(folder), checkpoint)
    words, counts = read_vocab(folder)
    check_words(folder, words, checkpoint)
    found = checkpoint.vectors
    vectors = WordVectors(words, found["input_vectors"], counts, found.get("output_vectors"))
    return vectors, checkpoint, troubles
