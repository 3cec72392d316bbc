"""Going on with a run that is kept, and repeating one.

To go on is to begin at the newest whole checkpoint, and to make the live changes again that came
after it, at their tokens. To repeat is the same from the beginning. Both are exact with one worker,
or with any number under `deterministic`.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, ReadingProgress, open_corpus, without
from w2vtui.errors import (
    ChangedTextError,
    CorpusError,
    DamagedRunError,
    RunError,
    SettingsError,
)
from w2vtui.resources import available_cores
from w2vtui.runs.disk.checkpoint_files import newest_whole
from w2vtui.runs.disk.journal import EVENTS, changes_after, changes_in, read_events
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.record import RunRecord, check_words, read_vocab, write_vocab
from w2vtui.runs.recorder import Recorder
from w2vtui.runs.request import RunRequest
from w2vtui.settings import CorpusSettings, ResolvedSettings
from w2vtui.training.live.changes import describe_change
from w2vtui.training.measuring.quality import QualitySets
from w2vtui.training.run import ReadCorpus, Run
from w2vtui.training.state.checkpoint import Checkpoint, Script
from w2vtui.training.state.snapshot import Event


class RunIsDoneError(RunError):
    """There is nothing left to train."""


@dataclass(frozen=True, kw_only=True)
class Resumption:
    """All that a `Run` needs to go on with one that is kept, and who keeps it further."""

    name: str
    record: RunRecord
    sources: tuple[str, ...]
    corpus_settings: CorpusSettings
    checkpoint: Checkpoint | None
    """Where it goes on; None for its beginning."""
    script: Script
    events: tuple[Event, ...]
    """What happened before."""
    notes: tuple[str, ...]
    """What is to be told: damage, files that are gone, changes that are made again."""
    force: bool
    folder: Path
    recorder: Recorder = field(repr=False)

    @property
    def request(self) -> RunRequest:
        """What the run was asked for, with its text where it is now."""
        return dataclasses.replace(
            self.record.request, sources=self.sources, corpus_settings=self.corpus_settings
        )

    @property
    def read(self) -> ReadCorpus:
        """Reads its text again."""
        return text_of_run(
            self.name, self.sources, self.corpus_settings, self.record.request.outputs
        )

    def run(self, read: ReadCorpus | None = None, checkpoint_seconds: float | None = None) -> Run:
        """The run that goes on, not started.

        read                in place of `self.read`
        checkpoint_seconds  from one checkpoint to the next, at most; None for what it began with
        """
        record = self.record
        run = Run(
            read or self.read,
            record.training,
            record.settings,
            quality_sets=QualitySets.for_corpus(
                self.sources, _still_there(record.pairs), _still_there(record.analogies)
            ),
            store=self.recorder,
            checkpoint_seconds=checkpoint_seconds or record.run_settings.checkpoint_seconds,
            resume_from=self.fit,
            earlier=self.events,
            script=self.script,
        )
        if self.checkpoint is None:
            for condition, ends in record.breakpoints:
                run.break_when(condition, stop=ends)
        return run

    def fit(self, corpus: EncodedCorpus) -> Checkpoint | None:
        """The checkpoint, once the text is known to be the one it was trained on.

        With `force` another text will do: words of both keep their vectors, new ones begin at
        random, the tree of hierarchical softmax begins anew, and all is kept as a new run.

        Raises:
            ChangedTextError: the text is another; the message says how it differs.
            DamagedRunError: vectors and words do not belong together.
        """
        checkpoint = self.checkpoint
        if fingerprint(corpus) == self.record.fingerprint:
            words = self._mended_vocab(corpus)
            if checkpoint is not None:
                check_words(self.folder, words, checkpoint)
            return checkpoint
        words, counts = read_vocab(self.folder)
        difference = _difference(self.record, words, counts, corpus)
        if not self.force or checkpoint is None:
            further = "" if checkpoint is None else ", --force goes on with this one"
            raise ChangedTextError(
                f"run {self.name} has another text: {difference}; --corpus names where its text "
                f"is now{further}",
                difference,
            )
        asked = dataclasses.replace(self.request, output=None, save_vocab=None)
        self.recorder.branch(asked, self.folder.parent, self.name)
        return dataclasses.replace(checkpoint, vectors=_aligned(checkpoint, words, corpus))

    def _mended_vocab(self, corpus: EncodedCorpus) -> Sequence[str]:
        """The words of the run; where they are damaged, the text, which is the same, has them, and
        they are written again.
        """
        try:
            return read_vocab(self.folder)[0]
        except DamagedRunError as error:
            write_vocab(self.folder, corpus.vocab.words, corpus.vocab.counts)
            self.recorder.tell(f"{error}: written again")
            return corpus.vocab.words


def resumption(
    folder: Path,
    *,
    force: bool = False,
    sources: Sequence[str] = (),
    corpus_settings: dict[str, Any] | None = None,
    training: dict[str, Any] | None = None,
    live: dict[str, Any] | None = None,
) -> Resumption:
    """Take a run up where its newest whole checkpoint stands; holds its lock from then on.

    sources                           where its text is now, if not where it was
    corpus_settings, training, live   settings that are wanted now; others than the run has are
                                      refused without `force`, and of the vectors always

    Raises:
        RunIsDoneError: it is over, and no other settings are wanted.
        RunError: it is in use, or other settings are wanted.
        DamagedRunError: what it was asked for cannot be read.
        DiskError: its lock cannot be made.
    """
    lock = RunLock(folder)
    try:
        record = RunRecord.read(folder)
        checkpoint, spoiled = newest_whole(folder)
        notes = list(spoiled.values())
        if checkpoint is None and spoiled and not force:
            raise DamagedRunError(
                f"no checkpoint of run {folder.name} is whole, {notes[0]}: "
                f"w2vtui resume {folder.name} --force begins it anew"
            )
        if checkpoint is None:
            notes.append(f"run {folder.name} has no checkpoint to go on from: it begins anew")
        elif spoiled:
            notes.append(f"the checkpoint before is used, of {checkpoint.clock:,} tokens")
        events, troubles = read_events(folder / EVENTS)
        pending = changes_after(checkpoint, events)
        notes += [f"change {one.number} is made again at {one.tokens:,} tokens" for one in pending]
        before = checkpoint.settings if checkpoint else record.settings
        if pending and pending[-1].settings is not None:
            before = pending[-1].settings
        wanted = (
            before.requested().changed(**(live or {})).resolved(record.n_tokens, available_cores())
        )
        settings = dataclasses.replace(record.corpus_settings, **(corpus_settings or {}))
        _check_training(record, training or {})
        differs = _settings_difference(before, wanted)
        differs += _settings_difference(record.corpus_settings, settings)
        done = checkpoint is not None and checkpoint.fraction >= 1 and not pending
        further = f"w2vtui resume {folder.name} --epochs {before.epochs + 5} --force"
        if done and not differs:
            raise RunIsDoneError(
                f"run {folder.name} is done: w2vtui export {folder.name} -o FILE saves its "
                f"vectors; {further} trains it further"
            )
        if done and wanted.epochs <= before.epochs:
            raise RunError(
                f"run {folder.name} is done, and has other settings, {', '.join(differs)}: they "
                f"take more epochs, as in {further}"
            )
        if differs and not (force and checkpoint):
            advice = "or change them with --force" if checkpoint else "or train anew with them"
            raise RunError(
                f"run {folder.name} has other settings, {', '.join(differs)}: leave them away to "
                f"go on with its own, {advice}"
            )
        if checkpoint is not None and wanted != before:
            pending = [*pending, _change_after(checkpoint, pending, wanted, live or {})]
        recorder = Recorder(
            folder=folder,
            lock=lock,
            record=record,
            n_events=len(checkpoint.events) if checkpoint else 0,
            spoiled=spoiled.keys(),
        )
        return Resumption(
            name=folder.name,
            record=record,
            sources=tuple(sources) or record.sources,
            corpus_settings=settings,
            checkpoint=checkpoint,
            script=Script(changes=tuple(pending)),
            events=checkpoint.events if checkpoint else (),
            notes=(*notes, *troubles, *_gone_questions(record)),
            force=force,
            folder=folder,
            recorder=recorder,
        )
    except BaseException:
        lock.release()
        raise


def text_of_run(
    name: str,
    sources: Sequence[str],
    settings: CorpusSettings,
    outputs: Sequence[str],
    verb: str = "resume",
) -> ReadCorpus:
    """What reads the text of a run again.

    outputs  its vectors and counts: they may lie in a folder of its text, and are none of it
    verb     what it is read for, on the command line
    """
    elsewhere = f"w2vtui {verb} {name} --corpus FILE"
    pipe_again = (
        f"the text of run {name} came through a pipe: pipe it again, or name its file with "
        f"{elsewhere}"
    )
    saved = [os.path.realpath(path) for path in outputs]

    def read(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        gone = [source for source in sources if source != "-" and not Path(source).exists()]
        if gone:
            raise CorpusError(
                f"the text of run {name} is gone from {gone[0]}: {elsewhere} names where it is now"
            )
        if "-" in sources and (sys.stdin is None or sys.stdin.isatty()):
            raise CorpusError(pipe_again)
        texts = without(sources, saved, settings)
        try:
            return open_corpus(texts, settings, progress=progress, stop=stop)
        except CorpusError as error:
            if "-" not in sources:
                raise
            raise CorpusError(f"{error}: {pipe_again}") from error

    return read


@dataclass(frozen=True, kw_only=True)
class Replay:
    """All that a `Run` needs to repeat one from its beginning to its newest checkpoint."""

    record: RunRecord
    checkpoint: Checkpoint
    script: Script
    folder: Path

    @property
    def exact(self) -> bool:
        """Whether the same bits are to be expected."""
        if self.record.training.deterministic:
            return True
        settings = [self.record.settings, *(one.settings for one in self.script.changes)]
        return all(one is None or one.workers == 1 for one in settings)

    def check(self, corpus: EncodedCorpus) -> None:
        """
        Raises:
            RunError: the text is another than the run's; the message says how it differs.
        """
        if fingerprint(corpus) != self.record.fingerprint:
            words, counts = read_vocab(self.folder)
            raise RunError(
                "a run is repeated on its own text: "
                f"{_difference(self.record, words, counts, corpus)}"
            )


def replay_of(folder: Path) -> Replay:
    """What repeats a run.

    Raises:
        RunError: it has no checkpoint to compare with, or went on with another text.
        DamagedRunError: what was kept of it cannot be read.
    """
    record = RunRecord.read(folder)
    if record.parent is not None:
        raise RunError(
            f"run {folder.name} began with the vectors of {record.parent}: it cannot be repeated"
        )
    checkpoint, spoiled = newest_whole(folder)
    if checkpoint is None:
        why = next(iter(spoiled.values()), "it ended before one was due")
        raise RunError(f"run {folder.name} has no checkpoint to compare with: {why}")
    return Replay(
        record=record,
        checkpoint=checkpoint,
        script=Script(changes=tuple(changes_in(checkpoint.events)), stop_at=checkpoint.clock),
        folder=folder,
    )


def largest_difference(
    one: Mapping[str, NDArray[np.float32]], other: Mapping[str, NDArray[np.float32]]
) -> float:
    """The largest difference between two runs' vectors; 0 only where they have the same bits."""
    if one.keys() != other.keys():
        return float("inf")
    most = 0.0
    for name, matrix in one.items():
        if matrix.shape != other[name].shape:
            return float("inf")
        for first in range(0, len(matrix), 4096):
            rows = slice(first, first + 4096)
            if matrix[rows].tobytes() != other[name][rows].tobytes():
                apart = float(np.abs(matrix[rows] - other[name][rows]).max())
                most = max(most, apart, float(np.finfo(np.float32).tiny))
    return most


# ---- what is kept


def _still_there(paths: Sequence[str]) -> list[str]:
    """Files of questions that can be asked again."""
    return [path for path in paths if Path(path).exists()]


def _gone_questions(record: RunRecord) -> list[str]:
    paths = (*record.pairs, *record.analogies)
    there = _still_there(paths)
    return [f"{path} is gone: its questions are not asked" for path in paths if path not in there]


# ---- what differs


def _check_training(record: RunRecord, wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        now = getattr(record.training, name)
        if value != now:
            raise RunError(f"{name} is {now} and fixed for a run, got {value}: train a new one")


def _settings_difference(before: Any, after: Any) -> list[str]:
    """`window 5 -> 8` for each setting of two dataclasses that differs."""
    return [
        f"{one.name} {getattr(before, one.name)} \N{RIGHTWARDS ARROW} {getattr(after, one.name)}"
        for one in dataclasses.fields(before)
        if getattr(before, one.name) != getattr(after, one.name)
    ]


def _difference(
    record: RunRecord, words: list[str], counts: NDArray[np.int64], corpus: EncodedCorpus
) -> str:
    parts = []
    if len(corpus.ids) != record.n_tokens:
        parts.append(f"{record.n_tokens:,} tokens then, {len(corpus.ids):,} now")
    now = dict(zip(corpus.vocab.words, corpus.vocab.counts.tolist(), strict=True))
    then = dict(zip(words, counts.tolist(), strict=True))
    new, gone = len(now.keys() - then.keys()), len(then.keys() - now.keys())
    if new or gone:
        parts.append(f"words: {new:,} new, {gone:,} gone")
    other = sum(now[word] != count for word, count in then.items() if word in now)
    if other:
        parts.append(f"words that occur more or less often: {other:,}")
    return ", ".join(parts) or "the same words in another order"


def _change_after(
    checkpoint: Checkpoint,
    pending: Sequence[Event],
    wanted: ResolvedSettings,
    named: dict[str, Any],
) -> Event:
    """The change that brings wanted settings into force where a run goes on, or as soon as those
    that are made again are in force.
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


def _aligned(
    checkpoint: Checkpoint, words: list[str], corpus: EncodedCorpus
) -> dict[str, NDArray[np.float32]]:
    """The vectors in the order of another vocabulary."""
    size = checkpoint.training.vector_size
    place = {word: row for row, word in enumerate(words)}
    rows = np.array([place.get(word, -1) for word in corpus.vocab.words], dtype=np.int64)
    known = rows >= 0
    random = np.random.default_rng((checkpoint.training.seed, checkpoint.clock))
    inputs = (random.random((len(rows), size), dtype=np.float32) - np.float32(0.5)) / size
    found = {"input_vectors": inputs.astype(np.float32)}
    if "output_vectors" in checkpoint.vectors:
        found["output_vectors"] = np.zeros((len(rows), size), np.float32)
    for name, matrix in found.items():
        matrix[known] = checkpoint.vectors[name][rows[known]]
    return found
