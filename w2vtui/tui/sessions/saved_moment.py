"""The moment of a run whose vectors are saved: now, or that of its checkpoint once it diverged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from w2vtui.errors import DivergedError, W2vtuiError
from w2vtui.training.state.snapshot import Snapshot

if TYPE_CHECKING:
    from w2vtui.training.watched_run import WatchedRun
    from w2vtui.vectors import WordVectors


class SavedMoment(NamedTuple):
    """Vectors of a run, and when it had them."""

    vectors: WordVectors
    tokens: int
    """Training tokens seen by then."""
    remark: str = ""
    """What to say of the moment, unless it is the present one."""


def moment_to_save(run: WatchedRun, shot: Snapshot, folder: Path | None) -> SavedMoment:
    """The vectors to save of a run: of one that has diverged, whose own are not numbers any more,
    those of its newest checkpoint. Reads files: not for the thread that draws.

    folder   where the run is saved, if it is

    Raises:
        W2vtuiError: there are none.
    """
    if not isinstance(shot.error, DivergedError):
        return SavedMoment(run.trained.vectors(), shot.progress.tokens)
    if folder is None:
        raise W2vtuiError("the run has diverged, and has no checkpoint whose vectors to save")
    from w2vtui.runs.agreement import checkpoint_vectors  # loads NumPy

    vectors, checkpoint, _ = checkpoint_vectors(folder)
    return SavedMoment(
        vectors, checkpoint.clock, f", as of the checkpoint at {checkpoint.clock:,} tokens"
    )
