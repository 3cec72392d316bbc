"""Resumes a saved run.

It starts at the newest intact checkpoint, and applies the live changes that came after it again, at
the same tokens. Exact with one worker, or with any number under `deterministic`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import (
    ChangedTextError,
    DamagedRunError,
    RunError,
    SettingsError,
)
from w2vtui.resources import available_cores
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.disk.journal import EVENTS, changes_after, read_events
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.record import (
    VOCAB,
    RunRecord,
    check_record,
    check_text,
    check_words,
    read_vocab,
    write_vocab,
)
from w2vtui.runs.recorder import Recorder
from w2vtui.runs.request import RunRequest
from w2vtui.runs.run_folder import RunFolder
from w2vtui.runs.text_changes import aligned, describe_difference, text_of_run
from w2vtui.settings import CorpusSettings, ResolvedSettings, TrainingSettings, label_of
from w2vtui.training.live.changes import describe_change
from w2vtui.training.measuring.quality import QualitySets
from w2vtui.training.preparing import ReadCorpus
from w2vtui.training.run import Run
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.script import Script
from w2vtui.training.state.snapshot import Event


class RunIsDoneError(RunError):
    """There is nothing left to train."""

    def __init__(self, message: str, tokens: int) -> None:
        """tokens: training tokens of the run"""
        super().__init__(message)
        self.tokens = tokens


@dataclass(frozen=True, kw_only=True)
class Resumption:
    """Everything that a `Run` needs to resume a saved one, and the recorder that continues it."""

    name: str
    record: RunRecord
    request: RunRequest
    """What the run was asked for, with its text where it is now; without outputs if the run was not
    made here.
    """
    checkpoint: Checkpoint | None
    """Where it resumes; None for its beginning."""
    script: Script
    events: tuple[Event, ...]
    """What happened before."""
    notes: tuple[str, ...]
    """What to report: damage, missing files, changes that are applied again."""
    force: bool
    folder: Path
    recorder: Recorder = field(repr=False)

    @property
    def read(self) -> ReadCorpus:
        """Reads its text again."""
        asked = self.request
        outputs = self.record.request.outputs
        return text_of_run(self.folder, asked, outputs)

    def run(self, read: ReadCorpus | None = None) -> Run:
        """The resumed run, not started; `read` in place of `self.read`."""
        asked = self.request
        run = Run(
            read or self.read,
            asked.training,
            self.record.settings,
            quality_sets=QualitySets.for_corpus(
                asked.sources,
                _still_there(asked.pairs),
                _still_there(asked.analogies),
                asked.questions,
            ),
            store=self.recorder,
            checkpoint_seconds=asked.run_settings.checkpoint_seconds,
            history=asked.run_settings.history,
            resume_from=self.fit,
            earlier=self.events,
            script=self.script,
        )
        if self.checkpoint is None:
            for condition, ends in self.record.breakpoints:
                run.break_when(condition, stop=ends)
        return run

    def fit(self, corpus: EncodedCorpus) -> Checkpoint | None:
        """The checkpoint, after a check that the text is the one it was trained on.

        With `force` the text may differ: words in both texts keep their vectors, new words start
        at random, the tree of hierarchical softmax starts again, and all is saved as a new run.

        Raises:
            ChangedTextError: the text has changed; the message says how.
            DamagedRunError: vectors and words do not belong together.
        """
        checkpoint = self.checkpoint
        if fingerprint(corpus) == self.record.fingerprint:
            check_text(self.folder, self.record, corpus)
            words = self._mended_vocab(corpus)
            if checkpoint is not None:
                check_words(self.folder, words, checkpoint)
            return checkpoint
        words, counts = read_vocab(self.folder)
        difference = describe_difference(self.record, words, counts, corpus)
        if not self.force or checkpoint is None:
            further = "" if checkpoint is None else ", --force resumes with this one"
            raise ChangedTextError(
                f"run {self.name} has another text: {difference}; --corpus names where its text "
                f"is now{further}",
                difference,
            )
        check_words(self.folder, words, checkpoint)
        asked = dataclasses.replace(self.request, output=None, save_vocab=None, classes=None)
        self.recorder.branch(asked, self.name)
        vectors = aligned(checkpoint, words, corpus)
        return dataclasses.replace(checkpoint, vectors=vectors, memory={})

    def _mended_vocab(self, corpus: EncodedCorpus) -> Sequence[str]:
        """The words of the run; if their file is damaged, they are taken from the text, which is
        the same, and written again.
        """
        try:
            words, counts = read_vocab(self.folder)
        except DamagedRunError as error:
            write_vocab(self.folder, corpus.vocab.words, corpus.vocab.counts)
            self.recorder.report(f"{error}: written again")
            return corpus.vocab.words
        if words != corpus.vocab.words or not np.array_equal(counts, corpus.vocab.counts):
            raise DamagedRunError(
                f"{self.folder / VOCAB} and the text do not belong together: without this file it "
                "is written again from the text"
            )
        return words


def resumption(
    folder: Path,
    *,
    force: bool = False,
    sources: Sequence[str] = (),
    corpus_settings: dict[str, Any] | None = None,
    training: dict[str, Any] | None = None,
    live: Mapping[str, Any] | None = None,
    undo: bool = False,
) -> Resumption:
    """Prepare to resume a run from its newest intact checkpoint, and lock the run.

    sources                           where its text is now, if not where it was
    corpus_settings, training, live   settings that are wanted now; others than the run has are
                                      refused without `force`, and of the vectors always
    undo                              whether to undo its last change instead of making another

    Raises:
        RunIsDoneError: it is over, and no other settings are wanted.
        RunError: it is in use, or other settings are wanted.
        SettingsError: they are out of range, or nothing can be undone.
        DamagedRunError: what it was asked for cannot be read.
        DiskError: its lock cannot be made.
    """
    lock = RunLock(folder)
    try:
        saved = _saved(folder, force=force)
        asked, checkpoint = saved.record.own_request, saved.checkpoint
        request = dataclasses.replace(
            asked,
            sources=tuple(sources) or asked.sources,
            corpus_settings=dataclasses.replace(asked.corpus_settings, **(corpus_settings or {})),
        )
        _check_training(asked.training, training or {})
        if undo:
            further = [_undo_after(saved)]
        else:
            further = _wanted_change(saved, request.corpus_settings, live or {}, force=force)
        recorder = Recorder(
            asked,
            RunFolder(folder.parent, path=folder, lock=lock, record=saved.record),
            n_events=len(checkpoint.events) if checkpoint else 0,
            spoiled=saved.spoiled,
        )
        return Resumption(
            name=folder.name,
            record=saved.record,
            request=request,
            checkpoint=checkpoint,
            script=Script(changes=(*saved.pending, *further)),
            events=checkpoint.events if checkpoint else (),
            notes=saved.notes,
            force=force,
            folder=folder,
            recorder=recorder,
        )
    except BaseException:
        lock.release()
        raise


# ---- what is saved


@dataclass(frozen=True, kw_only=True)
class _Saved:
    """What the folder of a run holds to resume it from."""

    name: str
    record: RunRecord
    checkpoint: Checkpoint | None
    """The newest intact one."""
    spoiled: Collection[Path]
    """Newer checkpoints, which are damaged."""
    pending: tuple[Event, ...]
    """Live changes after the checkpoint."""
    notes: tuple[str, ...]
    """What to report: damage, missing files, changes that are applied again."""

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


def _saved(folder: Path, *, force: bool) -> _Saved:
    """Read what is saved of a run.

    Raises:
        DamagedRunError: its record or, without `force`, each of its checkpoints is damaged.
    """
    record = RunRecord.read(folder)
    checkpoint, spoiled = newest_intact(folder)
    notes = list(spoiled.values())
    if checkpoint is None and spoiled and not force:
        raise DamagedRunError(
            f"no checkpoint of run {folder.name} is intact, {notes[0]}: "
            f"w2vtui resume {folder.name} --force starts it again from the beginning"
        )
    if checkpoint is None:
        notes.append(f"run {folder.name} has no checkpoint: it starts from the beginning")
    else:
        check_record(folder, record, checkpoint)
    if checkpoint is not None and spoiled:
        notes.append(f"the previous checkpoint is used, at {checkpoint.clock:,} tokens")
    events, troubles = read_events(folder / EVENTS)
    pending = tuple(changes_after(checkpoint, events))
    notes += [f"change {one.number} is applied again at {one.tokens:,} tokens" for one in pending]
    return _Saved(
        name=folder.name,
        record=record,
        checkpoint=checkpoint,
        spoiled=spoiled.keys(),
        pending=pending,
        notes=(*notes, *troubles, *_gone_questions(record), *_unused_output(folder.name, record)),
    )


def _check_further(
    saved: _Saved, checkpoint: Checkpoint, wanted: ResolvedSettings, differences: list[str]
) -> None:
    """Refuse to resume a run that is done, unless it is to be trained for more epochs."""
    name, before = saved.name, saved.settings
    further = f"w2vtui resume {name} --epochs {before.epochs + 5} --force"
    if not differences:
        raise RunIsDoneError(
            f"run {name} is done: w2vtui export {name} -o FILE saves its vectors; "
            f"{further} trains it further",
            checkpoint.clock,
        )
    if wanted.epochs <= before.epochs:
        raise RunError(
            f"run {name} is done, and was trained with other settings, {', '.join(differences)}: "
            f"they need more epochs, as in {further}"
        )


def _still_there(paths: Sequence[str]) -> list[str]:
    """The files of questions that still exist."""
    return [path for path in paths if Path(path).exists()]


def _gone_questions(record: RunRecord) -> list[str]:
    paths = (*record.request.pairs, *record.request.analogies)
    there = _still_there(paths)
    return [
        f"{path} is gone: the vectors are not scored on it" for path in paths if path not in there
    ]


def _unused_output(name: str, record: RunRecord) -> list[str]:
    output = record.request.output
    if output is None or record.is_made_here:
        return []
    return [f"run {name} was not made on this machine: its output {output} is not written"]


# ---- what differs


def _wanted_change(
    saved: _Saved, corpus_settings: CorpusSettings, named: Mapping[str, Any], *, force: bool
) -> list[Event]:
    """The change to the settings that are wanted now, if they are others than the run has.

    named   the live settings that are wanted

    Raises:
        RunIsDoneError: the run is over, and no other settings are wanted.
        RunError: other settings are wanted without `force`.
    """
    record, checkpoint, before = saved.record, saved.checkpoint, saved.settings
    wanted = before.requested().changed(**named).resolved(record.n_tokens, available_cores())
    differences = _settings_difference(before, wanted)
    differences += _settings_difference(record.request.corpus_settings, corpus_settings)
    if checkpoint is not None and saved.is_done:
        _check_further(saved, checkpoint, wanted, differences)
    if differences and not (force and checkpoint):
        advice = "change them with --force" if checkpoint else "train a new run with them"
        raise RunError(
            f"run {saved.name} was trained with other settings, {', '.join(differences)}: "
            f"drop the options to resume it as it was, or {advice}"
        )
    if checkpoint is None or wanted == before:
        return []
    return [_change_after(checkpoint, saved.pending, wanted, named)]


def _undo_after(saved: _Saved) -> Event:
    """The change that undoes the last one where a run resumes.

    Raises:
        SettingsError: nothing was changed, or the run is past the end that it then had.
    """
    checkpoint = saved.checkpoint
    if checkpoint is None or saved.pending or not checkpoint.past:
        raise SettingsError("nothing to undo")
    last, clock = checkpoint.past[-1], checkpoint.clock
    if last.schedule.planned <= clock:
        raise SettingsError(
            f"change {last.number} cannot be undone: with the settings before it, "
            f"{last.settings.epochs} epochs, the run would already be over"
        )
    rates = checkpoint.schedule.at(clock), last.schedule.at(clock)
    return Event(
        seconds=checkpoint.seconds,
        tokens=clock,
        kind="change",
        text=f"undo {last.number}: {describe_change(checkpoint.settings, last.settings, rates)}",
        number=checkpoint.n_changes + 1,
        settings=last.settings,
        schedule=last.schedule,
        undoes=last.number,
    )


def _check_training(training: TrainingSettings, wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        now = getattr(training, name)
        if value != now:
            label = label_of(TrainingSettings, name)
            raise RunError(f"{label} is {now} and fixed for a run, got {value}: train a new one")


def _settings_difference(before: Any, after: Any) -> list[str]:
    """`window 5 -> 8` for each setting of two dataclasses that differs."""
    names = [one.name for one in dataclasses.fields(before)]
    return [
        f"{label_of(type(before), name)} {old} \N{RIGHTWARDS ARROW} {new}"
        for name in names
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]


def _change_after(
    checkpoint: Checkpoint,
    pending: Sequence[Event],
    wanted: ResolvedSettings,
    named: Mapping[str, Any],
) -> Event:
    """The change that applies the wanted settings where a run resumes, or after the last of the
    changes that are applied again.
    """
    clock, before, line = checkpoint.clock, checkpoint.settings, checkpoint.schedule
    number = checkpoint.n_changes
    if pending:
        last = pending[-1]
        clock, number = max(clock, last.tokens), last.number or number
        before, line = last.settings or before, last.schedule or line
    planned = wanted.epochs * checkpoint.tokens_per_epoch
    if planned <= clock:
        raise SettingsError(
            f"epochs must be more than the {clock / checkpoint.tokens_per_epoch:.1f} "
            f"already trained, got {wanted.epochs}"
        )
    return Event(
        seconds=checkpoint.seconds,
        tokens=clock,
        kind="change",
        text=describe_change(before, wanted),
        number=number + 1,
        settings=wanted,
        schedule=line.changed(
            clock,
            rate=wanted.alpha if "alpha" in named else None,
            min_rate=wanted.min_alpha,
            planned=planned,
        ),
    )
