"""What a saved run trains with, and the change to the settings that are wanted where it resumes."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2vtui.errors import RunError, SettingsError
from w2vtui.runs.disk.journal import changes_in
from w2vtui.runs.listed.status import LiveStatus
from w2vtui.runs.record import RunRecord
from w2vtui.settings import CorpusSettings, ResolvedSettings, TrainingSettings, label_of
from w2vtui.system.resources import available_cores
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.live.changes import describe_change
from w2vtui.training.live.undo_history import UndoHistory
from w2vtui.training.state.checkpoint import Checkpoint, PastSettings
from w2vtui.training.state.events import Event
from w2vtui.training.state.further import further_training


class RunIsDoneError(RunError):
    """There is nothing left to train."""

    def __init__(self, message: str, tokens: int) -> None:
        """tokens: training tokens of the run"""
        super().__init__(message)
        self.tokens = tokens


@dataclass(frozen=True, kw_only=True)
class SavedRun:
    """What the folder of a run holds to resume it from."""

    name: str
    record: RunRecord
    checkpoint: Checkpoint | None
    """The newest intact one."""
    spoiled: Collection[Path] = ()
    """Newer checkpoints, which are damaged."""
    undone: Collection[Path] = ()
    """Newer checkpoints, from after the change without which it is resumed."""
    pending: tuple[Event, ...]
    """Live changes after the checkpoint."""
    notes: tuple[str, ...] = ()
    """What to report: damage, missing files, changes that are applied again."""
    failure: Sequence[str] = ()
    """What to report if nothing else is changed: that one of these changes ended it."""

    @property
    def settings(self) -> ResolvedSettings:
        """The settings once the pending changes are applied."""
        last = self.pending[-1].settings if self.pending else None
        if last is not None:
            return last
        return self.checkpoint.settings if self.checkpoint else self.record.settings

    @property
    def is_done(self) -> bool:
        """Whether all of it is trained."""
        checkpoint = self.checkpoint
        return checkpoint is not None and checkpoint.fraction >= 1 and not self.pending

    @property
    def end(self) -> tuple[int, int, Schedule]:
        """Tokens, number of changes and line of the rate after the pending changes.

        Only a run with a checkpoint has these.
        """
        checkpoint = self.checkpoint
        assert checkpoint is not None
        clock, number, line = checkpoint.clock, checkpoint.n_changes, checkpoint.schedule
        if self.pending:
            last = self.pending[-1]
            clock, number = max(clock, last.tokens), last.number or number
            line = last.schedule or line
        return clock, number, line

    @property
    def past(self) -> tuple[PastSettings, ...]:
        """The changes that can be undone after the pending ones, oldest first."""
        checkpoint = self.checkpoint
        if checkpoint is None:
            return ()
        history = UndoHistory(checkpoint.past)
        settings, line = checkpoint.settings, checkpoint.schedule
        for change in self.pending:
            history.replay(change, settings, line)
            settings, line = change.settings or settings, change.schedule or line
        return history.past


def wanted_change(
    saved: SavedRun, corpus_settings: CorpusSettings, named: Mapping[str, Any], *, force: bool
) -> list[Event]:
    """The change to the settings that are wanted now, if they are others than the run has.

    named   the live settings that are wanted

    Raises:
        RunIsDoneError: the run is over, and no other settings are wanted.
        RunError: other settings are wanted without `force`, and not to train a run that is done
            further.
    """
    record, checkpoint, before = saved.record, saved.checkpoint, saved.settings
    wanted = before.requested().changed(**named).resolved(record.n_tokens, available_cores())
    of_text = _settings_difference(record.request.corpus_settings, corpus_settings)
    differences = _settings_difference(before, wanted) + of_text
    is_further = checkpoint is not None and saved.is_done
    if checkpoint is not None and is_further:
        _check_further(saved, checkpoint, wanted, differences)
    refused = of_text if is_further else differences
    if refused and not (force and checkpoint):
        advice = "change them with --force" if checkpoint else "train a new run with them"
        raise RunError(
            f"run {saved.name} was trained with other settings, {', '.join(refused)}: "
            f"drop the options to resume it as it was, or {advice}"
        )
    if checkpoint is None or wanted == before:
        return []
    return [_change_after(saved, checkpoint, wanted, named)]


def _check_further(
    saved: SavedRun, checkpoint: Checkpoint, wanted: ResolvedSettings, differences: list[str]
) -> None:
    """Refuse to resume a run that is done, unless it is to be trained for more epochs."""
    name, before = saved.name, saved.settings
    further = f"w2vtui resume {name} --epochs {before.epochs + 5}"
    if not differences:
        raise RunIsDoneError(
            f"run {name} is done: w2vtui export {name} -o FILE saves its vectors; "
            f"{further} trains it further",
            checkpoint.clock,
        )
    if wanted.epochs <= before.epochs:
        if wanted.epochs < before.epochs:
            trouble = f"has trained {before.epochs} epochs already, got {wanted.epochs}"
        else:
            trouble = f"is done after {before.epochs} epochs, got {', '.join(differences)}"
        raise RunError(f"run {name} {trouble}: give more epochs in all, as in {further}")


def change_before_failure(status: LiveStatus | None, events: Sequence[Event]) -> Event | None:
    """The last change of a run that failed, unless that was an undo; None of any other run.

    status   what the run reported last
    events   those of its journal
    """
    last = changes_in(events)[-1:]
    if status is None or status.state != "failed":
        return None
    return next((one for one in last if one.undoes is None and one.tokens <= status.tokens), None)


def how_it_failed(name: str, status: LiveStatus | None, change: Event | None) -> list[str]:
    """What to report of a run that failed after a change with which it is resumed."""
    if status is None or change is None:
        return []
    return [
        f"the run failed after change {change.number}, {change.text}: {status.error}; "
        f"w2vtui resume {name} --undo trains on without it"
    ]


def what_is_added(saved: SavedRun, changes: Sequence[Event]) -> list[str]:
    """What more epochs of a run that is done train, and at which rate, for a message."""
    checkpoint = saved.checkpoint
    if checkpoint is None or not saved.is_done or not changes:
        return []
    wanted, line = changes[-1].settings, changes[-1].schedule
    assert wanted is not None
    assert line is not None
    clock, seconds = checkpoint.clock, checkpoint.seconds
    speed = clock / seconds if seconds > 0 else 0.0
    further = further_training(wanted, line.rate, clock, checkpoint.tokens_per_epoch, speed)
    told = f"trained on, from {saved.settings.epochs} to {wanted.epochs} epochs: {further.text}"
    return ["; ".join(filter(None, [told, further.advice("--alpha")]))]


def undo_after(saved: SavedRun) -> Event:
    """The change that undoes the last one where a run resumes, or right after the pending changes.

    Raises:
        SettingsError: nothing was changed, or the run is past the end that it then had.
    """
    checkpoint, past = saved.checkpoint, saved.past
    if checkpoint is None or not past:
        raise SettingsError("nothing to undo")
    clock, number, line = saved.end
    last = past[-1]
    if last.schedule.planned <= clock:
        raise SettingsError(
            f"change {last.number} cannot be undone: with the settings before it, "
            f"{last.settings.epochs} epochs, the run would already be over"
        )
    rates = line.at(clock), last.schedule.at(clock)
    return Event(
        seconds=checkpoint.seconds,
        tokens=clock,
        kind="change",
        text=f"undo {last.number}: {describe_change(saved.settings, last.settings, rates)}",
        number=number + 1,
        settings=last.settings,
        schedule=last.schedule,
        undoes=last.number,
    )


def check_training(training: TrainingSettings, wanted: Mapping[str, Any]) -> TrainingSettings:
    """Refuse other settings of the vectors than a run has, but for the device that trains them;
    return the settings.

    Raises:
        RunError: one is another.
        SettingsError: they do not go with the device.
    """
    for name, value in wanted.items():
        now = getattr(training, name)
        if value != now and name != "device":
            label = label_of(TrainingSettings, name)
            raise RunError(f"{label} is {now} and fixed for a run, got {value}: train a new one")
    return dataclasses.replace(training, **wanted)


def _settings_difference(before: Any, after: Any) -> list[str]:
    """`window 5 -> 8` for each setting of two dataclasses that differs."""
    names = [one.name for one in dataclasses.fields(before)]
    return [
        f"{label_of(type(before), name)} {old} \N{RIGHTWARDS ARROW} {new}"
        for name in names
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]


def _change_after(
    saved: SavedRun, checkpoint: Checkpoint, wanted: ResolvedSettings, named: Mapping[str, Any]
) -> Event:
    """The change that applies the wanted settings where a run resumes, or after the last of the
    changes that are applied again.
    """
    clock, number, line = saved.end
    planned = wanted.epochs * checkpoint.tokens_per_epoch
    if planned <= clock:
        raise SettingsError(
            f"epochs must be more than the {clock / checkpoint.tokens_per_epoch:.1f} "
            f"already trained, got {wanted.epochs}"
        )
    rate = wanted.alpha if "alpha" in named else None
    schedule = line.changed(clock, rate=rate, min_rate=wanted.min_alpha, planned=planned)
    rates = None if rate is None else (line.at(clock), rate)
    return Event(
        seconds=checkpoint.seconds,
        tokens=clock,
        kind="change",
        text=describe_change(saved.settings, wanted, rates),
        number=number + 1,
        settings=wanted,
        schedule=schedule,
    )
