"""Saved runs as what can be explored."""

from __future__ import annotations

from pathlib import Path

from w2vtui.exploring.subject import SavedRunSubject, View
from w2vtui.runs.record import checkpoint_vectors


def explored_run(folder: Path) -> SavedRunSubject:
    """A saved run, which is read once its vectors are asked for."""

    def load() -> View:
        vectors, checkpoint, _ = checkpoint_vectors(folder)
        return View(
            vectors=vectors,
            kind="saved",
            tokens=checkpoint.clock,
            seconds=checkpoint.seconds,
            fraction=checkpoint.fraction,
            node_vectors=checkpoint.vectors.get("node_vectors"),
        )

    return SavedRunSubject(folder.name, load)
