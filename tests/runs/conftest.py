"""Run folders: one written by hand, and those of runs that were trained."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.support.run_folders import change, small_checkpoint, small_record
from tests.support.wait import DEADLINE
from w2vtui.corpus import open_corpus
from w2vtui.runs.disk.checkpoint_files import (
    write_checkpoint,
)
from w2vtui.runs.disk.journal import (
    EVENTS,
    LineFile,
    event_line,
)
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.recording.run_folder import RunFolder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.words import write_vocab
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.run import Run
from w2vtui.training.state.script import Script

TRAINING = {"vector_size": 8, "seed": 3}
LIVE = {"epochs": 20, "workers": 1}


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


@pytest.fixture
def root():
    return Path(os.environ["W2VTUI_RUNS_DIR"])


@pytest.fixture
def train_run(root):
    """Train on a text, up to a token if one is named, and save the run; `steer` is called while it
    trains.
    """

    def train(
        text,
        *,
        stop_at=None,
        steer=None,
        deterministic=False,
        device="cpu",
        checkpoint_seconds=0.1,
        **live,
    ) -> Path:
        settings = CorpusSettings(min_count=1)
        request = RunRequest(sources=(str(text),), corpus_settings=settings)
        store = Recorder(request, RunFolder(root))
        run = Run(
            lambda progress, stop: open_corpus([str(text)], settings, progress=progress),
            TrainingSettings(**TRAINING, deterministic=deterministic, device=device),
            LiveSettings(**(LIVE | live)),
            looks_at_vectors=False,
            store=store,
            checkpoint_seconds=checkpoint_seconds,
            script=Script(stop_at=stop_at),
        )
        store.follow(run.snapshot)
        run.start()
        if steer:
            steer(run)
        assert run.wait(DEADLINE)
        store.close()
        return store.folder

    return train
