"""Saved runs as what can be explored."""

from __future__ import annotations

from pathlib import Path

from w2vtui.exploring.subject import Past, SavedRunSubject, View
from w2vtui.runs.past import SavedHistory


def explored_run(folder: Path) -> SavedRunSubject:
    """A saved run, which is read once its vectors are asked for."""

    def load() -> tuple[View, Past]:
        history = SavedHistory(folder)
        checkpoint = history.newest
        view = View(
            vectors=history.vectors,
            kind="saved",
            tokens=checkpoint.clock,
            seconds=checkpoint.seconds,
            fraction=checkpoint.fraction,
            node_vectors=checkpoint.vectors.get("node_vectors"),
        )
        return view, history

    subject = SavedRunSubject(folder.name, load)
    subject.folder = folder
    return subject
