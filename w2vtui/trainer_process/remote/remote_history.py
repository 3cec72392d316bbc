"""The past of a run that another process trains: listed by it, read from the run's folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.runs.disk.history_files import read_index, read_moment
from w2vtui.training.history.half import unpacked
from w2vtui.training.history.moments import PastMoment
from w2vtui.training.history.sizing import Sizing


class RemoteHistory:
    """The moments that a trainer has named."""

    def __init__(self, find_folder: Callable[[], Path | None]) -> None:
        """find_folder: gives the run's folder, once there is one"""
        self._find_folder = find_folder
        self.moments: tuple[PastMoment, ...] = ()
        """Oldest first. Replaced, never changed in place."""
        self.sizing: Sizing | None = None
        """What it holds at most."""

    def matrices_at(self, moment: PastMoment) -> Mapping[str, NDArray[np.float32]]:
        """The matrices of a moment (n, D) each, in new memory.

        Raises:
            LookupError: it is not stored, or not yet.
            DamagedRunError: it is damaged.
        """
        folder = self._find_folder()
        stored = [] if folder is None else read_index(folder)
        found = next((one for one in stored if one.moment == moment), None)
        if folder is None or found is None:
            raise LookupError(f"moment {moment.number} is not stored")
        return {name: unpacked(rows) for name, rows in read_moment(folder, found).items()}
