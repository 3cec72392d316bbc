"""Saved runs as what can be explored."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.exploring.subject import Past, SavedRunSubject, View
from w2vtui.runs.past import SavedHistory

if TYPE_CHECKING:  # loads Numba
    from w2vtui.training.engine.trained_text import TrainedText


def explored_run(folder: Path) -> SavedRunSubject:
    """A saved run, which is read once its vectors are asked for."""
    read_history = cache(partial(SavedHistory, folder))

    def load() -> tuple[View, Past]:
        history = read_history()
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

    @cache  # each turn of the exponent asks again
    def find_text() -> TrainedText:
        from w2vtui.runs.resuming.trained_text import text_until  # loads Numba

        return text_until(folder, read_history().newest)

    subject = SavedRunSubject(folder.name, load, find_text)
    subject.folder = folder
    return subject
