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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import DamagedRunError, RunError
from w2vtui.runs.disk.checked_json import (
    NOT_AS_WRITTEN,
    read_checked,
    write_checked,
)
from w2vtui.runs.disk.dataclass_json import fields_from_json, training_of_any_version
from w2vtui.runs.disk.origin import is_signed_here, signature
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.names import trial_name
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.state.checkpoint import Checkpoint

RECORD = "run.json"
STATUS = "status.json"


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
