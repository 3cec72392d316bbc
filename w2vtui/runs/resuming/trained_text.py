"""The text that a saved run was trained on, encoded: as it is on disk, or as the cache has it. And
which of it was trained with which settings.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from pathlib import Path

from w2vtui.corpus import EncodedCorpus, ReadingProgress
from w2vtui.corpus.stored.cache import stored
from w2vtui.errors import ChangedTextError, CorpusError, RunError
from w2vtui.exploring.why_near.reasons import TaughtBy
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.disk.journal import changes_in
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.record import RunRecord
from w2vtui.runs.resuming.text_changes import describe_difference, text_of_run
from w2vtui.runs.words import read_vocab
from w2vtui.training.engine.trained_text import Stint, TrainedText
from w2vtui.training.preparing import hold_out
from w2vtui.training.state.checkpoint import Checkpoint


def trained_text(
    folder: Path,
    sources: Sequence[str] = (),
    progress: ReadingProgress | None = None,
    stop: threading.Event | None = None,
) -> tuple[EncodedCorpus, str]:
    """The encoded text of a run, and a remark where it is not simply that.

    sources   where the text is now, if not where it was. Another text is taken too, with a remark

    A text that is gone or has changed is answered for by the cache, if it still has what was
    trained.

    Raises:
        CorpusError: the text is gone, or cannot be read.
        ChangedTextError: it is another one.
        DamagedRunError: what was saved of the run cannot be read.
        DiskError: the encoded text cannot be written.
        ReadingStopped: the event was set.
    """
    record = RunRecord.read(folder)
    asked = record.own_request
    if sources:
        asked = dataclasses.replace(asked, sources=tuple(sources))
    read = text_of_run(folder, asked, record.request.outputs, "why")
    progress, stop = progress or ReadingProgress(), stop or threading.Event()
    try:
        corpus = read(progress, stop)
    except CorpusError as error:
        if sources or (kept := kept_text(record, progress, stop)) is None:
            raise
        return kept, f"{error}; the copy in the cache answers"
    if fingerprint(corpus) == record.fingerprint:
        return corpus, ""
    difference = describe_difference(record, *read_vocab(folder), corpus)
    if sources:
        return corpus, (
            f"{corpus.name} is not the text that run {folder.name} was trained on ({difference}): "
            "the answer is about this one"
        )
    if (kept := kept_text(record, progress, stop)) is not None:
        return kept, (
            f"the text of run {folder.name} has changed ({difference}): "
            "the copy in the cache, as it was trained, answers"
        )
    raise ChangedTextError(
        f"the text of run {folder.name} has changed: {difference}; --corpus names where it is as "
        "it was trained, or another text to answer from",
        difference,
    )


def taught_by_run(folder: Path) -> TaughtBy:
    """The text of a saved run from the cache, and the settings of its newest checkpoint.

    Raises:
        CorpusError: the cache does not have it.
        RunError: the run has no checkpoint.
        DamagedRunError: what was saved of the run cannot be read.
    """
    corpus = cached_text(folder)
    checkpoint, _ = newest_intact(folder)
    if checkpoint is None:
        raise RunError(f"run {folder.name} has no intact checkpoint, which has its settings")
    return TaughtBy(corpus, checkpoint.training, checkpoint.settings)


def cached_text(folder: Path) -> EncodedCorpus:
    """The encoded text of a saved run from the cache.

    Raises:
        CorpusError: the cache does not have it.
        DamagedRunError: what was saved of the run cannot be read.
    """
    corpus = kept_text(RunRecord.read(folder), ReadingProgress())
    if corpus is None:
        raise CorpusError(
            f"the encoded text of run {folder.name} is not in the cache: "
            f"`w2vtui why {folder.name} WORD WORD` reads the text again, and then it is"
        )
    return corpus


def text_until(folder: Path, checkpoint: Checkpoint) -> TrainedText:
    """What a saved run has trained from its beginning to a checkpoint of it.

    Raises:
        CorpusError: the cache does not have its text.
        RunError, DamagedRunError: as `stints_of` raises.
    """
    stints, corpus = stints_of(folder, checkpoint), cached_text(folder)
    return TrainedText(
        corpus=corpus,
        seed=checkpoint.training.seed,
        order=hold_out(corpus, checkpoint.training)[1],
        stints=stints,
        tokens=checkpoint.clock,
    )


def stints_of(folder: Path, checkpoint: Checkpoint) -> tuple[Stint, ...]:
    """The settings of a saved run from its beginning to a checkpoint of it, in order.

    Raises:
        RunError: it began on another text, of which it does not know how much was trained.
        DamagedRunError: what was saved of it cannot be read.
    """
    record = RunRecord.read(folder)
    if record.parent is not None:
        raise RunError(
            f"run {folder.name} began with the vectors of {record.parent}, on another text: what "
            "it has trained of its own is known while it trains only"
        )
    changes = [(one.tokens, one.settings) for one in changes_in(checkpoint.events)]
    later = (Stint(clock, settings) for clock, settings in changes if settings is not None)
    return (Stint(0, record.settings), *later)


def kept_text(
    record: RunRecord, progress: ReadingProgress, stop: threading.Event | None = None
) -> EncodedCorpus | None:
    """The encoded text of a run from the cache, whatever has become of its files; None if the cache
    no longer has it.

    Raises:
        ReadingStopped: the event was set.
    """
    texts = stored(record.n_tokens, record.corpus_name, progress, stop)
    return next((text for text in texts if fingerprint(text) == record.fingerprint), None)
