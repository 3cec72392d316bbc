"""Resumes a saved run.

It starts at the newest intact checkpoint, and applies the live changes that came after it again, at
the same tokens. Exact with one worker, or with any number under `deterministic`. Another device may
train it from there on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import ChangedTextError, DamagedRunError
from w2vtui.runs.agreement import check_record, check_text, check_words
from w2vtui.runs.disk.checkpoint_files import folders_after, newest_intact
from w2vtui.runs.disk.journal import EVENTS, changes_after, read_events
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.listed.status import LiveStatus
from w2vtui.runs.record import RunRecord
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.recording.run_folder import RunFolder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.resuming.text_changes import aligned, describe_difference, text_of_run
from w2vtui.runs.resuming.wanted_changes import (
    SavedRun,
    change_before_failure,
    check_training,
    how_it_failed,
    undo_after,
    wanted_change,
    what_is_added,
)
from w2vtui.runs.words import VOCAB, read_vocab, write_vocab
from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.devices import check_device
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.preparing import ReadCorpus
from w2vtui.training.run import Run
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.events import Event
from w2vtui.training.state.script import Script


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
    asked_for: Mapping[str, Any] = field(default_factory=dict)
    """What `resumption` was called with, but for the folder."""

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
            quality_sets=QualitySets.for_corpus(asked.sources, asked.question_files.still_there()),
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
                                      refused without `force`, and of the vectors always, but for
                                      the device; with more epochs, a run that is done takes other
                                      live ones
    undo                              whether to undo its last change instead of making another

    Raises:
        RunIsDoneError: it is over, and no other settings are wanted.
        RunError: it is in use, or other settings are wanted, and not to train it further.
        SettingsError: they are out of range, nothing can be undone, or the device is not here.
        DamagedRunError: what it was asked for cannot be read.
        DiskError: its lock cannot be made.
    """
    lock = RunLock(folder)
    try:
        saved = _saved(folder, force=force, undo=undo)
        request = _request_now(saved, sources, corpus_settings or {}, training or {})
        if undo:
            further = [undo_after(saved)]
        else:
            further = wanted_change(saved, request.corpus_settings, live or {}, force=force)
        check_device(request.training, _settings_after(saved, further))
        return Resumption(
            name=folder.name,
            record=saved.record,
            request=request,
            checkpoint=saved.checkpoint,
            script=Script(changes=(*saved.pending, *further)),
            events=saved.checkpoint.events if saved.checkpoint else (),
            notes=(*saved.notes, *(what_is_added(saved, further) if further else saved.failure)),
            force=force,
            folder=folder,
            recorder=_recorder_of(folder, lock, saved),
            asked_for={
                "force": force,
                "sources": tuple(sources),
                "corpus_settings": dict(corpus_settings or {}),
                "training": dict(training or {}),
                "live": dict(live or {}),
                "undo": undo,
            },
        )
    except BaseException:
        lock.release()
        raise


def _request_now(
    saved: SavedRun,
    sources: Sequence[str],
    corpus_settings: dict[str, Any],
    training: dict[str, Any],
) -> RunRequest:
    """What a saved run is asked for from here on.

    Raises:
        RunError: its vectors cannot have these settings.
        SettingsError: a setting is out of range.
    """
    asked, checkpoint = saved.record.own_request, saved.checkpoint
    last_trained = asked.training if checkpoint is None else checkpoint.training
    return dataclasses.replace(
        asked,
        training=check_training(last_trained, training),
        sources=tuple(sources) or asked.sources,
        corpus_settings=dataclasses.replace(asked.corpus_settings, **corpus_settings),
    )


def _recorder_of(folder: Path, lock: RunLock, saved: SavedRun) -> Recorder:
    """What saves the run again where it was saved."""
    return Recorder(
        saved.record.own_request,
        RunFolder(folder.parent, path=folder, lock=lock, record=saved.record),
        n_events=len(saved.checkpoint.events) if saved.checkpoint else 0,
        spoiled=saved.spoiled,
        undone=saved.undone,
    )


# ---- what is saved


def _saved(folder: Path, *, force: bool, undo: bool) -> SavedRun:
    """Read what is saved of a run.

    undo   whether it is resumed without its last change: if it failed after that, it resumes from
           before the change where a checkpoint from there is left

    Raises:
        DamagedRunError: its record or, without `force`, each of its checkpoints is damaged.
    """
    record = RunRecord.read(folder)
    events, troubles = read_events(folder / EVENTS)
    status = LiveStatus.read(folder)
    fatal = change_before_failure(status, events)
    undone = folders_after(folder, fatal.number) if undo and fatal else []
    checkpoint, spoiled = newest_intact(folder, undone)
    if checkpoint is None and undone:  # none is left from before the change
        undone = []
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
    if record.fork is not None:
        notes.append(f"a branch that left {record.fork.run} at {record.fork.tokens:,} tokens")
    if checkpoint is not None and spoiled:
        notes.append(f"the previous checkpoint is used, at {checkpoint.clock:,} tokens")
    if checkpoint is not None and undone:
        notes.append(f"the checkpoint before the change is used, at {checkpoint.clock:,} tokens")
    pending = tuple(changes_after(checkpoint, events))
    notes += [f"change {one.number} is applied again at {one.tokens:,} tokens" for one in pending]
    return SavedRun(
        name=folder.name,
        record=record,
        checkpoint=checkpoint,
        spoiled=spoiled.keys(),
        undone=undone,
        pending=pending,
        failure=how_it_failed(folder.name, status, fatal),
        notes=(*notes, *troubles, *_gone_questions(record), *_unused_output(folder.name, record)),
    )


def _settings_after(saved: SavedRun, changes: Sequence[Event]) -> ResolvedSettings:
    """What a run trains with once it is resumed with these changes."""
    last = changes[-1].settings if changes else None
    return last or saved.settings


def _gone_questions(record: RunRecord) -> list[str]:
    files = record.request.question_files
    there = set(files.still_there())
    return [
        f"{path} is gone: the vectors are not scored on it" for path in files if path not in there
    ]


def _unused_output(name: str, record: RunRecord) -> list[str]:
    output = record.request.output
    if output is None or record.is_made_here:
        return []
    return [f"run {name} was not made on this machine: its output {output} is not written"]
