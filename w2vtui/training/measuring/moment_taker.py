"""Takes the moments of a run's history while it trains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from w2vtui.system.shortage import as_shortage
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.plan import Moment
from w2vtui.training.history.history import History
from w2vtui.training.measuring.budget import Budget

COST_SHARE = 0.02
"""The share of one core that the history may take, storing included."""
LEAST_SECONDS = 0.5
PATIENCE_SECONDS = 5.0
"""The longest that the end of a run waits until the moment before its last one is stored."""


class MomentTaker:
    """Decides when the history gets another moment: evenly over the tokens, as its cost allows."""

    def __init__(self, backend: Backend, history: History, note: Callable[[str], object]) -> None:
        """note: called with what went wrong"""
        self._backend, self._history, self._note = backend, history, note
        self._clock = Budget(COST_SHARE, least=LEAST_SECONDS)

    def look(self, moment: Moment, *, leaving: bool) -> None:
        """Take a moment where one is due, or on leaving if anything was trained since the last."""
        history = self._history
        newest = history.moments[-1].tokens if history.moments else -1
        if moment.tokens <= newest:
            return
        if not leaving and not (
            self._clock.is_due and moment.tokens - newest >= history.step and history.ready
        ):
            return
        if leaving and not history.wait(PATIENCE_SECONDS):
            return
        try:
            with self._clock.timed():
                history.add(
                    self._trained(moment),
                    tokens=moment.tokens,
                    planned=moment.planned,
                    seconds=moment.seconds,
                )
        except (MemoryError, OSError, RuntimeError) as error:  # or no thread that stores it
            if as_shortage(error) is None:
                raise
            history.stop()
            self._note("the time machine takes no further moments: there is no memory for them")
        self._clock.due += history.saving_seconds / COST_SHARE

    def _trained(self, moment: Moment) -> dict[str, NDArray[np.float32]]:
        """The input vectors, and those of the targets of the present objective."""
        found = self._backend.matrices()
        targets = "node_vectors" if moment.plan.settings.walks_tree else "output_vectors"
        return {name: found[name] for name in ("input_vectors", targets) if name in found}
