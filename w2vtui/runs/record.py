"""The folder of a run, and the folder of all runs.

run.json        what was asked for, and what the text was          sealed
vocab.json      the words and their counts                         sealed
events.jsonl    what happened, live changes above all              a checksum a line
metrics.jsonl   losses, speed, scores
status.json     where it stands, for `w2vtui runs`
checkpoints/    the newest two
lock            held by the process that is at work on it
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import DamagedRunError, DiskError, RunError
from w2vtui.formats.atomic import atomic_write, check_target, disk_error
from w2vtui.resources import user_folder
from w2vtui.runs.disk.checked_json import (
    NOT_AS_WRITTEN,
    content_of,
    dumped,
    loaded,
    read_sealed,
    write_sealed,
)
from w2vtui.runs.disk.checkpoint_files import FOLDER, generations, newest_whole, read_manifest
from w2vtui.runs.disk.dataclass_json import from_plain
from w2vtui.runs.disk.journal import EVENTS, METRICS
from w2vtui.runs.disk.lock import NAME as LOCK
from w2vtui.runs.disk.lock import RunLock, in_use
from w2vtui.runs.request import RunRequest
from w2vtui.settings import CorpusSettings, ResolvedSettings, RunSettings, TrainingSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.snapshot import ENDED, State
from w2vtui.vectors import KeyedVectors

RECORD = "run.json"
VOCAB = "vocab.json"
STATUS = "status.json"
_MOST_VOCAB_BYTES = 1 << 32
_DRAFT = ".tmp"


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
        write_sealed(folder / RECORD, "run", dataclasses.asdict(self))

    @classmethod
    def read(cls, folder: Path) -> RunRecord:
        """The record of a run.

        Raises:
            DamagedRunError: it is missing or damaged.
        """
        body = read_sealed(folder / RECORD, "run")
        try:
            return from_plain(cls, body)
        except NOT_AS_WRITTEN as error:
            raise DamagedRunError(
                f"{folder / RECORD} is no run as it was written: {error}"
            ) from error


def write_vocab(folder: Path, words: Sequence[str], counts: NDArray[np.int64]) -> None:
    """Write the words of a run.

    Raises:
        DiskError: they cannot be written.
    """
    write_sealed(folder / VOCAB, "vocabulary", {"words": list(words), "counts": counts.tolist()})


def read_vocab(folder: Path) -> tuple[list[str], NDArray[np.int64]]:
    """The words of a run and their counts (V,).

    Raises:
        DamagedRunError: the file is missing or damaged.
    """
    body = read_sealed(folder / VOCAB, "vocabulary", _MOST_VOCAB_BYTES)
    try:
        words, counts = body["words"], body["counts"]
        if not (isinstance(words, list) and isinstance(counts, list)):
            raise TypeError("words or counts are no lists")
        if len(words) != len(counts) or len(set(words)) != len(words):
            raise ValueError("words and counts do not belong together")
        if not all(type(word) is str for word in words):
            raise TypeError("a word is no text")
        if not all(type(count) is int for count in counts):
            raise TypeError("a count is no number")
        return words, np.array(counts, dtype=np.int64)
    except NOT_AS_WRITTEN as error:
        raise DamagedRunError(f"{folder / VOCAB} is no vocabulary: {error}") from error


def check_words(folder: Path, words: Sequence[str], checkpoint: Checkpoint) -> None:
    """
    Raises:
        DamagedRunError: the words of a run do not belong to the vectors.
    """
    n_vectors = len(checkpoint.vectors["input_vectors"])
    if len(words) != n_vectors:
        raise DamagedRunError(f"{folder} has {len(words):,} words and {n_vectors:,} vectors")


def kept_vectors(folder: Path) -> tuple[KeyedVectors, Checkpoint, list[str]]:
    """The vectors of a run's newest whole checkpoint, that, and what is wrong with newer ones.

    Raises:
        RunError: it has no checkpoint.
        DamagedRunError: what was kept of it cannot be read.
    """
    checkpoint, spoiled = newest_whole(folder)
    troubles = list(spoiled.values())
    if checkpoint is None:
        if troubles:
            raise DamagedRunError(f"no checkpoint of run {folder.name} is whole: {troubles[0]}")
        raise RunError(f"run {folder.name} has no checkpoint: there are no vectors to save")
    words, counts = read_vocab(folder)
    check_words(folder, words, checkpoint)
    vectors = KeyedVectors(words, checkpoint.vectors["input_vectors"], counts=counts)
    return vectors, checkpoint, troubles


# ---- all runs


def runs_folder(named: str | None = None) -> Path:
    """Where runs are kept: as named, or in the user's data folder.

    Raises:
        RunError: none is named, and the user has no home folder.
    """
    if named:
        return Path(named).expanduser().absolute()
    folder = user_folder("data")
    if folder is None:
        raise RunError("there is no home folder to keep runs in: --runs-dir names another place")
    return folder / "runs"


def is_there(path: Path) -> bool:
    """Whether something is at a path; what may not be looked at is not."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def check_place(root: Path) -> None:
    """Find out before a training that no run can be kept in a folder, which need not be there yet.

    Raises:
        DiskError: it is no folder, or cannot be written to.
    """
    there = next(path for path in (root, *root.parents) if is_there(path))
    if not there.is_dir():
        raise DiskError(f"runs cannot be kept in {root}: {there} is a file: name a folder")
    check_target(draft_beside(there / RECORD))


def all_runs(root: Path) -> list[Path]:
    """The folders of all runs, damaged ones too, newest first.

    Raises:
        RunError: the folder of all runs cannot be read.
    """
    try:
        found = [path for path in root.iterdir() if path.name[0] != "." and _is_run(path)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunError(f"runs cannot be looked for in {root}: {error.strerror}") from error
    return sorted(found, key=_changed, reverse=True)


def _is_run(path: Path) -> bool:
    """Whether a folder is a run's, or what is left of one."""
    try:
        return path.is_dir() and any((path / name).exists() for name in (RECORD, FOLDER, EVENTS))
    except OSError:  # it may be; what can be read of it is told
        return True


def find_run(root: Path, name: str) -> Path:
    """The run that a name means: its own, a part of it that no other has, `last`, or a path.

    Raises:
        RunError: there is none, or several.
    """
    runs = all_runs(root)
    named = {path.name: path for path in runs}
    if name == "last" and runs:
        return runs[0]
    if name in named:
        return named[name]
    path = Path(name).expanduser()
    if os.sep in name and _is_run(path):
        return path.absolute()
    parts = [path for path in runs if name and name in path.name]
    if len(parts) == 1:
        return parts[0]
    shown = safe_text(name, 80)
    if parts:
        several = ", ".join(path.name for path in parts[:5]) + (", ..." if parts[5:] else "")
        raise RunError(f"'{shown}' may be {several}: give more of the name")
    near = difflib.get_close_matches(name, list(named), n=1, cutoff=0.4)
    hint = f": did you mean {near[0]}?" if near else f": w2vtui runs lists those in {root}"
    raise RunError(f"there is no run '{shown}'{hint}")


def remove_run(folder: Path) -> None:
    """Remove a run and all that was kept of it.

    Raises:
        RunError: a process is at work on it.
        DiskError: it cannot be removed.
    """
    lock = RunLock(folder)
    try:
        draft = folder.rename(draft_beside(folder))  # out of sight at once, then file by file
        try:
            (draft / RECORD).unlink(missing_ok=True)
        except OSError:  # nothing may be removed
            draft.rename(folder)
            raise
        _remove_draft(draft)
    except OSError as error:
        raise disk_error(folder, error) from error
    finally:
        lock.release()


def draft_beside(folder: Path) -> Path:
    """A place for what is to become a run or has ceased to be one; no list of runs shows it."""
    return folder.with_name(f".{token_hex(6)}{_DRAFT}")


def sweep(root: Path, run: Path) -> None:
    """Remove what killed processes left half written or half removed, beside a run and in it; what
    cannot be removed stays.
    """
    for draft in root.glob(f".*{_DRAFT}"):
        with suppress(OSError):  # another user's, or another process was faster
            if (draft / LOCK).exists() and not in_use(draft):
                _remove_draft(draft)
    for temporary in run.glob(f".w2vtui-*{_DRAFT}"):
        with suppress(OSError):
            temporary.unlink()


def _remove_draft(draft: Path) -> None:
    """Remove a draft, its lock last: by it a draft is known for one that nobody is at work on."""
    for path in draft.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()
    shutil.rmtree(draft)


# ---- where a run stands


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStatus:
    """Where a run stands, as far as its folder tells."""

    name: str
    folder: str
    state: str
    """`training` ... as in a snapshot, `interrupted`, `not kept` where it is over without a
    checkpoint, or `damaged`.
    """
    fraction: float = 0.0
    tokens: int = 0
    tokens_planned: int = 0
    seconds: float = 0.0
    probe_loss: float | None = None
    words_per_second: float = 0.0
    checkpoint_tokens: int | None = None
    """Of the newest checkpoint."""
    created: float = 0.0
    changed: float = 0.0
    """When something was last written, in seconds since 1970."""
    text: str = ""
    model: str = ""
    objective: str = ""
    output: str | None = None
    error: str | None = None

    @property
    def can_resume(self) -> bool:
        """Whether there is training left to go on with."""
        return self.checkpoint_tokens is not None and self.state not in (*ACTIVE, "done", "damaged")


ACTIVE = ("preparing", "training", "paused", "stopping", "finishing")


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveStatus:
    """What a run at work says of itself."""

    state: State
    tokens: int
    tokens_planned: int
    seconds: float
    words_per_second: float
    probe_loss: float | None
    error: str | None
    pid: int

    def write(self, folder: Path) -> None:
        """Write it to a run's folder.

        Raises:
            DiskError: it cannot be written.
        """
        with atomic_write(folder / STATUS) as file:
            file.write(dumped(dataclasses.asdict(self)) + b"\n")

    @classmethod
    def read(cls, folder: Path) -> LiveStatus | None:
        """What a run said last; None where it said nothing that can be read."""
        try:
            return from_plain(cls, loaded(content_of(folder / STATUS)))
        except NOT_AS_WRITTEN:
            return None


def status_of(folder: Path) -> RunStatus:
    """Where a run stands; never an error, since one damaged run must not hide the others."""
    changed = _changed(folder)
    try:
        record = RunRecord.read(folder)
    except DamagedRunError as error:
        return RunStatus(
            name=folder.name, folder=str(folder), changed=changed, state="damaged", error=str(error)
        )
    kept, trouble = _newest_manifest(folder)
    said = LiveStatus.read(folder) or (_as_kept(kept) if kept else None)
    state: str = said.state if said else "interrupted"
    if state in ACTIVE and not in_use(folder):
        state = "interrupted"
        said = _as_kept(kept) if kept else said  # what came after the checkpoint is lost
    if state in ENDED and kept is None:
        state = "not kept" if trouble is None else "damaged"
    settings = kept.settings if kept else record.settings
    status = RunStatus(
        name=folder.name,
        folder=str(folder),
        changed=changed,
        state=state,
        checkpoint_tokens=kept.clock if kept else None,
        created=record.created,
        text=record.corpus_name,
        model=settings.model,
        objective=settings.objective,
        output=record.output,
        error=trouble,
    )
    if said is None:
        return status
    return dataclasses.replace(
        status,
        fraction=said.tokens / said.tokens_planned if said.tokens_planned > 0 else 0.0,
        tokens=said.tokens,
        tokens_planned=said.tokens_planned,
        seconds=said.seconds,
        probe_loss=said.probe_loss,
        words_per_second=said.words_per_second if state in ACTIVE else 0.0,
        error=said.error or trouble,
    )


def _as_kept(kept: Checkpoint) -> LiveStatus:
    """Where a run stood at its checkpoint."""
    return LiveStatus(
        state=kept.state,
        tokens=kept.clock,
        tokens_planned=kept.schedule.planned,
        seconds=kept.seconds,
        words_per_second=0.0,
        probe_loss=kept.probe.loss if kept.probe else None,
        error=None,
        pid=0,
    )


def _newest_manifest(folder: Path) -> tuple[Checkpoint | None, str | None]:
    """The newest checkpoint whose manifest is whole, and what is wrong with newer ones."""
    trouble = None
    try:
        found = generations(folder)
    except DamagedRunError as error:
        return None, str(error)
    for generation in found:
        try:
            return read_manifest(generation), trouble
        except DamagedRunError as error:
            trouble = str(error)
    return None, trouble


def _changed(folder: Path) -> float:
    """When something of a run was last written."""
    times = [0.0]
    for name in (RECORD, EVENTS, METRICS, STATUS, FOLDER):
        try:
            times.append((folder / name).stat().st_mtime)
        except OSError:
            continue
    return max(times)
