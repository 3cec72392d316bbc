"""Saved runs to compare, made without training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support.run_folders import small_checkpoint, small_record
from w2vtui.runs.disk.checkpoint_files import write_checkpoint
from w2vtui.runs.words import write_vocab
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training.state.curves import SavedCurve
from w2vtui.training.state.measurements import PROBE_CONTEXTS, Probe

N_WORDS, SIZE = 40, 4
WORDS = [f"w{i}" for i in range(N_WORDS)]
MATRIX = np.random.default_rng(3).standard_normal((N_WORDS, SIZE)).astype(np.float32)
TEXT = "5" * 64
"""The fingerprint of the text of all runs."""


def saved_run(
    root: Path,
    name: str,
    matrix: NDArray[np.float32] = MATRIX,
    words: list[str] = WORDS,
    probe: float = 3.0,
    **live: object,
) -> Path:
    """A run that is done, with curves; a row of the matrix for each word.

    live   its settings, where they are not those of the others
    """
    folder = root / name
    folder.mkdir(parents=True)
    chosen = {"epochs": 2, "workers": 1, "alpha": 0.05} | live
    settings = LiveSettings(**chosen).resolved(100, 1)  # type: ignore[arg-type]
    training = TrainingSettings(vector_size=matrix.shape[1])
    small_record(settings=settings, training=training, n_words=len(words), fingerprint=TEXT).write(
        folder
    )
    write_vocab(folder, words, np.arange(len(words), 0, -1) * 30)
    clock = np.linspace(1, 100, 30)
    rows = np.stack([clock, clock / 10, probe + 1 / clock, clock, 0 * clock], axis=1)
    vectors = {"input_vectors": matrix, "output_vectors": matrix}
    write_checkpoint(
        folder,
        small_checkpoint(
            100, state="done", training=training, settings=settings, events=(), past=(),
            probe=Probe(tokens=100, loss=probe, standard_error=0.1, contexts=PROBE_CONTEXTS),
            curves={"probe": SavedCurve(rows, 1)}, vectors=vectors,
        ),
    )  # fmt: skip
    return folder
