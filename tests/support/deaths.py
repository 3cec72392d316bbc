"""Deaths at a checkpoint: of a process that kills itself there, however busy the machine is."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Collection
from itertools import count
from pathlib import Path
from unittest.mock import patch

from w2vtui.runs.disk import checkpoint_files
from w2vtui.runs.disk.checkpoint_files import write_checkpoint
from w2vtui.runs.disk.inside import OpenFolder
from w2vtui.runs.recording import recorder
from w2vtui.training.state.checkpoint import Checkpoint


def doom(fate: str, number: int, seconds: float) -> None:
    """Let this process, which trains a run, be killed.

    fate      `at birth`: when it is about to write its first checkpoint, at the latest;
              `draft`: while one is half written; `checkpoint`: when one has just been written.
              Others are not met here
    number    of that checkpoint in this process, from 0; the last one of the run at the latest
    seconds   from where the draft begins, or the checkpoint is written, to the kill
    """
    if fate == "at birth":
        _die_before_the_first()
    elif fate == "draft":
        _die_in_a_draft(number, seconds)
    elif fate == "checkpoint":
        _die_after_one(number, seconds)


def _die_before_the_first() -> None:

    def write(run: Path, checkpoint: Checkpoint, spoiled: Collection[Path] = ()) -> Path:
        _die()
        raise AssertionError

    patch.object(recorder, "write_checkpoint", write).start()


def _die_in_a_draft(number: int, seconds: float) -> None:
    write, numbers = checkpoint_files._write_draft, count()

    def write_draft(parent: OpenFolder, draft: Path, checkpoint: Checkpoint) -> None:
        dies = next(numbers) == number or checkpoint.reason == "done"
        if dies:
            threading.Thread(target=_die_beside, args=(draft, seconds), daemon=True).start()
        write(parent, draft, checkpoint)
        if dies:  # it is whole, and has its temporary name
            _die()

    patch.object(checkpoint_files, "_write_draft", write_draft).start()


def _die_after_one(number: int, seconds: float) -> None:
    numbers = count()

    def write_and_die(run: Path, checkpoint: Checkpoint, spoiled: Collection[Path] = ()) -> Path:
        written = write_checkpoint(run, checkpoint, spoiled)
        if next(numbers) == number or checkpoint.reason == "done":
            time.sleep(seconds)
            _die()
        return written

    patch.object(recorder, "write_checkpoint", write_and_die).start()


def _die_beside(draft: Path, seconds: float) -> None:
    """Kill this process some seconds after a draft is there."""
    while not draft.exists():
        time.sleep(0.0001)
    time.sleep(seconds)
    _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
