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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import DamagedRunError, RunError
from w2vtui.formats.atomic import atomic_write
from w2vtui.resources import user_folder
from w2vtui.runs.generations import FOLDER, generations, newest_whole, read_manifest
from w2vtui.runs.journal import EVENTS, METRICS
from w2vtui.runs.lock import in_use
from w2vtui.runs.sealed import NOT_AS_WRITTEN, dumped, loaded, read_sealed, write_sealed
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.checkpoint import Checkpoint
from w2vtui.training.schedule import Schedule
from w2vtui.training.snapshot import ENDED
from w2vtui.vectors import KeyedVectors

RECORD = "run.json"
VOCAB = "vocab.json"
STATUS = "status.json"
_DIGEST_LENGTH = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """What a run was asked for, and the text it is about."""

    created: float
    """Seconds since 1970."""
    sources: tuple[str, ...]
    """As absolute paths; `-` is standard input."""
    corpus_settings: CorpusSettings
    training: TrainingSettings
    settings: LiveSettings
    """At its beginning, every `auto` resolved."""
    schedule: Schedule
    """At its beginning."""
    corpus_name: str
    n_words: int
    n_tokens: int
    fingerprint: str
    """sha256 of the encoded text."""
    output: str | None = None
    """Where the vectors are to go."""
    pairs: tuple[str, ...] = ()
    analogies: tuple[str, ...] = ()
    breakpoints: tuple[tuple[str, bool], ...] = ()
    """Conditions that were waited for at its beginning, and whether each ends it."""
    parent: str | None = None
    """The run whose vectors it began with, on another text."""

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
            of_class = {
                "corpus_settings": CorpusSettings,
                "training": TrainingSettings,
                "settings": LiveSettings,
                "schedule": Schedule,
            }
            for name, kind in of_class.items():
                body[name] = kind(**body[name])
            for name in ("sources", "pairs", "analogies"):
                body[name] = tuple(body[name])
            body["breakpoints"] = tuple((text, ends) for text, ends in body["breakpoints"])
            return cls(**body)
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
    body = read_sealed(folder / VOCAB, "vocabulary")
    try:
        words, counts = body["words"], np.array(body["counts"], dtype=np.int64)
        if len(words) != len(counts) or not all(isinstance(word, str) for word in words):
            raise ValueError("words and counts do not belong together")
    except NOT_AS_WRITTEN as error:
        raise DamagedRunError(f"{folder / VOCAB} is no vocabulary: {error}") from error
    return words, counts


def kept_vectors(folder: Path) -> tuple[KeyedVectors, Checkpoint, list[str]]:
    """The vectors of a run's newest whole checkpoint, that, and what is wrong with newer ones.

    Raises:
        RunError: it has no checkpoint.
        DamagedRunError: what was kept of it cannot be read.
    """
    checkpoint, troubles = newest_whole(folder)
    if checkpoint is None:
        damage = f": {troubles[0]}" if troubles else ""
        raise RunError(f"run {folder.name} has no checkpoint: there are no vectors to save{damage}")
    words, counts = read_vocab(folder)
    matrix = checkpoint.vectors.get("input_vectors")
    if matrix is None or len(matrix) != len(words):
        raise DamagedRunError(f"{folder}: the checkpoint has no vectors for its {len(words)} words")
    return KeyedVectors(words, matrix, counts=counts), checkpoint, troubles


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


def all_runs(root: Path) -> list[Path]:
    """The folders of all runs, newest first."""
    try:
        found = [
            path for path in root.iterdir() if (path / RECORD).is_file() and path.name[0] != "."
        ]
    except OSError:
        return []
    return sorted(found, key=_changed, reverse=True)


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
    if os.sep in name and (path / RECORD).is_file():
        return path.absolute()
    parts = [path for path in runs if name and name in path.name]
    if len(parts) == 1:
        return parts[0]
    shown = safe_text(name, 80)
    if parts:
        several = ", ".join(path.name for path in parts[:5])
        raise RunError(f"'{shown}' may be {several}: give more of the name")
    near = difflib.get_close_matches(name, list(named), n=1, cutoff=0.4)
    hint = f": did you mean {near[0]}?" if near else f": w2vtui runs lists those in {root}"
    raise RunError(f"there is no run '{shown}'{hint}")


def remove_run(folder: Path) -> None:
    """Remove a run and all that was kept of it.

    Raises:
        RunError: a process is at work on it.
    """
    if in_use(folder):
        raise RunError(f"run {folder.name} is in use: stop it first")
    shutil.rmtree(folder)


# ---- where a run stands


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStatus:
    """Where a run stands, as far as its folder tells."""

    name: str
    folder: str
    state: str
    """`training` ... as in a snapshot, `interrupted`, or `damaged`."""
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


def write_status(folder: Path, status: dict[str, Any]) -> None:
    """Say where a run stands.

    Raises:
        DiskError: it cannot be written.
    """
    with atomic_write(folder / STATUS) as file:
        file.write(dumped(status) + b"\n")


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
    live = _live_status(folder)
    state = str(live.get("state", kept.state if kept else "interrupted"))
    if state in ACTIVE and not in_use(folder):
        state = "interrupted"
        live = {} if kept else live  # what came after the checkpoint is lost
    if kept is not None:
        live = {
            "tokens": kept.clock,
            "tokens_planned": kept.schedule.planned,
            "seconds": kept.seconds,
            "probe_loss": kept.probe.loss if kept.probe else None,
        } | live
    planned = int(live.get("tokens_planned") or 0)
    tokens = int(live.get("tokens") or 0)
    return RunStatus(
        name=folder.name,
        folder=str(folder),
        changed=changed,
        state=state,
        fraction=tokens / planned if planned else 0.0,
        tokens=tokens,
        tokens_planned=planned,
        seconds=float(live.get("seconds") or 0.0),
        probe_loss=live.get("probe_loss"),
        words_per_second=float(live.get("words_per_second") or 0.0) if state in ACTIVE else 0.0,
        checkpoint_tokens=kept.clock if kept else None,
        created=record.created,
        text=record.corpus_name,
        model=kept.settings.model if kept else record.settings.model,
        objective=kept.settings.objective if kept else record.settings.objective,
        output=record.output,
        error=live.get("error") or trouble,
    )


def _newest_manifest(folder: Path) -> tuple[Checkpoint | None, str | None]:
    """The newest checkpoint whose manifest is whole, and what is wrong with newer ones."""
    trouble = None
    for generation in generations(folder):
        try:
            return read_manifest(generation), trouble
        except DamagedRunError as error:
            trouble = str(error)
    return None, trouble


def _live_status(folder: Path) -> dict[str, Any]:
    try:
        live = loaded((folder / STATUS).read_bytes())
        return live if isinstance(live, dict) and live.get("state") in (*ACTIVE, *ENDED) else {}
    except NOT_AS_WRITTEN:
        return {}


def _changed(folder: Path) -> float:
    """When something of a run was last written."""
    times = [0.0]
    for name in (RECORD, EVENTS, METRICS, STATUS, FOLDER):
        try:
            times.append((folder / name).stat().st_mtime)
        except OSError:
            continue
    return max(times)
