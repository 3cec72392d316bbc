"""The state and progress of a run, read from its folder."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from w2vtui.errors import DamagedRunError
from w2vtui.files.regular_files import content_of
from w2vtui.runs.disk.checked_json import (
    MOST_BYTES,
    NOT_AS_WRITTEN,
    dumped,
    loaded,
)
from w2vtui.runs.disk.checkpoint_files import checkpoint_folders, read_manifest
from w2vtui.runs.disk.dataclass_json import from_json
from w2vtui.runs.disk.inside import replace_file, unfollowed
from w2vtui.runs.disk.journal import EVENTS, changes_after, read_events
from w2vtui.runs.disk.lock import in_use
from w2vtui.runs.labels import labels_of
from w2vtui.runs.listed.listing import last_written
from w2vtui.runs.measured import RunScore, scores_of
from w2vtui.runs.record import STATUS, Fork, RunRecord
from w2vtui.settings import ResolvedSettings
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.measurements import PROBE_CONTEXTS
from w2vtui.training.state.snapshot import ENDED, Snapshot, State


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStatus:
    """The state and progress of a run, as its folder shows them."""

    name: str
    folder: str
    state: str
    """A snapshot's state, `interrupted`, `damaged`, or `not kept`: over, without a checkpoint."""
    fraction: float = 0.0
    tokens: int = 0
    tokens_planned: int = 0
    seconds: float = 0.0
    probe_loss: float | None = None
    """None, too, where an earlier version measured it with other questions."""
    words_per_second: float = 0.0
    checkpoint_tokens: int | None = None
    """Training tokens of the newest checkpoint."""
    created: float = 0.0
    changed: float = 0.0
    """When something was last written, in seconds since 1970."""
    text: str = ""
    model: str = ""
    objective: str = ""
    epochs: int = 0
    """That it is planned for."""
    settings: dict[str, Any] = field(default_factory=dict)
    """All settings that it trains with, by name: of the text, of the vectors, live ones."""
    fingerprint: str = ""
    """Of the encoded text: probe losses of other texts cannot be compared."""
    mean_words_per_second: float = 0.0
    """Over its training time."""
    fork: Fork | None = None
    """Of a branch, where it left another run."""
    lines: str = ""
    """In a list, those that lead to a branch from the run above it that it left: `│ └ `."""
    output: str | None = None
    """Where its vectors go; None, too, for a run that was not made here."""
    n_words: int = 0
    """In the vocabulary of its text."""
    n_tokens: int = 0
    """Of its text."""
    parent: str | None = None
    """The run whose vectors it began with, on another text."""
    sweep: str | None = None
    """The sweep that it is a trial of."""
    scores: tuple[RunScore, ...] = ()
    """The last ones of word pairs, analogies and sessions."""
    note: str = ""
    """What a person wrote on it."""
    starred: bool = False
    former_names: tuple[str, ...] = ()
    """Those that it had before, which still find it."""
    error: str | None = None

    @property
    def can_resume(self) -> bool:
        """Whether the run can be resumed and is not done."""
        return self.checkpoint_tokens is not None and self.state not in (*ACTIVE, "done", "damaged")

    @property
    def is_active(self) -> bool:
        """Whether a process is working on it."""
        return self.state in ACTIVE

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        scores = [score._asdict() for score in self.scores]
        plain = dataclasses.asdict(self)
        del plain["lines"]
        return plain | {"fraction": round(self.fraction, 6), "scores": scores}


ACTIVE = ("preparing", "training", "paused", "stopping", "finishing")


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveStatus:
    """What a running run reports in its folder."""

    state: State
    tokens: int
    tokens_planned: int
    seconds: float
    words_per_second: float
    probe_loss: float | None
    error: str | None
    pid: int
    probe_contexts: int = 1
    """Words around the center in a question of the probe, as `Probe.contexts`."""
    settings: ResolvedSettings | None = None
    """Those that it trains with now, which the next checkpoint will have; None before it begins,
    and in what earlier versions wrote."""

    def write(self, folder: Path) -> None:
        """Write it to a run's folder.

        Raises:
            DiskError: it cannot be written.
        """
        replace_file(folder / STATUS, dumped(dataclasses.asdict(self)) + b"\n")

    @classmethod
    def read(cls, folder: Path) -> LiveStatus | None:
        """What a run reported last; None if nothing readable is there."""
        try:
            return from_json(cls, loaded(content_of(folder / STATUS, MOST_BYTES, unfollowed())))
        except NOT_AS_WRITTEN:
            return None


def status_of(folder: Path) -> RunStatus:
    """The state of a run; never an error, since one damaged run must not hide the others."""
    changed, labels = last_written(folder), labels_of(folder)
    try:
        record = RunRecord.read(folder)
    except DamagedRunError as error:
        return RunStatus(
            name=folder.name, folder=str(folder), changed=changed, state="damaged",
            error=str(error), note=labels.note, starred=labels.starred,
            former_names=labels.names,
        )  # fmt: skip
    saved, trouble = _newest_manifest(folder)
    state, last, lost_after = _last_known(folder, saved)
    if state in ENDED and saved is None:
        state = "not kept" if trouble is None else "damaged"
    settings = last.settings if last is not None and state in ACTIVE else None
    settings = settings or _settings_now(folder, record, saved)
    status = RunStatus(
        name=folder.name,
        folder=str(folder),
        changed=changed,
        state=state,
        checkpoint_tokens=saved.clock if saved else None,
        created=record.created,
        text=record.corpus_name,
        model=settings.model,
        objective=settings.objective,
        epochs=settings.epochs,
        settings=_settings_of(record, settings),
        fingerprint=record.fingerprint,
        fork=record.fork,
        output=record.own_request.output,
        n_words=record.n_words,
        n_tokens=record.n_tokens,
        parent=record.parent,
        sweep=record.request.sweep,
        scores=scores_of(folder, saved.clock if saved else None, lost_after),
        note=labels.note,
        starred=labels.starred,
        former_names=labels.names,
        error=trouble,
    )
    return status if last is None else _as_far_as(status, last)


def _last_known(
    folder: Path, saved: Checkpoint | None
) -> tuple[str, LiveStatus | None, int | None]:
    """The state of a run, how far it is known to be, and the token after which work is lost."""
    last = LiveStatus.read(folder) or (status_at(saved) if saved else None)
    state: str = last.state if last else "interrupted"
    if state in ACTIVE and not in_use(folder):
        if saved is None:
            return "interrupted", last, None
        return "interrupted", status_at(saved), saved.clock  # what came after it is lost
    if state == "stopped" and in_use(folder):  # it is resumed, or waits for that
        state = "preparing"
    return state, last, None


def _as_far_as(status: RunStatus, last: LiveStatus) -> RunStatus:
    """The same with how far it is."""
    return dataclasses.replace(
        status,
        fraction=last.tokens / last.tokens_planned if last.tokens_planned > 0 else 0.0,
        tokens=last.tokens,
        tokens_planned=last.tokens_planned,
        seconds=last.seconds,
        mean_words_per_second=last.tokens / last.seconds if last.seconds > 0 else 0.0,
        probe_loss=last.probe_loss if last.probe_contexts == PROBE_CONTEXTS else None,
        words_per_second=last.words_per_second if status.state in ACTIVE else 0.0,
        error=last.error or status.error,
    )


def status_now(status: RunStatus, shot: Snapshot) -> RunStatus:
    """The state of a run that trains here, which is ahead of its folder."""
    progress, probe = shot.progress, shot.probe
    planned, seconds = progress.tokens_planned, progress.seconds
    known = probe is not None and math.isfinite(probe.loss)
    live = dataclasses.asdict(shot.settings)
    settings = status.settings | {name: one for name, one in live.items() if one is not None}
    return dataclasses.replace(
        status,
        state=shot.state,
        fraction=progress.tokens / planned if planned > 0 else 0.0,
        tokens=progress.tokens,
        tokens_planned=planned,
        seconds=seconds,
        mean_words_per_second=progress.tokens / seconds if seconds > 0 else 0.0,
        words_per_second=shot.speed.now if shot.state in ACTIVE else 0.0,
        probe_loss=probe.loss if probe is not None and known else status.probe_loss,
        model=settings["model"],
        objective=settings["objective"],
        epochs=settings["epochs"],
        settings=settings,
    )


def _settings_now(folder: Path, record: RunRecord, saved: Checkpoint | None) -> ResolvedSettings:
    """The live settings of a run; of a branch that has not trained yet, those that it will have."""
    if saved is None:
        return record.settings
    if record.fork is not None and record.fork.tokens == saved.clock:
        changes = changes_after(saved, read_events(folder / EVENTS)[0])
        if changes and changes[-1].settings is not None:
            return changes[-1].settings
    return saved.settings


def _settings_of(record: RunRecord, live: ResolvedSettings) -> dict[str, Any]:
    """All settings of a run by name."""
    parts = record.request.corpus_settings, record.request.training, live
    return {name: value for part in parts for name, value in dataclasses.asdict(part).items()}


def status_at(checkpoint: Checkpoint) -> LiveStatus:
    """The status of a run at its checkpoint."""
    return LiveStatus(
        state=checkpoint.state,
        tokens=checkpoint.clock,
        tokens_planned=checkpoint.schedule.planned,
        seconds=checkpoint.seconds,
        words_per_second=0.0,
        probe_loss=checkpoint.probe.loss if checkpoint.probe else None,
        error=None,
        pid=0,
        probe_contexts=checkpoint.probe.contexts if checkpoint.probe else 1,
    )


def _newest_manifest(folder: Path) -> tuple[Checkpoint | None, str | None]:
    """The newest checkpoint whose manifest is intact, and what is wrong with newer ones."""
    trouble = None
    try:
        found = checkpoint_folders(folder)
    except DamagedRunError as error:
        return None, str(error)
    for generation in found:
        try:
            return read_manifest(generation), trouble
        except DamagedRunError as error:
            trouble = str(error)
    return None, trouble
