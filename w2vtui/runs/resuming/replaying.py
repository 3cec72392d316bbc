"""Replays a saved run from its beginning to its newest checkpoint.

Exact with one worker, or with any number under `deterministic`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import (
    RunError,
)
from w2vtui.runs.agreement import check_record, check_text
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.disk.journal import changes_in
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.record import RunRecord
from w2vtui.runs.resuming.text_changes import describe_difference
from w2vtui.runs.words import read_vocab
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.script import Script


@dataclass(frozen=True, kw_only=True)
class Replay:
    """Everything that a `Run` needs to replay a saved one up to its newest checkpoint."""

    record: RunRecord
    checkpoint: Checkpoint
    script: Script
    folder: Path

    @property
    def exact(self) -> bool:
        """Whether the replay is expected to give the same bits: on a GPU it is not."""
        if {self.record.request.training.device, self.checkpoint.training.device} != {"cpu"}:
            return False
        if self.record.request.training.deterministic:
            return True
        settings = [self.record.settings, *(one.settings for one in self.script.changes)]
        return all(one is None or one.workers == 1 for one in settings)

    def check(self, corpus: EncodedCorpus) -> None:
        """
        Raises:
            RunError: the text is not that of the run; the message says how it differs.
        """
        if fingerprint(corpus) != self.record.fingerprint:
            words, counts = read_vocab(self.folder)
            raise RunError(
                "a run is replayed on its own text: "
                f"{describe_difference(self.record, words, counts, corpus)}"
            )
        check_text(self.folder, self.record, corpus)


def replay_of(folder: Path) -> Replay:
    """Prepare to replay a run.

    Raises:
        RunError: it has no checkpoint to compare with, or was resumed with another text.
        DamagedRunError: what was saved of it cannot be read.
    """
    record = RunRecord.read(folder)
    if record.parent is not None:
        raise RunError(
            f"run {folder.name} began with the vectors of {record.parent}: it cannot be replayed"
        )
    checkpoint, spoiled = newest_intact(folder)
    if checkpoint is None:
        why = next(iter(spoiled.values()), "it ended before one was due")
        raise RunError(f"run {folder.name} has no checkpoint to compare with: {why}")
    check_record(folder, record, checkpoint)
    script = Script(
        changes=tuple(changes_in(checkpoint.events)),
        cuts=tuple(sorted({one.tokens for one in checkpoint.events if one.cuts_round})),
        stop_at=checkpoint.clock,
    )
    return Replay(
        record=record,
        checkpoint=checkpoint,
        script=script,
        folder=folder,
    )


def largest_difference(
    one: Mapping[str, NDArray[np.float32]], other: Mapping[str, NDArray[np.float32]]
) -> float:
    """The largest difference between two runs' vectors; 0 only if all bits are the same."""
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
