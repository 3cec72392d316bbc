"""The folder of a run, and the folder of all runs.

run.json        what was asked for, and what the text was          sealed
vocab.json      the words and their counts                         sealed
events.jsonl    what happened, live changes above all              a checksum a line
metrics.jsonl   losses, speed, scores
status.json     progress, for `w2vtui runs`
labels.json     note, star, earlier names
scores.json     scores that were measured later
checkpoints/    the newest two
lock            held by the process that is working on it
trainer.json    where that process is reached by others, and trainer.socket, if it is there
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from w2vtui.runs.disk.dataclass_json import fields_from_json, training_of_any_version
from w2vtui.runs.disk.origin import is_signed_here, signature
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.names import trial_name
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.vectors import WordVectors

RECORD = "run.json"
VOCAB = "vocab.json"
STATUS = "status.json"
_MOST_VOCAB_BYTES = 1 << 32


_REQUIRED = (
    "created", "sources", "corpus_settings", "training", "settings", "schedule", "corpus_name",
    "n_words", "n_tokens", "fingerprint",
)  # fmt: skip
_KEYS = (
    *_REQUIRED, "output", "save_vocab", "read_vocab", "classes", "pairs", "analogies", "sessions",
    "questions", "run_settings", "breakpoints", "parent", "signature", "layout", "fork",
    "sweep", "trial",
)  # fmt: skip
"""Of run.json, in this order: fields of the request among those of the record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fork:
    """Where a branch left the run that it was a part of."""

    run: str
    """The name of that run, as it was then."""
    created: float
    """When that run was made, which tells it from others if its name changes."""
    tokens: int
    """Training tokens by then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """What a run was asked for, and the text it is about."""

    created: float
    """Seconds since 1970."""
    request: RunRequest
    """With absolute paths; its live settings are `settings`."""
    settings: ResolvedSettings
    """At its beginning, every `auto` resolved."""
    schedule: Schedule
    """At its beginning."""
    corpus_name: str
    n_words: int
    n_tokens: int
    fingerprint: str
    """sha256 of the encoded text."""
    breakpoints: tuple[tuple[str, bool], ...] = ()
    """Conditions that were waited for at its beginning, and whether each ends it."""
    parent: str | None = None
    """The run whose vectors it began with, on another text."""
    fork: Fork | None = None
    """Of a branch, the run that it left, whose text, settings and past are its own, too."""
    is_made_here: bool = False
    """Whether the outputs that it names were named by this user, and not by somebody else."""

    @property
    def own_request(self) -> RunRequest:
        """What was asked for; without outputs if the run was not made here."""
        if self.is_made_here:
            return dataclasses.replace(self.request, is_stored=True)
        return dataclasses.replace(self.request, output=None, save_vocab=None, classes=None)

    @property
    def trial_name(self) -> str | None:
        """A name for the run after the sweep that it is a trial of; None if it is not."""
        asked = self.request
        return None if asked.sweep is None else trial_name(asked.sweep, asked.trial)

    def output_for(self, run: str, named: str | None) -> str | None:
        """Where vectors of the run go: as named now, or as named when it was made here.

        run   its name

        Raises:
            RunError: the run names a file, was not made here, and none is named now.
        """
        if not named and self.request.output is not None and not self.is_made_here:
            raise RunError(
                f"run {run} was not made on this machine: name the output with -o "
                f"(its own is {self.request.output})"
            )
        return named or self.request.output

    @classmethod
    def of(
        cls,
        request: RunRequest,
        corpus: EncodedCorpus,
        checkpoint: Checkpoint,
        parent: str | None = None,
    ) -> RunRecord:
        """The record of a run that starts at a checkpoint."""
        return cls(
            created=time.time(),
            request=dataclasses.replace(
                request.absolute(), training=checkpoint.training, live=checkpoint.settings
            ),
            settings=checkpoint.settings,
            schedule=checkpoint.schedule,
            corpus_name=corpus.name,
            n_words=len(corpus.vocab),
            n_tokens=len(corpus.ids),
            fingerprint=fingerprint(corpus),
            breakpoints=checkpoint.breakpoints,
            parent=parent,
            is_made_here=True,
        )

    def write(self, folder: Path) -> None:
        """Write it to a run's folder.

        Raises:
            DiskError: it cannot be written.
        """
        fields = dataclasses.asdict(self.request) | dataclasses.asdict(self)
        fields["signature"] = signature(*self._signed) if self.is_made_here else None
        write_checked(folder / RECORD, "run", {key: fields[key] for key in _KEYS})

    @classmethod
    def read(cls, folder: Path) -> RunRecord:
        """The record of a run.

        Raises:
            DamagedRunError: it is missing or damaged.
        """
        body = read_checked(folder / RECORD, "run")
        try:
            return cls._from_json(body)
        except NOT_AS_WRITTEN as error:
            raise DamagedRunError(f"{folder / RECORD} is not a valid run file: {error}") from error

    @classmethod
    def _from_json(cls, body: dict[str, Any]) -> RunRecord:
        if missing := set(_REQUIRED) - body.keys():
            raise TypeError(f"{min(missing)} is missing")
        if unknown := body.keys() - set(_KEYS):
            raise TypeError(f"{min(unknown)!r:.80} is unknown")
        signed = body.pop("signature", None)
        if not isinstance(signed, str | None):
            raise TypeError(f"signature is {signed!r:.80}")
        body = body | {"training": training_of_any_version(body["training"])}
        own = {field.name for field in dataclasses.fields(cls)}
        fields = fields_from_json(cls, {key: body[key] for key in body.keys() & own})
        asked = fields_from_json(RunRequest, {key: body[key] for key in body.keys() - own})
        record = cls(request=RunRequest(**asked, live=fields["settings"]), **fields)
        is_made_here = is_signed_here(signed, *record._signed)
        return dataclasses.replace(record, is_made_here=is_made_here)

    @property
    def _signed(self) -> tuple[float | str | None, ...]:
        """What the signature of the run's user stands for."""
        return self.created, self.request.output, self.request.save_vocab


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
