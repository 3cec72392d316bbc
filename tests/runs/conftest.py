"""A run folder with checkpoints and a journal."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.run_folders import change, small_checkpoint, small_record
from w2vtui.runs.disk.checkpoint_files import (
    write_checkpoint,
)
from w2vtui.runs.disk.journal import (
    EVENTS,
    LineFile,
    event_line,
)
from w2vtui.runs.record import write_vocab


@pytest.fixture
def run(tmp_path):
    """A run's folder with two checkpoints, of 100 and 200 tokens, and a journal."""
    folder = tmp_path / "runs" / "text-brisk-otter"
    folder.mkdir(parents=True)
    small_record().write(folder)
    write_vocab(folder, ["a", "b", "\udc80"], np.array([3, 2, 1]))
    for clock in (100, 200):
        write_checkpoint(folder, small_checkpoint(clock))
    LineFile(folder / EVENTS).append([event_line(change(1, 50)), event_line(change(2, 250))])
    return folder
